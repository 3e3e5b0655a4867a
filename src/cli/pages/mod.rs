//! Pages in Markdown whose commands are run: what they print is what the page says that they print,
//! the files they make are those that the page shows, and its links lead somewhere.

mod checked;
mod links;
mod page;

pub(in crate::cli) use checked::{Checked, check};
