//! Memory for the page: what each step changes about objects, call frames and their owners.

use super::texts::Texts;
use crate::analyse::{Ledger, Source, ledger};
use crate::narrate::raised_before;
use crate::trace::{
    CallFrame, Cause, Collection, Count, Event, Granularity, Kind, Label, Name, NameKind, ObjId,
    ObjectChange, ObjectState, Reference, Replay, RootKind, State, Step, Symbol, Symbols, Trace,
};
use crate::view::Calls;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Stands for "none" where a number is wanted.
const NONE: i64 = -1;
/// In the place of a count that nobody knows.
const UNKNOWN: i64 = -2;

/// An object over the whole run: type, kind, address, birth and death.
#[derive(Debug, Serialize)]
pub(super) struct ObjectEntry(
    u32,
    &'static str,
    String,
    /// Step and line of its birth; step 0 for what is older than the recording.
    (u32, u32),
    /// Step, line and cause of its death.
    Option<(u32, u32, &'static str)>,
);

/// All objects, by serial.
pub(super) fn objects(trace: &Trace, texts: &mut Texts) -> Vec<ObjectEntry> {
    let entry = |object: &crate::trace::ObjectInfo| {
        let died = object.died.map(|death| {
            let cause = match death.cause {
                Cause::RefCount => "refcount",
                Cause::Collector => "collector",
                Cause::Exit => "exit",
                Cause::Unknown => "unknown",
                Cause::OutOfReach => "lost",
            };
            (death.at.step, death.at.line, cause)
        });
        ObjectEntry(
            texts.intern(trace.symbols.text(object.type_name)),
            kind_name(object.kind),
            format!("{:#x}", object.address),
            object.born.map_or((0, 0), |born| (born.step, born.line)),
            died,
        )
    };
    trace.objects.iter().map(entry).collect()
}

/// The kinds that the page tells apart.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Atom => "atom",
        Kind::Frame => "frame",
        Kind::Traceback => "traceback",
        Kind::Exception => "exception",
        Kind::Namespace => "namespace",
        Kind::Module => "module",
        Kind::Class => "class",
        Kind::Function => "function",
        _ => "",
    }
}

/// Where the program is, and what happened.
#[derive(Debug, Serialize)]
pub(super) struct Head {
    event: &'static str,
    file: u16,
    function: u32,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    ran: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opcode: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<u32>,
    /// What was printed since the step before.
    #[serde(skip_serializing_if = "String::is_empty")]
    out: String,
    /// What was written to standard error since.
    #[serde(skip_serializing_if = "String::is_empty")]
    err: String,
    /// What was printed, and between it what was read from standard input (`true`), where anything was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    terminal: Vec<(String, bool)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    born: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    freed: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gc: Vec<CollectorRun>,
    /// An exception is raised that was raised before.
    #[serde(skip_serializing_if = "is_false")]
    again: bool,
    /// A generator or coroutine goes on.
    #[serde(skip_serializing_if = "is_false")]
    resumed: bool,
    /// What is being handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    handled: Option<u32>,
    /// The exception that is on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    raised: Option<u32>,
}

#[derive(Debug, Serialize)]
struct CollectorRun {
    generation: u8,
    automatic: bool,
    candidates: Vec<u32>,
    counts: Vec<(u32, u32)>,
    gc_refs: Vec<(u32, u32)>,
    unreachable: Vec<u32>,
    cleared: Vec<u32>,
    finalized: Vec<u32>,
    resurrected: Vec<u32>,
    collected: Vec<u32>,
}

/// What is to be known of a reference beside its label: bits of the third number.
const WEAK: u32 = 1;
/// A dict's key, which its value's label shows.
const KEY: u32 = 2;
/// What a frame object holds beside the variables of its call.
const NO_VARIABLE: u32 = 4;
/// The kind of a name that is the compiler's own, behind those of [`NameKind`].
const COMPILERS: u32 = 5;

/// References, flat: label, object, bits; and so on.
type FlatRefs = Vec<u32>;

/// An object that is there now: serial, count, generation, value, name, length, size, references.
#[derive(Debug, Serialize)]
struct Entered(u32, i64, i64, i64, i64, Option<u64>, i64, FlatRefs);

#[derive(Debug, Default, Serialize)]
struct Changed {
    id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<i64>,
    /// How many references stay at the start and at the end, and what stands between.
    #[serde(skip_serializing_if = "Option::is_none")]
    refs: Option<(u32, u32, FlatRefs)>,
}

