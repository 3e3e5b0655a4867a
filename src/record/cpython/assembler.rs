//! Makes a recording of what the agent says.

use super::ending::Left;
use super::opcodes::Opcodes;
use super::values;
use super::wire::{Reader, Value, label, tag};
use crate::record::run::Exit;
use crate::record::text::{between, take_complete};
use crate::trace::{
    AtExit, Builder, CallFrame, Cause, Collection, Count, Death, End, Event, FileId, Incident,
    Kind, Knowledge, Label, Moment, ObjId, ObjectInfo, ObjectState, ReadText, Record, Reference,
    Run, SourceFile, Stacks, StepHead, Symbol, ThreadStack,
};
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the program's files stand, and how the user names that place.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub folder: PathBuf,
    pub shown: PathBuf,
    /// A file name that is no path, and its source.
    pub inline: Option<(String, String)>,
}

/// Records, one behind the other, that are to be taken further.
#[derive(Clone, Default)]
struct Records(Arc<Mutex<Vec<u8>>>);

impl Records {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Records {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A code object of the program's own.
pub(super) struct Code {
    pub file: FileId,
    pub name: Symbol,
    pub qualified: Symbol,
    pub class_body: bool,
}

/// Puts the agent's messages together.
pub(crate) struct Assembler {
    bytes: Vec<u8>,
    records: Records,
    builder: Builder,
    place: Place,
    /// Its instructions, where steps are instructions.
    opcodes: Opcodes,
    pub(super) files: Vec<SourceFile>,
    values: Vec<Value>,
    pub(super) codes: Vec<Code>,
    /// What native code is called that a function has called, by the function's name.
    pub(super) native_calls: HashMap<Symbol, Symbol>,
    /// Serials of the trace's by the agent's, which count from 1.
    ids: Vec<ObjId>,
    allocated: Vec<(u64, ObjId)>,
    freed: Vec<ObjId>,
    incidents: Vec<(Incident, ObjId)>,
    collections: Vec<Collection>,
    /// Objects whose finalizers the collector has called in the run under way.
    finalized: Vec<ObjId>,
    running_line: u32,
    frames: Vec<CallFrame>,
    others: Vec<ThreadStack>,
    /// What was written and is no whole character yet.
    written: [Vec<u8>; 2],
    left: Option<Left>,
    /// The last step has been taken.
    is_through: bool,
    at_exit: AtExit,
    /// Why nothing more can be understood.
    failed: Option<String>,
    /// What stands in the place of a count that is not told.
    uncounted: Count,
    out_of_reach: Vec<ObjId>,
}

impl Assembler {
    pub(crate) fn new(run: Run, place: Place, opcodes: Opcodes) -> io::Result<Assembler> {
        let records = Records::default();
        let uncounted = match run.knowledge {
            Knowledge::Lives => Count::Immortal,
            Knowledge::Reachable => Count::Unknown,
        };
        Ok(Assembler {
            bytes: Vec::new(),
            builder: Builder::new(run, Box::new(records.clone()))?,
            records,
            place,
            opcodes,
            files: Vec::new(),
            values: Vec::new(),
            codes: Vec::new(),
            native_calls: HashMap::new(),
            ids: Vec::new(),
            allocated: Vec::new(),
            freed: Vec::new(),
            incidents: Vec::new(),
            collections: Vec::new(),
            finalized: Vec::new(),
            running_line: 0,
            frames: Vec::new(),
            others: Vec::new(),
            written: [Vec::new(), Vec::new()],
            left: None,
            is_through: false,
            at_exit: AtExit::default(),
            failed: None,
            uncounted,
            out_of_reach: Vec::new(),
        })
    }

    /// Takes the next bytes of the agent's, however they are cut. Returns the bytes of the records
    /// that are whole.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.bytes.extend_from_slice(bytes);
        let all = std::mem::take(&mut self.bytes);
        let mut rest = &all[..];
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let Some((message, after)) =
                after.split_at_checked(u32::from_le_bytes(*length) as usize)
            else {
                break;
            };
            rest = after;
            if self.failed.is_some() {
                continue;
            }
            let understood = self.message(message);
            if let Err(error) = understood {
                self.fail(&error.to_string());
            }
        }
        self.bytes = rest.to_vec();
        self.records.take()
    }

    fn fail(&mut self, why: &str) {
        self.failed = Some(why.to_owned());
        // The records go to memory.
        let _ = self.builder.send(&Record::Failed(why.to_owned()));
    }

    fn message(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut message = Reader::new(bytes);
        let kind = message.byte();
        let done = self.understand(kind, &mut message);
        match message.is_whole() {
            true => done,
            false => Err(io::Error::other("a message of the agent's is damaged")),
        }
    }

