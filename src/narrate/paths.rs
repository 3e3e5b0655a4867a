//! What the program itself would call an object: `root.left`, `rows[0]`, `count`.

use crate::trace::{CallFrame, FileId, Kind, Label, NameKind, ObjId, Reference, State, Trace};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// References from a name at most.
const DEEPEST: usize = 4;
/// Objects that are gone through at most: a caption is not worth more.
const MOST_OBJECTS: usize = 2_000;
/// Paths to one object that are kept.
const MOST_PATHS: usize = 4;

/// The shortest paths from names to objects at one step, the shortest first.
#[derive(Debug, Default)]
pub(super) struct Paths {
    of: BTreeMap<ObjId, Vec<String>>,
    /// The container that the shortest path to an object comes from, and how it goes on from there.
    within: BTreeMap<ObjId, (ObjId, String)>,
}

impl Paths {
    /// The paths of a step: those of the running call first, then those of the script's own names,
    /// then those of the calls that wait, the newest first.
    pub(super) fn at(trace: &Trace, state: &State) -> Paths {
        let mut paths = Paths::default();
        let mut open: VecDeque<Way> = VecDeque::new();
        let running = state.frames.last();
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        let others = state.others.iter().flat_map(|stack| &stack.frames);
        let frames = in_order(&state.frames).into_iter().chain(others);
        for frame in frames {
            let is_running = running.is_some_and(|running| std::ptr::eq(running, frame));
            let is_global = frame.is_module(&trace.symbols) && frame.file == FileId(0);
            for name in &frame.names {
                let text = trace.symbols.text(name.name);
                let is_cells = matches!(name.kind, NameKind::Cell | NameKind::Free);
                let is_own = name.kind != NameKind::Stack
                    && !frame.is_compilers(name, &trace.symbols, state)
                    && !(is_cells && text.starts_with("__"));
                if !is_own {
                    continue;
                }
                let path = match (is_running, is_global) {
                    (true, _) => text.to_owned(),
                    (_, true) if !taken.contains(text) => text.to_owned(),
                    (_, true) => format!("the script's {text}"),
                    _ => format!("{text} of {}", frame.in_words(&trace.symbols)),
                };
                if is_running {
                    taken.insert(text);
                }
                // A cell stands for its variable.
                let to = match name.kind {
                    NameKind::Cell | NameKind::Free => content_of_cell(state, name.to),
                    _ => Some(name.to),
                };
                if let Some(to) = to {
                    open.push_back(Way::of_name(to, path));
                }
            }
        }
        paths.follow(trace, state, open);
        paths
    }

    fn follow(&mut self, trace: &Trace, state: &State, mut open: VecDeque<Way>) {
        while let Some(way) = open.pop_front() {
            let path = self.text(&way);
            let Way { to: id, depth, .. } = way;
            let known = self.of.entry(id).or_default();
            let is_new = known.is_empty();
            if known.len() < MOST_PATHS && !known.contains(&path) {
                known.push(path.clone());
            }
            if !is_new || depth == DEEPEST || self.of.len() > MOST_OBJECTS {
                continue;
            }
            if let Some((owner, step)) = way.owner.zip(path.strip_prefix(way.from.as_str())) {
                self.within.insert(id, (owner, step.to_owned()));
            }
            let leads_on = !matches!(
                trace.object(id).kind,
                Kind::Module | Kind::Function | Kind::Frame | Kind::Traceback | Kind::Atom
            );
            let Some(object) = state.heap.get(&id).filter(|_| leads_on) else {
                continue;
            };
            let is_library = is_of_library(&object.refs, trace);
            let is_container = matches!(
                trace.object(id).kind,
                Kind::Sequence | Kind::Mapping | Kind::Set
            );
            // The few first ones of a long list are enough.
            let mut key = None;
            for reference in object.refs.iter().take(200) {
                if let Label::Key(_) = reference.label {
                    key = Some(reference.to);
                    continue;
                }
                let key = key.take();
                // What the library keeps for itself is nobody's way to an object.
                if is_library
                    && matches!(reference.label, Label::Attr(name) if trace.symbols.text(name).starts_with('_'))
                {
                    continue;
                }
                if let Some(step) = suffix(reference.label, trace) {
                    open.push_back(Way {
                        to: reference.to,
                        owner: is_container.then_some(id),
                        from: path.clone(),
                        step,
                        key,
                        depth: depth + 1,
                    });
                }
            }
        }
    }

