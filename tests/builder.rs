//! A trace made by hand, of an interpreter that does not exist: whatever watches a program can make one.

mod common;

use common::Folder;
use memviz::analyse::{Liveness, Target, Words, find, why};
use memviz::trace::{
    AtExit, Builder, CallFrame, Cause, Count, Death, Decoder, End, Event, FileId, Granularity,
    Incident, Kind, Knowledge, Label, LogWriter, Moment, Name, NameKind, ObjId, ObjectInfo,
    ObjectState, Outcome, Record, Reference, Run, SourceFile, Stacks, StepHead, TraceFile,
};
use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// Bytes that somebody else reads.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody fails").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Calls its boxes `crate` and its numbers `pebble`.
struct Toy {
    builder: Builder,
    line: u32,
    names: Vec<(&'static str, ObjId)>,
}

impl Toy {
    fn start(out: Shared) -> Toy {
        let run = Run {
            engine: "Toy".to_owned(),
            engine_version: "1".to_owned(),
            python: "0.1".to_owned(),
            script: "toy.py".to_owned(),
            granularity: Granularity::Line,
            knowledge: Knowledge::Lives,
        };
        let mut builder = Builder::new(run, Box::new(out)).expect("memory takes everything");
        let source = SourceFile {
            path: "toy.py".to_owned(),
            text: "box = crate()\nbox.put(7)\nother = box\nbox = None\n".to_owned(),
        };
        builder.files(&[source]).expect("memory takes everything");
        Toy {
            builder,
            line: 0,
            names: Vec::new(),
        }
    }

    fn make(&mut self, type_name: &str, kind: Kind) -> ObjId {
        let type_name = self.builder.symbols.intern(type_name);
        let step = self.builder.steps() as u32 + 1;
        let line = self.line;
        self.builder.register(ObjectInfo {
            type_name,
            kind,
            address: 0x1000,
            size: Some(16),
            immortal: false,
            kept: None,
            constant_of: 0,
            place: None,
            born: Some(Moment { step, line }),
            died: None,
        })
    }

    fn set(&mut self, id: ObjId, count: u32, value: Option<&str>, holds: &[ObjId]) {
        let value = value.map(|value| self.builder.symbols.intern(value));
        let refs = holds.iter().zip(0..).map(|(to, place)| Reference {
            label: Label::Index(place),
            to: *to,
            weak: false,
        });
        self.builder.update(
            id,
            ObjectState {
                refcount: Count::Of(count),
                generation: None,
                value,
                name: None,
                true_length: None,
                size: Some(16),
                refs: refs.collect(),
            },
        );
    }

