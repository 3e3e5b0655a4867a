//! What `memviz stages` shows of a run, where a trace is given.

use super::kind;
use super::outside::OutsideViews;
use crate::analyse::{RaisedError, errors};
use crate::cli::args::{StageName, StagesArgs, StagesFormat};
use crate::cli::problem::Problem;
use crate::cli::saved::{explained, trace_path};
use crate::export::{StagesChoice, errors_json, errors_text, machine_json, machine_text};
use crate::narrate::{MachineFacts, machine_facts};
use crate::render::Theme;
use crate::trace::stages::{StageKind, Stages};
use crate::trace::{Granularity, Trace, TraceFile};
use serde_json::{Map, Value};

/// The run, read as far as it is asked for.
pub(super) struct StagesOfRun {
    pub(super) trace: Trace,
    /// `None`: instructions were not recorded.
    pub(super) machine: Option<Vec<MachineFacts>>,
    pub(super) errors: Vec<RaisedError>,
    /// Imports, what was open, the end.
    pub(super) outside: OutsideViews,
}

impl StagesOfRun {
    /// `None`: nothing of it is asked for.
    pub(super) fn read(args: &StagesArgs, all: &[Stages]) -> Result<Option<StagesOfRun>, Problem> {
        let shows_all = matches!(args.format, StagesFormat::Html | StagesFormat::Svg);
        let asks_for_file = !args.view.is_empty() || args.line.is_some() || args.span.is_some();
        if !shows_all && asks_for_file && args.view.iter().all(|view| kind(*view).is_some()) {
            return Ok(None);
        }
        let path = trace_path(&args.script)?;
        let failed = |error| explained(&path, error);
        let file = TraceFile::open(&path).map_err(failed)?;
        let steps = file.steps();
        if args.step.is_some_and(|step| !(1..=steps).contains(&step)) {
            return Err(Problem::new("there is no such step in this trace")
                .hint(format!("its steps are 1 to {steps}")));
        }
        let machines = file.machines().map_err(failed)?;
        let facts = file.outside().map_err(failed)?;
        // Imports lead from one file to the next.
        let files = file.stages().map_err(failed)?;
        let trace = file.read().map_err(failed)?;
        // The page has all columns, whichever it opens with.
        let all_of_it = args.format == StagesFormat::Html || !asks_for_file;
        let outside = OutsideViews::of(args, all_of_it, &facts, &files, &trace)?;
        let has_machines =
            trace.header.granularity == Granularity::Instruction && !machines.is_empty();
        let wanted = |step: u32| args.step.is_none_or(|wanted| wanted == step);
        let machine =
            has_machines.then(|| machine_facts(&trace, &machines, all, |one| wanted(one.step)));
        let errors = errors(&trace, all);
        Ok(Some(StagesOfRun {
            trace,
            machine,
            errors,
            outside,
        }))
    }

    /// What is asked for of it in one file, as text.
    pub(super) fn text(
        &self,
        args: &StagesArgs,
        all: &[Stages],
        file: usize,
        choice: &StagesChoice,
    ) -> String {
        let mut text = match args.view.contains(&StageName::Machine) {
            true => machine_text(all, file, self.machine.as_deref(), choice),
            false => String::new(),
        };
        // What is of the run as a whole stands behind the last file.
        if file + 1 == all.len() {
            if args.view.contains(&StageName::Errors) {
                text.push_str(&errors_text(&self.trace, all, &self.errors));
            }
            text.push_str(&self.outside.text(&self.trace));
        }
        text
    }

    /// The same for each file as fields of its JSON.
    pub(super) fn json(
        &self,
        args: &StagesArgs,
        all: &[Stages],
        choice: &StagesChoice,
    ) -> Vec<Map<String, Value>> {
        let fields = (0..all.len()).map(|file| {
            let mut fields = Map::new();
            if args.view.contains(&StageName::Machine) {
                let machine = machine_json(all, file, self.machine.as_deref(), choice);
                fields.insert("machine".to_owned(), machine);
            }
            if file == 0 {
                if args.view.contains(&StageName::Errors) {
                    let errors = errors_json(&self.trace, &self.errors);
                    fields.insert("errors".to_owned(), errors);
                }
                fields.extend(self.outside.json(&self.trace));
            }
            fields
        });
        fields.collect()
    }
}

impl StagesOfRun {
    /// Pictures of the run, each behind its name.
    pub(super) fn pictures(&self, theme: Theme) -> Vec<(&'static str, String)> {
        self.outside.pictures(&self.trace, theme)
    }
}

/// What tells of a run is refused where there is none, or where that was not on the Python that is
/// asked for.
pub(super) fn refused(args: &StagesArgs, is_trace: bool) -> Result<Option<StagesOfRun>, Problem> {
    let of_run = args.view.iter().find(|view| kind(**view).is_none());
    let asked = match (of_run, args.step) {
        (Some(view), _) => format!("--view {}", view_name(*view)),
        (None, Some(_)) => "--step".to_owned(),
        (None, None) => return Ok(None),
    };
    let script = args.script.display();
    if is_trace {
        return Err(Problem::new(format!(
            "{asked} shows the run, which was on the embedded interpreter"
        ))
        .hint(format!(
            "leave --python out: memviz stages {script} {asked}"
        )));
    }
    let how = match of_run {
        Some(StageName::Imports | StageName::Errors | StageName::End) => "",
        _ => "--step instruction ",
    };
    let stem = args.script.file_stem().unwrap_or_default().display();
    Err(
        Problem::new(format!("{asked} shows a run, and a script is none")).hint(format!(
            "record it first: memviz {how}{script}; then: memviz stages output/{stem} {asked}"
        )),
    )
}

/// A column of the page, by its name.
pub(super) fn view_name(view: StageName) -> &'static str {
    match view {
        StageName::Machine => "machine",
        StageName::Imports => "imports",
        StageName::Errors => "errors",
        StageName::End => "end",
        _ => kind(view).map_or("", StageKind::name),
    }
}