    fn understand(&mut self, kind: u8, message: &mut Reader<'_>) -> io::Result<()> {
        match kind {
            tag::FAILED => {
                let why = message.text();
                self.fail(&why);
            }
            tag::FILE => self.file(&message.text()),
            tag::VALUE => self.values.push(message.value()),
            tag::CODE => self.code(message),
            tag::OBJECT => self.object(message),
            tag::STATE => self.state(message),
            tag::DIED => self.died(message),
            tag::INCIDENT => {
                let incident = match message.byte() {
                    0 => Incident::Finalizer,
                    1 => Incident::Close,
                    _ => Incident::CollectorFinalizer,
                };
                if let Some(id) = self.id(message.number()) {
                    if incident == Incident::CollectorFinalizer {
                        self.finalized.push(id);
                    }
                    self.incidents.push((incident, id));
                }
            }
            tag::STEP => return self.step(message),
            tag::LIMIT => {
                let what = match message.is_empty() {
                    true => "steps".to_owned(),
                    false => message.text(),
                };
                return self.builder.send(&Record::Limit(what));
            }
            tag::LEFT => self.left = Some(self.leaving(message)),
            tag::COLLECTION => self.collection(message),
            tag::WRITTEN => {
                let stream = message.number();
                let text = String::from_utf8_lossy(message.bytes()).into_owned();
                match stream {
                    1 => self.at_exit.stdout.push_str(&text),
                    _ => self.at_exit.stderr.push_str(&text),
                }
            }
            // What is told of the interpreter is known already.
            _ => {}
        }
        Ok(())
    }

    fn file(&mut self, path: &str) {
        let inline = self.place.inline.as_ref().filter(|(name, _)| name == path);
        let file = match inline {
            Some((name, source)) => SourceFile {
                path: name.clone(),
                text: source.clone(),
            },
            None => {
                let inside = Path::new(path).strip_prefix(&self.place.folder);
                let shown = inside.map(|inside| self.place.shown.join(inside));
                let shown = shown.unwrap_or_else(|_| PathBuf::from(path));
                let bytes = std::fs::read(path).unwrap_or_default();
                SourceFile {
                    path: shown.to_string_lossy().into_owned(),
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                }
            }
        };
        self.files.push(file);
    }

    fn code(&mut self, message: &mut Reader<'_>) {
        const OPTIMIZED: u64 = 1;
        let file = FileId(message.option().unwrap_or(0) as u16);
        let name = message.text();
        let qualified = message.text();
        let _first_line = message.number();
        let flags = message.number();
        let symbol = self.builder.symbols.intern(&name);
        let call = format!("native code that {name} has called");
        let call = self.builder.symbols.intern(&call);
        self.native_calls.insert(symbol, call);
        self.codes.push(Code {
            file,
            class_body: flags & OPTIMIZED == 0 && name != "<module>",
            name: symbol,
            qualified: self.builder.symbols.intern(&qualified),
        });
    }

    pub(super) fn id(&self, serial: u64) -> Option<ObjId> {
        self.ids.get((serial as usize).checked_sub(1)?).copied()
    }

    fn value(&self, number: u64) -> &Value {
        const NOTHING: &Value = &Value::None;
        self.values.get(number as usize).unwrap_or(NOTHING)
    }

    pub(super) fn name(&mut self, number: u64) -> Symbol {
        let text = values::key(self.value(number));
        self.builder.symbols.intern(&text)
    }

    /// The step under way, and the line that runs.
    fn now(&self) -> Moment {
        Moment {
            step: self.builder.steps() as u32 + 1,
            line: self.running_line,
        }
    }

    fn object(&mut self, message: &mut Reader<'_>) {
        let address = message.number();
        let kind = kind_of(message.byte());
        let type_name = self.name(message.number());
        let birth = message.option();
        let immortal = message.byte() != 0;
        let constant_of = message.number() as u32;
        let now = self.now();
        let birth = birth.filter(|_| now.step > 1);
        let id = self.builder.register(ObjectInfo {
            type_name,
            kind,
            address,
            size: None,
            immortal,
            kept: None,
            constant_of,
            place: None,
            born: birth.map(|_| now),
            died: None,
        });
        self.ids.push(id);
        if let Some(order) = birth {
            self.allocated.push((order, id));
        }
    }

