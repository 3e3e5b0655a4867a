//! What the page is given: one JSON document. Of each file, as each Python has it, a sheet; and where
//! the files are those of a recording, what the page shows of the run.

mod errors;
mod machine;
mod outside;
mod run;
mod sheet;

use crate::trace::stages::{Span, Stages};
use serde::Serialize;
use sheet::Sheet;

pub use run::StagesRun;

const VERSION: u32 = 2;

#[derive(Debug, Serialize)]
pub(super) struct Payload<'s> {
    version: u32,
    /// What the page opens with.
    span: Option<(u32, u32)>,
    views: &'s [&'static str],
    sheets: Vec<Sheet<'s>>,
    run: Option<&'s StagesRun>,
}

impl<'s> Payload<'s> {
    pub(super) fn new(
        all: &'s [Stages],
        span: Option<Span>,
        views: &'s [&'static str],
        run: Option<&'s StagesRun>,
    ) -> Payload<'s> {
        Payload {
            version: VERSION,
            span: span.map(|span| (span.start, span.end)),
            views,
            sheets: all.iter().map(Sheet::new).collect(),
            run,
        }
    }
}
