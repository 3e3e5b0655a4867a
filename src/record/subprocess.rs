//! The program in a process of its own, and this one beside it, which writes the trace.

use super::cpython::{self, Assembler, Launch, Python};
use super::portable;
use super::raw::child::{self, Child, Side, Status, fork};
use super::raw::pipe::{PipeReader, pipe};
use super::raw::ring::{RingReader, RingWriter, ring, ring_in_file};
use super::raw::written;
use super::run::{Exit, Recording, run};
use super::stages::of_running;
use super::{RecordError, RecordOptions, Script};
use crate::trace::{AtExit, Decoder, End, LogWriter, Outcome, Record, SourceFile};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, IntoRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// How long the ring is left alone where it was found empty: at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_micros(200), Duration::from_millis(10));

/// What a process is after [`run_apart`].
#[derive(Debug)]
pub enum Apart {
    /// The program's, which has ended: it is to end as the program did.
    Program(Exit),
    /// memviz's own.
    Recorder(Ran),
}

/// What became of a program that was recorded in a process of its own.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub exit: Exit,
    /// How many steps were recorded.
    pub steps: u32,
    /// How many runs of the collector.
    pub collections: usize,
    /// Why what was recorded is not to be used.
    pub failed: Option<String>,
    /// What the file could not take.
    pub unwritten: Option<io::Error>,
}

/// Runs a program in a child process and writes what it does to `trace` as it runs: whatever ends the
/// program, what it did until then is there. This process must have one thread. `own`: what the caller
/// has open, beside standard error and the trace; all else is closed in this process.
///
/// # Errors
/// Where the system has no memory or no process for it.
pub fn run_apart(
    script: &Script,
    arguments: &[String],
    options: &RecordOptions,
    trace: &File,
    own: &[RawFd],
) -> Result<Apart, RecordError> {
    let (writer, reader) = ring().map_err(RecordError::Child)?;
    let mut own: Vec<RawFd> = own.iter().copied().chain([trace.as_raw_fd()]).collect();
    // What the program's process is not to have open itself hangs in the socket (`raw/written.rs`).
    let (keeps, sends) = UnixStream::pair().map_err(RecordError::Child)?;
    own.push(keeps.as_raw_fd());
    match fork(&own).map_err(RecordError::Child)? {
        Side::Child => {
            // It is closed by now.
            let _ = keeps.into_raw_fd();
            written::set_keeper(sends);
            drop(reader);
            let exit = as_the_program(script, arguments, options, writer);
            Ok(Apart::Program(exit))
        }
        Side::Parent(child) => {
            let _ = sends.into_raw_fd();
            drop(writer);
            let ran =
                Scribe::new(Messages::Ring(reader), Source::Recorder, trace).write_all(&child);
            child.take_back();
            Ok(Apart::Recorder(ran))
        }
    }
}

/// Runs a program on a Python of the user's own, and writes what it does to `trace` as it runs; as
/// [`run_apart`] does.
///
/// # Errors
/// Where the system has no memory or no process for it, or the script cannot be run that way.
pub fn run_on(
    python: &Python,
    script: &Script,
    arguments: &[String],
    options: &RecordOptions,
    trace: &File,
    own: &[RawFd],
) -> Result<Apart, RecordError> {
    let (launch, assembler, out, reader) = match python.takes_agent() {
        true => {
            let (launch, assembler) = cpython::launch(python, script, arguments, options)?;
            let (ring, reader) = ring_in_file().map_err(RecordError::Child)?;
            (launch, assembler, ring, Messages::Ring(reader))
        }
        false => {
            let (reader, writer) = pipe().map_err(RecordError::Child)?;
            let (launch, assembler) =
                portable::launch(python, script, arguments, options, &writer)?;
            (launch, assembler, writer, Messages::Pipe(reader))
        }
    };
    let mut own: Vec<RawFd> = own.iter().copied().chain([trace.as_raw_fd()]).collect();
    if let Messages::Pipe(pipe) = &reader {
        own.push(pipe.reader.as_raw_fd());
    }
    match fork(&own).map_err(RecordError::Child)? {
        Side::Child => {
            drop(reader);
            let error = launch.start(&out);
            Ok(Apart::Program(Launch::failed(&error)))
        }
        Side::Parent(child) => {
            let source = Source::Agent(Box::new(assembler));
            let ran = Scribe::new(reader, source, trace).write_all(&child);
            child.take_back();
            Ok(Apart::Recorder(ran))
        }
    }
}

/// Runs the program, in the process that is its own.
fn as_the_program(
    script: &Script,
    arguments: &[String],
    options: &RecordOptions,
    writer: RingWriter,
) -> Exit {
    let mut after = writer.clone();
    let recording = Recording {
        options: options.clone(),
        out: Box::new(writer),
    };
    let (error, exit) = match run(script, arguments, Some(recording)) {
        Ok(recorded) => match recorded.outcome {
            Ok(_) => return recorded.exit,
            Err(error) => (error, recorded.exit),
        },
        Err(error) => (error, Exit::Code(1)),
    };
    if let Ok(record) = Record::Failed(error.to_string()).encode(Vec::new()) {
        // The process that would hear of a failure is the one that is gone.
        let _ = after.write_all(&record);
    }
    exit
}

/// The way by which the other process speaks.
enum Messages {
    Ring(RingReader),
    Pipe(PipeReader),
}

