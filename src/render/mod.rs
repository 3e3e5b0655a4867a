//! Pictures as files.

mod dot;
mod svg;
mod theme;
mod xml;

pub use dot::{GraphvizError, dot, graphviz_svg};
pub use svg::{SvgOptions, svg};
pub use theme::Theme;

// The player draws the same picture by the same words, ways and numbers.
pub(crate) use svg::{FONTS, note, path};
pub(crate) use theme::TONES;
