//! What a run or a rendering writes, and where.

mod browser;
mod choice;
mod folder;
mod interrupt;
mod lock;
mod own_file;
mod pages;
mod paths;
mod pictures;
mod products;
mod run_stages;
#[cfg(feature = "python")]
mod stages;
mod write;

#[cfg(feature = "python")]
pub(super) use browser::open_address;
#[cfg(feature = "python")]
pub(super) use choice::warn;
pub(super) use folder::{Output, is_own};
pub(super) use own_file::write_own as write_own_file;
#[cfg(feature = "python")]
pub(super) use paths::has_player;
#[cfg(feature = "python")]
pub(super) use stages::{write_stage_pictures, write_stages_page};
pub(super) use write::{open_player, write_products};
