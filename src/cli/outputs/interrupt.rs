//! Ctrl-C while memviz itself is at work: it ends at once, and leaves nothing half done behind.

use crate::cli::problem::Problem;
use crate::cli::say::say;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How far memviz has come with what it writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Drawing,
    /// All that is new has its place.
    Placed,
    /// A signal is ending memviz.
    Ending,
}

/// Held while what is new is moved to its place: a signal waits for that, so that the folder holds the
/// old or the new, and never some of both.
static PHASE: Mutex<Phase> = Mutex::new(Phase::Drawing);

fn phase() -> MutexGuard<'static, Phase> {
    PHASE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The phase, to go on with. Goes no further where memviz is being ended: what is written now would be
/// left behind.
fn phase_unless_ending() -> MutexGuard<'static, Phase> {
    loop {
        let phase = phase();
        if *phase != Phase::Ending {
            return phase;
        }
        drop(phase);
        std::thread::park();
    }
}

/// Goes no further where memviz is being ended.
pub(super) fn stay_if_ending() {
    drop(phase_unless_ending());
}

/// Moves what is new to its place, undisturbed by signals.
pub(super) fn place<E>(move_all: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
    let mut phase = phase_unless_ending();
    move_all()?;
    *phase = Phase::Placed;
    Ok(())
}

/// How often what is to go is tried to be removed while other threads still put files into it.
const TRIES: u32 = 50;

/// From here on a signal that ends memviz removes `folder` and `file`, says `words` where the new has
/// not got its place yet, and ends it.
pub(super) fn watch(folder: PathBuf, file: PathBuf, words: String) -> Result<(), Problem> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(Problem::new)?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let mut phase = phase();
            let before = std::mem::replace(&mut *phase, Phase::Ending);
            drop(phase);
            for _ in 0..TRIES {
                let gone = fs::remove_dir_all(&folder);
                if gone.is_ok() || !folder.exists() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            let _ = fs::remove_file(&file);
            say!("");
            match before {
                Phase::Placed => say!("memviz: stopped; all that was asked for is written"),
                _ => say!("{words}"),
            }
            // Ends the process; where that fails there is nothing else to do.
            let _ = emulate_default_handler(signal);
        }
    });
    Ok(())
}