/// A call frame. Names are flat: name, kind, object; and so on. `keep` and `tail` say how many
/// names of the same call at the step before stay at the start and at the end.
#[derive(Debug, Serialize)]
struct FrameEntry {
    call: u32,
    thread: u32,
    /// The thread's name, beside the first one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    named: Option<u32>,
    function: u32,
    file: u16,
    line: u32,
    /// The body of a class runs in it.
    #[serde(skip_serializing_if = "is_false")]
    body: bool,
    /// The body of a module runs in it.
    #[serde(skip_serializing_if = "is_false")]
    module: bool,
    #[serde(skip_serializing_if = "is_zero")]
    keep: u32,
    #[serde(skip_serializing_if = "is_zero")]
    tail: u32,
    names: Vec<u32>,
}

fn is_false(it: &bool) -> bool {
    !it
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What has changed in memory since the step before.
#[derive(Debug, Serialize)]
pub(super) struct MemoryChange {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    enter: Vec<Entered>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    change: Vec<Changed>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    leave: Vec<u32>,
    /// How many of the oldest call frames are as they were, and what stands above them.
    kept: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    frames: Vec<FrameEntry>,
    /// What the interpreter itself holds of an object, by name: the object, then the names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    held: Vec<Vec<u32>>,
    /// Objects that are out of reach now, and that are within reach again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lost: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    found: Vec<u32>,
    /// Living objects of the program, and their bytes.
    living: u32,
    bytes: u64,
}

/// A call under way, as its program sees it.
#[derive(Debug, PartialEq, Eq)]
struct Running {
    call: u32,
    thread: u32,
    /// The thread's name, beside the first one's.
    named: Option<String>,
    frame: CallFrame,
}

/// Goes through the run and says what each step changes.
#[derive(Debug)]
pub(super) struct Memory<'t> {
    trace: &'t Trace,
    replay: Replay<'t>,
    calls: Calls,
    frames: Vec<Running>,
    held: BTreeMap<ObjId, Vec<u32>>,
    lost: BTreeSet<ObjId>,
}

impl<'t> Memory<'t> {
    pub(super) fn new(trace: &'t Trace) -> Memory<'t> {
        Memory {
            trace,
            replay: trace.replay(),
            calls: Calls::default(),
            frames: Vec::new(),
            held: BTreeMap::new(),
            lost: BTreeSet::new(),
        }
    }

    /// The next step: its number, where the program is, what it has changed.
    pub(super) fn next(&mut self, texts: &mut Texts) -> Option<(u32, Head, MemoryChange)> {
        let trace = self.trace;
        let (number, step, state) = self.replay.next()?;
        let granularity = trace.header.granularity;
        let ledger = ledger(state, &trace.objects, &step.head.held, granularity);
        let mut words = Words { trace, texts };
        let calls = self.calls.follow(step, state, &trace.symbols);
        let head = &step.head;
        let memory = crate::analyse::Words { trace, state, head };
        let frames: Vec<Running> = calls
            .iter()
            .map(|call| Running {
                call: call.number,
                thread: call.thread,
                named: memory.thread(call.thread),
                frame: shown(call.frame, granularity),
            })
            .collect();
        let (kept, frame_entries) = words.frames(&self.frames, &frames, state);
        self.frames = frames;
        let held = words.held(state, &ledger);
        let held_changes = changed_holders(&self.held, &held);
        self.held = held;
        let lost: BTreeSet<ObjId> = state
            .heap
            .keys()
            .copied()
            .filter(|id| !ledger.is_reachable(*id) && is_listed(trace, state, &ledger, *id))
            .collect();
        let (gone_dark, back) = (
            ids(lost.difference(&self.lost)),
            ids(self
                .lost
                .difference(&lost)
                .filter(|id| state.heap.contains_key(id))),
        );
        self.lost = lost;
        let (living, bytes) = totals(trace, state, &ledger);
        let change = MemoryChange {
            enter: words.entered(step),
            change: words.changed(step),
            leave: ids(&step.left),
            kept,
            frames: frame_entries,
            held: held_changes,
            lost: gone_dark,
            found: back,
            living,
            bytes,
        };
        Some((number, words.head(number, step), change))
    }
}

fn ids<'i>(list: impl IntoIterator<Item = &'i ObjId>) -> Vec<u32> {
    list.into_iter().map(|id| id.0).collect()
}

