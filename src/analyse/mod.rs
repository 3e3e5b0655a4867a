//! What follows from a state: who owns each reference, what is still reachable, whether a
//! script's claims about itself hold.

mod expect;
mod ledger;

pub use expect::{Expectation, Failure, Verdict, check};
pub use ledger::{Ledger, Owner, OwnerLabel, Source, ledger};
