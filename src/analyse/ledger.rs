//! The reference ledger: for each object, whose references make up its count.

use crate::trace::{
    Count, Granularity, Held, Label, NameKind, ObjId, ObjectInfo, State, Symbol, Symbols,
};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, Walker};
use std::collections::{BTreeMap, BTreeSet};

/// Who holds a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Object(ObjId),
    /// A call frame, by its place in the call stack, oldest first.
    Frame(usize),
    /// The interpreter itself: a value stack, a call under way, an exception being raised.
    Interpreter,
}

/// One strong reference to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub from: Source,
    pub label: OwnerLabel,
}

/// What a reference is called at its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerLabel {
    Edge(Label),
    Name(Symbol),
    /// An entry of the value stack of a function.
    ValueStack(Symbol),
}

impl OwnerLabel {
    /// The label as the export contract writes it.
    pub fn display(self, symbols: &Symbols) -> String {
        match self {
            OwnerLabel::Edge(label) => label.display(symbols),
            OwnerLabel::Name(name) => symbols.text(name).to_owned(),
            OwnerLabel::ValueStack(function) => {
                format!("value stack of {}", symbols.text(function))
            }
        }
    }
}

/// The owners of every object of a state, and what is reachable.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    owners: BTreeMap<ObjId, Vec<Owner>>,
    reachable: BTreeSet<ObjId>,
    /// What a weak reference leads to.
    weakly: BTreeSet<ObjId>,
}

impl Ledger {
    /// The owners of an object, one per strong reference.
    pub fn owners(&self, id: ObjId) -> &[Owner] {
        self.owners.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Whether an object can be reached from a name, or from a reference that the interpreter
    /// holds.
    pub fn is_reachable(&self, id: ObjId) -> bool {
        self.reachable.contains(&id)
    }

    /// Whether an object belongs into a picture of the program: one that the program made does
    /// while it lives; one that was there before (a small int, a module) while something of the
    /// program refers to it.
    pub fn is_listed(&self, id: ObjId, info: &ObjectInfo) -> bool {
        info.born.is_some() || self.owners.contains_key(&id) || self.weakly.contains(&id)
    }

    /// The part of an object's count that no owner explains; 0 for immortal objects. Negative
    /// where more owners were found than are counted, which must not be.
    pub fn unexplained(&self, id: ObjId, count: Count) -> i64 {
        match count {
            Count::Immortal => 0,
            Count::Of(count) => i64::from(count) - self.owners(id).len() as i64,
        }
    }
}

/// Finds the owners of every object of a state.
pub fn ledger(state: &State, held: &[Held], granularity: Granularity) -> Ledger {
    let mut owners: BTreeMap<ObjId, Vec<Owner>> = BTreeMap::new();
    let mut add = |to: ObjId, from, label| {
        owners.entry(to).or_default().push(Owner { from, label });
    };
    for (index, frame) in state.frames.iter().enumerate() {
        for name in &frame.names {
            let (from, label) =
                if name.kind == NameKind::Stack && granularity != Granularity::Instruction {
                    (Source::Interpreter, OwnerLabel::ValueStack(frame.function))
                } else {
                    (Source::Frame(index), OwnerLabel::Name(name.name))
                };
            add(name.to, from, label);
        }
    }
    for held in held {
        add(held.to, Source::Interpreter, OwnerLabel::Name(held.by));
    }
    for (id, object) in &state.heap {
        for reference in object.refs.iter().filter(|reference| !reference.weak) {
            add(
                reference.to,
                Source::Object(*id),
                OwnerLabel::Edge(reference.label),
            );
        }
    }
    let mut ledger = Ledger {
        owners,
        reachable: BTreeSet::new(),
        weakly: state
            .heap
            .values()
            .flat_map(|object| &object.refs)
            .filter(|reference| reference.weak)
            .map(|reference| reference.to)
            .collect(),
    };
    ledger.reachable = reachable(state, &ledger);
    ledger
}

/// Everything that a name, the interpreter, or an owner that was not found holds on to.
fn reachable(state: &State, ledger: &Ledger) -> BTreeSet<ObjId> {
    let mut graph: DiGraph<Option<ObjId>, ()> = DiGraph::new();
    let root = graph.add_node(None);
    let nodes: BTreeMap<ObjId, NodeIndex> = state
        .heap
        .keys()
        .map(|id| (*id, graph.add_node(Some(*id))))
        .collect();
    for (id, object) in &state.heap {
        let outside = ledger
            .owners(*id)
            .iter()
            .any(|owner| !matches!(owner.from, Source::Object(_)));
        let immortal = object.refcount == Count::Immortal;
        if outside || immortal || ledger.unexplained(*id, object.refcount) > 0 {
            graph.add_edge(root, nodes[id], ());
        }
        for reference in object.refs.iter().filter(|reference| !reference.weak) {
            if let Some(to) = nodes.get(&reference.to) {
                graph.add_edge(nodes[id], *to, ());
            }
        }
    }
    Dfs::new(&graph, root)
        .iter(&graph)
        .filter_map(|node| graph[node])
        .collect()
}
