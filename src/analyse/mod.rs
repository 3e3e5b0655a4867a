//! What follows from a trace: who owns each reference, what is still reachable and why, what
//! became of an object, what grew, whether a script's claims about itself hold.

mod comments;
mod expect;
mod find;
mod growth;
mod ledger;
mod life;
mod marks;
mod near;
mod path;
mod telling;
mod why;
mod words;

pub use expect::{Expectation, Failure, Verdict, check};
pub use find::{Found, Sight, Unfound, find};
pub use growth::{Growth, Heap, Line, growth};
pub use ledger::{Ledger, Owner, OwnerLabel, Source, ledger};
pub use life::{Happened, Turn, life};
pub use marks::{Mark, Misread, Place, Says, marks, split_outside};
pub use near::{instead, near};
pub use path::{Target, follow, known, named};
pub use telling::{Teller, raised_before};
pub use why::{Chain, Fate, Link, Root, Why, fate, objects_of, why};
pub use words::{Words, title};
