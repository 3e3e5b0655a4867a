//! The patterns of a `match` statement.

use super::{At, Tree};
use rustpython_vm::compiler::ast::{MatchCase, Pattern, PatternMatchClass, Singleton};

impl Tree<'_> {
    pub(super) fn case(&mut self, one: &MatchCase, at: At) {
        let node = self.node("match_case", at, one.range);
        self.pattern(&one.pattern, At::field(node, "pattern"));
        self.optional(one.guard.as_deref(), node, "guard");
        self.statements(&one.body, node, "body");
    }

    fn patterns(&mut self, all: &[Pattern], parent: u32, field: &'static str) {
        for (index, one) in all.iter().enumerate() {
            self.pattern(one, At::item(parent, field, index));
        }
    }

    fn pattern(&mut self, pattern: &Pattern, at: At) {
        match pattern {
            Pattern::MatchValue(one) => {
                let node = self.node("MatchValue", at, one.range);
                self.child(&one.value, node, "value");
            }
            Pattern::MatchSingleton(one) => {
                let node = self.node("MatchSingleton", at, one.range);
                let value = match one.value {
                    Singleton::None => "None",
                    Singleton::True => "True",
                    Singleton::False => "False",
                };
                self.value(node, "value", value);
            }
            Pattern::MatchSequence(one) => {
                let node = self.node("MatchSequence", at, one.range);
                self.patterns(&one.patterns, node, "patterns");
            }
            Pattern::MatchMapping(one) => {
                let node = self.node("MatchMapping", at, one.range);
                self.expressions(&one.keys, node, "keys");
                self.patterns(&one.patterns, node, "patterns");
                self.name_of(node, "rest", one.rest.as_ref());
            }
            Pattern::MatchClass(one) => self.class_pattern(one, at),
            Pattern::MatchStar(one) => {
                let node = self.node("MatchStar", at, one.range);
                self.name_of(node, "name", one.name.as_ref());
            }
            Pattern::MatchAs(one) => {
                let node = self.node("MatchAs", at, one.range);
                if let Some(pattern) = &one.pattern {
                    self.pattern(pattern, At::field(node, "pattern"));
                }
                self.name_of(node, "name", one.name.as_ref());
            }
            Pattern::MatchOr(one) => {
                let node = self.node("MatchOr", at, one.range);
                self.patterns(&one.patterns, node, "patterns");
            }
        }
    }

    fn class_pattern(&mut self, one: &PatternMatchClass, at: At) {
        let node = self.node("MatchClass", at, one.range);
        self.child(&one.cls, node, "cls");
        self.patterns(&one.arguments.patterns, node, "patterns");
        let keywords = &one.arguments.keywords;
        if !keywords.is_empty() {
            let names: Vec<&str> = keywords.iter().map(|one| one.attr.as_str()).collect();
            self.value(node, "kwd_attrs", names.join(", "));
        }
        for (index, keyword) in keywords.iter().enumerate() {
            self.pattern(&keyword.pattern, At::item(node, "kwd_patterns", index));
        }
    }
}
