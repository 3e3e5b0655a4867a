//! Expressions.

use super::super::constants;
use super::{At, Tree};
use crate::trace::stages::Span;
use rustpython_vm::compiler::ast::str_prefix::StringLiteralPrefix;
use rustpython_vm::compiler::ast::{Arguments, Expr, ExprCompare, ExprDict, Number};
use rustpython_vm::compiler::codegen;

impl Tree<'_> {
    pub(super) fn expression(&mut self, expression: &Expr, at: At) {
        match expression {
            Expr::BoolOp(one) => {
                let node = self.node("BoolOp", at, one.range);
                self.value(node, "op", format!("{:?}", one.op));
                self.expressions(&one.values, node, "values");
            }
            Expr::Named(one) => {
                let node = self.node("NamedExpr", at, one.range);
                self.child(&one.target, node, "target");
                self.child(&one.value, node, "value");
            }
            Expr::BinOp(one) => {
                let node = self.node("BinOp", at, one.range);
                self.child(&one.left, node, "left");
                self.value(node, "op", format!("{:?}", one.op));
                self.child(&one.right, node, "right");
            }
            Expr::UnaryOp(one) => {
                let node = self.node("UnaryOp", at, one.range);
                self.value(node, "op", format!("{:?}", one.op));
                self.child(&one.operand, node, "operand");
            }
            Expr::Lambda(one) => {
                let node = self.node("Lambda", at, one.range);
                self.parameters(one.parameters.as_deref(), At::field(node, "args"));
                self.child(&one.body, node, "body");
            }
            Expr::If(one) => {
                let node = self.node("IfExp", at, one.range);
                self.child(&one.test, node, "test");
                self.child(&one.body, node, "body");
                self.child(&one.orelse, node, "orelse");
            }
            Expr::Await(one) => {
                let node = self.node("Await", at, one.range);
                self.child(&one.value, node, "value");
            }
            Expr::Yield(one) => {
                let node = self.node("Yield", at, one.range);
                self.optional(one.value.as_deref(), node, "value");
            }
            Expr::YieldFrom(one) => {
                let node = self.node("YieldFrom", at, one.range);
                self.child(&one.value, node, "value");
            }
            Expr::Compare(one) => self.comparison(one, at),
            Expr::Call(one) => {
                let end = one.arguments.range.end().to_u32();
                let node = self.node("Call", at, one.range_start.to_u32()..end);
                self.child(&one.func, node, "func");
                self.expressions(&one.arguments.args, node, "args");
                self.keywords(&one.arguments.keywords, node);
                self.shared_parentheses(&one.arguments, node);
            }
            Expr::FString(one) => self.f_string(one, at),
            Expr::TString(one) => self.t_string(one, at),
            Expr::Attribute(_)
            | Expr::Subscript(_)
            | Expr::Starred(_)
            | Expr::Name(_)
            | Expr::List(_)
            | Expr::Tuple(_)
            | Expr::Slice(_) => self.place_expression(expression, at),
            Expr::Dict(_)
            | Expr::Set(_)
            | Expr::ListComp(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::Generator(_) => self.container(expression, at),
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::Constant(_) => self.constant(expression, at),
            Expr::IpyEscapeCommand(one) => drop(self.node("IpyEscapeCommand", at, one.range)),
        }
    }

    /// A generator expression that is a call's only argument takes the call's parentheses for its own.
    fn shared_parentheses(&mut self, arguments: &Arguments, call: u32) {
        let ([Expr::Generator(only)], []) = (&*arguments.args, &*arguments.keywords) else {
            return;
        };
        if only.parenthesized {
            return;
        }
        let mut below = self.nodes[call as usize..].iter_mut();
        let argument = below.find(|node| node.parent == Some(call) && node.field() == "args");
        if let Some(argument) = argument {
            let range = &arguments.range;
            argument.span = Some(Span::new(range.start().to_u32(), range.end().to_u32()));
        }
    }

    /// What can be assigned to, mostly.
    fn place_expression(&mut self, expression: &Expr, at: At) {
        match expression {
            Expr::Attribute(one) => {
                let node = self.node("Attribute", at, one.range);
                self.child(&one.value, node, "value");
                self.value(node, "attr", one.attr.as_str());
                self.context(node, one.ctx);
            }
            Expr::Subscript(one) => {
                let node = self.node("Subscript", at, one.range);
                self.child(&one.value, node, "value");
                self.child(&one.slice, node, "slice");
                self.context(node, one.ctx);
            }
            Expr::Starred(one) => {
                let node = self.node("Starred", at, one.range);
                self.child(&one.value, node, "value");
                self.context(node, one.ctx);
            }
            Expr::Name(one) => {
                let node = self.node("Name", at, one.range);
                self.value(node, "id", one.id.as_str());
                self.context(node, one.ctx);
            }
            Expr::List(one) => {
                let node = self.node("List", at, one.range);
                self.expressions(&one.elts, node, "elts");
                self.context(node, one.ctx);
            }
            Expr::Tuple(one) => {
                let node = self.node("Tuple", at, one.range);
                self.expressions(&one.elts, node, "elts");
                self.context(node, one.ctx);
            }
            Expr::Slice(one) => {
                let node = self.node("Slice", at, one.range);
                self.optional(one.lower.as_deref(), node, "lower");
                self.optional(one.upper.as_deref(), node, "upper");
                self.optional(one.step.as_deref(), node, "step");
            }
            _ => {}
        }
    }

    fn container(&mut self, expression: &Expr, at: At) {
        match expression {
            Expr::Dict(one) => self.dict(one, at),
            Expr::Set(one) => {
                let node = self.node("Set", at, one.range);
                self.expressions(&one.elts, node, "elts");
            }
            Expr::ListComp(one) => {
                let node = self.node("ListComp", at, one.range);
                self.child(&one.elt, node, "elt");
                self.comprehensions(&one.generators, node);
            }
            Expr::SetComp(one) => {
                let node = self.node("SetComp", at, one.range);
                self.child(&one.elt, node, "elt");
                self.comprehensions(&one.generators, node);
            }
            Expr::DictComp(one) => {
                let node = self.node("DictComp", at, one.range);
                self.optional(one.key.as_deref(), node, "key");
                self.child(&one.value, node, "value");
                self.comprehensions(&one.generators, node);
            }
            Expr::Generator(one) => {
                let node = self.node("GeneratorExp", at, one.range);
                self.child(&one.elt, node, "elt");
                self.comprehensions(&one.generators, node);
            }
            _ => {}
        }
    }

    /// All keys come first. `**other` has none.
    fn dict(&mut self, one: &ExprDict, at: At) {
        let node = self.node("Dict", at, one.range);
        for (index, item) in one.items.iter().enumerate() {
            if let Some(key) = &item.key {
                self.expression(key, At::item(node, "keys", index));
            }
        }
        for (index, item) in one.items.iter().enumerate() {
            self.expression(&item.value, At::item(node, "values", index));
        }
    }

    fn comparison(&mut self, one: &ExprCompare, at: At) {
        let node = self.node("Compare", at, one.range);
        self.child(&one.left, node, "left");
        let names: Vec<String> = one.ops.iter().map(|op| format!("{op:?}")).collect();
        self.value(node, "ops", names.join(", "));
        self.expressions(&one.comparators, node, "comparators");
    }

    fn constant(&mut self, expression: &Expr, at: At) {
        let (range, value) = match expression {
            Expr::StringLiteral(one) => {
                let value = codegen::string_literal_value(self.file, &one.value);
                (one.range, constants::string(&value))
            }
            Expr::BytesLiteral(one) => {
                let parts = one.value.as_slice().iter();
                let bytes: Vec<u8> = parts.flat_map(|part| part.value.iter().copied()).collect();
                (one.range, constants::bytes(&bytes))
            }
            Expr::NumberLiteral(one) => (one.range, number(&one.value)),
            Expr::BooleanLiteral(one) => {
                let value = if one.value { "True" } else { "False" };
                (one.range, value.to_owned())
            }
            Expr::NoneLiteral(one) => (one.range, "None".to_owned()),
            Expr::EllipsisLiteral(one) => (one.range, "Ellipsis".to_owned()),
            // The parser makes none of the rest.
            _ => return,
        };
        let node = self.node("Constant", at, range);
        self.value(node, "value", value);
        if let Expr::StringLiteral(one) = expression {
            let mut parts = one.value.iter();
            let first = parts.next().map(|part| part.flags.prefix());
            if first == Some(StringLiteralPrefix::Unicode) {
                self.value(node, "kind", "u");
            }
        }
    }
}

fn number(number: &Number) -> String {
    match number {
        Number::Int(value) => constants::integer_literal(&value.to_string()),
        Number::Float(value) => constants::float(*value),
        Number::Complex { real, imag } => constants::complex(*real, *imag),
    }
}