fn is_listed(trace: &Trace, state: &State, ledger: &Ledger, id: ObjId) -> bool {
    ledger.is_listed(id, trace.object(id), &state.heap[&id])
}

fn totals(trace: &Trace, state: &State, ledger: &Ledger) -> (u32, u64) {
    let mut totals = (0, 0);
    for (id, object) in &state.heap {
        if ledger.is_listed(*id, trace.object(*id), object) {
            totals.0 += 1;
            totals.1 += u64::from(object.size.unwrap_or(0));
        }
    }
    totals
}

/// A frame with the names that its program sees.
fn shown(frame: &CallFrame, granularity: Granularity) -> CallFrame {
    let mut frame = frame.clone();
    if granularity != Granularity::Instruction {
        frame.names.retain(|name| name.kind != NameKind::Stack);
    }
    frame
}

fn changed_holders(
    before: &BTreeMap<ObjId, Vec<u32>>,
    now: &BTreeMap<ObjId, Vec<u32>>,
) -> Vec<Vec<u32>> {
    let with = |id: &ObjId, labels: &[u32]| [&[id.0], labels].concat();
    let new = now
        .iter()
        .filter(|(id, labels)| before.get(id) != Some(labels))
        .map(|(id, labels)| with(id, labels));
    let gone = before
        .keys()
        .filter(|id| !now.contains_key(id))
        .map(|id| with(id, &[]));
    new.chain(gone).collect()
}

fn number(count: Count) -> i64 {
    match count {
        Count::Immortal => NONE,
        Count::Of(count) => i64::from(count),
        Count::Unknown => UNKNOWN,
    }
}

fn or_none(number: Option<impl Into<i64>>) -> i64 {
    number.map_or(NONE, Into::into)
}

/// Turns what the trace says into numbers of texts.
struct Words<'w> {
    trace: &'w Trace,
    texts: &'w mut Texts,
}

