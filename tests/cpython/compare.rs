//! Holds one moment of a run on memviz against the same moment on CPython.
//!
//! The two runs have no addresses or serial numbers in common. So objects are paired by how they
//! are reached: names of the same frame, then references with the same label. The pairs must be
//! one to one; that is how shared objects are known to be shared on both sides.

use super::moment::{Count, Frame, Id, Moment, Object};
use std::collections::{BTreeMap, VecDeque};

/// One thing in which the two disagree.
#[derive(Debug, Clone)]
pub struct Disagreement {
    /// How the object is reached.
    pub path: String,
    pub type_name: String,
    /// What of the interpreter's own holds the object, in memviz.
    pub held_by: Vec<String>,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Count {
        memviz: Count,
        cpython: Count,
    },
    Value {
        memviz: String,
        cpython: String,
    },
    Type {
        memviz: String,
        cpython: String,
    },
    /// A reference, a name or an event that memviz alone has: its label and what it leads to.
    OnlyMemviz {
        label: String,
        to: String,
    },
    OnlyCpython {
        label: String,
        to: String,
    },
    /// In one of them this path leads to an object that was reached before, in the other not.
    Identity {
        memviz: Option<String>,
        cpython: Option<String>,
    },
}

/// How much was held against each other.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    pub moments: usize,
    pub objects: usize,
    pub counts: usize,
    pub referents: usize,
}

/// All in which two records of one moment disagree.
pub fn compare(memviz: &Moment, cpython: &Moment, tally: &mut Tally) -> Vec<Disagreement> {
    let mut pairing = Pairing {
        memviz,
        cpython,
        to_cpython: BTreeMap::new(),
        to_memviz: BTreeMap::new(),
        open: VecDeque::new(),
        found: Vec::new(),
    };
    tally.moments += 1;
    pairing.pair_frames();
    while let Some((m, c)) = pairing.open.pop_front() {
        pairing.pair_references(m, c);
    }
    for (m, (c, path)) in pairing.to_cpython.clone() {
        if let Some((here, there)) = pairing.both(m, c) {
            let before = pairing.found.len();
            pairing.judge(here, there, tally);
            for found in &mut pairing.found[before..] {
                found.path.clone_from(&path);
                found.type_name.clone_from(&here.type_name);
                found.held_by.clone_from(&here.held_by);
            }
        }
    }
    pairing.found
}

struct Pairing<'t> {
    memviz: &'t Moment,
    cpython: &'t Moment,
    /// memviz's objects, the same in CPython, and how they are reached first.
    to_cpython: BTreeMap<Id, (Id, String)>,
    to_memviz: BTreeMap<Id, Id>,
    open: VecDeque<(Id, Id)>,
    found: Vec<Disagreement>,
}

impl<'t> Pairing<'t> {
    fn both(&self, m: Id, c: Id) -> Option<(&'t Object, &'t Object)> {
        Some((self.memviz.objects.get(&m)?, self.cpython.objects.get(&c)?))
    }

    fn pair_frames(&mut self) {
        let functions = |frames: &[Frame]| -> Vec<String> {
            frames.iter().map(|frame| frame.function.clone()).collect()
        };
        let (here, there) = (
            functions(&self.memviz.frames),
            functions(&self.cpython.frames),
        );
        if here != there {
            self.disagree(
                "call stack",
                What::Value {
                    memviz: here.join(", "),
                    cpython: there.join(", "),
                },
            );
            return;
        }
        for (memviz, cpython) in self.memviz.frames.iter().zip(&self.cpython.frames) {
            self.pair_names(memviz, cpython);
        }
    }

    fn pair_names(&mut self, memviz: &Frame, cpython: &Frame) {
        let place = |name: &str| match memviz.function.as_str() {
            "<module>" => name.to_owned(),
            function => format!("{function}: {name}"),
        };
        for name in &memviz.names {
            match cpython.names.iter().find(|other| other.name == name.name) {
                Some(other) => self.pair(place(&name.name), name.to, other.to),
                None => self.disagree(
                    &place(&name.name),
                    What::OnlyMemviz {
                        label: "name".to_owned(),
                        to: shown(self.memviz.objects.get(&name.to)),
                    },
                ),
            }
        }
        for name in &cpython.names {
            if !memviz.names.iter().any(|other| other.name == name.name) {
                let what = What::OnlyCpython {
                    label: "name".to_owned(),
                    to: shown(self.cpython.objects.get(&name.to)),
                };
                self.disagree(&place(&name.name), what);
            }
        }
    }

    /// Notes that `path` leads to these two.
    fn pair(&mut self, path: String, m: Id, c: Id) {
        let paired = self.to_cpython.get(&m);
        match (paired, self.to_memviz.get(&c)) {
            (None, None) => {
                self.to_cpython.insert(m, (c, path));
                self.to_memviz.insert(c, m);
                self.open.push_back((m, c));
            }
            (Some((other, _)), _) if *other == c => {}
            (seen_here, seen_there) => {
                let there = seen_there.and_then(|m| self.to_cpython.get(m));
                let what = What::Identity {
                    memviz: seen_here.map(|(_, path)| path.clone()),
                    cpython: there.map(|(_, path)| path.clone()),
                };
                let object = self.memviz.objects.get(&m);
                self.found.push(Disagreement {
                    path,
                    type_name: object.map_or(String::new(), |object| object.type_name.clone()),
                    held_by: Vec::new(),
                    what,
                });
            }
        }
    }

