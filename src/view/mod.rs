//! What to show of each step: which objects are boxes, what stands in their rows, what is new.

mod build;
mod calls;
mod caption;
mod changes;
mod classes;
mod collector;
mod content;
mod definitions;
mod elision;
mod emphasis;
mod event_loops;
mod filter;
mod focus;
mod focus_tracker;
mod ghosts;
mod heads;
mod in_flight;
mod known_boxes;
mod misfits;
mod options;
mod previous;
mod resolved_filter;
mod sayings;
mod scene;
mod scenes;
mod source;
mod stack;
mod step_view;
mod steps;
mod subset;
mod syntax;
mod tasks;
mod textbook;
mod unknown_words;

pub(crate) use calls::Calls;
#[cfg(feature = "parquet")]
pub(crate) use calls::RunningCall;
pub use caption::Caption;
pub use collector::{CollectorRun, collector_runs};
pub use filter::{Subset, Unknown, ViewFilter};
pub use misfits::misfits;
pub use options::{Counts, Style, ViewOptions};
pub use resolved_filter::unknown_words;
pub use scene::{
    Arrow, BoxKey, BoxKind, BoxRole, Cell, Color, Emphasis, Heading, Mark, Row, Scene, SceneBox,
    Shape, Status,
};
pub use scenes::Scenes;
pub use source::{Listing, SourceLine, SourceText};
pub use syntax::Syntax;