impl Messages {
    /// Hands on what is there. False where there is nothing.
    fn take(&mut self, act: impl FnOnce(&[u8])) -> bool {
        match self {
            Messages::Ring(ring) => ring.take(act),
            Messages::Pipe(pipe) => pipe.take(act),
        }
    }
}

/// What the other process says.
enum Source {
    /// Records, by the embedded interpreter's recorder.
    Recorder,
    /// Messages of the agent's, of which records are made.
    Agent(Box<Assembler>),
}

/// Writes what the other process says.
struct Scribe<'f> {
    reader: Messages,
    source: Source,
    decoder: Decoder,
    /// `None` before the first record, and where nothing more can be written.
    log: Option<LogWriter<&'f File>>,
    file: &'f File,
    steps: u32,
    collections: usize,
    limit: Option<String>,
    /// The recording has come to its end.
    ended: bool,
    failed: Option<String>,
    unwritten: Option<io::Error>,
}

impl<'f> Scribe<'f> {
    fn new(reader: Messages, source: Source, file: &'f File) -> Scribe<'f> {
        let log = LogWriter::new(file);
        let (log, unwritten) = match log {
            Ok(log) => (Some(log), None),
            Err(error) => (None, Some(error)),
        };
        Scribe {
            reader,
            source,
            decoder: Decoder::default(),
            log,
            file,
            steps: 0,
            collections: 0,
            limit: None,
            ended: false,
            failed: None,
            unwritten,
        }
    }

    /// Writes until the child has ended.
    fn write_all(mut self, child: &Child) -> Ran {
        let mut pause = PAUSES.0;
        let exit = loop {
            if self.take() {
                pause = PAUSES.0;
                continue;
            }
            match child.status() {
                Status::Runs => {}
                Status::Exited(code) => break Exit::Code(code),
                Status::Killed(signal) => break Exit::Signal(signal),
            }
            self.write_late();
            // The end of the child ends the pause.
            child::pause(pause);
            pause = (pause * 2).min(PAUSES.1);
        };
        while self.take() {}
        self.finish(exit)
    }

    /// Takes out what is there. False where there is nothing.
    fn take(&mut self) -> bool {
        let (decoder, source) = (&mut self.decoder, &mut self.source);
        let found = self.reader.take(|bytes| match source {
            Source::Recorder => decoder.add(bytes),
            Source::Agent(assembler) => decoder.add(&assembler.add(bytes)),
        });
        self.take_records();
        found
    }

    /// Writes the records that are whole.
    fn take_records(&mut self) {
        loop {
            match self.decoder.next_record() {
                Ok(Some((record, length))) => self.add(record, length),
                Ok(None) => return,
                Err(error) => {
                    self.failed.get_or_insert(error.to_string());
                    return;
                }
            }
        }
    }

    fn add(&mut self, record: Record, length: usize) {
        match &record {
            Record::Step(step) => {
                self.steps += 1;
                self.collections += step.step.head.collections.len();
            }
            Record::Limit(limit) => self.limit = Some(limit.clone()),
            Record::End(_) => self.ended = true,
            Record::Failed(error) => self.failed = Some(error.clone()),
            // Another interpreter's instructions would not be those that ran.
            Record::File(_) if matches!(self.source, Source::Agent(_)) => {}
            Record::File(file) => self.add_stages(file),
            Record::Run(_) | Record::Machine(_) | Record::Outside(_) => {}
        }
        self.write(|log| log.add(record, length));
    }

    /// Finds out how a file of the program's has become code: here, where no memory, file or thread is
    /// the program's own.
    fn add_stages(&mut self, file: &SourceFile) {
        // A recording without is as good for all else.
        if let Ok(Some(stages)) = of_running(&file.path, &file.text) {
            self.write(|log| log.add_stages(&stages));
        }
    }

    /// Writes what has waited for long enough, so that it survives whatever comes.
    fn write_late(&mut self) {
        let mut written = false;
        self.write(|log| {
            written = log.write_late()?;
            Ok(())
        });
        if written {
            self.sync();
        }
    }

    fn sync(&mut self) {
        if self.unwritten.is_none() {
            self.unwritten = self.file.sync_data().err();
        }
    }

    /// Where the file takes no more, the program goes on, and its records are dropped.
    fn write(&mut self, act: impl FnOnce(&mut LogWriter<&File>) -> io::Result<()>) {
        let done = self.log.as_mut().map(act);
        if let Some(Err(error)) = done {
            self.unwritten.get_or_insert(error);
            self.log = None;
        }
    }

    fn finish(mut self, exit: Exit) -> Ran {
        if let Source::Agent(assembler) = &mut self.source {
            self.decoder.add(&assembler.end(exit, self.limit.is_some()));
            self.take_records();
        }
        if !self.ended {
            let outcome = match (self.limit.take(), exit) {
                (Some(limit), _) => Outcome::Limit { limit },
                (None, Exit::Code(code)) => Outcome::Left { code },
                (None, Exit::Signal(signal)) => Outcome::Killed { signal },
            };
            let end = End {
                outcome,
                exit_code: exit.code(),
                at_exit: AtExit::default(),
                line: 0,
            };
            self.write(|log| log.end(&end));
        }
        Ran {
            exit,
            steps: self.steps,
            collections: self.collections,
            failed: self.failed,
            unwritten: self.unwritten,
        }
    }
}
