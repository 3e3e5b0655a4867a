//! Long tests of what is recorded need not run again where nothing that they depend on has changed
//! since they passed: after a change to a picture, all tests take minutes less.
//!
//! With `CI` or `MEMVIZ_ALL_TESTS` set they always run.

use sha2::{Digest, Sha256};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// What a recording depends on, and what is asked of it: the stages behind it draw it.
const SOURCES: [&str; 8] = [
    "Cargo.lock",
    "Cargo.toml",
    "src/main.rs",
    "src/lib.rs",
    "src/record",
    "src/trace",
    "src/analyse",
    "src/export",
];

/// A long test that is to run.
#[must_use]
pub struct LongTest {
    stamp: PathBuf,
    sources: String,
}

impl LongTest {
    /// `None`, and a word of it, where the test has passed with the same sources. `own` are files and
    /// folders of the test's in `tests`, `variables` those by which it is told what to do.
    pub fn unless_unchanged(name: &str, own: &[&str], variables: &[&str]) -> Option<LongTest> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut digest = Sha256::new();
        let tests = own
            .iter()
            .chain(&["common"])
            .map(|own| format!("tests/{own}"));
        for source in SOURCES.map(str::to_owned).into_iter().chain(tests) {
            add(&mut digest, &root.join(source));
        }
        for variable in variables {
            let value = env::var_os(variable);
            digest.update(format!("{variable}={value:?}\n"));
        }
        let sources = format!("{:x?}", digest.finalize());
        let stamp = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.passed"));
        let always = ["CI", "MEMVIZ_ALL_TESTS"];
        let is_unchanged = fs::read_to_string(&stamp).is_ok_and(|before| before == sources);
        if is_unchanged
            && always
                .iter()
                .all(|variable| env::var_os(variable).is_none())
        {
            eprintln!(
                "SKIPPED: {name} has passed with these sources; MEMVIZ_ALL_TESTS=1 runs it again"
            );
            return None;
        }
        let _ = fs::remove_file(&stamp);
        Some(LongTest { stamp, sources })
    }

    /// To be called at the end of the test.
    pub fn passed(self) {
        // Where it cannot be noted, the test runs again.
        let _ = fs::write(&self.stamp, &self.sources);
    }
}

/// Adds a file, or all files of a folder, with their names.
fn add(digest: &mut Sha256, path: &Path) {
    if let Ok(entries) = fs::read_dir(path) {
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().for_each(|path| add(digest, path));
        return;
    }
    digest.update(path.to_string_lossy().as_bytes());
    digest.update(fs::read(path).unwrap_or_default());
}
