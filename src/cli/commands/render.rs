//! `memviz render`: draws a saved trace again.

use crate::cli::args::{Format, ProductArgs, RenderArgs};
use crate::cli::outputs::{Output, open_player, write_products};
use crate::cli::problem::Problem;
use crate::cli::saved::{Recording, beside, explained, trace_path};
use crate::cli::say::say;
use crate::trace::TraceFile;

/// The last step that is drawn, where that is known in advance: those behind it need not be read.
fn last_step_needed(args: &ProductArgs) -> u32 {
    let choice = &args.choice;
    let names = [&choice.focus, &choice.hide, &choice.fold, &choice.highlight];
    let needs_all = args.format.contains(&Format::Json)
        || names.iter().any(|names| !names.is_empty())
        || !choice.label.is_empty()
        || !choice.note.is_empty()
        || !choice.color.is_empty()
        || !choice.shape.is_empty()
        || !choice.strip.is_empty();
    let last = choice.steps.iter().map(|(_, last)| *last).max();
    last.filter(|_| !needs_all).unwrap_or(u32::MAX)
}

pub(in crate::cli) fn render(args: &RenderArgs) -> Result<(), Problem> {
    let path = trace_path(&args.trace)?;
    let file = TraceFile::open(&path).map_err(|error| explained(&path, error))?;
    let folder = args
        .products
        .out
        .clone()
        .unwrap_or_else(|| beside(&args.trace));
    // A trace's own folder may be written to.
    let own = args.products.out.is_none();
    let output = Output::open(folder, &args.products, own)?;
    let last = last_step_needed(&args.products);
    let written = write_products(&output, &args.products, || {
        Recording::read(file, last).map_err(|error| explained(&path, error))
    })?;
    say!("memviz: {}", written.join(", "));
    open_player(&output, &args.products)
}

/// `memviz open`: the player of a saved trace, in the browser.
pub(in crate::cli) fn open(mut args: RenderArgs) -> Result<(), Problem> {
    args.products.format = vec![Format::Html];
    args.products.open = true;
    render(&args)
}
