//! What to show of each step: which objects are boxes, what stands in their rows, what is new.

mod caption;
mod changes;
mod choice;
mod collector;
mod content;
mod focus;
mod limits;
mod only;
mod passing;
mod past;
mod scene;
mod scenes;
mod stack;
mod steps;
mod words;

pub use caption::{Caption, SourceLine};
pub use choice::{Choice, Unknown, unknown_words};
pub use collector::{CollectorRun, collector_runs};
pub use only::Only;
pub use scene::{Arrow, BoxKey, Cell, Mark, Row, Scene, SceneBox, Status, Tone, ViewOptions};
pub use scenes::Scenes;
pub(crate) use stack::Calls;
