//! memviz.
pub mod analyse;
pub mod export;
#[cfg(feature = "python")]
pub mod record;
pub mod trace;
