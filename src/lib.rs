//! memviz shows what a Python program does in memory, step by step.
//!
//! The stages, in the order in which data goes through them:
//!
//! 1. [`record`] runs a script on the embedded interpreter and watches it: a [`trace::Trace`].
//! 2. [`trace`] holds objects, steps as changes, program output and outcome; it writes and reads
//!    the file and replays to any step ([`trace::State`]).
//! 3. [`analyse`] says who owns each reference and what is reachable ([`analyse::Ledger`]).
//! 4. [`view`] decides what to show of each step: a [`view::Scene`].
//! 5. [`layout`] finds places for all steps at once and gives each scene its
//!    [`layout::Picture`].
//! 6. [`render`] writes pictures as SVG and DOT; [`export`] writes traces as JSON; [`player`]
//!    writes one HTML file in which the run can be walked and questioned.
//!
//! [`cli`] puts them together.
// A closed standard error must not end anything: `cli::say` writes there.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod analyse;
pub mod cli;
pub mod export;
pub mod layout;
pub mod narrate;
pub mod player;
#[cfg(feature = "python")]
pub mod record;
pub mod render;
pub mod trace;
pub mod view;
