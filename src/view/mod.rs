//! What to show of each step: which objects are boxes, what stands in their rows, what is new.

mod build;
mod calls;
mod caption;
mod changes;
mod collector;
mod content;
mod elision;
mod event_loops;
mod filter;
mod focus;
mod focus_tracker;
mod ghosts;
mod in_flight;
mod options;
mod previous;
mod resolved_filter;
mod scene;
mod scenes;
mod stack;
mod step_view;
mod steps;
mod subset;
mod tasks;
mod unknown_words;

pub(crate) use calls::Calls;
pub use caption::{Caption, SourceLine};
pub use collector::{CollectorRun, collector_runs};
pub use filter::{Subset, Unknown, ViewFilter};
pub use options::ViewOptions;
pub use resolved_filter::unknown_words;
pub use scene::{Arrow, BoxKey, BoxRole, Cell, Mark, Row, Scene, SceneBox, Status};
pub use scenes::Scenes;
