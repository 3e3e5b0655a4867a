//! The browser: `$BROWSER` where it is set, else the desktop's own way to open a file.

use crate::cli::problem::Problem;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a browser may take to say that it could not start.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Opens a file in the browser.
pub(super) fn open(path: &Path) -> Result<(), Problem> {
    let path = path.canonicalize().map_err(Problem::new)?;
    open_address(&path.to_string_lossy())
}

/// Opens a file or an address in the browser.
pub(in crate::cli) fn open_address(address: &str) -> Result<(), Problem> {
    let wanted = std::env::var("BROWSER").unwrap_or_default();
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let mut failures = Vec::new();
    for candidate in wanted.split(':').chain([opener]) {
        if candidate.trim().is_empty() {
            continue;
        }
        match start(candidate, address) {
            Ok(()) => return Ok(()),
            Err(failure) => failures.push(failure),
        }
    }
    Err(Problem::new(format!(
        "no browser could be opened: {}",
        failures.join("; ")
    ))
    .hint(format!(
        "set BROWSER to your browser, or open {address} yourself"
    )))
}

/// Starts one browser: a command in which `%s` stands for the address, else the address comes last.
fn start(candidate: &str, address: &str) -> Result<(), String> {
    let mut words: Vec<String> = candidate
        .split_whitespace()
        .map(|word| word.replace("%s", address))
        .collect();
    if !candidate.contains("%s") {
        words.push(address.to_owned());
    }
    let program = words.remove(0);
    let mut child = Command::new(&program)
        .args(&words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    // A browser that goes on running has opened the file; one that ends at once may have handed it
    // to another that runs already.
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("{program}: {status}")),
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(format!("{program}: {error}")),
        }
    }
    Ok(())
}
