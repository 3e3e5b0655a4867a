//! The player in a real browser: the tests are those of `tests/player/`, run by Node.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's name for it first.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

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
    let done = Command::new(node.expect("it was found"))
        // One file after the other: some of them take times.
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .current_dir(&folder)
        .env("MEMVIZ", env!("CARGO_BIN_EXE_memviz"))
        .env("CHROMIUM", browser.expect("it was found"))
        .status()
        .expect("Node starts");
    assert!(done.success(), "see the report of Node above");
}

#[test]
fn the_scripts_parts_that_need_no_page() {
    let Some(node) = on_path("node") else {
        assert!(std::env::var_os("CI").is_none(), "the tests need Node");
        eprintln!("SKIPPED: the tests need Node (nodejs)");
        return;
    };
    let done = Command::new(node)
        .args(["--test", "--test-reporter=spec", "run.test.mjs"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/player"))
        .status()
        .expect("Node starts");
    assert!(done.success(), "see the report of Node above");
}