    /// A way in words. What a key that is an object is called shows only when it has been come to.
    fn text(&self, way: &Way) -> String {
        let is_object = way.step.starts_with("[<");
        match way
            .key
            .filter(|_| is_object)
            .and_then(|key| self.first(key))
        {
            Some(key) => format!("{}[{key}]", way.from),
            None => format!("{}{}", way.from, way.step),
        }
    }

    /// The shortest path to an object.
    pub(super) fn first(&self, id: ObjId) -> Option<&str> {
        self.of.get(&id)?.first().map(String::as_str)
    }

    /// Paths to an object beside the shortest, also by other names of the containers that it is in.
    pub(super) fn others(&self, id: ObjId) -> Vec<String> {
        let mut others = Vec::new();
        let (mut at, mut rest) = (id, String::new());
        loop {
            let known = self.all(at).iter().skip(1);
            others.extend(known.map(|path| format!("{path}{rest}")));
            let Some((owner, step)) = self.within.get(&at) else {
                return others;
            };
            rest = format!("{step}{rest}");
            at = *owner;
        }
    }

    /// Some paths to an object, the shortest first.
    pub(super) fn all(&self, id: ObjId) -> &[String] {
        self.of.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// A reference that is to be followed.
struct Way {
    to: ObjId,
    /// What the reference is in, where that is a container.
    owner: Option<ObjId>,
    /// The path to its owner.
    from: String,
    /// How it goes on from there.
    step: String,
    /// The key, where it is an entry of a dict.
    key: Option<ObjId>,
    depth: usize,
}

impl Way {
    fn of_name(to: ObjId, name: String) -> Way {
        Way {
            to,
            owner: None,
            from: name,
            step: String::new(),
            key: None,
            depth: 0,
        }
    }
}

/// Call frames, the running one first, then the script's, then the others from the newest on.
fn in_order(frames: &[CallFrame]) -> Vec<&CallFrame> {
    let mut all: Vec<&CallFrame> = frames.iter().collect();
    all.reverse();
    if all.len() > 2 {
        let script = all.pop();
        all.splice(1..1, script);
    }
    all
}

/// Whether these are the references of an instance of a class of the library's.
pub(super) fn is_of_library(refs: &[Reference], trace: &Trace) -> bool {
    class_of(refs, trace).is_some_and(|class| trace.object(class).born.is_none())
}

/// Whether these are the references of an instance of a class of the program's.
pub(super) fn is_of_program(refs: &[Reference], trace: &Trace) -> bool {
    class_of(refs, trace).is_some_and(|class| trace.object(class).born.is_some())
}

/// The class of an instance of one that is written in Python.
pub(super) fn class_of(refs: &[Reference], trace: &Trace) -> Option<ObjId> {
    let is_class = |one: &&Reference| match one.label {
        Label::Named(name) => trace.symbols.text(name) == "__class__",
        _ => false,
    };
    Some(refs.iter().find(is_class)?.to)
}

/// What the cell of a variable holds.
pub(super) fn content_of_cell(state: &State, cell: ObjId) -> Option<ObjId> {
    let refs = &state.heap.get(&cell)?.refs;
    Some(refs.first()?.to)
}

/// How a reference goes on with a path; `None` where Python has no words for it.
pub(super) fn suffix(label: Label, trace: &Trace) -> Option<String> {
    match label {
        Label::Index(place) => Some(format!("[{place}]")),
        Label::Value(key) => Some(format!("[{}]", trace.symbols.text(key))),
        Label::Attr(name) => Some(format!(".{}", trace.symbols.text(name))),
        _ => None,
    }
}
