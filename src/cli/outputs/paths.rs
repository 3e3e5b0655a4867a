//! Where the products go: the names of files and folders.

use crate::cli::args::{Format, ProductArgs};
use crate::cli::names::{PLAYER_NAME, STAGES_PAGE_NAME};
use crate::layout::Picture;

/// Where a product goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OutputPath {
    File(&'static str),
    /// A folder, and the extension of the numbered files in it.
    Numbered(&'static str, &'static str),
}

pub(super) const SVGS: OutputPath = OutputPath::Numbered("frames", "svg");
pub(super) const PNGS: OutputPath = OutputPath::Numbered("frames", "png");
pub(super) const BLANKS: OutputPath = OutputPath::Numbered("blank", "svg");
pub(super) const BLANK_PNGS: OutputPath = OutputPath::Numbered("blank", "png");
pub(super) const DOTS: OutputPath = OutputPath::Numbered("dot", "dot");
pub(super) const TIKZ: OutputPath = OutputPath::Numbered("tikz", "tex");
pub(super) const GIF: OutputPath = OutputPath::File("animation.gif");
pub(super) const ASVG: OutputPath = OutputPath::File("animation.svg");
pub(super) const PDF: OutputPath = OutputPath::File("steps.pdf");
pub(super) const PPTX: OutputPath = OutputPath::File("steps.pptx");
pub(super) const SHEET: OutputPath = OutputPath::File("sheet.svg");
pub(super) const SHEET_PNG: OutputPath = OutputPath::File("sheet.png");
pub(super) const STRIP: OutputPath = OutputPath::File("strip.svg");
pub(super) const STRIP_PNG: OutputPath = OutputPath::File("strip.png");
pub(super) const SNIPPET: OutputPath = OutputPath::File("snippet.html");
pub(super) const SNIPPET_MD: OutputPath = OutputPath::File("snippet.md");
pub(super) const JSON: OutputPath = OutputPath::File("trace.json");
pub(super) const PLAYER: OutputPath = OutputPath::File(PLAYER_NAME);
/// Its second page, where the recording has the stages of its files.
pub(super) const STAGES_PAGE: OutputPath = OutputPath::File(STAGES_PAGE_NAME);

/// Every place that is written to.
pub(super) fn places(args: &ProductArgs) -> Vec<OutputPath> {
    let wants = |format| args.format.contains(&format);
    let mut places = Vec::new();
    for format in &args.format {
        match format {
            Format::Svg => places.push(SVGS),
            Format::Html => places.extend([PLAYER, STAGES_PAGE]),
            Format::Png => places.push(PNGS),
            Format::Gif => places.push(GIF),
            Format::Asvg => places.push(ASVG),
            Format::Pdf => places.push(PDF),
            Format::Pptx => places.push(PPTX),
            Format::Sheet => {
                places.push(SHEET);
                places.extend(wants(Format::Png).then_some(SHEET_PNG));
            }
            Format::HtmlSnippet => {
                places.extend([SNIPPET, SNIPPET_MD]);
                // What the Markdown names must be there.
                places.extend((!wants(Format::Svg) && !wants(Format::Png)).then_some(SVGS));
            }
            Format::Dot => places.push(DOTS),
            Format::Tikz => places.push(TIKZ),
            Format::Json => places.push(JSON),
            Format::None => {}
        }
    }
    // Who asks for worksheets gets them, with the answers.
    if args.blank {
        places.extend((!wants(Format::Svg) && !wants(Format::Png)).then_some(SVGS));
        places.push(BLANKS);
        places.extend(wants(Format::Png).then_some(BLANK_PNGS));
    }
    // Who asks for a strip gets it.
    if !args.choice.strip.is_empty() {
        places.push(STRIP);
        places.extend(wants(Format::Png).then_some(STRIP_PNG));
    }
    // Who asks for the player's quiz, or to have it opened, asks for the player.
    if args.quiz || args.open {
        places.extend([PLAYER, STAGES_PAGE]);
    }
    let mut once = Vec::new();
    for place in places {
        if !once.contains(&place) {
            once.push(place);
        }
    }
    once
}

/// Whether the player is among what is written.
#[cfg(feature = "python")]
pub(in crate::cli) fn has_player(args: &ProductArgs) -> bool {
    places(args).contains(&PLAYER)
}

/// The path of a picture's file in the output folder.
pub(super) fn picture_file(folder: &str, picture: &Picture, extension: &str) -> String {
    match &picture.name {
        Some(name) => format!("{folder}/{name}.{extension}"),
        None => format!("{folder}/{:04}.{extension}", picture.number),
    }
}
