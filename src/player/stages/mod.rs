//! The page of a file's stages: source, tokens, syntax tree, names, code objects and instructions
//! side by side, joined by the places in the source that they stem from.

mod payload;

use super::page::{BASE_STYLE, ELEMENTS, Parts, page};
use crate::trace::stages::{Span, Stages};
use payload::Payload;

const PAGE: Parts = Parts {
    frame: include_str!("page.html"),
    style: &[
        BASE_STYLE,
        include_str!("css/page.css"),
        include_str!("css/columns.css"),
    ],
    script: &[
        ELEMENTS,
        include_str!("js/model.js"),
        include_str!("js/chunks.js"),
        include_str!("js/column.js"),
        include_str!("js/source.js"),
        include_str!("js/tree.js"),
        include_str!("js/boxes.js"),
        include_str!("js/names.js"),
        include_str!("js/code.js"),
        include_str!("js/bytecode.js"),
        include_str!("js/lit.js"),
        include_str!("js/main.js"),
    ],
};

/// The page. It opens with what stands at `span` chosen, and on the given columns, by their names on
/// the command line; where there are none, on those that most want to see first.
pub fn stages_page(stages: &Stages, span: Option<Span>, views: &[&'static str]) -> String {
    let payload = Payload::new(stages, span, views);
    page(&PAGE, &stages.file.path, &super::packed(&payload))
}