    fn step(&mut self, event: Event, allocated: &[ObjId], freed: &[ObjId]) {
        let function = self.builder.symbols.intern("<module>");
        let names = self.names.iter().map(|(name, to)| Name {
            name: self.builder.symbols.intern(name),
            kind: NameKind::Global,
            to: *to,
        });
        let names = names.collect();
        let ran = (self.line > 0).then_some(self.line);
        self.line += 1;
        let frame = CallFrame {
            function,
            qualified: function,
            class_body: false,
            file: FileId(0),
            line: self.line,
            object: None,
            called: None,
            body: None,
            arguments: 0,
            names,
            under_way: Vec::new(),
        };
        let head = StepHead {
            event,
            file: FileId(0),
            function,
            line: self.line,
            ran,
            opcode: None,
            columns: None,
            offset: None,
            suppresses_context: false,
            raised_again: Vec::new(),
            out_of_reach: Vec::new(),
            stdout: String::new(),
            stderr: String::new(),
            stdin: Vec::new(),
            thread: None,
            allocated: allocated.to_vec(),
            freed: freed.to_vec(),
            incidents: Vec::<(Incident, ObjId)>::new(),
            collections: Vec::new(),
            held: Vec::new(),
        };
        let stacks = Stacks {
            kept: 0,
            frames: vec![frame],
            others: None,
        };
        self.builder
            .step(head, stacks)
            .expect("memory takes everything");
    }
}

/// A run of four lines, as the bytes that a recorder sends.
fn recorded() -> Vec<u8> {
    let out = Shared::default();
    let mut toy = Toy::start(out.clone());
    toy.step(Event::Line, &[], &[]);
    let first = toy.make("crate", Kind::Sequence);
    toy.set(first, 1, None, &[]);
    toy.names = vec![("box", first)];
    toy.step(Event::Line, &[first], &[]);
    let seven = toy.make("pebble", Kind::Atom);
    toy.set(seven, 1, Some("7"), &[]);
    toy.set(first, 1, None, &[seven]);
    toy.step(Event::Line, &[seven], &[]);
    toy.set(first, 2, None, &[seven]);
    toy.names.push(("other", first));
    toy.step(Event::Line, &[], &[]);
    // Said twice, and the last word counts.
    toy.set(first, 9, None, &[]);
    toy.set(first, 1, None, &[]);
    let at = Moment { step: 5, line: 4 };
    let cause = Cause::RefCount;
    toy.builder.died(seven, Death { at, cause });
    assert!(toy.builder.info(seven).is_none() && toy.builder.info(first).is_some());
    toy.names = vec![("other", first)];
    toy.step(Event::Exit, &[], &[seven]);
    let end = End {
        outcome: Outcome::Finished,
        exit_code: 0,
        at_exit: AtExit {
            freed: vec![first],
            ..AtExit::default()
        },
        line: 4,
    };
    toy.builder
        .send(&Record::End(end))
        .expect("memory takes everything");
    let bytes = out.0.lock().expect("nobody fails");
    bytes.clone()
}

/// Writes what a recorder has sent to a file.
fn written(bytes: &[u8], file: File) {
    let mut log = LogWriter::new(file).expect("the file can be written to");
    let mut decoder = Decoder::default();
    for piece in bytes.chunks(100) {
        decoder.add(piece);
        while let Some((record, length)) = decoder.next_record().expect("they are records") {
            log.add(record, length).expect("the file can be written to");
        }
    }
}

#[test]
fn a_made_up_interpreter_is_recorded_like_any_other() {
    let folder = Folder::new();
    let path = folder.path().join("toy.memviz");
    written(&recorded(), File::create(&path).expect("a file"));
    let file = TraceFile::open(&path).expect("it is a trace");
    assert_eq!(
        (file.trace.header.engine.as_str(), file.steps()),
        ("Toy", 5)
    );
    let (step, state) = file.step(4).expect("it is sound").expect("it is there");
    assert_eq!((step.entered.len(), step.changed.len()), (0, 1));
    assert_eq!(state.heap[&ObjId(1)].refcount, Count::Of(2));
    let found = find(&file, &Target::new("box[0]"), Some(4)).expect("it is there");
    assert_eq!(found.id, ObjId(2));
    let now = Words {
        trace: &file.trace,
        state: &state,
        head: &step.head,
    };
    let answer = why(now, found.id, 4);
    assert_eq!(answer.fate, Liveness::Reachable);
    assert_eq!(answer.chains.len(), 1);
    let trace = file.read().expect("it is sound");
    assert_eq!(trace.steps[4].changed.len(), 1);
    assert_eq!(
        trace.object(ObjId(1)).died.map(|d| d.cause),
        Some(Cause::Exit)
    );
    assert_eq!(trace.object(ObjId(2)).died.map(|d| d.at.step), Some(5));
}

#[test]
fn it_is_drawn_and_asked_about_like_any_other() {
    let folder = Folder::new();
    let path = folder.path().join("toy.memviz");
    written(&recorded(), File::create(&path).expect("a file"));
    let done = folder.memviz(&["render", "toy.memviz", "--out", "out"]);
    assert!(done.status.success(), "{}", common::text(&done.stderr));
    let frame = std::fs::read_to_string(folder.path().join("out/frames/0004.svg"));
    let frame = frame.expect("it was drawn");
    assert!(
        frame.contains("crate") && frame.contains("other"),
        "{frame}"
    );
    let told = folder.memviz(&["who", "toy.memviz", "other", "--step", "4"]);
    let words = common::text(&told.stdout);
    assert!(
        words.contains("2 references") && words.contains("globals box"),
        "{words}"
    );
    let info = common::text(&folder.memviz(&["info", "toy.memviz"]).stdout);
    assert!(info.contains("engine    Toy 1 (Python 0.1)"), "{info}");
}

#[test]
fn a_recording_that_breaks_off_is_read_up_to_there() {
    let folder = Folder::new();
    let bytes = recorded();
    // Without its last record.
    let end = bytes.windows(1).count() - 12;
    let path = folder.path().join("toy.memviz");
    let mut log = LogWriter::new(File::create(&path).expect("a file")).expect("it can be written");
    let mut decoder = Decoder::default();
    decoder.add(&bytes[..end]);
    while let Some((record, length)) = decoder.next_record().expect("they are records") {
        log.add(record, length).expect("it can be written");
    }
    log.write_waiting().expect("it can be written");
    let file = TraceFile::open(&path).expect("it is a trace");
    assert!(!file.is_whole());
    assert_eq!(file.trace.header.outcome, Outcome::CutOff);
    assert_eq!(file.read().expect("it is sound").steps.len(), 5);
}
