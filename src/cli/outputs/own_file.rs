//! One file that a command writes.

use super::folder::is_own;
use crate::cli::problem::{Problem, cannot_write};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Writes a file that takes its place when all of it is there. One that memviz has not made stays.
pub(in crate::cli) fn write_own(file: &Path, content: &str, force: bool) -> Result<(), Problem> {
    if !force && fs::symlink_metadata(file).is_ok() && !is_own(file) {
        return Err(Problem::new(format!("{} is not memviz's", file.display()))
            .hint("choose another place with --out, or say --force to write over it"));
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let new = folder.join(format!(".{name}.memviz-new"));
    let put = || {
        fs::create_dir_all(folder)?;
        // Of a run that did not get to its end.
        let _ = fs::remove_file(&new);
        File::create_new(&new)?.write_all(content.as_bytes())?;
        fs::rename(&new, file)
    };
    put().map_err(|error| {
        let _ = fs::remove_file(&new);
        cannot_write(file, &error)
    })
}
