//! What a run or a rendering writes, and where.

mod browser;
mod choice;
mod folder;
mod interrupt;
mod lock;
mod pages;
mod paths;
mod pictures;
mod products;
mod write;

#[cfg(feature = "python")]
pub(super) use choice::warn;
pub(super) use folder::{Output, is_own};
pub(super) use write::{open_player, write_products};
