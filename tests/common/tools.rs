//! Programs of other people's that open what memviz writes. Where one is missing, its tests say so
//! and pass; CI has them all.

use super::pixels::{Pixels, png};
use super::{Folder, text};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Finds a program on the path.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file());
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI has no {name}: .ci/run installs it"
        );
        eprintln!("skipped: {name} is not on this machine");
    }
    found
}

/// Runs a program; it must neither fail nor complain. Returns what it writes.
pub fn run(program: &Path, arguments: &[&OsStr]) -> String {
    let done = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    assert!(done.status.success(), "{}", text(&done.stderr));
    let complaints = text(&done.stderr);
    assert_eq!(complaints, "", "{} {arguments:?}", program.display());
    text(&done.stdout)
}

/// Has headless Chromium open a page that is written into the folder.
fn chromium(program: &Path, folder: &Folder, page: &str, arguments: &[String]) -> Vec<u8> {
    let path = folder.write("page.html", page);
    let profile = folder.path().join("profile");
    let done = Command::new(program)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(arguments)
        .arg(format!("file://{}", path.display()))
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    assert!(done.status.success(), "{}", text(&done.stderr));
    done.stdout
}

/// A page as Chromium shows it.
pub fn screenshot(
    program: &Path,
    folder: &Folder,
    page: &str,
    width: usize,
    height: usize,
) -> Pixels {
    let to = folder.path().join("shot.png");
    let _ = std::fs::remove_file(&to);
    chromium(
        program,
        folder,
        page,
        &[
            format!("--screenshot={}", to.display()),
            format!("--window-size={width},{height}"),
        ],
    );
    let shot = png(&std::fs::read(to).expect("there is a screenshot"));
    shot.part(0, 0, width.min(shot.width), height.min(shot.height))
}

/// A page as Chromium understands it.
pub fn dom(program: &Path, folder: &Folder, page: &str) -> String {
    text(&chromium(program, folder, page, &["--dump-dom".to_owned()]))
}
