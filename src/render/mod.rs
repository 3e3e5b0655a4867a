//! Pictures as files.

mod dot;
mod svg;
mod theme;
mod xml;

pub use dot::{GraphvizError, dot, graphviz_plain, graphviz_svg};
pub use svg::{SvgOptions, svg};
pub use theme::Theme;
