//! The player in a real browser: the tests are those of `tests/player/`, run by Node.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's name for it first.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const FIREFOX: [&str; 2] = ["firefox-esr", "firefox"];
/// The tests that are for that.
const IN_FIREFOX: &str = "firefox.test.mjs";

/// The tests that hold what the page does against the clock.
const TAKES_TIMES: &str = "page.test.mjs";
/// Those that need no browser.
const NEEDS_NO_PAGE: &str = "run.test.mjs";

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

#[test]
fn the_player_in_a_browser() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/player");
    let browser = BROWSERS.iter().find_map(|name| on_path(name));
    let node = on_path("node");
    let missing = match (&node, &browser) {
        (None, _) => Some("Node (nodejs)"),
        (_, None) => Some("Chromium (chromium)"),
        _ if !folder.join("node_modules/playwright-core").is_dir() => {
            Some("its packages: npm ci --prefix tests/player")
        }
        _ => None,
    };
    if let Some(missing) = missing {
        assert!(
            std::env::var_os("CI").is_none(),
            "the player's tests need {missing}"
        );
        eprintln!("SKIPPED: the player's tests need {missing}");
        return;
    }
    let firefox = FIREFOX.iter().find_map(|name| on_path(name));
    if firefox.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "the player's tests need Firefox (firefox-esr)"
        );
        eprintln!("SKIPPED: {IN_FIREFOX} needs Firefox (firefox-esr)");
    }
    let (timed, others): (Vec<String>, Vec<String>) = test_files(&folder)
        .into_iter()
        .filter(|name| name != IN_FIREFOX || firefox.is_some())
        .partition(|name| name == TAKES_TIMES);
    assert!(!timed.is_empty() && others.len() > 5, "{others:?}");
    let (node, browser) = (node.expect("it was found"), browser.expect("it was found"));
    // A browser waits most of the time: two files at a time, but for the one that takes times.
    for (files, at_a_time) in [(others, "2"), (timed, "1")] {
        let done = Command::new(&node)
            .args(["--test", "--test-reporter=spec"])
            .arg(format!("--test-concurrency={at_a_time}"))
            .args(files)
            .current_dir(&folder)
            .env("MEMVIZ", env!("CARGO_BIN_EXE_memviz"))
            .env("CHROMIUM", &browser)
            .env("FIREFOX", firefox.as_deref().unwrap_or(Path::new("")))
            .status()
            .expect("Node starts");
        assert!(done.success(), "see the report of Node above");
    }
}

/// The files with tests that a browser is needed for.
fn test_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the tests are there");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let mut names: Vec<String> = names
        .filter(|name| name.ends_with(".test.mjs") && name != NEEDS_NO_PAGE)
        .collect();
    names.sort();
    names
}

#[test]
fn the_scripts_parts_that_need_no_page() {
    let Some(node) = on_path("node") else {
        assert!(std::env::var_os("CI").is_none(), "the tests need Node");
        eprintln!("SKIPPED: the tests need Node (nodejs)");
        return;
    };
    let done = Command::new(node)
        .args(["--test", "--test-reporter=spec", NEEDS_NO_PAGE])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/player"))
        .status()
        .expect("Node starts");
    assert!(done.success(), "see the report of Node above");
}
