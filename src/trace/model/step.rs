//! What a step says beside heap and call stack.

use super::files::FileId;
use super::objects::{Incident, ObjId, Symbol};
use super::stacks::{InterpreterRef, RootKind};
use serde::{Deserialize, Serialize};

/// What a step is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Event {
    /// A function is entered.
    Call,
    /// A generator or coroutine goes on.
    Resume,
    /// An exception is thrown into a generator or coroutine.
    Throw,
    /// A line is about to run.
    Line,
    /// A function is about to return.
    Return,
    /// A generator or coroutine is about to be suspended.
    Yield,
    /// An exception is about to leave a function.
    Unwind,
    /// An exception is raised.
    Exception,
    /// An instruction is about to run.
    Instruction,
    /// The script has ended.
    Exit,
}

impl Event {
    /// The word of the export contract.
    pub fn name(self) -> &'static str {
        match self {
            Event::Call | Event::Resume | Event::Throw => "call",
            Event::Line => "line",
            Event::Return | Event::Yield | Event::Unwind => "return",
            Event::Exception => "exception",
            Event::Instruction => "instruction",
            Event::Exit => "exit",
        }
    }

    /// How a function is entered or left, after the `PY_` events of `sys.monitoring`.
    pub fn passage(self) -> Option<&'static str> {
        match self {
            Event::Call => Some("start"),
            Event::Resume => Some("resume"),
            Event::Throw => Some("throw"),
            Event::Return => Some("return"),
            Event::Yield => Some("yield"),
            Event::Unwind => Some("unwind"),
            Event::Line | Event::Exception | Event::Instruction | Event::Exit => None,
        }
    }

    /// Whether a function is entered.
    pub fn enters(self) -> bool {
        matches!(self, Event::Call | Event::Resume | Event::Throw)
    }

    /// Whether a function is left.
    pub fn leaves(self) -> bool {
        matches!(self, Event::Return | Event::Yield | Event::Unwind)
    }
}

/// One run of the collector.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// The oldest generation that was looked through, from 0.
    pub generation: u8,
    /// The program has not asked for it.
    pub automatic: bool,
    /// The objects that were looked through.
    pub candidates: Vec<ObjId>,
    /// The candidates' counts as the collector found them.
    pub counts: Vec<(ObjId, u32)>,
    /// Counts after the references from inside the candidate set are taken off.
    pub gc_refs: Vec<(ObjId, u32)>,
    /// Those that nothing outside leads to.
    pub unreachable: Vec<ObjId>,
    /// Weak references that were cleared.
    pub weakrefs_cleared: Vec<ObjId>,
    /// Objects whose finalizers were called.
    pub finalized: Vec<ObjId>,
    /// Objects that were found reachable again after that.
    pub resurrected: Vec<ObjId>,
    /// Objects that were freed.
    pub collected: Vec<ObjId>,
}

/// A clause that handles an exception has raised it again, or nothing there has handled it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaisedAgain {
    /// The exception; `None` where it is none that was known at that time.
    pub exception: Option<ObjId>,
    /// The thread, from 1.
    pub thread: u32,
    /// How many of its frames of the program's own there are: the innermost of them does it.
    pub depth: u32,
    /// Where the instruction that does it stands in its code, in bytes.
    pub offset: u32,
}

/// Text that the program has read from standard input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadText {
    /// How many bytes of the step's standard output were written before.
    pub behind: u32,
    /// As reading has given it, with the ends of its lines.
    pub text: String,
}

/// What a step says beside the heap and the call stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepHead {
    /// What it is taken for.
    pub event: Event,
    /// The file that is at work.
    pub file: FileId,
    /// The function that is at work.
    pub function: Symbol,
    /// The line about to run.
    pub line: u32,
    /// The line of this function that has just run.
    pub ran: Option<u32>,
    /// The instruction about to run, at instruction steps.
    pub opcode: Option<Symbol>,
    /// First and last column of the instruction in its line, in bytes from 0.
    pub columns: Option<(u32, u32)>,
    /// Where the instruction at which the step was taken stands in its code, in bytes, as `dis` counts.
    /// `None` at the last step.
    pub offset: Option<u32>,
    /// The exception that is on its way here says that its context is not to be printed.
    pub suppresses_context: bool,
    /// Where exceptions have been raised again since the step before.
    pub raised_again: Vec<RaisedAgain>,
    /// What the program wrote to standard output since the step before.
    pub stdout: String,
    /// What was written to standard error since the step before: printed tracebacks stand in it.
    pub stderr: String,
    /// What the program has read from standard input since the step before, as text.
    pub stdin: Vec<ReadText>,
    /// Numbered from 1, once a second thread exists.
    pub thread: Option<u32>,
    /// Objects that are new since the step before, in the order of their births as far as it is known.
    pub allocated: Vec<ObjId>,
    /// Objects that have died since, in order.
    pub freed: Vec<ObjId>,
    /// Objects that are no longer reachable and not known to be freed.
    pub out_of_reach: Vec<ObjId>,
    /// In the order in which they happened, as far as it is known.
    pub incidents: Vec<(Incident, ObjId)>,
    /// Runs of the collector that have ended since.
    pub collections: Vec<Collection>,
    /// What the interpreter itself holds.
    pub held: Vec<InterpreterRef>,
}

impl StepHead {
    /// What a terminal shows of the step's standard output and of what was typed, in order: each piece,
    /// and whether it was read.
    pub fn terminal(&self) -> Vec<(&str, bool)> {
        let mut pieces = Vec::new();
        let mut told = 0;
        for read in &self.stdin {
            let behind = self
                .stdout
                .floor_char_boundary(read.behind as usize)
                .max(told);
            pieces.push((&self.stdout[told..behind], false));
            pieces.push((read.text.as_str(), true));
            told = behind;
        }
        pieces.push((&self.stdout[told..], false));
        pieces.retain(|(text, _)| !text.is_empty());
        pieces
    }

    /// What is there no more: freed, or out of reach.
    pub fn gone(&self) -> impl Iterator<Item = ObjId> + '_ {
        self.freed.iter().chain(&self.out_of_reach).copied()
    }

    /// The object that the interpreter holds as something.
    pub fn held_as(&self, kind: RootKind) -> Option<ObjId> {
        let mut held = self.held.iter();
        let held = held.find(|held| held.kind == kind)?;
        Some(held.to)
    }
}
