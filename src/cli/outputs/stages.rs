//! Where the page and the pictures of a file's stages go.

use super::own_file::write_own;
use crate::cli::problem::Problem;
use std::path::Path;

/// Writes the page.
pub(in crate::cli) fn write_stages_page(
    file: &Path,
    page: &str,
    force: bool,
) -> Result<(), Problem> {
    write_own(file, page, force)
}

/// Writes each picture to a file of its own in a folder, by the name that stands before it.
pub(in crate::cli) fn write_stage_pictures(
    folder: &Path,
    pictures: &[(String, String)],
    force: bool,
) -> Result<(), Problem> {
    for (name, picture) in pictures {
        write_own(&folder.join(format!("{name}.svg")), picture, force)?;
    }
    Ok(())
}
