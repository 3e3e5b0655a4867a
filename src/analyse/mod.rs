//! What follows from a trace: who owns each reference, what is still reachable and why, what
//! became of an object, what grew, whether a script's claims about itself hold.

mod comments;
mod directives;
mod errors;
mod expect;
mod find;
mod growth;
mod ledger;
mod life;
mod machine;
mod memory;
mod near;
mod path;
mod why;
mod words;

pub use directives::{
    Directive, DirectiveError, DirectiveKind, PictureMark, Place, directives, picture_name, shapes,
    split_outside,
};
pub use errors::{
    EnteredHandler, ErrorObject, ErrorPlace, HandlerKind, OriginKind, Passage, PassageOutcome,
    PrintedLine, PrintedPart, RaisedError, RaisedHow, Raising, RaisingEnd, SplitPart,
    TracebackPart, UnboundName, UsedValue, ValueOrigin, ValuePart, alike_calls, errors,
};
pub use expect::{Expectation, Failure, Verdict, check};
pub use find::{Found, ResolveError, Sight, find};
pub use growth::{Growth, Heap, Line, growth};
pub use ledger::{Ledger, Owner, OwnerLabel, Source, ledger};
pub use life::{LifeEvent, LifeEventKind, life};
pub use machine::{CountChange, Following, InstructionPlace, MachineStep, machine_steps};
pub use memory::{
    Amount, CallPaths, EndOfRun, LineLife, MemoryLife, PathFrame, PathId, Peak, Series, TypeLife,
    memory_life,
};
pub use near::{instead, near};
pub use path::{Target, follow, known, named};
pub use why::{Chain, Link, Liveness, Root, Why, fate, objects_of, why};
pub use words::{Words, title};
