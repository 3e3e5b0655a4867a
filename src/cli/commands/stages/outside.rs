//! What `memviz stages` shows of what stands around the objects of a run: imports, what was open, the end.

use crate::analyse::{Imports, imports, memory_life, resources, run_exit};
use crate::cli::args::{StageName, StagesArgs};
use crate::cli::problem::Problem;
use crate::export::{RunEnd, end_json, end_text, imports_json, imports_text};
use crate::narrate;
use crate::player::StagesRun;
use crate::render::{Theme, end_picture, imports_picture};
use crate::trace::stages::Stages;
use crate::trace::{OutsideFact, Trace};
use serde_json::{Map, Value};

/// What is wanted of it.
#[derive(Default)]
pub(super) struct OutsideViews {
    pub imports: Option<Imports>,
    pub end: Option<RunEnd>,
}

impl OutsideViews {
    /// What is asked for of that kind; `all`: whatever there is. `file` is the trace that `trace` was
    /// read from.
    pub(super) fn of(
        args: &StagesArgs,
        all: bool,
        facts: &[OutsideFact],
        stages: &[Stages],
        trace: &Trace,
    ) -> Result<OutsideViews, Problem> {
        let asked = |view| args.view.contains(&view);
        let wants = |view| all || asked(view);
        let (imports_wanted, end_wanted) = (wants(StageName::Imports), wants(StageName::End));
        if facts.is_empty() {
            return match asked(StageName::Imports) || asked(StageName::End) {
                true => Err(Problem::new(
                    "this trace says nothing of imports and of what was open",
                )
                .hint("record the script again with this memviz")),
                false => Ok(OutsideViews::default()),
            };
        }
        Ok(OutsideViews {
            imports: imports_wanted.then(|| imports(trace, stages, facts)),
            end: end_wanted.then(|| RunEnd {
                resources: resources(trace, facts),
                exit: run_exit(trace, facts),
                left: memory_life(trace).end,
            }),
        })
    }

    /// The pictures, each behind its name.
    pub(super) fn pictures(&self, trace: &Trace, theme: Theme) -> Vec<(&'static str, String)> {
        let imports = self.imports.as_ref().map(|imports| {
            let rows = narrate::import_rows(trace, imports);
            ("imports", imports_picture(trace, &rows, theme))
        });
        let end = self.end.as_ref().map(|end| {
            let rows = narrate::end_rows(trace, &end.exit);
            let outcome = narrate::run_outcome(trace);
            (
                "end",
                end_picture(trace, &end.resources, &rows, &outcome, theme),
            )
        });
        imports.into_iter().chain(end).collect()
    }

    /// The page of the run, with its columns.
    pub(super) fn on_page(&self, mut page: StagesRun, all: &[Stages], trace: &Trace) -> StagesRun {
        if let Some(imports) = &self.imports {
            page = page.with_imports(all, trace, &narrate::import_rows(trace, imports));
        }
        if let Some(end) = &self.end {
            let rows = narrate::end_rows(trace, &end.exit);
            page = page.with_end(
                all,
                trace,
                (&end.resources, &rows),
                narrate::run_outcome(trace),
            );
        }
        page
    }

    pub(super) fn text(&self, trace: &Trace) -> String {
        let imports = self.imports.as_ref();
        let end = self.end.as_ref();
        let imports = imports.map(|imports| imports_text(trace, imports));
        let end = end.map(|end| end_text(trace, end));
        imports.into_iter().chain(end).collect()
    }

    pub(super) fn json(&self, trace: &Trace) -> Map<String, Value> {
        let mut fields = Map::new();
        if let Some(imports) = &self.imports {
            fields.insert("imports".to_owned(), imports_json(trace, imports));
        }
        if let Some(end) = &self.end {
            fields.insert("end".to_owned(), end_json(trace, end));
        }
        fields
    }
}
