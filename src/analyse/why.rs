//! Why an object lives: for each reference to it, the shortest chain of strong references that
//! leads there from a root without passing through the object itself.

use super::ledger::{Ledger, Owner, OwnerLabel, Source, ledger};
use super::words::Words;
use crate::trace::{Count, Death, ObjId, State, Trace};
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{BTreeMap, BTreeSet};

/// Why an object lives at a step, or that it does not.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    pub fate: Liveness,
    pub count: Count,
    /// Shortest first.
    pub chains: Vec<Chain>,
    /// Strong references that keep nothing alive: their owners live by the object itself, or by
    /// nothing.
    pub idle: Vec<Owner>,
}

/// How an object stands at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// It is not there yet.
    Unborn,
    Reachable,
    /// Nothing reaches it; it waits for the collector.
    Garbage,
    Dead(Option<Death>),
}

/// What a chain starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// A call frame, by its place in the call stack.
    Frame(usize),
    /// A call frame of another thread: the thread's number, the frame's place.
    OtherFrame(u32, usize),
    Interpreter,
    /// The object lives as long as the process.
    Immortal,
    /// Its count says that something holds it which the recording does not show.
    Unseen,
}

/// One chain: from the root to an object, from there to the next, and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    pub root: Root,
    pub links: Vec<Link>,
}

/// A step of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// By which references; none where the root has no labels.
    pub labels: Vec<OwnerLabel>,
    pub to: ObjId,
}

/// How an object stands in a state.
pub fn fate(trace: &Trace, state: &State, ledger: &Ledger, id: ObjId, step: u32) -> Liveness {
    if state.heap.contains_key(&id) {
        return if ledger.is_reachable(id) {
            Liveness::Reachable
        } else {
            Liveness::Garbage
        };
    }
    let info = trace.object(id);
    match info.born {
        Some(born) if born.step > step => Liveness::Unborn,
        _ => Liveness::Dead(info.died.filter(|death| death.at.step <= step)),
    }
}

/// Why an object lives at a step, which `now` tells of.
pub fn why(now: Words<'_>, id: ObjId, step: u32) -> Why {
    let Words { trace, state, head } = now;
    let granularity = trace.header.granularity;
    let ledger = ledger(state, &trace.objects, &head.held, granularity);
    let fate = fate(trace, state, &ledger, id, step);
    let mut why = Why {
        fate,
        count: state.heap.get(&id).map_or(Count::Of(0), |o| o.refcount),
        chains: Vec::new(),
        idle: Vec::new(),
    };
    if !matches!(fate, Liveness::Reachable | Liveness::Garbage) {
        return why;
    }
    let paths = Paths::new(state, &ledger, id);
    for (from, owners) in by_source(ledger.owners(id)) {
        let labels = owners.iter().map(|owner| owner.label).collect();
        let chain = match from {
            Source::Frame(place) => Some((Root::Frame(place), Vec::new())),
            Source::OtherFrame(thread, place) => {
                Some((Root::OtherFrame(thread, place), Vec::new()))
            }
            Source::Interpreter => Some((Root::Interpreter, Vec::new())),
            Source::Object(owner) => paths.to(owner),
        };
        match chain {
            Some((root, mut links)) => {
                links.push(Link { labels, to: id });
                why.chains.push(Chain { root, links });
            }
            None => why.idle.extend(owners),
        }
    }
    if why.count != Count::Immortal && unseen_root(state, &ledger, id).is_some() {
        why.chains.push(Chain {
            root: Root::Unseen,
            links: vec![Link {
                labels: Vec::new(),
                to: id,
            }],
        });
    }
    why.chains
        .sort_by_key(|chain| (chain.links.len(), chain.root));
    why
}

/// The objects of the first `limit` chains; where there are none, those whose references the
/// object has, and theirs.
pub fn objects_of(now: Words<'_>, why: &Why, id: ObjId, limit: usize) -> BTreeSet<ObjId> {
    let shown = why.chains.iter().take(limit);
    let links = shown.flat_map(|chain| &chain.links);
    let mut objects: BTreeSet<ObjId> = links.map(|link| link.to).chain([id]).collect();
    if why.chains.is_empty() {
        /// Enough to see what kind of garbage it is.
        const MOST: usize = 12;
        let Words { trace, state, head } = now;
        let granularity = trace.header.granularity;
        let ledger = ledger(state, &trace.objects, &head.held, granularity);
        let mut open = std::collections::VecDeque::from([id]);
        while let Some(next) = open.pop_front() {
            for owner in ledger.owners(next) {
                if let Source::Object(from) = owner.from
                    && objects.len() < MOST
                    && objects.insert(from)
                {
                    open.push_back(from);
                }
            }
        }
    }
    objects
}

