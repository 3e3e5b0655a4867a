//! What the program itself would call an object: `root.left`, `rows[0]`, `count`.

use crate::trace::{CallFrame, FileId, Kind, Label, NameKind, ObjId, Reference, State, Trace};
use rustc_hash::FxHashMap;
use std::cell::OnceCell;
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write;

/// References from a name at most.
const DEEPEST: usize = 4;
/// Objects that are gone through at most: a caption is not worth more.
const MOST_OBJECTS: usize = 2_000;
/// Paths to one object that are kept.
const MOST_PATHS: usize = 4;

/// The shortest paths from names to objects at one step, the shortest first. Few of them are ever
/// asked for: what is kept is how each goes on from another, and its text is put together then.
#[derive(Debug, Default)]
pub(super) struct Paths {
    of: FxHashMap<ObjId, Known>,
    parts: Vec<Part>,
}

/// The last part of a path.
#[derive(Debug)]
enum Part {
    Name(String),
    /// It goes on from another path.
    Step(usize, Label),
}

/// A path: its last part, and what its text is told from others by.
#[derive(Debug, Clone, Copy)]
struct Path {
    last: usize,
    length: usize,
    hash: u64,
}

/// The paths to an object.
#[derive(Debug, Default)]
struct Known {
    paths: Vec<Path>,
    texts: OnceCell<Vec<String>>,
}

impl Path {
    /// The path that a text added to this one makes.
    fn with(self, last: usize, text: &str) -> Path {
        let add = |hash: u64, byte: u8| hash.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte);
        Path {
            last,
            length: self.length + text.len(),
            hash: text.bytes().fold(self.hash, add),
        }
    }
}

const NOTHING: Path = Path {
    last: 0,
    length: 0,
    hash: 0xcbf2_9ce4_8422_2325,
};

impl Paths {
    /// The paths of a step: those of the running call first, then those of the script's own names,
    /// then those of the calls that wait, the newest first.
    pub(super) fn at(trace: &Trace, state: &State) -> Paths {
        let mut paths = Paths::default();
        let mut open = VecDeque::new();
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
                    let one = NOTHING.with(paths.parts.len(), &path);
                    paths.parts.push(Part::Name(path));
                    open.push_back((to, one, 0));
                }
            }
        }
        paths.follow(trace, state, open);
        paths
    }

    fn follow(&mut self, trace: &Trace, state: &State, mut open: VecDeque<(ObjId, Path, usize)>) {
        let mut step = String::new();
        while let Some((id, path, depth)) = open.pop_front() {
            let known = self.of.entry(id).or_default();
            let is_new = known.paths.is_empty();
            if known.paths.len() < MOST_PATHS {
                let mut alike = known
                    .paths
                    .iter()
                    .filter(|one| (one.length, one.hash) == (path.length, path.hash));
                let parts = &self.parts;
                if !alike.any(|one| text(parts, one.last, trace) == text(parts, path.last, trace)) {
                    known.paths.push(path);
                }
            }
            if !is_new || depth == DEEPEST || self.of.len() > MOST_OBJECTS {
                continue;
            }
            let leads_on = !matches!(
                trace.object(id).kind,
                Kind::Module | Kind::Function | Kind::Frame | Kind::Traceback | Kind::Atom
            );
            let Some(object) = state.heap.get(&id).filter(|_| leads_on) else {
                continue;
            };
            let is_library = is_of_library(&object.refs, trace);
            // The few first ones of a long list are enough.
            for reference in object.refs.iter().take(200) {
                // What the library keeps for itself is nobody's way to an object.
                if is_library
                    && matches!(reference.label, Label::Attr(name) if trace.symbols.text(name).starts_with('_'))
                {
                    continue;
                }
                step.clear();
                if push_suffix(&mut step, reference.label, trace) {
                    let longer = path.with(self.parts.len(), &step);
                    self.parts.push(Part::Step(path.last, reference.label));
                    open.push_back((reference.to, longer, depth + 1));
                }
            }
        }
    }

    /// The shortest path to an object.
    pub(super) fn first(&self, id: ObjId, trace: &Trace) -> Option<&str> {
        self.all(id, trace).first().map(String::as_str)
    }

    /// Some paths to an object, the shortest first.
    pub(super) fn all(&self, id: ObjId, trace: &Trace) -> &[String] {
        let Some(known) = self.of.get(&id) else {
            return &[];
        };
        known.texts.get_or_init(|| {
            let paths = known.paths.iter();
            paths
                .map(|one| text(&self.parts, one.last, trace))
                .collect()
        })
    }
}

/// The path that ends with a part.
fn text(parts: &[Part], last: usize, trace: &Trace) -> String {
    match &parts[last] {
        Part::Name(name) => name.clone(),
        Part::Step(before, label) => {
            let mut path = text(parts, *before, trace);
            push_suffix(&mut path, *label, trace);
            path
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
    let mut suffix = String::new();
    push_suffix(&mut suffix, label, trace).then_some(suffix)
}

/// Adds that to a path; says whether there are words for it.
fn push_suffix(path: &mut String, label: Label, trace: &Trace) -> bool {
    match label {
        Label::Index(place) => {
            // Writing to a string does not fail.
            let _ = write!(path, "[{place}]");
        }
        Label::Value(key) => {
            path.push('[');
            path.push_str(trace.symbols.text(key));
            path.push(']');
        }
        Label::Attr(name) => {
            path.push('.');
            path.push_str(trace.symbols.text(name));
        }
        _ => return false,
    }
    true
}
