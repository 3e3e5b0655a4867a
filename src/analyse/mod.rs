//! What follows from a trace: who owns each reference, what is still reachable and why, what
//! became of an object, what grew, whether a script's claims about itself hold.

mod anchor;
mod called;
mod census;
mod comments;
mod compare;
mod directives;
mod errors;
mod exit;
mod expect;
mod find;
mod growth;
mod imports;
mod knowledge;
mod ledger;
mod life;
mod machine;
mod memory;
mod near;
mod path;
mod resources;
mod why;
mod words;

pub use called::LastName;
pub use census::{ImportGrowth, WholeHeap, census_sum, whole_heap};
pub use compare::{
    CollectionFact, ComparedLife, ComparedRow, ComparedRun, Comparison, Difference, DifferenceKind,
    Fact, Happening, LifeEnd, LineInstructions, Reason, RowPlace, RunDifferences, comparable,
    compare, line_instructions,
};
pub use directives::{
    Directive, DirectiveError, DirectiveKind, PictureMark, Place, directives, picture_name, shapes,
    split_outside,
};
pub use errors::{
    Access, Action, Attempt, Contents, EnteredHandler, ErrorObject, ErrorPlace, HandlerKind,
    OriginKind, Passage, PassageOutcome, PrintedLine, PrintedPart, RaisedError, RaisedHow, Raising,
    RaisingEnd, ShownCalls, SplitPart, TracebackPart, UnboundName, UsedValue, ValueOrigin,
    ValuePart, errors, shown_calls,
};
pub use exit::{ExitStep, RunExit, run_exit};
pub use expect::{CheckedClaim, Expectation, Failure, Held, Verdict, check, checked_claims};
pub use find::{FindError, Found, MOST_OTHERS, Other, Sight, find};
pub use growth::{Growth, Heap, Line, growth};
pub use imports::{AskedModule, BroughtBy, ImportStatement, Imports, LoadedModule, imports};
pub use knowledge::KnownFacts;
pub use ledger::{Ledger, Owner, OwnerLabel, Source, ledger};
pub use life::{LifeEvent, LifeEventKind, life};
pub use machine::{CountChange, Following, InstructionPlace, MachineStep, machine_steps};
pub use memory::{
    Amount, CallPaths, EndOfRun, LineLife, MemoryLife, PathFrame, PathId, Peak, Series, TypeLife,
    memory_life,
};
pub use near::{instead, near};
pub use path::{Target, follow, known, named};
pub use resources::{Resource, ResourceEnd, resources};
pub use why::{Chain, Link, Liveness, Root, Why, fate, objects_of, why};
pub use words::{Words, title, titled};
