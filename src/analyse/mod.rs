//! What follows from a state: who owns each reference, what is still reachable, whether a
//! script's claims about itself hold.

mod comments;
mod expect;
mod ledger;
mod marks;
mod near;
mod path;

pub use expect::{Expectation, Failure, Verdict, check};
pub use ledger::{Ledger, Owner, OwnerLabel, Source, ledger};
pub use marks::{Mark, Misread, Place, Says, marks, split_outside};
pub use near::{instead, near};
pub use path::{Target, follow, known, named, title};
