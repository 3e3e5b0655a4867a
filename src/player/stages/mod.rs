//! The page of a file's stages: source, tokens, syntax tree, names, code objects and instructions
//! side by side, joined by the places in the source that they stem from.

mod payload;

use super::page::{BASE_STYLE, ELEMENTS, Parts, page};
use crate::trace::stages::{Span, Stages};
use payload::Payload;

pub use payload::StagesRun;

const PAGE: Parts = Parts {
    frame: include_str!("page.html"),
    style: &[
        BASE_STYLE,
        include_str!("css/page.css"),
        include_str!("css/columns.css"),
        include_str!("css/outside.css"),
        include_str!("css/machine.css"),
        include_str!("css/errors.css"),
    ],
    script: &[
        ELEMENTS,
        include_str!("js/run.js"),
        include_str!("js/model.js"),
        include_str!("js/chunks.js"),
        include_str!("js/column.js"),
        include_str!("js/source.js"),
        include_str!("js/tree.js"),
        include_str!("js/boxes.js"),
        include_str!("js/names.js"),
        include_str!("js/code.js"),
        include_str!("js/bytecode.js"),
        include_str!("js/outside.js"),
        include_str!("js/machine.js"),
        include_str!("js/errors.js"),
        include_str!("js/columns.js"),
        include_str!("js/lit.js"),
        include_str!("js/transport.js"),
        include_str!("js/main.js"),
    ],
};

/// The page of files, each as one Python has it: of one path the first is shown whole, of the others
/// the instructions beside it. It opens with what stands at `span` chosen, and on the given columns, by
/// their names on the command line; where there are none, on those that most want to see first. With a
/// run, its steps can be walked.
pub fn stages_page(
    all: &[Stages],
    span: Option<Span>,
    views: &[&'static str],
    run: Option<&StagesRun>,
) -> String {
    let payload = Payload::new(all, span, views, run);
    let title = all.first().map_or("", |first| &first.file.path);
    page(&PAGE, title, &super::packed(&payload))
}
