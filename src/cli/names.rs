//! The names of what memviz writes to an output folder, beside the pictures.

pub(super) const TRACE_NAME: &str = "trace.memviz";
/// A recording under way, and one whose pictures are not drawn yet.
pub(super) const PART_NAME: &str = "trace.memviz.part";
/// The file that is locked while somebody writes to the folder; it is gone afterwards.
pub(super) const LOCK_NAME: &str = ".memviz-lock";
/// The player.
pub(super) const PLAYER_NAME: &str = "index.html";
/// The page of a file's stages.
pub(super) const STAGES_PAGE_NAME: &str = "stages.html";
/// Their pictures.
pub(super) const STAGES_FOLDER: &str = "stages";
/// The page of several runs side by side.
pub(super) const COMPARE_PAGE_NAME: &str = "compare.html";
