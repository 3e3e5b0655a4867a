//! Pictures as files.

mod animation;
mod dot;
mod figure;
mod gif;
mod memory;
mod pdf;
mod pptx;
mod raster;
mod rendered_svg;
mod sheet;
mod snippet;
mod style;
mod svg;
mod theme;
mod tikz;
mod timeline;
mod xml;

pub use animation::Animation;
pub use dot::{DotOptions, dot};
pub use gif::Gif;
pub use memory::{MemoryChart, flame_graph_made, flame_graph_peak};
pub use pdf::Pdf;
pub use pptx::Pptx;
pub use raster::Raster;
pub use rendered_svg::{DrawError, RenderedSvg, undrawable};
pub use sheet::{sheet, strip};
pub use snippet::Snippet;
pub use svg::{
    SvgOptions, SvgWriter, end_picture, errors_picture, imports_picture, machine_picture,
    stages_pictures, svg,
};
pub use theme::Theme;
pub use tikz::tikz;

/// What every file says of its maker; a file that says something else is not replaced unasked.
pub const SIGNATURE: &str = "made by memviz";

// The player draws the same picture by the same words, ways and numbers.
pub(crate) use svg::{FONTS, path};
pub(crate) use theme::TONES;
