//! The commands, one file each.

mod ask;
#[cfg(feature = "python")]
pub(super) mod check;
#[cfg(feature = "python")]
mod check_pages;
#[cfg(feature = "python")]
mod check_pythons;
pub(super) mod collector;
pub(super) mod compare;
pub(super) mod export;
#[cfg(feature = "parquet")]
mod export_tables;
pub(super) mod growth;
pub(super) mod info;
pub(super) mod life;
pub(super) mod measure;
pub(super) mod memory;
#[cfg(feature = "python")]
pub(super) mod python;
#[cfg(feature = "python")]
mod recorded;
pub(super) mod render;
#[cfg(feature = "python")]
pub(super) mod run;
pub(super) mod shell;
#[cfg(feature = "python")]
pub(super) mod stages;
#[cfg(feature = "python")]
pub(super) mod watch;
pub(super) mod who;
pub(super) mod why;
