//! Statements.

use super::{At, Tree};
use rustpython_vm::compiler::ast::{
    Decorator, Identifier, Stmt, StmtClassDef, StmtFunctionDef, StmtIf, StmtImportFrom, StmtTry,
};
use std::ops::Range;

impl Tree<'_> {
    pub(super) fn statement(&mut self, statement: &Stmt, at: At) {
        match statement {
            Stmt::FunctionDef(one) => self.function(one, at),
            Stmt::ClassDef(one) => self.class(one, at),
            Stmt::If(one) => self.conditional(one, at),
            Stmt::Try(one) => self.attempt(one, at),
            Stmt::Return(one) => {
                let node = self.node("Return", at, one.range);
                self.optional(one.value.as_deref(), node, "value");
            }
            Stmt::Delete(one) => {
                let node = self.node("Delete", at, one.range);
                self.expressions(&one.targets, node, "targets");
            }
            Stmt::TypeAlias(one) => {
                let node = self.node("TypeAlias", at, one.range);
                self.child(&one.name, node, "name");
                self.type_parameters(one.type_params.as_deref(), node);
                self.child(&one.value, node, "value");
            }
            Stmt::Assign(one) => {
                let node = self.node("Assign", at, one.range);
                self.expressions(&one.targets, node, "targets");
                self.child(&one.value, node, "value");
            }
            Stmt::AugAssign(one) => {
                let node = self.node("AugAssign", at, one.range);
                self.child(&one.target, node, "target");
                self.value(node, "op", format!("{:?}", one.op));
                self.child(&one.value, node, "value");
            }
            Stmt::AnnAssign(one) => {
                let node = self.node("AnnAssign", at, one.range);
                self.child(&one.target, node, "target");
                self.child(&one.annotation, node, "annotation");
                self.optional(one.value.as_deref(), node, "value");
                self.value(node, "simple", u8::from(one.simple).to_string());
            }
            Stmt::Match(one) => {
                let node = self.node("Match", at, one.range);
                self.child(&one.subject, node, "subject");
                for (index, case) in one.cases.iter().enumerate() {
                    self.case(case, At::item(node, "cases", index));
                }
            }
            Stmt::Raise(one) => {
                let node = self.node("Raise", at, one.range);
                self.optional(one.exc.as_deref(), node, "exc");
                self.optional(one.cause.as_deref(), node, "cause");
            }
            Stmt::Assert(one) => {
                let node = self.node("Assert", at, one.range);
                self.child(&one.test, node, "test");
                self.optional(one.msg.as_deref(), node, "msg");
            }
            Stmt::Import(one) => {
                let node = self.node("Import", at, one.range);
                self.aliases(&one.names, node);
            }
            Stmt::ImportFrom(one) => self.import_from(one, at),
            Stmt::Global(one) => self.declaration("Global", &one.names, one.range, at),
            Stmt::Nonlocal(one) => self.declaration("Nonlocal", &one.names, one.range, at),
            Stmt::Expr(one) => {
                let node = self.node("Expr", at, one.range);
                self.child(&one.value, node, "value");
            }
            Stmt::Pass(one) => drop(self.node("Pass", at, one.range)),
            Stmt::Break(one) => drop(self.node("Break", at, one.range)),
            Stmt::Continue(one) => drop(self.node("Continue", at, one.range)),
            Stmt::IpyEscapeCommand(one) => drop(self.node("IpyEscapeCommand", at, one.range)),
            Stmt::For(_) | Stmt::While(_) | Stmt::With(_) => self.block(statement, at),
        }
    }

    /// A statement with a body that runs once or more.
    fn block(&mut self, statement: &Stmt, at: At) {
        match statement {
            Stmt::For(one) => {
                let kind = if one.is_async { "AsyncFor" } else { "For" };
                let node = self.node(kind, at, one.range);
                self.child(&one.target, node, "target");
                self.child(&one.iter, node, "iter");
                self.statements(&one.body, node, "body");
                self.statements(&one.orelse, node, "orelse");
            }
            Stmt::While(one) => {
                let node = self.node("While", at, one.range);
                self.child(&one.test, node, "test");
                self.statements(&one.body, node, "body");
                self.statements(&one.orelse, node, "orelse");
            }
            Stmt::With(one) => {
                let kind = if one.is_async { "AsyncWith" } else { "With" };
                let node = self.node(kind, at, one.range);
                for (index, item) in one.items.iter().enumerate() {
                    self.with_item(item, At::item(node, "items", index));
                }
                self.statements(&one.body, node, "body");
            }
            _ => {}
        }
    }

    fn function(&mut self, one: &StmtFunctionDef, at: At) {
        let kind = match one.is_async {
            true => "AsyncFunctionDef",
            false => "FunctionDef",
        };
        let node = self.node(kind, at, one.range);
        self.value(node, "name", one.name.as_str());
        self.parameters(Some(&one.parameters), At::field(node, "args"));
        self.statements(&one.body, node, "body");
        self.decorators(&one.decorator_list, node);
        self.optional(one.returns.as_deref(), node, "returns");
        self.type_parameters(one.type_params.as_deref(), node);
    }

    fn class(&mut self, one: &StmtClassDef, at: At) {
        let node = self.node("ClassDef", at, one.range);
        self.value(node, "name", one.name.as_str());
        if let Some(arguments) = &one.arguments {
            self.expressions(&arguments.args, node, "bases");
            self.keywords(&arguments.keywords, node);
        }
        self.statements(&one.body, node, "body");
        self.decorators(&one.decorator_list, node);
        self.type_parameters(one.type_params.as_deref(), node);
    }

    fn decorators(&mut self, all: &[Decorator], node: u32) {
        for (index, one) in all.iter().enumerate() {
            self.expression(&one.expression, At::item(node, "decorator_list", index));
        }
    }

    /// An `elif` is an `if` alone in the `else` of the one before it, and ends where that ends.
    fn conditional(&mut self, one: &StmtIf, at: At) {
        let end = one.range.end().to_u32();
        let mut node = self.node("If", at, one.range);
        self.child(&one.test, node, "test");
        self.statements(&one.body, node, "body");
        for clause in &one.elif_else_clauses {
            let Some(test) = &clause.test else {
                self.statements(&clause.body, node, "orelse");
                continue;
            };
            let at = At::item(node, "orelse", 0);
            node = self.node("If", at, clause.range.start().to_u32()..end);
            self.child(test, node, "test");
            self.statements(&clause.body, node, "body");
        }
    }

    fn attempt(&mut self, one: &StmtTry, at: At) {
        let kind = if one.is_star { "TryStar" } else { "Try" };
        let node = self.node(kind, at, one.range);
        self.statements(&one.body, node, "body");
        for (index, handler) in one.handlers.iter().enumerate() {
            self.handler(handler, At::item(node, "handlers", index));
        }
        self.statements(&one.orelse, node, "orelse");
        self.statements(&one.finalbody, node, "finalbody");
    }

    fn import_from(&mut self, one: &StmtImportFrom, at: At) {
        let node = self.node("ImportFrom", at, one.range);
        if let Some(module) = &one.module {
            self.value(node, "module", module.as_str());
        }
        self.aliases(&one.names, node);
        self.value(node, "level", one.level.to_string());
    }

    fn declaration(
        &mut self,
        kind: &'static str,
        names: &[Identifier],
        range: impl Into<Range<u32>>,
        at: At,
    ) {
        let node = self.node(kind, at, range);
        let names: Vec<&str> = names.iter().map(Identifier::as_str).collect();
        self.value(node, "names", names.join(", "));
    }
}
