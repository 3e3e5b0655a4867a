//! What `memviz stages` shows of a run, where a trace is given.

use super::kind;
use crate::analyse::{RaisedError, errors};
use crate::cli::args::{StageName, StagesArgs, StagesFormat};
use crate::cli::problem::Problem;
use crate::cli::saved::{explained, trace_path};
use crate::export::{StagesChoice, errors_json, errors_text, machine_json, machine_text};
use crate::narrate::{MachineFacts, machine_facts};
use crate::trace::stages::Stages;
use crate::trace::{Granularity, Trace, TraceFile};
use serde_json::{Map, Value};

/// The run, read as far as it is asked for.
pub(super) struct StagesOfRun {
    pub(super) trace: Trace,
    /// `None`: instructions were not recorded.
    pub(super) machine: Option<Vec<MachineFacts>>,
    pub(super) errors: Vec<RaisedError>,
}

impl StagesOfRun {
    /// `None`: nothing of it is asked for.
    pub(super) fn read(args: &StagesArgs, all: &[Stages]) -> Result<Option<StagesOfRun>, Problem> {
        let shows_all = matches!(args.format, StagesFormat::Html | StagesFormat::Svg);
        if !shows_all && args.view.iter().all(|view| kind(*view).is_some()) {
            return Ok(None);
        }
        let path = trace_path(&args.script)?;
        let failed = |error| explained(&path, error);
        let mut file = TraceFile::open(&path).map_err(failed)?;
        let steps = file.steps();
        if args.step.is_some_and(|step| !(1..=steps).contains(&step)) {
            return Err(Problem::new("there is no such step in this trace")
                .hint(format!("its steps are 1 to {steps}")));
        }
        let machines = file.machines().map_err(failed)?;
        let trace = file.read().map_err(failed)?;
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
        let mut text = String::new();
        if args.view.contains(&StageName::Machine) {
            text.push_str(&machine_text(all, file, self.machine.as_deref(), choice));
        }
        // What is the run's as a whole stands behind all files.
        if args.view.contains(&StageName::Errors) && file + 1 == all.len() {
            text.push_str(&errors_text(&self.trace, all, &self.errors));
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
            if args.view.contains(&StageName::Errors) && file == 0 {
                let errors = errors_json(&self.trace, &self.errors);
                fields.insert("errors".to_owned(), errors);
            }
            fields
        });
        fields.collect()
    }
}

/// What tells of a run is refused where there is none.
pub(super) fn refused(args: &StagesArgs) -> Result<Option<StagesOfRun>, Problem> {
    let of_run = args.view.iter().find(|view| kind(**view).is_none());
    let asked = match (of_run, args.step) {
        (Some(view), _) => format!("--view {}", view_name(*view)),
        (None, Some(_)) => "--step".to_owned(),
        (None, None) => return Ok(None),
    };
    let shown = args.script.display();
    let stem = args
        .script
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let options = match of_run {
        Some(StageName::Errors) => "",
        _ => "--step instruction ",
    };
    Err(
        Problem::new(format!("{asked} shows a run, and a script is none")).hint(format!(
            "record it first: memviz {options}{shown}; then: memviz stages output/{stem} {asked}"
        )),
    )
}

/// A column of the page, by its name.
pub(super) fn view_name(view: StageName) -> &'static str {
    match kind(view) {
        Some(stage) => stage.name(),
        None if view == StageName::Errors => "errors",
        None => "machine",
    }
}
