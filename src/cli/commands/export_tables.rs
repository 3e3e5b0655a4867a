//! `memviz export --format parquet`: a saved trace as a folder of tables.

use crate::cli::args::ExportArgs;
use crate::cli::problem::{Problem, cannot_write};
use crate::cli::saved::{open, unread};
use crate::cli::say::say;
use crate::export::{ExportError, write_parquet};
use std::fs;
use std::io;
use std::path::Path;

/// Where the tables stand until all of them are there.
const STAGE: &str = ".memviz-new";

pub(super) fn export_tables(args: &ExportArgs) -> Result<(), Problem> {
    let Some(folder) = &args.out else {
        return Err(Problem::new("tables are written into a folder").hint("name it with --out"));
    };
    let file = open(&args.trace)?;
    let failed = |error: io::Error| cannot_write(folder, &error);
    let is_there = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_there && !args.force {
        return Err(
            Problem::new(format!("there is something in {}", folder.display()))
                .hint("name another folder with --out, or say --force to write into it"),
        );
    }
    let stage = folder.join(STAGE);
    if stage.exists() {
        fs::remove_dir_all(&stage).map_err(failed)?;
    }
    fs::create_dir_all(&stage).map_err(failed)?;
    let tables = match write_parquet(&file, &stage) {
        Ok(tables) => tables,
        Err(error) => {
            // What was there before stays as it was.
            let _ = fs::remove_dir_all(&stage);
            return Err(match error {
                ExportError::Read(error) => unread(&args.trace, error),
                ExportError::Write(error) => failed(error),
            });
        }
    };
    let names = tables.iter().map(|(name, _)| *name);
    put_in_place(&stage, folder, names).map_err(failed)?;
    for (name, rows) in tables {
        let path = folder.join(file_name(name));
        say!("{rows:>12} rows  {}", path.display());
    }
    Ok(())
}

fn put_in_place<'n>(
    stage: &Path,
    folder: &Path,
    names: impl Iterator<Item = &'n str>,
) -> io::Result<()> {
    for name in names.map(file_name) {
        fs::rename(stage.join(&name), folder.join(&name))?;
    }
    fs::remove_dir(stage)
}

fn file_name(table: &str) -> String {
    format!("{table}.parquet")
}