impl Words<'_> {
    fn symbol(&mut self, symbol: Symbol) -> u32 {
        self.texts.intern(self.trace.symbols.text(symbol))
    }

    fn optional(&mut self, symbol: Option<Symbol>) -> i64 {
        symbol.map_or(NONE, |symbol| i64::from(self.symbol(symbol)))
    }

    fn head(&mut self, number: u32, step: &Step) -> Head {
        let head = &step.head;
        let held = |by| head.held_as(by);
        let is_exception = |id: &ObjId| self.trace.object(*id).kind == Kind::Exception;
        // While one exception is handled another may be raised.
        let raised = held(RootKind::RaisedException).or(held(RootKind::UncaughtException));
        let (raised, handled) = (
            raised.filter(is_exception),
            held(RootKind::HandledException),
        );
        Head {
            event: head.event.name(),
            file: head.file.0,
            function: self.symbol(head.function),
            line: head.line,
            ran: match head.event {
                event if event.enters() || event == Event::Exit => None,
                _ => head.ran,
            },
            opcode: head.opcode.map(|opcode| self.symbol(opcode)),
            thread: head.thread,
            out: head.stdout.clone(),
            err: head.stderr.clone(),
            terminal: match head.stdin.is_empty() {
                true => Vec::new(),
                false => {
                    let pieces = head.terminal().into_iter();
                    pieces
                        .map(|(text, is_read)| (text.to_owned(), is_read))
                        .collect()
                }
            },
            born: ids(&head.allocated),
            freed: ids(&head.freed),
            gc: head.collections.iter().map(collector_run).collect(),
            again: head.event == Event::Exception && raised_before(self.trace, number),
            resumed: matches!(head.event, Event::Resume | Event::Throw),
            handled: handled.map(|id| id.0),
            raised: raised.map(|id| id.0),
        }
    }

    fn refs(&mut self, refs: &[Reference]) -> FlatRefs {
        let mut flat = Vec::with_capacity(3 * refs.len());
        for reference in refs {
            let label = reference.label.display(&self.trace.symbols);
            flat.extend([
                self.texts.intern(&label),
                reference.to.0,
                bits(reference, &self.trace.symbols),
            ]);
        }
        flat
    }

    fn entered(&mut self, step: &Step) -> Vec<Entered> {
        let mut entries = Vec::with_capacity(step.entered.len());
        for (id, object) in &step.entered {
            entries.push(self.entry(*id, object));
        }
        entries
    }

    fn entry(&mut self, id: ObjId, object: &ObjectState) -> Entered {
        Entered(
            id.0,
            number(object.refcount),
            or_none(object.generation),
            self.optional(object.value),
            self.optional(object.name),
            object.true_length,
            or_none(object.size),
            self.refs(&object.refs),
        )
    }

    fn changed(&mut self, step: &Step) -> Vec<Changed> {
        let mut entries = Vec::with_capacity(step.changed.len());
        for (id, change) in &step.changed {
            let ObjectChange {
                refcount,
                generation,
                value,
                name,
                size,
                refs,
            } = change;
            entries.push(Changed {
                id: id.0,
                count: refcount.map(number),
                generation: generation.map(or_none),
                value: value.map(|value| self.optional(value)),
                name: name.map(|name| self.optional(name)),
                size: size.map(or_none),
                refs: refs
                    .as_ref()
                    .map(|splice| (splice.keep, splice.tail, self.refs(&splice.put))),
            });
        }
        entries
    }

    fn names(&mut self, frame: &CallFrame, names: &[Name], state: &State) -> Vec<u32> {
        let mut flat = Vec::with_capacity(3 * names.len());
        for name in names {
            let kind = match frame.is_compilers(name, &self.trace.symbols, state) {
                true => COMPILERS,
                false => name.kind as u32,
            };
            flat.extend([self.symbol(name.name), kind, name.to.0]);
        }
        flat
    }

    /// The frames that are not as they were; of a call that goes on, the names that changed.
    fn frames(
        &mut self,
        before: &[Running],
        now: &[Running],
        state: &State,
    ) -> (u32, Vec<FrameEntry>) {
        let kept = before.iter().zip(now).take_while(|(a, b)| a == b).count();
        let mut entries = Vec::new();
        for (place, running) in now.iter().enumerate().skip(kept) {
            let frame = &running.frame;
            let old: &[Name] = match before.get(place) {
                Some(old) if old.call == running.call => &old.frame.names,
                _ => &[],
            };
            let new = &frame.names;
            let keep = old.iter().zip(new).take_while(|(a, b)| a == b).count();
            let (old_end, new_end) = (old[keep..].iter().rev(), new[keep..].iter().rev());
            let tail = old_end.zip(new_end).take_while(|(a, b)| a == b).count();
            entries.push(FrameEntry {
                call: running.call,
                thread: running.thread,
                named: running.named.as_deref().map(|name| self.texts.intern(name)),
                function: self.texts.intern(frame.shown_name(&self.trace.symbols)),
                file: frame.file.0,
                line: frame.line,
                body: frame.class_body,
                module: frame.is_module(&self.trace.symbols),
                keep: keep as u32,
                tail: tail as u32,
                names: self.names(frame, &new[keep..new.len() - tail], state),
            });
        }
        (kept as u32, entries)
    }

    /// What the interpreter itself holds, and what it calls it.
    fn held(&mut self, state: &State, ledger: &Ledger) -> BTreeMap<ObjId, Vec<u32>> {
        let mut held: BTreeMap<ObjId, Vec<u32>> = BTreeMap::new();
        for id in state.heap.keys() {
            for owner in ledger.owners(*id) {
                if owner.from == Source::Interpreter {
                    let label = owner.label.display(&self.trace.symbols);
                    held.entry(*id).or_default().push(self.texts.intern(&label));
                }
            }
        }
        held
    }
}

fn bits(reference: &Reference, symbols: &Symbols) -> u32 {
    let other = match reference.label {
        Label::Key(_) => KEY,
        Label::Named(name) if is_frames_own(symbols.text(name)) => NO_VARIABLE,
        _ => 0,
    };
    other | if reference.weak { WEAK } else { 0 }
}

/// Whether a frame object holds something under this label beside the variables of its call.
fn is_frames_own(label: &str) -> bool {
    label.starts_with("f_") || label == "function"
}

fn collector_run(run: &Collection) -> CollectorRun {
    CollectorRun {
        generation: run.generation,
        automatic: run.automatic,
        candidates: ids(&run.candidates),
        counts: run
            .counts
            .iter()
            .map(|(id, count)| (id.0, *count))
            .collect(),
        gc_refs: run.gc_refs.iter().map(|(id, left)| (id.0, *left)).collect(),
        unreachable: ids(&run.unreachable),
        cleared: ids(&run.weakrefs_cleared),
        finalized: ids(&run.finalized),
        resurrected: ids(&run.resurrected),
        collected: ids(&run.collected),
    }
}
