//! What happened in each row of a run.

use super::model::{ComparedRow, ComparedRun, Fact, Happening};
use super::names::path_of;
use super::side::Side;
use super::texts::is_pythons;
use crate::trace::{Cause, Collection, Kind, ObjId, Step};
use std::collections::BTreeMap;

/// For each row, what happened in a run since its row before.
pub(super) fn happenings(
    run: ComparedRun<'_>,
    names: &BTreeMap<ObjId, String>,
    rows: &[ComparedRow],
    place: usize,
) -> Vec<Vec<Happening>> {
    let mut teller = Teller {
        side: Side::new(run, Vec::new()),
        known: names,
        before: Vec::new(),
    };
    let told = |row: &ComparedRow| match row.steps[place] {
        Some(step) => teller.row(step),
        None => Vec::new(),
    };
    rows.iter().map(told).collect()
}

struct Teller<'t> {
    side: Side<'t>,
    /// What objects are known by.
    known: &'t BTreeMap<ObjId, String>,
    /// Functions of the call frames at the row before, and their names.
    before: Vec<(&'t str, Vec<(&'t str, ObjId)>)>,
}

impl<'t> Teller<'t> {
    fn row(&mut self, step: u32) -> Vec<Happening> {
        let from = self.side.at as usize;
        self.side.go_to(step);
        let mut told = Vec::new();
        self.names(&mut told);
        let trace = self.side.run.trace;
        let steps = trace.steps.get(from..step as usize).unwrap_or_default();
        for step in steps {
            self.gone(step, &mut told);
            told.extend(step.head.collections.iter().map(collected));
        }
        for (text, is_error) in [(&self.side.stdout, false), (&self.side.stderr, true)] {
            if !text.is_empty() {
                let text = text.clone();
                told.push(Happening::Printed { text, is_error });
            }
        }
        self.side.settle();
        told
    }

    /// What the names of the call at work, and of those that wait, lead to now.
    fn names(&mut self, told: &mut Vec<Happening>) {
        let kept = self.side.kept.min(self.before.len());
        self.before.truncate(self.side.state.frames.len());
        for frame in kept.min(self.before.len())..self.side.state.frames.len() {
            let function = self.side.function(frame);
            let names = self.side.names(frame);
            let known = self
                .before
                .get(frame)
                .filter(|(known, _)| *known == function);
            let known = known.map_or(&[][..], |(_, names)| names);
            for (name, to) in names.iter().filter(|(name, _)| !is_pythons(name)) {
                if known.contains(&(*name, *to)) {
                    continue;
                }
                told.push(Happening::Binds {
                    name: path_of(&self.side, frame, name),
                    to: self.fact(*to),
                });
            }
            let is_there = |name: &str| names.iter().any(|(now, _)| *now == name);
            for (name, _) in known.iter().filter(|(name, _)| !is_pythons(name)) {
                if !is_there(name) {
                    told.push(Happening::Unbinds {
                        name: path_of(&self.side, frame, name),
                    });
                }
            }
            self.before.truncate(frame);
            self.before.push((function, names));
        }
    }

    fn gone(&self, step: &Step, told: &mut Vec<Happening>) {
        for id in &step.left {
            let info = self.side.trace().object(*id);
            let Some(path) = self.known.get(id).cloned() else {
                continue;
            };
            // A plain value is what it is.
            if info.kind == Kind::Atom {
                continue;
            }
            let died = info.died;
            let cause = died.map_or(Cause::Exit, |death| death.cause);
            told.push(match (self.side.run.knows.deaths, cause) {
                (true, Cause::Exit) => continue,
                (true, cause) => Happening::Freed { path, cause },
                (false, _) => Happening::OutOfReach { path },
            });
        }
    }

    fn fact(&self, id: ObjId) -> Fact {
        match self.side.value(id) {
            Some(value) => Fact::Text(value.to_owned()),
            None => Fact::Object {
                type_name: self.side.type_name(id).to_owned(),
                path: self.known.get(&id).cloned(),
            },
        }
    }
}

fn collected(one: &Collection) -> Happening {
    Happening::Collected {
        automatic: one.automatic,
        freed: one.collected.len(),
    }
}
