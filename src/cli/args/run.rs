//! The arguments of a run.

use super::products::ProductArgs;
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(in crate::cli) struct RunArgs {
    /// Run this code instead of a script; what follows is for the code
    #[arg(short = 'c', value_name = "CODE", num_args = 1.., allow_hyphen_values = true)]
    pub code: Option<Vec<String>>,
    /// Run this module as a script; what follows is for the module
    #[arg(short = 'm', value_name = "MODULE", num_args = 1.., allow_hyphen_values = true, conflicts_with = "code")]
    pub module: Option<Vec<String>>,
    /// Run and record this Python instead of the embedded one: a path, a name, a version such as 3.13
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<String>,
    /// Run without recording: the output is the same
    #[arg(long)]
    pub no_record: bool,
    /// Run again whenever the script, or a Python file beside it, is saved, and show the last run in an
    /// open player, at the same place; its address is printed (writes html unless --format says else)
    #[arg(long)]
    pub watch: bool,
    /// Record no more than this many steps; the script itself goes on
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_steps: u64,
    /// How fine the steps are
    #[arg(long, value_enum, default_value_t = StepSize::Line)]
    pub step: StepSize,
    /// Record also the names that Python puts into a module by itself (`__name__`, ...)
    #[arg(long)]
    pub all_names: bool,
    /// Check each step against a fresh reading of the whole heap (slow; for memviz's own tests)
    #[arg(long, hide = true)]
    pub verify: bool,
    /// How it is found out which objects have changed; recordings are the same (for memviz's own tests)
    #[arg(long, hide = true, value_enum, default_value_t = ChangesBy::Cost)]
    pub changes_by: ChangesBy,
    #[command(flatten)]
    pub products: ProductArgs,
    /// The script and its arguments, or `-` for standard input
    #[arg(value_name = "SCRIPT", trailing_var_arg = true)]
    pub script: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ChangesBy {
    /// As costs less
    Cost,
    /// By comparing all objects with what they were
    Comparing,
    /// By the pages of memory that were written
    Pages,
    /// One way and the other in turn
    Turns,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum StepSize {
    /// Calls and returns
    Call,
    /// Lines as well
    Line,
    /// Each instruction of bytecode, with the value stack
    Instruction,
}
