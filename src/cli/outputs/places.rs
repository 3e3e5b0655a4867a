//! Where the products go: the names of files and folders.

use crate::cli::args::{Format, ProductArgs};
use crate::cli::names::PLAYER_NAME;

/// Where a product goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    File(&'static str),
    /// A folder, and the extension of the numbered files in it.
    Numbered(&'static str, &'static str),
}

pub(super) const SVGS: Place = Place::Numbered("frames", "svg");
pub(super) const PNGS: Place = Place::Numbered("frames", "png");
pub(super) const DOTS: Place = Place::Numbered("dot", "dot");
pub(super) const GIF: Place = Place::File("animation.gif");
pub(super) const ASVG: Place = Place::File("animation.svg");
pub(super) const PDF: Place = Place::File("steps.pdf");
pub(super) const SHEET: Place = Place::File("sheet.svg");
pub(super) const SHEET_PNG: Place = Place::File("sheet.png");
pub(super) const SNIPPET: Place = Place::File("snippet.html");
pub(super) const SNIPPET_MD: Place = Place::File("snippet.md");
pub(super) const JSON: Place = Place::File("trace.json");
pub(super) const PLAYER: Place = Place::File(PLAYER_NAME);

/// Every place that is written to.
pub(super) fn places(args: &ProductArgs) -> Vec<Place> {
    let wants = |format| args.format.contains(&format);
    let mut places = Vec::new();
    for format in &args.format {
        match format {
            Format::Svg => places.push(SVGS),
            Format::Html => places.push(PLAYER),
            Format::Png => places.push(PNGS),
            Format::Gif => places.push(GIF),
            Format::Asvg => places.push(ASVG),
            Format::Pdf => places.push(PDF),
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
            Format::Json => places.push(JSON),
            Format::None => {}
        }
    }
    // Who asks for the player's quiz, or to have it opened, asks for the player.
    places.extend((args.quiz || args.open).then_some(PLAYER));
    let mut once = Vec::new();
    for place in places {
        if !once.contains(&place) {
            once.push(place);
        }
    }
    once
}

/// The path of a numbered file in the output folder.
pub(super) fn numbered(folder: &str, number: u32, extension: &str) -> String {
    format!("{folder}/{number:04}.{extension}")
}
