//! The syntax tree.

use super::{Span, Word};
use serde::{Deserialize, Serialize};

/// One node of the syntax tree, as Python's `ast` calls it. What has no place of its own in the
/// source (an operator, a context) is no node but a value of the node that has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// `Module`, `FunctionDef`, `BinOp`, `arguments`, ...
    pub kind: Word,
    /// The node that it stands in, as an index; the module stands in none.
    pub parent: Option<u32>,
    /// The field of its parent that it is in.
    pub edge: Option<Edge>,
    /// What is done with what it names: `Load`, `Store` or `Del`.
    pub context: Option<Word>,
    /// Fields that hold no node, in their order: `id`, `name`, `op`, `value` of a constant as
    /// `repr` writes it.
    pub values: Vec<(Word, String)>,
    /// Where it stands, its children included. `None` where nothing of it does: the `arguments` of a
    /// function without parameters.
    pub span: Option<Span>,
    /// The constant, as `repr` writes it, into which the compiler has made this node and all in it.
    /// `None` where that is not so or cannot be known.
    pub folded: Option<String>,
}

/// A field of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// The field's name: `body`, `targets`, ...
    pub field: Word,
    /// Its place in the list, where the field is one.
    pub index: Option<u32>,
}

impl Node {
    /// A value by its field's name.
    pub fn value(&self, field: &str) -> Option<&str> {
        let found = self.values.iter().find(|(name, _)| name == field);
        found.map(|(_, value)| value.as_str())
    }

    /// The name of the field that it is in; empty for the module.
    pub fn field(&self) -> &str {
        self.edge.as_ref().map_or("", |edge| &edge.field)
    }
}

/// Makes each node's span hold its children's: a decorator stands before the place that an
/// interpreter gives to its function.
pub(super) fn widen(tree: &mut [Node]) {
    // A parent stands before its children, so that each is whole when its parent's turn comes.
    for at in (1..tree.len()).rev() {
        let (Some(parent), Some(span)) = (tree[at].parent, tree[at].span) else {
            continue;
        };
        let parent = &mut tree[parent as usize].span;
        *parent = Some(parent.map_or(span, |own| own.with(span)));
    }
}
