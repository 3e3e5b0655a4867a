//! `memviz check PAGE.md`: runs the commands on pages, and holds the pages against what they do.

use crate::cli::args::CheckArgs;
use crate::cli::pages::{Checked, check};
use crate::cli::problem::Problem;
use crate::cli::say::say;
use std::fs;
use std::path::{Path, PathBuf};

/// The exit code where something on a page does not hold.
const CLAIM_FAILED: i32 = 1;

/// Whether a path is that of a page, or of a folder of pages.
pub(super) fn is_page(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|extension| extension == "md")
}

pub(super) fn check_pages(args: &CheckArgs) -> Result<i32, Problem> {
    let mut worst = 0;
    for path in &args.scripts {
        worst = worst.max(check_in_copy(path, args)?);
    }
    Ok(worst)
}

/// Checks the page, or all pages of a folder, in a copy of the folder: nothing in it is written to.
fn check_in_copy(path: &Path, args: &CheckArgs) -> Result<i32, Problem> {
    let (folder, only) = match path.is_dir() {
        true => (path, None),
        false => {
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            (folder.unwrap_or(Path::new(".")), path.file_name())
        }
    };
    let temporary;
    let copy = match &args.out {
        Some(out) => {
            let is_there = fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
            if is_there && !args.force {
                return Err(
                    Problem::new(format!("there is something in {}", out.display()))
                        .hint("name another folder with --out, or say --force to write into it"),
                );
            }
            out.as_path()
        }
        None => {
            temporary = tempfile::tempdir().map_err(Problem::new)?;
            temporary.path()
        }
    };
    let mut pages = Vec::new();
    copy_folder(folder, copy, Path::new(""), &mut pages)
        .map_err(|error| Problem::new(format!("cannot copy {}: {error}", folder.display())))?;
    if let Some(only) = only {
        pages.retain(|page| page.as_os_str() == only);
    }
    if pages.is_empty() {
        return Err(
            Problem::new(format!("there is no page in {}", path.display()))
                .hint("a page is a file whose name ends with .md"),
        );
    }
    let mut worst = 0;
    for page in &pages {
        let checked = check(&copy.join(page))?;
        worst = worst.max(report(&folder.join(page), &checked));
    }
    Ok(worst)
}

/// Copies a folder, and notes its pages in the order of their names. Links are not followed; what
/// begins with a dot stays.
fn copy_folder(
    from: &Path,
    to: &Path,
    inside: &Path,
    pages: &mut Vec<PathBuf>,
) -> std::io::Result<()> {
    // Where the copy is to stand in the folder itself, it is not copied.
    fs::create_dir_all(to.join(inside))?;
    let copy = fs::canonicalize(to)?;
    let mut entries: Vec<_> = fs::read_dir(from.join(inside))?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let path = inside.join(&name);
        let kind = entry.file_type()?;
        if name.to_string_lossy().starts_with('.') || fs::canonicalize(entry.path())? == copy {
            continue;
        }
        if kind.is_dir() {
            copy_folder(from, to, &path, pages)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(&path))?;
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    Ok(())
}

fn report(page: &Path, checked: &Checked) -> i32 {
    let page = page.display();
    for (line, fault) in &checked.faults {
        for (at, words) in fault.lines().enumerate() {
            match at {
                0 => say!("{page}:{line}: {words}"),
                _ => say!("{words}"),
            }
        }
    }
    say!(
        "{page}: {} commands, {} links, {} faults",
        checked.commands,
        checked.links,
        checked.faults.len()
    );
    if checked.faults.is_empty() {
        0
    } else {
        CLAIM_FAILED
    }
}
