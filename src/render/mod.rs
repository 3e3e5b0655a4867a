//! Pictures as files.

mod svg;
mod theme;
mod xml;

pub use svg::{SvgOptions, svg};
pub use theme::Theme;
