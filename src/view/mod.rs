//! What to show of each step: which objects are boxes, what stands in their rows, what is new.

mod build;
mod calls;
mod caption;
mod changes;
mod choice;
mod collector;
mod content;
mod focus;
mod following;
mod ghosts;
mod limits;
mod only;
mod options;
mod passing;
mod past;
mod resolved;
mod scene;
mod scenes;
mod stack;
mod step_view;
mod steps;
mod words;

pub(crate) use calls::Calls;
pub use caption::{Caption, SourceLine};
pub use choice::{Choice, Only, Unknown};
pub use collector::{CollectorRun, collector_runs};
pub use options::ViewOptions;
pub use resolved::unknown_words;
pub use scene::{Arrow, BoxKey, Cell, Mark, Row, Scene, SceneBox, Status, Tone};
pub use scenes::Scenes;
