//! What to show of each step: which objects are boxes, what stands in their rows, what is new.

mod caption;
mod changes;
mod content;
mod limits;
mod scene;
mod stack;

pub use caption::{Caption, SourceLine};
pub use scene::{
    Arrow, BoxKey, Cell, Mark, Row, Scene, SceneBox, Scenes, Status, Tone, ViewOptions,
};
