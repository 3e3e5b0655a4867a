//! What is neither statement nor expression: parameters, aliases, handlers, clauses.

use super::{At, Tree};
use rustpython_vm::compiler::ast::{
    Alias, Comprehension, ExceptHandler, Identifier, Keyword, Parameter, ParameterWithDefault,
    Parameters, TypeParam, TypeParams, WithItem,
};

impl Tree<'_> {
    pub(super) fn parameters(&mut self, all: Option<&Parameters>, at: At) {
        // Its place is that of what is in it: some functions have no parameters.
        let node = self.place("arguments", at, None);
        let Some(all) = all else { return };
        self.plain_parameters(&all.posonlyargs, node, "posonlyargs");
        self.plain_parameters(&all.args, node, "args");
        if let Some(one) = &all.vararg {
            self.parameter(one, At::field(node, "vararg"));
        }
        self.plain_parameters(&all.kwonlyargs, node, "kwonlyargs");
        for (index, one) in all.kwonlyargs.iter().enumerate() {
            if let Some(default) = &one.default {
                self.expression(default, At::item(node, "kw_defaults", index));
            }
        }
        if let Some(one) = &all.kwarg {
            self.parameter(one, At::field(node, "kwarg"));
        }
        let by_position = all.posonlyargs.iter().chain(&all.args);
        let defaults = by_position.filter_map(|one| one.default.as_deref());
        for (index, default) in defaults.enumerate() {
            self.expression(default, At::item(node, "defaults", index));
        }
    }

    fn plain_parameters(&mut self, all: &[ParameterWithDefault], parent: u32, field: &'static str) {
        for (index, one) in all.iter().enumerate() {
            self.parameter(&one.parameter, At::item(parent, field, index));
        }
    }

    fn parameter(&mut self, one: &Parameter, at: At) {
        // The stars in front of a name are no part of it.
        let range = one.name.range.start().to_u32()..one.range.end().to_u32();
        let node = self.node("arg", at, range);
        self.value(node, "arg", one.name.as_str());
        self.optional(one.annotation.as_deref(), node, "annotation");
    }

    pub(super) fn keywords(&mut self, all: &[Keyword], parent: u32) {
        for (index, one) in all.iter().enumerate() {
            let node = self.node("keyword", At::item(parent, "keywords", index), one.range);
            if let Some(name) = &one.arg {
                self.value(node, "arg", name.as_str());
            }
            self.child(&one.value, node, "value");
        }
    }

    pub(super) fn aliases(&mut self, all: &[Alias], parent: u32) {
        for (index, one) in all.iter().enumerate() {
            let node = self.node("alias", At::item(parent, "names", index), one.range);
            self.value(node, "name", one.name.as_str());
            if let Some(name) = &one.asname {
                self.value(node, "asname", name.as_str());
            }
        }
    }

    pub(super) fn with_item(&mut self, one: &WithItem, at: At) {
        let node = self.node("withitem", at, one.range);
        self.child(&one.context_expr, node, "context_expr");
        self.optional(one.optional_vars.as_deref(), node, "optional_vars");
    }

    pub(super) fn handler(&mut self, one: &ExceptHandler, at: At) {
        let ExceptHandler::ExceptHandler(one) = one;
        let node = self.node("ExceptHandler", at, one.range);
        self.optional(one.type_.as_deref(), node, "type");
        self.name_of(node, "name", one.name.as_ref());
        self.statements(&one.body, node, "body");
    }

    pub(super) fn name_of(&mut self, node: u32, field: &'static str, name: Option<&Identifier>) {
        if let Some(name) = name {
            self.value(node, field, name.as_str());
        }
    }

    pub(super) fn comprehensions(&mut self, all: &[Comprehension], parent: u32) {
        for (index, one) in all.iter().enumerate() {
            let at = At::item(parent, "generators", index);
            let node = self.node("comprehension", at, one.range);
            self.child(&one.target, node, "target");
            self.child(&one.iter, node, "iter");
            self.expressions(&one.ifs, node, "ifs");
            self.value(node, "is_async", u8::from(one.is_async).to_string());
        }
    }

    pub(super) fn type_parameters(&mut self, all: Option<&TypeParams>, parent: u32) {
        let all = all.map(|all| all.type_params.as_slice());
        for (index, one) in all.unwrap_or_default().iter().enumerate() {
            let at = At::item(parent, "type_params", index);
            match one {
                TypeParam::TypeVar(one) => {
                    let node = self.node("TypeVar", at, one.range);
                    self.value(node, "name", one.name.as_str());
                    self.optional(one.bound.as_deref(), node, "bound");
                    self.optional(one.default.as_deref(), node, "default_value");
                }
                TypeParam::TypeVarTuple(one) => {
                    let node = self.node("TypeVarTuple", at, one.range);
                    self.value(node, "name", one.name.as_str());
                    self.optional(one.default.as_deref(), node, "default_value");
                }
                TypeParam::ParamSpec(one) => {
                    let node = self.node("ParamSpec", at, one.range);
                    self.value(node, "name", one.name.as_str());
                    self.optional(one.default.as_deref(), node, "default_value");
                }
            }
        }
    }
}