/// Owners in their order; the references of one object together.
fn by_source(owners: &[Owner]) -> Vec<(Source, Vec<Owner>)> {
    let mut out: Vec<(Source, Vec<Owner>)> = Vec::new();
    for owner in owners {
        let is_object = matches!(owner.from, Source::Object(_));
        match out
            .iter_mut()
            .find(|(from, _)| is_object && *from == owner.from)
        {
            Some((_, together)) => together.push(*owner),
            None => out.push((owner.from, vec![*owner])),
        }
    }
    out
}

/// The root that no owner stands for.
fn unseen_root(state: &State, ledger: &Ledger, id: ObjId) -> Option<Root> {
    let count = state.heap.get(&id)?.refcount;
    match count {
        Count::Immortal => Some(Root::Immortal),
        count => (ledger.unexplained(id, count) > 0).then_some(Root::Unseen),
    }
}

/// Shortest ways from the roots to all objects, none of them through the one asked about.
struct Paths<'s> {
    state: &'s State,
    ledger: &'s Ledger,
    without: ObjId,
    /// How far each object is; a name is nearer than what the interpreter holds, and that nearer
    /// than what nobody sees.
    distance: BTreeMap<ObjId, u32>,
}

/// What one reference costs; roots differ by less.
const HOP: u32 = 8;

impl<'s> Paths<'s> {
    fn new(state: &'s State, ledger: &'s Ledger, without: ObjId) -> Paths<'s> {
        let ids: Vec<ObjId> = state.heap.keys().copied().collect();
        let mut paths = Paths {
            state,
            ledger,
            without,
            distance: BTreeMap::new(),
        };
        let mut graph: DiGraph<(), u32> = DiGraph::with_capacity(ids.len() + 1, 0);
        let nodes: Vec<NodeIndex> = ids.iter().map(|_| graph.add_node(())).collect();
        let start = graph.add_node(());
        for (place, id) in ids.iter().enumerate().filter(|(_, id)| **id != without) {
            if let Some((_, cost, _)) = paths.root(*id) {
                graph.add_edge(start, nodes[place], cost);
            }
            for owner in ledger.owners(*id) {
                if let Source::Object(from) = owner.from
                    && from != without
                    && let Ok(from) = ids.binary_search(&from)
                {
                    graph.add_edge(nodes[from], nodes[place], HOP);
                }
            }
        }
        let distance = dijkstra(&graph, start, None, |edge| *edge.weight());
        paths.distance = ids
            .iter()
            .zip(&nodes)
            .filter_map(|(id, node)| Some((*id, *distance.get(node)?)))
            .collect();
        paths
    }

    /// The best root that holds an object itself: its cost, and by which labels.
    fn root(&self, id: ObjId) -> Option<(Root, u32, Vec<OwnerLabel>)> {
        let owners = by_source(self.ledger.owners(id));
        let labels = |owners: &[Owner]| owners.iter().map(|owner| owner.label).collect();
        let best = owners.iter().find_map(|(from, owners)| match from {
            Source::Frame(place) => Some((Root::Frame(*place), HOP, labels(owners))),
            Source::OtherFrame(thread, place) => {
                Some((Root::OtherFrame(*thread, *place), HOP, labels(owners)))
            }
            _ => None,
        });
        let best = best.or_else(|| {
            owners.iter().find_map(|(from, owners)| {
                (*from == Source::Interpreter).then(|| (Root::Interpreter, HOP + 1, labels(owners)))
            })
        });
        best.or_else(|| {
            unseen_root(self.state, self.ledger, id).map(|root| (root, HOP + 2, Vec::new()))
        })
    }

    /// A shortest way to an object: its root, and the links.
    fn to(&self, id: ObjId) -> Option<(Root, Vec<Link>)> {
        if id == self.without {
            return None;
        }
        let mut links = Vec::new();
        let mut at = id;
        loop {
            let distance = *self.distance.get(&at)?;
            if let Some((root, cost, labels)) = self.root(at)
                && cost == distance
            {
                links.push(Link { labels, to: at });
                links.reverse();
                return Some((root, links));
            }
            let owners = by_source(self.ledger.owners(at));
            let (from, owners) = owners.iter().find_map(|(from, owners)| match from {
                Source::Object(from) if *from != self.without => {
                    let near = self.distance.get(from).copied()?;
                    (near + HOP == distance).then_some((*from, owners))
                }
                _ => None,
            })?;
            links.push(Link {
                labels: owners.iter().map(|owner| owner.label).collect(),
                to: at,
            });
            at = from;
        }
    }
}
