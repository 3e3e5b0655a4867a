//! The parser's tree, as Python's `ast` shows it: the same kinds, fields and order of fields.

mod expressions;
mod parts;
mod patterns;
mod statements;
mod strings;

use crate::trace::stages::{Edge, Node, Span, Word};
use rustpython_vm::compiler::ast::{Expr, ExprContext, ModModule, Stmt};
use rustpython_vm::compiler::core::SourceFile;
use std::ops::Range;

/// All nodes of a module, each behind its parent.
pub(super) fn tree(module: &ModModule, file: &SourceFile) -> Vec<Node> {
    let mut tree = Tree {
        file,
        nodes: Vec::new(),
    };
    let whole = Span::new(0, file.source_text().len() as u32);
    tree.nodes.push(Node {
        kind: Word::Borrowed("Module"),
        parent: None,
        edge: None,
        context: None,
        values: Vec::new(),
        span: Some(whole),
        folded: None,
    });
    tree.statements(&module.body, 0, "body");
    tree.nodes
}

struct Tree<'s> {
    file: &'s SourceFile,
    nodes: Vec<Node>,
}

/// Where a node stands: its parent, the field, the place in a list.
#[derive(Debug, Clone, Copy)]
struct At {
    parent: u32,
    field: &'static str,
    index: Option<u32>,
}

impl At {
    fn field(parent: u32, field: &'static str) -> At {
        At {
            parent,
            field,
            index: None,
        }
    }

    fn item(parent: u32, field: &'static str, index: usize) -> At {
        At {
            parent,
            field,
            index: Some(index as u32),
        }
    }
}

impl Tree<'_> {
    fn node(&mut self, kind: &'static str, at: At, range: impl Into<Range<u32>>) -> u32 {
        let range = range.into();
        self.place(kind, at, Some(Span::new(range.start, range.end)))
    }

    fn place(&mut self, kind: &'static str, at: At, span: Option<Span>) -> u32 {
        self.nodes.push(Node {
            kind: Word::Borrowed(kind),
            parent: Some(at.parent),
            edge: Some(Edge {
                field: Word::Borrowed(at.field),
                index: at.index,
            }),
            context: None,
            values: Vec::new(),
            span,
            folded: None,
        });
        self.nodes.len() as u32 - 1
    }

    fn value(&mut self, node: u32, field: &'static str, value: impl Into<String>) {
        let values = &mut self.nodes[node as usize].values;
        values.push((Word::Borrowed(field), value.into()));
    }

    fn context(&mut self, node: u32, context: ExprContext) {
        let word = match context {
            ExprContext::Load | ExprContext::Invalid => "Load",
            ExprContext::Store => "Store",
            ExprContext::Del => "Del",
        };
        self.nodes[node as usize].context = Some(Word::Borrowed(word));
    }

    fn statements(&mut self, all: &[Stmt], parent: u32, field: &'static str) {
        for (index, one) in all.iter().enumerate() {
            self.statement(one, At::item(parent, field, index));
        }
    }

    fn expressions(&mut self, all: &[Expr], parent: u32, field: &'static str) {
        for (index, one) in all.iter().enumerate() {
            self.expression(one, At::item(parent, field, index));
        }
    }

    fn child(&mut self, one: &Expr, parent: u32, field: &'static str) {
        self.expression(one, At::field(parent, field));
    }

    fn optional(&mut self, one: Option<&Expr>, parent: u32, field: &'static str) {
        if let Some(one) = one {
            self.child(one, parent, field);
        }
    }
}
