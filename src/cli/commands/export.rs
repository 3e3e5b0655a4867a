//! `memviz export`: a saved trace in another form, on standard output.

use crate::cli::args::{ExportArgs, ExportFormat};
use crate::cli::problem::Problem;
use crate::cli::saved::read;
use crate::export::{JsonOptions, write_json};
use crate::layout::plan;
use crate::render::{DotOptions, dot};
use crate::view::{Scenes, ViewFilter, ViewOptions};
use std::io::{self, BufWriter, Write};

pub(in crate::cli) fn export(args: &ExportArgs) -> Result<(), Problem> {
    let trace = read(&args.trace)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let done = match args.format {
        ExportFormat::Json => {
            let options = JsonOptions {
                class_references: args.class_references,
            };
            write_json(&trace, options, &mut out).map_err(io::Error::from)
        }
        ExportFormat::Dot => {
            let view = ViewOptions {
                boxes: args.boxes,
                choice: ViewFilter {
                    // A step that is asked for is drawn, whatever steps the script's marks choose.
                    steps: args.step.map(|_| (1, u32::MAX)).into_iter().collect(),
                    ..ViewFilter::default()
                },
                ..ViewOptions::default()
            };
            if let Some(step) = args.step
                && (step == 0 || step as usize > trace.steps.len())
            {
                return Err(Problem::new(format!("there is no step {step}"))
                    .hint(format!("the steps are 1 to {}", trace.steps.len())));
            }
            let trace = trace.shown();
            let plan = plan(Scenes::new(&trace, &view));
            Scenes::new(&trace, &view)
                .filter(|scene| args.step.is_none_or(|step| step == scene.number))
                .map(|scene| dot(&plan.picture(&scene), DotOptions::default()))
                .try_for_each(|graph| out.write_all(graph.as_bytes()))
        }
    };
    match done.and_then(|()| out.flush()) {
        // Whoever reads may stop reading.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Problem::new(format!("cannot write: {error}"))),
        Ok(()) => Ok(()),
    }
}
