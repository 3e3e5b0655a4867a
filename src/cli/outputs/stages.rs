//! Where the page and the pictures of a file's stages go.

use super::folder::is_own;
use crate::cli::problem::{Problem, cannot_write};
use std::fs;
use std::io::Write;
use std::path::Path;

/// Writes the page.
pub(in crate::cli) fn write_stages_page(file: &Path, page: &str) -> Result<(), Problem> {
    write_own(file, page)
}

/// Writes each picture to a file of its own in a folder, by the name that stands before it.
pub(in crate::cli) fn write_stage_pictures(
    folder: &Path,
    pictures: &[(&'static str, String)],
) -> Result<(), Problem> {
    for (name, picture) in pictures {
        write_own(&folder.join(format!("{name}.svg")), picture)?;
    }
    Ok(())
}

/// Writes a file that takes its place when all of it is there. One that memviz has not made stays.
fn write_own(file: &Path, content: &str) -> Result<(), Problem> {
    if fs::symlink_metadata(file).is_ok() && !is_own(file) {
        return Err(Problem::new(format!("{} is not memviz's", file.display()))
            .hint("choose another place with --out"));
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let put = || {
        fs::create_dir_all(folder)?;
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(content.as_bytes())?;
        new.persist(file).map_err(|error| error.error)?;
        Ok(())
    };
    put().map_err(|error| cannot_write(file, &error))
}
