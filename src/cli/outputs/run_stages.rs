//! The second page of the player: what became of the files before they ran, and what the run adds.

use crate::analyse::{errors, imports, resources, run_exit};
use crate::cli::names::PLAYER_NAME;
use crate::cli::saved::Recording;
use crate::narrate::{end_rows, import_rows, machine_facts, run_outcome};
use crate::player::{StagesRun, stages_page};
use crate::trace::{Granularity, Trace};

/// The page of a run, where its trace has stages of files.
pub(super) fn stages_of_run(recording: &Recording, trace: &Trace) -> Option<String> {
    let Recording {
        stages,
        machines,
        outside,
        ..
    } = recording;
    if stages.is_empty() {
        return None;
    }
    let _span = tracing::info_span!("stages").entered();
    let has_machines = trace.header.granularity == Granularity::Instruction;
    let machine = has_machines.then(|| machine_facts(trace, machines, stages, |_| true));
    let machine = machine.as_deref();
    let player = Some(PLAYER_NAME.to_owned());
    let mut run = StagesRun::new(stages, trace, machine, &errors(trace, stages), player);
    // What stands around the objects is told of a whole run alone.
    let is_whole = trace.steps.len() == trace.header.steps as usize;
    if is_whole && !outside.is_empty() {
        let imported = import_rows(trace, &imports(trace, stages, outside));
        let rows = end_rows(trace, &run_exit(trace, outside));
        let open = resources(trace, outside);
        run = run.with_imports(stages, trace, &imported).with_end(
            stages,
            trace,
            (&open, &rows),
            run_outcome(trace),
        );
    }
    Some(stages_page(stages, None, &[], Some(&run)))
}