    fn state(&mut self, message: &mut Reader<'_>) {
        let serial = message.number();
        let info = self.id(serial).and_then(|id| self.builder.info(id));
        let is_eternal = info.is_some_and(|info| info.immortal);
        let refcount = match message.option() {
            None if is_eternal => Count::Immortal,
            Some(count) => Count::Of(u32::try_from(count).unwrap_or(u32::MAX)),
            None => self.uncounted,
        };
        let is_whole = message.byte() != 0;
        let Some(id) = self.id(serial) else { return };
        if !is_whole {
            if let Some(state) = self.builder.state(id) {
                let state = ObjectState {
                    refcount,
                    ..state.clone()
                };
                self.builder.update(id, state);
            }
            return;
        }
        let value = message
            .option()
            .map(|number| values::atom(self.value(number)));
        let name = message.option().map(|number| self.name(number));
        let size = message.option().and_then(|size| u32::try_from(size).ok());
        let count = message.length();
        let mut refs = Vec::with_capacity(count);
        for _ in 0..count {
            let kind = message.byte();
            let argument = message.number();
            let to = message.number();
            let weak = message.byte() != 0;
            let label = self.label(kind, argument);
            if let Some(to) = self.id(to) {
                refs.push(Reference { label, to, weak });
            }
        }
        let was_weak = |state: &ObjectState| state.refs.iter().any(|one| one.weak);
        if self.builder.state(id).is_some_and(was_weak) && !refs.iter().any(|one| one.weak) {
            self.incidents.push((Incident::WeakReferenceCleared, id));
        }
        let state = ObjectState {
            refcount,
            // The agent does not look through the collector's lists at each step.
            generation: None,
            true_length: value.as_ref().and_then(|value| value.true_length),
            value: value.map(|value| self.builder.symbols.intern(&value.text)),
            name,
            size,
            refs,
        };
        self.builder.update(id, state);
    }

    fn label(&mut self, kind: u8, argument: u64) -> Label {
        let place = argument as u32;
        match kind {
            label::INDEX => Label::Index(place),
            label::VALUE => Label::Value(self.name(argument)),
            label::KEY => Label::Key(self.name(argument)),
            label::ATTR => Label::Attr(self.name(argument)),
            label::ELEMENT => Label::Element,
            label::CELL => Label::Cell(self.name(argument)),
            label::DEFAULT => Label::Default(place),
            label::KW_DEFAULT => Label::KwDefault(self.name(argument)),
            label::CLOSURE => Label::Closure(place),
            label::NAMED => Label::Named(self.name(argument)),
            _ => Label::Referent(place),
        }
    }

    fn died(&mut self, message: &mut Reader<'_>) {
        let Some(id) = self.id(message.number()) else {
            return;
        };
        let cause = match message.byte() {
            0 => Cause::RefCount,
            1 => Cause::Collector,
            2 => Cause::OutOfReach,
            _ => Cause::Unknown,
        };
        if self.is_through {
            self.at_exit.freed.push(id);
            return;
        }
        let at = self.now();
        self.builder.died(id, Death { at, cause });
        match cause {
            Cause::OutOfReach => self.out_of_reach.push(id),
            _ => self.freed.push(id),
        }
    }

    fn collection(&mut self, message: &mut Reader<'_>) {
        const FREED: u8 = 1;
        const ALIVE: u8 = 2;
        let mut run = Collection {
            generation: message.number() as u8,
            automatic: message.byte() != 0,
            ..Collection::default()
        };
        for _ in 0..message.length() {
            let id = self.id(message.number());
            let (count, left) = (message.number() as u32, message.number() as u32);
            let found = message.byte();
            let Some(id) = id else { continue };
            run.candidates.push(id);
            run.counts.push((id, count));
            run.gc_refs.push((id, left));
            match found {
                FREED => run.collected.push(id),
                ALIVE => run.resurrected.push(id),
                _ => continue,
            }
            run.unreachable.push(id);
        }
        for _ in 0..message.length() {
            run.weakrefs_cleared.extend(self.id(message.number()));
        }
        run.finalized = std::mem::take(&mut self.finalized);
        for id in &run.resurrected {
            if run.finalized.contains(id) {
                self.incidents.push((Incident::Resurrection, *id));
            }
        }
        self.collections.push(run);
    }

    /// What was written to a stream, as far as its characters are whole.
    fn written(&mut self, stream: usize, bytes: &[u8]) -> String {
        self.written[stream].extend_from_slice(bytes);
        take_complete(&mut self.written[stream])
    }

    /// What was read from standard input, beside what was written and no step has told yet.
    fn read(&self, message: &mut Reader<'_>, output: &[u8]) -> Vec<ReadText> {
        let before = self.written[0].len();
        let mut read: Vec<(usize, String)> = (0..message.length())
            .map(|_| (before + message.number() as usize, message.text()))
            .collect();
        match read.is_empty() {
            true => Vec::new(),
            false => between(&[&self.written[0], output].concat(), &mut read),
        }
    }

