//! `memviz export`: a saved trace in another form, on standard output, or as a folder of tables.

use crate::cli::args::{ExportArgs, ExportFormat};
use crate::cli::problem::Problem;
use crate::cli::saved::{open, read, unread};
use crate::export::{ExportError, JsonOptions, write_json, write_jsonl};
use crate::layout::plan;
use crate::render::{DotOptions, dot};
use crate::view::{Scenes, ViewFilter, ViewOptions};
use std::io::{self, BufWriter, Write};

pub(in crate::cli) fn export(args: &ExportArgs) -> Result<(), Problem> {
    let mut out = BufWriter::new(io::stdout().lock());
    let options = JsonOptions {
        class_references: args.class_references,
    };
    let done = match args.format {
        ExportFormat::Json => {
            let trace = read(&args.trace)?;
            write_json(&trace, options, &mut out).map_err(|error| ExportError::Write(error.into()))
        }
        ExportFormat::Jsonl => write_jsonl(&open(&args.trace)?, options, &mut out),
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => return super::export_tables::export_tables(args),
        ExportFormat::Dot => write_dot(args, &mut out)?.map_err(ExportError::Write),
    };
    match done.and_then(|()| Ok(out.flush()?)) {
        // Whoever reads may stop reading.
        Err(ExportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(ExportError::Write(error)) => Err(Problem::new(format!("cannot write: {error}"))),
        Err(ExportError::Read(error)) => Err(unread(&args.trace, error)),
        Ok(()) => Ok(()),
    }
}

fn write_dot(args: &ExportArgs, out: &mut impl Write) -> Result<io::Result<()>, Problem> {
    let trace = read(&args.trace)?;
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
    Ok(Scenes::new(&trace, &view)
        .filter(|scene| args.step.is_none_or(|step| step == scene.number))
        .map(|scene| dot(&plan.picture(&scene), DotOptions::default()))
        .try_for_each(|graph| out.write_all(graph.as_bytes())))
}
