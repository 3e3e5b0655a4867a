//! Ctrl-C while memviz itself is at work: it ends at once, and leaves nothing half done behind.

use crate::cli::problem::Problem;
use crate::cli::say::say;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A signal is ending memviz.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Goes no further where memviz is being ended: what is written now would be left behind.
pub(super) fn stay_if_ending() {
    while ENDING.load(Ordering::SeqCst) {
        std::thread::park();
    }
}

/// How often what is to go is tried to be removed while other threads still put files into it.
const TRIES: u32 = 50;

/// From here on a signal that ends memviz removes `folder` and `file`, says `words`, and ends it.
pub(super) fn watch(folder: PathBuf, file: PathBuf, words: String) -> Result<(), Problem> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(Problem::new)?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            ENDING.store(true, Ordering::SeqCst);
            for _ in 0..TRIES {
                let gone = fs::remove_dir_all(&folder);
                if gone.is_ok() || !folder.exists() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            let _ = fs::remove_file(&file);
            say!("");
            say!("{words}");
            // Ends the process; where that fails there is nothing else to do.
            let _ = emulate_default_handler(signal);
        }
    });
    Ok(())
}
