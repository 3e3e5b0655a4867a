//! Makes all products of a trace and puts them into their places.

use super::browser;
use super::folder::Output;
use super::interrupt;
use super::paths::places;
use super::products::write_pictures;
use crate::cli::args::{Format, ProductArgs};
use crate::cli::names::PLAYER_NAME;
use crate::cli::problem::{Problem, cannot_write};
use crate::cli::saved::Recording;
use crate::export::{JsonOptions, write_json};
use std::io::{BufWriter, Write};

/// Writes what the formats ask for, one picture a step where they are pictures, and puts it into its
/// place together with the trace that it was made from, where that is a fresh recording. `read` gives
/// the trace, which is not needed where no format asks for it. Returns what was written, in words.
pub(in crate::cli) fn write_products(
    output: &Output,
    args: &ProductArgs,
    read: impl FnOnce() -> Result<Recording, Problem>,
) -> Result<Vec<String>, Problem> {
    let folder = output.folder().display();
    let words = if output.has_recording() {
        format!(
            "memviz: stopped while drawing; the recording is whole, and what was in {folder} \
             before is as it was (memviz render {folder} draws it)"
        )
    } else {
        format!("memviz: stopped while drawing; what was in {folder} is as it was")
    };
    interrupt::watch(output.stage(), output.lock_path(), words)?;
    let written = match places(args).is_empty() {
        true => Ok(Vec::new()),
        false => read().and_then(|recording| make(output, &recording, args)),
    };
    let written = written.and_then(|written| {
        output.put_in_place(args)?;
        Ok(written)
    });
    // What could not be removed is removed by the next run.
    let _ = output.clear_stage();
    written
}

fn make(
    output: &Output,
    recording: &Recording,
    args: &ProductArgs,
) -> Result<Vec<String>, Problem> {
    let mut written = Vec::new();
    if args.format.contains(&Format::Json) {
        let path = output.folder().join("trace.json");
        output
            .create("trace.json")
            .and_then(|file| {
                let mut file = BufWriter::new(file);
                write_json(&recording.trace, JsonOptions::default(), &mut file)?;
                file.flush()
            })
            .map_err(|error| cannot_write(&path, &error))?;
        written.push(path.display().to_string());
    }
    written.extend(write_pictures(output, recording, args)?);
    Ok(written)
}

/// Opens the player in the browser, where that is asked for.
pub(in crate::cli) fn open_player(output: &Output, args: &ProductArgs) -> Result<(), Problem> {
    if args.open {
        browser::open(&output.full().join(PLAYER_NAME))?;
    }
    Ok(())
}
