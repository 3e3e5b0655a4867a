//! The views of `memviz stages` that are of a run, not of a file: a recording is needed for them.

use crate::analyse::{RaisedError, errors};
use crate::cli::args::StageName;
use crate::cli::problem::Problem;
use crate::cli::saved::explained;
use crate::export::{RunFields, errors_json, errors_text};
use crate::trace::stages::Stages;
use crate::trace::{Trace, TraceFile};
use std::path::Path;

/// A run, with what is wanted of it.
pub(super) struct RunViews {
    pub trace: Trace,
    pub stages: Vec<Stages>,
    pub errors: Option<Vec<RaisedError>>,
}

/// The names of the views that need a run.
pub(super) fn is_of_run(view: StageName) -> bool {
    matches!(view, StageName::Errors)
}

/// Says that a script is no run.
pub(super) fn needs_a_run(script: &Path) -> Problem {
    let name = "errors";
    let shown = script.display();
    let stem = script.file_stem().map_or_else(
        || "NAME".to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    );
    Problem::new(format!(
        "{shown} is not a recording, and --view {name} shows a run"
    ))
    .hint(format!(
        "record it first: memviz {shown}; then: memviz stages output/{stem} --view {name}"
    ))
}

/// What is wanted of the run in a trace. `views`: as they were asked for; none for all.
pub(super) fn run_views(path: &Path, views: &[StageName]) -> Result<RunViews, Problem> {
    let failed = |error| explained(path, error);
    let mut file = TraceFile::open(path).map_err(failed)?;
    let stages = file.stages().map_err(failed)?;
    let trace = file.read().map_err(failed)?;
    let wants = |view| views.is_empty() || views.contains(&view);
    Ok(RunViews {
        errors: wants(StageName::Errors).then(|| errors(&trace, &stages)),
        stages,
        trace,
    })
}

impl RunViews {
    pub(super) fn text(&self) -> String {
        let errors = self.errors.as_ref();
        let errors = errors.map(|errors| errors_text(&self.trace, &self.stages, errors));
        errors.into_iter().collect()
    }

    pub(super) fn fields(&self) -> RunFields {
        let mut fields = RunFields::new();
        if let Some(errors) = &self.errors {
            fields.insert("errors".to_owned(), errors_json(&self.trace, errors));
        }
        fields
    }
}
