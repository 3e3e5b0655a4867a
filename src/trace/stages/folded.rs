//! Which parts of the tree the compiler has made into constants.

use super::{Code, Node, Span};
use std::collections::BTreeMap;

/// Kinds that are computed where the program runs, unless the compiler does it before.
const COMPUTED: [&str; 11] = [
    "BinOp",
    "UnaryOp",
    "BoolOp",
    "Compare",
    "IfExp",
    "Tuple",
    "List",
    "Set",
    "Subscript",
    "Slice",
    "JoinedStr",
];

/// Marks the outermost nodes of which it is certain: all in them is constant, the instructions that
/// were made of exactly that place load one constant and do nothing else, and no instruction was
/// made of a place inside.
pub(super) fn mark(tree: &mut [Node], codes: &[Code]) {
    let places = places(codes);
    if places.is_empty() {
        return;
    }
    let plain = plain(tree, &places);
    let mut inside = vec![false; tree.len()];
    for at in 0..tree.len() {
        let node = &tree[at];
        let around = node.parent.map(|parent| parent as usize);
        inside[at] = around.is_some_and(|around| inside[around] || tree[around].folded.is_some());
        if inside[at] || !plain[at] || !COMPUTED.contains(&&*node.kind) {
            continue;
        }
        let made = node.span.and_then(|span| places.get(&span));
        if let Some(Made::Constant(repr)) = made {
            tree[at].folded = Some((*repr).to_owned());
        }
    }
}

/// What the instructions of one place do.
enum Made<'c> {
    /// They load this constant.
    Constant(&'c str),
    Other,
}

/// What was made of each place that instructions name.
fn places(codes: &[Code]) -> BTreeMap<Span, Made<'_>> {
    let mut places = BTreeMap::new();
    for one in codes.iter().flat_map(|code| &code.instructions) {
        let Some(span) = one.span else { continue };
        let loads = matches!(&*one.name, "LOAD_CONST" | "LOAD_SMALL_INT" | "RETURN_CONST");
        let made = match places.get(&span) {
            None if loads => Made::Constant(&one.meaning),
            Some(Made::Constant(known)) if loads && *known == one.meaning => continue,
            _ => Made::Other,
        };
        places.insert(span, made);
    }
    places
}

/// For each node, whether all below it is constant and no instruction was made of a place inside it.
fn plain(tree: &[Node], places: &BTreeMap<Span, Made<'_>>) -> Vec<bool> {
    let mut plain = vec![true; tree.len()];
    let mut is_leaf = vec![true; tree.len()];
    for at in (1..tree.len()).rev() {
        let node = &tree[at];
        if is_leaf[at] && node.kind != "Constant" {
            plain[at] = false;
        }
        let Some(parent) = node.parent.map(|parent| parent as usize) else {
            continue;
        };
        is_leaf[parent] = false;
        let seen = node.span.is_some_and(|span| places.contains_key(&span));
        plain[parent] &= plain[at] && !seen;
    }
    plain
}
