//! The arguments of the commands that ask about a trace.

use super::products::ThemeName;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct AskArgs {
    /// A trace.memviz, or the folder that it stands in
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    /// The object: a name or path (`head`, `a.b[0]`), or its serial (12, or '#12' in quotes)
    #[arg(value_name = "NAME|#ID")]
    pub what: String,
    /// At this step [default: the last at which the name is there, or the object lives]
    #[arg(long, value_name = "N")]
    pub step: Option<u32>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct WhyArgs {
    #[command(flatten)]
    pub ask: AskArgs,
    /// Show at most this many chains
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pub chains: u16,
    /// Write the picture to this file [default: why-ID-at-STEP.svg beside the trace]
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write over a file that memviz did not make
    #[arg(long)]
    pub force: bool,
    /// Colours
    #[arg(long, value_enum, default_value_t = ThemeName::Light)]
    pub theme: ThemeName,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CollectorArgs {
    /// A trace.memviz, or the folder that it stands in
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    /// Only the runs that ended in this step [default: all]
    #[arg(long, value_name = "N")]
    pub step: Option<u32>,
    /// Write there [default: the folder `collector` beside the trace]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write into a folder that is not empty
    #[arg(long)]
    pub force: bool,
    /// Colours
    #[arg(long, value_enum, default_value_t = ThemeName::Light)]
    pub theme: ThemeName,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct GrowthArgs {
    /// A trace.memviz, or the folder that it stands in
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    /// Count what is made after this step
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub from: u32,
    /// Count what is left at this step [default: the last]
    #[arg(long, value_name = "M")]
    pub to: Option<u32>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MemoryArgs {
    /// A trace.memviz, or the folder that it stands in
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    /// Tables on standard output, JSON there, or pictures
    #[arg(long, value_enum, default_value_t = MemoryFormat::Text)]
    pub format: MemoryFormat,
    /// Lines and types in each table and picture; the others are counted together
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pub top: u16,
    /// Write the pictures there [default: beside the trace]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write over files that memviz did not make
    #[arg(long)]
    pub force: bool,
    /// Colours
    #[arg(long, value_enum, default_value_t = ThemeName::Light)]
    pub theme: ThemeName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum MemoryFormat {
    /// Tables
    Text,
    /// What the tables say, for programs
    Json,
    /// memory.svg, memory-made.svg, memory-peak.svg
    Svg,
}
