//! What follows from a state: who owns each reference, what is still reachable.

mod ledger;

pub use ledger::{Ledger, Owner, OwnerLabel, Source, ledger};
