//! memviz.
pub mod analyse;
pub mod cli;
pub mod export;
pub mod layout;
#[cfg(feature = "python")]
pub mod record;
pub mod render;
pub mod trace;
pub mod view;
