//! The CPython on this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// CPython 3.12 or newer: MEMVIZ_CPYTHON, one on the path, one of pyenv's. None where there is none.
pub fn cpython() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(find_cpython).as_deref()
}

fn find_cpython() -> Option<PathBuf> {
    let mut candidates: Vec<PathBuf> = Vec::new();
    candidates.extend(std::env::var_os("MEMVIZ_CPYTHON").map(PathBuf::from));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for name in ["python3.13", "python3.12", "python3.14", "python3"] {
        candidates.extend(folders.iter().map(|folder| folder.join(name)));
    }
    if let Some(home) = std::env::var_os("HOME") {
        let versions = Path::new(&home).join(".pyenv/versions");
        let mut own: Vec<PathBuf> = std::fs::read_dir(versions)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path().join("bin/python"))
            .collect();
        own.sort();
        candidates.extend(own.into_iter().rev());
    }
    candidates.into_iter().find(|python| {
        let asked = Command::new(python)
            .args([
                "-c",
                "import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 15))",
            ])
            .stderr(Stdio::null())
            .status();
        asked.is_ok_and(|status| status.success())
    })
}
