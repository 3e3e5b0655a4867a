//! The arguments. Defaults stand with the options of the stage that they are for.

mod arrange;
mod choice;
mod command_line;
mod compare;
mod numbers;
mod page;
mod products;
mod questions;
mod run;
mod stages;

pub(super) use arrange::arrange;
#[cfg(feature = "python")]
pub(super) use arrange::rearranged;
pub(super) use command_line::CheckArgs;
#[cfg(feature = "python")]
pub(super) use command_line::ClaimsFormat;
pub(super) use command_line::{
    Cli, Command, CompletionsArgs, ExportArgs, ExportFormat, ManArgs, MeasureArgs, RenderArgs,
    TraceArgs,
};
pub(super) use compare::{CompareArgs, CompareFormat};
pub(super) use page::CropName;
pub(super) use products::{Format, LayoutBy, ProductArgs};
pub(super) use questions::{AskArgs, CollectorArgs, GrowthArgs, MemoryArgs, MemoryFormat, WhyArgs};
pub(super) use run::RunArgs;
#[cfg(feature = "python")]
pub(super) use run::StepSize;
pub(super) use stages::StagesArgs;
#[cfg(feature = "python")]
pub(super) use stages::{StageName, StagesFormat};
