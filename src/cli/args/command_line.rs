//! The commands, and the arguments of those that do not run or ask.

use super::compare::CompareArgs;
use super::products::ProductArgs;
use super::questions::{AskArgs, CollectorArgs, GrowthArgs, MemoryArgs, WhyArgs};
use super::run::RunArgs;
use super::stages::StagesArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const MARKS: &str = "\
Marks in the script's comments, which Python does not see:
  # memviz: picture \"caption\"    draw the moment when this line has run; only such are drawn;
      picture \"caption\" as trap    in frames/trap.svg; `pair` with what was before beside it
  # memviz: highlight a, b[0]    outline these from here on (alone: no more)
  # memviz: label a \"words\"      words above its box, from here on
  # memviz: note \"words\"         say this in the picture of this moment
  # memviz: color Node blue      as --color Node=blue; `strip 3,7,9` as --strip
  # memviz: layout tree(root)    as --shape 'tree(root)'; `grid`, `row`, `rows` alike
  # memviz: focus a, b           as --focus; `hide`, `fold`, `depth`, `boxes`, `classes`,
                                 `counts`, `generations`, `sizes` alike
  # memviz: expect same(a, b)    a claim for `memviz check`; several with `;` between them:
      refcount(x) == N, generation(x) == N, count(\"Type\") == N, same(a, b), different(a, b),
      alive(x), dead(x), reachable(x), unreachable(x), immortal(x)
On a line of its own a mark speaks of the line above. Options win over marks.";

const CHECK_HELP: &str = "\
A page holds commands in blocks of the language console. They run in the order in which they stand,
in a copy of the page's folder, memviz alone, without a shell:
  ```console
  $ memviz run --no-record hello.py
  Hello
  ```
What stands below a command must be what it prints, standard error included. Three dots stand for any
number of signs in a line, a line of three dots for any number of lines, and no lines at all for
whatever it prints. `console status=1` says that the commands end with exit code 1. Links and pictures must lead to files that are there when the commands
have run, and to headings that the pages have; addresses in the network are not asked for.";

/// Runs a Python script and draws what it does in memory, step by step.
///
/// memviz runs the script on an embedded Python interpreter (RustPython) and records every object
/// at every step: births, deaths, reference counts, the collector at work. Each step becomes a
/// picture: output/SCRIPT_STEM/frames/0001.svg and so on; and all of them together one page to
/// walk and question in a browser: output/SCRIPT_STEM/index.html.
///
/// memviz's own options may stand before SCRIPT or right after it. The first other word after
/// SCRIPT, and all that follows it, goes to the script; `--` after SCRIPT says that all the rest
/// does.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true,
    override_usage = "memviz [OPTIONS] SCRIPT [ARGS...]\n       memviz [OPTIONS] -c CODE [ARGS...]\n       memviz [OPTIONS] -m MODULE [ARGS...]\n       memviz [OPTIONS] - [ARGS...]      (the script comes from standard input)\n       memviz COMMAND ...",
    after_long_help = MARKS
)]
pub(in crate::cli) struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub run: RunArgs,
    /// Say what is being done; twice for more
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Run a script, as memviz does without a command
    Run(RunArgs),
    /// Run scripts and check what their `# memviz: expect ...` comments claim; run the commands on pages
    /// and check what the pages say of them
    #[command(after_long_help = CHECK_HELP)]
    Check(CheckArgs),
    /// Draw a saved trace again, without running anything
    Render(RenderArgs),
    /// Write a saved trace's player, and open it in the browser
    Open(RenderArgs),
    /// Write a saved trace to standard output in another form
    Export(ExportArgs),
    /// Say what is in a saved trace, and whether all of it is sound
    Info(TraceArgs),
    /// Say what keeps an object alive, and draw it
    ///
    /// For each reference to the object, the shortest chain of strong references that leads to it
    /// from a name or from the interpreter, without passing through the object itself; or that
    /// nothing does, or that it is dead. The picture shows these chains alone.
    #[command(
        after_long_help = "Examples:\n  memviz why output/linked_list_drop head.rest\n  memviz why output/two_node_cycle a --step 16"
    )]
    Why(WhyArgs),
    /// Say which references an object's count is made of
    ///
    /// One line for each strong reference: the call frame, object or place in the interpreter that
    /// holds it, and its label there. Weak references, which do not count, come after.
    #[command(after_long_help = "Example:\n  memviz who output/aliasing a")]
    Who(AskArgs),
    /// Tell an object's life: birth, every change of its count, death
    ///
    /// Each with its step and line, and with the references that came and went.
    #[command(after_long_help = "Example:\n  memviz life output/two_node_cycle a")]
    Life(AskArgs),
    /// Say what a stretch of a run made and did not free, by type and by line
    ///
    /// What was made after the first of these steps and lives at the last, with its bytes, and how
    /// much of it nothing reaches any more.
    #[command(after_long_help = "Example:\n  memviz growth output/late_binding --from 4 --to 12")]
    Growth(GrowthArgs),
    /// Say what was alive over the run, what made it, the peak, and what is left at the end
    ///
    /// Objects and bytes by type over the steps, births and deaths by line. As pictures: a chart of
    /// the types over the steps, and flame graphs of the calls that made what was made, and what
    /// was alive at the peak.
    #[command(
        after_long_help = "Examples:\n  memviz memory output/list_growth\n  memviz memory output/list_growth --format svg"
    )]
    Memory(MemoryArgs),
    /// Draw each run of the collector, phase by phase
    ///
    /// One picture a phase: the counts, what is left of them when references from inside are taken
    /// off, what is tentatively unreachable, what is rescued, what is freed.
    #[command(after_long_help = "Example:\n  memviz collector output/two_node_cycle")]
    Collector(CollectorArgs),
    /// Lay two or more runs side by side, and say what differs and why
    ///
    /// Traces, or one script that is run on several Pythons. The runs are walked together: steps stand
    /// side by side that are at the same place of the source, called the same way, and objects are
    /// found again by the way in which names lead to them. What differs (steps, values, counts,
    /// deaths, collections, output, instructions) is explained where it is of a kind that is known,
    /// and called unexplained where it is not. The script's own output is in the recordings alone.
    #[command(
        after_long_help = "Examples:\n  memviz compare scenarios/cycle_with_del.py --python rustpython,3.13\n  memviz compare output/before output/after\n  memviz compare scenarios/small_ints.py --python 3.11,3.12,3.13 --format html"
    )]
    Compare(CompareArgs),
    /// Show what becomes of a file before it runs: tokens, tree, names, code, instructions
    ///
    /// Nothing of it is run. Each line of the text says one thing, behind the place in the file that it
    /// comes from; the JSON says the same with spans, bytes of the decoded source. Whose tokens, tree
    /// and instructions they are stands in front: those of the embedded RustPython, unless --python
    /// asks for another interpreter's.
    #[command(
        after_long_help = "Examples:\n  memviz stages scenarios/aliasing.py --view tokens\n  memviz stages scenarios/aliasing.py --line 3\n  memviz stages scenarios/aliasing.py --format json"
    )]
    Stages(StagesArgs),
    /// Print how well pictures are laid out: what moves, what crosses, how large they are
    Measure(MeasureArgs),
    /// Print memviz's manual page, or write one for it and one for each command to a folder
    ///
    /// `memviz man | man -l -` shows it.
    Man(ManArgs),
    /// Print a script that completes memviz's commands and options in a shell
    #[command(
        after_long_help = "Example, for the running shell:\n  source <(memviz completions bash)"
    )]
    Completions(CompletionsArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    /// The scripts, each run by itself; or pages in Markdown and folders of them, whose commands are
    /// run in a copy of their folder
    #[arg(value_name = "SCRIPT|PAGE.md", required = true)]
    pub scripts: Vec<PathBuf>,
    /// Run the scripts on these Pythons, and say of each claim on which of them it holds: paths,
    /// names, versions such as 3.13, or `rustpython` for the embedded one, with commas between them
    #[arg(long, value_name = "PYTHON", value_delimiter = ',')]
    pub python: Vec<String>,
    /// How the table of --python is written
    #[arg(long, value_enum, default_value_t = ClaimsFormat::Text, requires = "python")]
    pub format: ClaimsFormat,
    /// Keep the copy of the pages, with what their commands have made, in this folder
    #[arg(short, long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Write into the folder although something is in it
    #[arg(long, requires = "out")]
    pub force: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RenderArgs {
    /// A trace.memviz, or the folder that it stands in
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    #[command(flatten)]
    pub products: ProductArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// A trace.memviz, or the folder that it stands in
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    #[arg(long, value_enum)]
    pub format: ExportFormat,
    /// Write the tables into this folder, which must be new or empty (parquet)
    #[cfg(feature = "parquet")]
    #[arg(long, value_name = "FOLDER", required_if_eq("format", "parquet"))]
    pub out: Option<PathBuf>,
    /// Write into the folder although something is in it (parquet)
    #[cfg(feature = "parquet")]
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Only this step (dot)
    #[arg(long, value_name = "N")]
    pub step: Option<u32>,
    /// Also each instance's reference to its class (json, jsonl)
    #[arg(long)]
    pub class_references: bool,
    /// Draw small values as boxes of their own, too (dot)
    #[arg(long)]
    pub boxes: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MeasureArgs {
    /// Scripts, which are run and recorded, or traces
    #[arg(value_name = "SCRIPT|TRACE", required = true)]
    pub paths: Vec<PathBuf>,
    /// Do not have an installed Graphviz lay out the same steps for comparison
    #[arg(long)]
    pub no_dot: bool,
    /// Draw small values as boxes of their own, too
    #[arg(long)]
    pub boxes: bool,
    /// Draw at most this many objects in one picture
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub max_objects: usize,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TraceArgs {
    /// A trace.memviz, or the folder that it stands in
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ManArgs {
    /// Write the pages there (memviz.1, memviz-run.1, ...), in place of those of an older memviz
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArgs {
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    /// One JSON object, each step with its whole state
    Json,
    /// JSON, one step a line with what has changed since the step before; for long runs
    Jsonl,
    /// A folder of tables for DuckDB, Polars, Spark and their like
    #[cfg(feature = "parquet")]
    Parquet,
    /// Graphs for Graphviz
    Dot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ClaimsFormat {
    /// Script by script, then each claim that does not hold everywhere
    Text,
    /// Each claim in a row (Markdown)
    Table,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_agrees_with_the_stages_defaults() {
        Cli::command().debug_assert();
        let cli = Cli::parse_from(["memviz", "a.py"]);
        #[cfg(feature = "python")]
        assert_eq!(
            cli.run.max_steps as usize,
            crate::record::RecordOptions::default().max_steps
        );
        assert_eq!(
            cli.run.products.choice.boxes,
            crate::view::ViewOptions::default().boxes
        );
    }
}
