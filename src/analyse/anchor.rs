//! A chain of strong references from a name to an object, remembered from step to step: as long as it
//! stands, the object is reachable, and no ledger is needed to say so.

use super::ledger::{Ledger, Source};
use crate::trace::{Count, ObjId, State};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// The objects of a chain, the one that is kept first; a name of a call frame, or that it is immortal,
/// holds the last.
#[derive(Debug, Clone)]
pub struct Anchor(Vec<ObjId>);

impl Anchor {
    /// A shortest chain to an object; `None` where no name leads to it.
    pub fn find(state: &State, ledger: &Ledger, id: ObjId) -> Option<Anchor> {
        let mut leads_to: FxHashMap<ObjId, ObjId> = FxHashMap::default();
        let mut open = VecDeque::from([id]);
        while let Some(next) = open.pop_front() {
            if is_held(state, next) {
                let mut chain = vec![next];
                while let Some(towards) = leads_to.get(&chain[chain.len() - 1]) {
                    chain.push(*towards);
                }
                chain.reverse();
                return Some(Anchor(chain));
            }
            for owner in ledger.owners(next) {
                if let Source::Object(from) = owner.from
                    && from != id
                    && !leads_to.contains_key(&from)
                {
                    leads_to.insert(from, next);
                    open.push_back(from);
                }
            }
        }
        None
    }

    /// Whether the chain stands in a state.
    pub fn stands(&self, state: &State) -> bool {
        let linked = self.0.windows(2).all(|link| {
            state.heap.get(&link[1]).is_some_and(|owner| {
                let mut refs = owner.refs.iter();
                refs.any(|reference| !reference.weak && reference.to == link[0])
            })
        });
        linked && self.0.last().is_some_and(|last| is_held(state, *last))
    }
}

/// Whether an object is held without another object: by a name of a call frame, or for ever.
fn is_held(state: &State, id: ObjId) -> bool {
    let immortal = |id| {
        let object = state.heap.get(&id);
        object.is_some_and(|object| object.refcount == Count::Immortal)
    };
    let named = |id| {
        let mut frames = state.all_frames();
        frames.any(|frame| frame.names.iter().any(|name| name.to == id))
    };
    immortal(id) || named(id)
}

#[cfg(test)]
mod tests {
    use super::super::ledger::ledger;
    use super::*;
    use crate::trace::TraceFile;
    use std::path::Path;

    /// Asks about every object of a trace, with what was found at the step before.
    #[test]
    fn an_anchor_stands_only_where_the_ledger_says_reachable() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
        let (mut stood, mut fell) = (0, 0);
        for trace in ["two_node_cycle", "threads", "counter_closure"] {
            let file = TraceFile::open(&folder.join(format!("{trace}.memviz"))).expect("a trace");
            let mut known: FxHashMap<ObjId, Anchor> = FxHashMap::default();
            let objects = &file.trace.objects;
            let granularity = file.trace.header.granularity;
            let told = file.each_in(1, u32::MAX, |number, step, state| {
                let ledger = ledger(state, objects, &step.head.held, granularity);
                for id in state.heap.keys() {
                    if let Some(anchor) = known.get(id) {
                        if anchor.stands(state) {
                            assert!(ledger.is_reachable(*id), "{trace} step {number}: {id:?}");
                            stood += 1;
                        } else {
                            fell += 1;
                        }
                    }
                    match Anchor::find(state, &ledger, *id) {
                        Some(anchor) => {
                            assert!(anchor.stands(state), "{trace} step {number}: {id:?}");
                            known.insert(*id, anchor);
                        }
                        None => {
                            known.remove(id);
                        }
                    }
                }
            });
            told.expect("it can be read");
        }
        assert!(stood > 500 && fell > 5, "{stood} stood, {fell} fell");
    }
}