    fn pair_references(&mut self, m: Id, c: Id) {
        let Some((here, there)) = self.both(m, c) else {
            return;
        };
        let path = self.to_cpython[&m].1.clone();
        if let (Some(to), Some(other)) = (here.weak, there.weak) {
            self.pair(format!("{path}.referent"), to, other);
        }
        let (Some(refs), Some(others)) = (&here.refs, &there.refs) else {
            return;
        };
        for (label, to) in refs {
            let mut same = others.iter().filter(|(other, _)| other == label);
            // Members of a set have no label of their own: what several share pairs nothing.
            if let (Some((_, other)), None) = (same.next(), same.next()) {
                self.pair(join(&path, label), *to, *other);
            }
        }
    }

    /// Compares two objects that are reached in the same way.
    fn judge(&mut self, here: &Object, there: &Object, tally: &mut Tally) {
        tally.objects += 1;
        if here.type_name != there.type_name {
            let (memviz, cpython) = (here.type_name.clone(), there.type_name.clone());
            self.disagree("", What::Type { memviz, cpython });
            return;
        }
        if let (Some(value), Some(other)) = (&here.value, &there.value)
            && value != other
        {
            let (memviz, cpython) = (value.clone(), other.clone());
            self.disagree("", What::Value { memviz, cpython });
        }
        if here.young {
            tally.counts += 1;
            if here.count != there.count {
                let (memviz, cpython) = (here.count, there.count);
                self.disagree("", What::Count { memviz, cpython });
            }
        }
        if let (Some(refs), Some(others)) = (&here.refs, &there.refs) {
            tally.referents += others.len();
            self.judge_referents(refs, others);
        }
    }

    /// Compares what two objects refer to, as multisets.
    fn judge_referents(&mut self, refs: &[(String, Id)], others: &[(String, Id)]) {
        let mut left: Vec<&(String, Id)> = others.iter().collect();
        for (label, to) in refs {
            let same = left.iter().position(|(_, other)| self.alike(*to, *other));
            match same {
                Some(at) => {
                    left.remove(at);
                }
                None => {
                    let what = What::OnlyMemviz {
                        label: label.clone(),
                        to: shown(self.memviz.objects.get(to)),
                    };
                    self.disagree("", what);
                }
            }
        }
        for (label, other) in left {
            let what = What::OnlyCpython {
                label: label.clone(),
                to: shown(self.cpython.objects.get(other)),
            };
            self.disagree("", what);
        }
    }

    /// Whether two objects are a pair, or, where neither is paired, of one type and value.
    fn alike(&self, m: Id, c: Id) -> bool {
        match (self.to_cpython.get(&m), self.to_memviz.get(&c)) {
            (Some((paired, _)), _) => *paired == c,
            (None, Some(_)) => false,
            (None, None) => self.both(m, c).is_some_and(|(here, there)| {
                here.type_name == there.type_name && here.value == there.value
            }),
        }
    }

    fn disagree(&mut self, path: &str, what: What) {
        self.found.push(Disagreement {
            path: path.to_owned(),
            type_name: String::new(),
            held_by: Vec::new(),
            what,
        });
    }
}

fn join(path: &str, label: &str) -> String {
    if label.starts_with(['.', '[']) {
        format!("{path}{label}")
    } else {
        format!("{path}.{label}")
    }
}

fn shown(object: Option<&Object>) -> String {
    match object {
        None => "nothing".to_owned(),
        Some(object) => match &object.value {
            Some(value) => format!("{} {value}", object.type_name),
            None => object.type_name.clone(),
        },
    }
}

impl std::fmt::Display for What {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            What::Count { memviz, cpython } => {
                write!(to, "memviz counts {memviz}, CPython {cpython}")
            }
            What::Value { memviz, cpython } => {
                write!(to, "it is {memviz} in memviz, {cpython} in CPython")
            }
            What::Type { memviz, cpython } => {
                write!(to, "its type is {memviz} in memviz, {cpython} in CPython")
            }
            What::OnlyMemviz { label, to: target } => {
                write!(to, "only memviz has its {label} ({target})")
            }
            What::OnlyCpython { label, to: target } => {
                write!(to, "only CPython has its {label} ({target})")
            }
            What::Identity { memviz, cpython } => {
                let name = |path: &Option<String>| match path {
                    Some(path) => format!("the object that {path} is"),
                    None => "an object of its own".to_owned(),
                };
                let (memviz, cpython) = (name(memviz), name(cpython));
                write!(to, "it is {memviz} in memviz, {cpython} in CPython")
            }
        }
    }
}
