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
//! 6. [`render`] writes pictures as SVG, slides, TikZ and DOT; [`export`] writes traces as JSON and tables; [`player`]
//!    writes one HTML file in which the run can be walked and questioned.
//!
//! [`narrate`] has the words, and [`cli`] puts all together.
//!
//! A recording is opened, walked and asked like this:
//!
//! ```
//! use memviz::analyse::{Target, Words, find, why};
//! use memviz::trace::TraceFile;
//!
//! let file = TraceFile::open("tests/traces/two_node_cycle.memviz".as_ref())?;
//! println!("{} steps of {}", file.steps(), file.trace.header.script);
//! file.each_in(1, 5, |number, step, state| {
//!     println!("{number}: {} objects at line {}", state.heap.len(), step.head.line);
//! })?;
//!
//! let found = find(&file, &Target::new("a.other"), Some(14))?;
//! if let Some((step, state)) = file.step(found.step)? {
//!     let now = Words { trace: &file.trace, state: &state, head: &step.head };
//!     assert_eq!(why(now, found.id, found.step).chains.len(), 2);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
