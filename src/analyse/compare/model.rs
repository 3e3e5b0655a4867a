//! What a comparison of runs finds.

use crate::analyse::KnownFacts;
use crate::trace::{Cause, Count, Death, Outcome, Trace};

/// A run that is compared.
#[derive(Debug, Clone, Copy)]
pub struct ComparedRun<'t> {
    pub trace: &'t Trace,
    pub knows: KnownFacts,
}

impl<'t> ComparedRun<'t> {
    pub fn new(trace: &'t Trace) -> ComparedRun<'t> {
        ComparedRun {
            trace,
            knows: KnownFacts::of(trace),
        }
    }
}

/// A row of the walk: the step of each run that stands there, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedRow {
    pub steps: Vec<Option<u32>>,
}

/// Several runs side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub rows: Vec<ComparedRow>,
    /// How each further run differs from the first, in the order of the runs.
    pub others: Vec<RunDifferences>,
    /// Objects that are found in the first run and in others, in the order of their births.
    pub lives: Vec<ComparedLife>,
    /// What happened in each row, run by run.
    pub happenings: Vec<Vec<Vec<Happening>>>,
}

/// What differs between the first run and another one.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDifferences {
    /// By row, and within a row in the order of the kinds.
    pub differences: Vec<Difference>,
    /// How many objects of the two are the same by the way in which they are reached.
    pub paired: usize,
}

impl RunDifferences {
    /// The first difference that the program itself shows, in what it does, prints or keeps: what every
    /// two interpreters have different of their own begins nothing.
    pub fn first_seen(&self) -> Option<&Difference> {
        let is_seen = |one: &&Difference| {
            let is_own = matches!(one.kind, DifferenceKind::Counts | DifferenceKind::Births);
            let is_pythons = matches!(
                one.reason,
                Some(Reason::AtExit | Reason::ImplicitName | Reason::CollectorTime)
            );
            !is_own && !is_pythons
        };
        let unexplained = |one: &&Difference| one.reason.is_none();
        let all = || self.differences.iter();
        all().find(|one| is_seen(one) || unexplained(one))
    }
}

/// A difference between the first run and another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub kind: DifferenceKind,
    /// The row in which it shows first, from 0.
    pub row: usize,
    /// What differs: a path such as `a.next`, a type; empty where the kind says it.
    pub subject: String,
    /// What the first run has, and what the other one.
    pub facts: [Fact; 2],
    /// `None`: it is of no kind that is known.
    pub reason: Option<Reason>,
    /// How many times it shows.
    pub times: u32,
}

/// What a difference is about. The order is that of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// A step that one of them does not have.
    Steps,
    /// What a name or a reference leads to.
    Values,
    /// How many references there are to an object.
    Counts,
    /// When an object went, and of what.
    Deaths,
    /// What was made that no name ever led to.
    Births,
    /// A run of the collector.
    Collections,
    /// What was printed.
    Output,
    /// How it ended.
    Ending,
}

impl DifferenceKind {
    pub const ALL: [DifferenceKind; 8] = [
        DifferenceKind::Steps,
        DifferenceKind::Values,
        DifferenceKind::Counts,
        DifferenceKind::Deaths,
        DifferenceKind::Births,
        DifferenceKind::Collections,
        DifferenceKind::Output,
        DifferenceKind::Ending,
    ];
}

/// Why two interpreters differ, where that is of a known kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Another version tells other lines of a statement that has several, or a head.
    LineEvents,
    /// A comprehension is a call of its own in one of them, and part of the line in the other.
    Comprehension,
    /// Each thread does the same; they take turns at other places.
    Threads,
    /// The files that ran are not the same.
    Source,
    /// A name that Python puts there by itself.
    ImplicitName,
    /// The same objects are finalized, in another order.
    FinalizerOrder,
    /// The same elements, in another order: sets have none.
    SetOrder,
    /// The same but for an address.
    Address,
    /// Equal values that are one object in one of them: caches, interning.
    Cache,
    /// It lives as long as the process in one of them: its count says nothing.
    Immortal,
    /// Code objects hold constants.
    Constant,
    /// A value stack or an instruction holds it, or borrows it.
    Borrowed,
    /// A call under way holds what it was called with, or borrows it.
    Call,
    /// The interpreter holds the exception that it handles.
    CurrentException,
    /// Objects that the interpreter makes for itself refer to it.
    OwnObjects,
    /// It is older than the recording, and more hold it than are looked at.
    Library,
    /// Collections run when enough was made, and each interpreter makes things of its own.
    CollectorTime,
    /// What is freed at the end, and what is left to the system.
    AtExit,
    /// What a line makes and drops is the interpreter's own affair.
    Temporary,
    /// Each version words tracebacks in its own way.
    TracebackForm,
    /// One of them does not tell counts.
    CountsUnknown,
    /// One of them does not tell deaths.
    DeathsUnknown,
}

/// What one of the two has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Nothing is there.
    Nothing,
    /// A value, or a text, as the program has it.
    Text(String),
    /// An object: its type, and the path by which it is known.
    Object {
        type_name: String,
        path: Option<String>,
    },
    /// How many items of a container, or elements of a set.
    Items(usize),
    Count(Count),
    /// The life's end; `None`: it was there when the recording ended.
    Death(Option<Death>),
    /// So many objects.
    Objects(u32),
    /// Runs of the collector.
    Collections(Vec<CollectionFact>),
    /// A step is there: its number.
    Step(u32),
    Ending {
        outcome: Outcome,
        code: i32,
    },
    /// It cannot be known.
    Unknown,
}

/// A run of the collector, by what can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionFact {
    pub automatic: bool,
    pub generation: u8,
    /// Objects that were found unreachable, those of the interpreter's own among them.
    pub unreachable: usize,
    /// Those of them that both runs have, by their paths, in order.
    pub known: Vec<String>,
}

/// Something that happened in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A name of the function at work leads to something new.
    Binds { name: String, to: Fact },
    /// It is gone.
    Unbinds { name: String },
    /// An object was freed that a name once led to.
    Freed { path: String, cause: Cause },
    /// Of a run that does not tell deaths: nothing leads to it any more.
    OutOfReach { path: String },
    /// The collector ran.
    Collected { automatic: bool, freed: usize },
    /// Standard output, or standard error.
    Printed { text: String, is_error: bool },
}

/// An object that several runs have, and what became of it in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedLife {
    /// The first path that led to it.
    pub path: String,
    pub type_name: String,
    /// The line that made it, in the first run.
    pub line: u32,
    /// One for each run.
    pub ends: Vec<LifeEnd>,
}

/// How an object's life ended in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifeEnd {
    /// It is not found in this run.
    NotFound,
    /// It was freed at a line.
    Freed { row: usize, line: u32, cause: Cause },
    /// It was freed when the program ended.
    AtExit,
    /// It was there when the recording ended.
    Left,
    /// It cannot be known; since this line nothing leads to it.
    OutOfReach { row: usize, line: u32 },
    /// It cannot be known; something led to it to the end.
    Reached,
}
