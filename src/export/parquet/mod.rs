//! A trace as tables for DuckDB, Polars, Spark and their like: a folder of files in Parquet.
//!
//! What holds for a while (a reference, a count, a call) is one row with the step at which it came and
//! the step at which it was gone, so that the tables follow what changes and not what there is.

mod calls;
mod collections;
mod counts;
mod lifetimes;
mod objects;
mod references;
mod schema;
mod steps;
mod table;

use super::ExportError;
use crate::trace::TraceFile;
use crate::view::Calls;
use calls::CallTable;
use collections::Collections;
use counts::Counts;
use objects::Objects;
use references::References;
use std::path::Path;
use steps::Steps;
use table::Texts;

/// Writes the tables of a trace into a folder in which none of their files is yet; returns the name of
/// each and how many rows it has. Reads the trace as it writes: in memory are its tables of texts and
/// objects, the steps of one segment, what holds at one step, and up to 131,072 rows of each table.
///
/// # Errors
/// Where the trace cannot be read, and where the folder cannot be written to.
pub fn write_parquet(
    file: &TraceFile,
    folder: &Path,
) -> Result<Vec<(&'static str, u64)>, ExportError> {
    let trace = &file.trace;
    let mut texts = Texts::new(&trace.symbols);
    let mut calls = Calls::default();
    let mut steps = Steps::begin(folder)?;
    let mut objects = Objects::begin(folder, trace)?;
    let mut references = References::begin(folder)?;
    let mut counts = Counts::begin(folder)?;
    let mut collections = Collections::begin(folder)?;
    let mut call_table = CallTable::begin(folder)?;
    let last = file.steps();
    let mut at_last = None;
    file.try_each_in(1, last, |number, step, state| {
        let running = calls.follow(step, state, &trace.symbols);
        let ran = steps.follow(number, step, &running, trace, &mut texts)?;
        let freed_by = collections.follow(number, &step.head)?;
        objects.follow(number, step, ran, &freed_by, trace, &mut texts)?;
        let frames = running.iter().map(|call| (call.number, call.frame));
        references.follow(number, step, frames, &mut texts)?;
        counts.follow(number, step)?;
        call_table.follow(number, &step.head, &running, trace, &mut texts)?;
        if number == last {
            at_last = Some(state.clone());
        }
        Ok::<(), ExportError>(())
    })?;
    let state = at_last.unwrap_or_default();
    let step_rows = steps.end()?;
    let [object_rows, death_rows] = objects.end(trace, &mut texts)?;
    let reference_rows = references.end(&state, &mut texts)?;
    let count_rows = counts.end(&state)?;
    let [collection_rows, candidate_rows] = collections.end()?;
    let call_rows = call_table.end(&mut texts)?;
    Ok(vec![
        (schema::STEPS.name, step_rows),
        (schema::OBJECTS.name, object_rows),
        (schema::REFERENCES.name, reference_rows),
        (schema::COUNTS.name, count_rows),
        (schema::DEATHS.name, death_rows),
        (schema::COLLECTIONS.name, collection_rows),
        (schema::CANDIDATES.name, candidate_rows),
        (schema::CALLS.name, call_rows),
    ])
}
