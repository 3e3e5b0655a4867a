//! The stages of files: what must hold for any file, and that they are what the interpreter itself
//! says by its standard library.

#[path = "../common/mod.rs"]
mod common;

mod agreement;
mod errors;
mod files;
mod implicit;
mod laws;
mod pythons;

use common::Folder;
use memviz::record::stages::of_bytes;
use memviz::trace::stages::Stages;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The stages of a source, by the embedded interpreter.
fn stages(source: impl AsRef<[u8]>) -> Stages {
    of_bytes("script.py", source.as_ref()).expect("there is a thread")
}

/// The same of a file.
fn stages_of(path: &Path) -> Stages {
    let bytes = fs::read(path).expect("the file is there");
    of_bytes(&path.to_string_lossy(), &bytes).expect("there is a thread")
}

/// The embedded interpreter as a program of its own.
fn embedded_python(folder: &Folder) -> PathBuf {
    let link = folder.path().join("python3");
    symlink(env!("CARGO_BIN_EXE_memviz"), &link).expect("the folder can be written to");
    link
}

/// The project's lessons.
fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let all = python_files(&folder);
    assert!(all.len() > 20, "the lessons are there");
    all
}

/// Files of the standard library that the embedded interpreter was built with.
fn library() -> Vec<PathBuf> {
    let folder = Folder::new();
    let python = embedded_python(&folder);
    let done = Command::new(python)
        .args(["-I", "-S", "-c", "import sys; print(sys._stdlib_dir)"])
        .output()
        .expect("it starts");
    let path = String::from_utf8(done.stdout).expect("it is text");
    let all = python_files(Path::new(path.trim()));
    assert!(all.len() > 100, "no sources in {path}");
    all
}

fn python_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut all: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    all.sort();
    all
}