    fn step(&mut self, message: &mut Reader<'_>) -> io::Result<()> {
        let event = event_of(message.byte());
        let file = FileId(message.number() as u16);
        let line = message.number() as u32;
        let ran = message.option().map(|line| line as u32);
        let thread = message.option().map(|thread| thread as u32);
        let offset = message.option().map(|offset| offset as u32);
        let opcode = message.option();
        let opcode = opcode.and_then(|opcode| self.opcodes.name(opcode));
        let opcode = opcode.map(|name| self.builder.symbols.intern(name));
        let columns = (message.option(), message.option());
        let suppresses_context = message.byte() != 0;
        let before = std::mem::take(&mut self.frames);
        let frames = self.frames(message, &before);
        let count = message.length();
        let mut others = Vec::with_capacity(count);
        for _ in 0..count {
            let thread = message.number() as u32;
            let frames = self.frames(message, &[]);
            others.push(ThreadStack { thread, frames });
        }
        let held = self.held(message);
        let output = message.bytes();
        let errors = message.bytes();
        let stdin = self.read(message, output);
        let stdout = self.written(0, output);
        let stderr = self.written(1, errors);
        let kept = before.iter().zip(&frames);
        let kept = kept.take_while(|(old, new)| old == new).count();
        self.allocated.sort_unstable();
        let empty = self.builder.symbols.intern("");
        let head = StepHead {
            event,
            file,
            function: frames.last().map_or(empty, |frame| frame.function),
            line,
            ran,
            opcode,
            columns: match columns {
                (Some(first), Some(last)) => Some((first as u32, last as u32)),
                _ => None,
            },
            offset: offset.filter(|_| event != Event::Exit),
            suppresses_context,
            raised_again: Vec::new(),
            stdout,
            stderr,
            stdin,
            thread,
            allocated: std::mem::take(&mut self.allocated)
                .into_iter()
                .map(|(_, id)| id)
                .collect(),
            freed: std::mem::take(&mut self.freed),
            out_of_reach: std::mem::take(&mut self.out_of_reach),
            incidents: std::mem::take(&mut self.incidents),
            collections: std::mem::take(&mut self.collections),
            held,
        };
        let stacks = Stacks {
            kept: kept as u32,
            frames: frames[kept..].to_vec(),
            others: (others != self.others).then(|| others.clone()),
        };
        self.builder.files(&self.files)?;
        self.builder.step(head, stacks)?;
        let after = match event {
            event if event.leaves() => frames.iter().rev().nth(1),
            _ => frames.last(),
        };
        self.running_line = match event {
            Event::Line => line,
            _ => after.map_or(line, |frame| frame.line),
        };
        self.is_through = event == Event::Exit;
        self.frames = frames;
        self.others = others;
        Ok(())
    }

    /// Ends the recording of a process that has ended. Returns the bytes of the last records.
    pub(crate) fn end(&mut self, exit: Exit, has_reached_limit: bool) -> Vec<u8> {
        let line = self.running_line;
        if !has_reached_limit && self.failed.is_none() && self.builder.steps() > 0 {
            let outcome = self.left.take().and_then(|left| left.outcome(exit));
            if let Some(outcome) = outcome {
                let end = Record::End(End {
                    outcome,
                    exit_code: exit.code(),
                    at_exit: std::mem::take(&mut self.at_exit),
                    line,
                });
                // The records go to memory.
                let _ = self.builder.send(&end);
            }
        }
        self.records.take()
    }
}

fn event_of(number: u8) -> Event {
    match number {
        0 => Event::Call,
        1 => Event::Resume,
        2 => Event::Throw,
        3 => Event::Line,
        4 => Event::Return,
        5 => Event::Yield,
        6 => Event::Unwind,
        7 => Event::Exception,
        8 => Event::Instruction,
        _ => Event::Exit,
    }
}

fn kind_of(number: u8) -> Kind {
    const ALL: [Kind; 18] = [
        Kind::Atom,
        Kind::Sequence,
        Kind::Mapping,
        Kind::Set,
        Kind::Instance,
        Kind::Class,
        Kind::Function,
        Kind::Method,
        Kind::Cell,
        Kind::Generator,
        Kind::Frame,
        Kind::Exception,
        Kind::Traceback,
        Kind::Module,
        Kind::Namespace,
        Kind::WeakRef,
        Kind::Iterator,
        Kind::Other,
    ];
    ALL.get(usize::from(number)).copied().unwrap_or(Kind::Other)
}
