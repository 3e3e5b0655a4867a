//! The arguments. Defaults stand with the options of the stage that they are for.

use super::ask::AskArgs;
use super::choice::ChoiceArgs;
use super::collector::CollectorArgs;
use super::growth::GrowthArgs;
use super::why::WhyArgs;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

const MARKS: &str = "\
Marks in the script's comments, which Python does not see:
  # memviz: picture \"caption\"    draw the moment when this line has run; only such are drawn
  # memviz: focus a, b           as --focus; `hide`, `fold`, `depth`, `boxes`, `generations`,
                                 `sizes` alike
  # memviz: expect same(a, b)    a claim for `memviz check`; several with `;` between them:
      refcount(x) == N, generation(x) == N, count(\"Type\") == N, same(a, b), different(a, b),
      alive(x), dead(x), reachable(x), unreachable(x), immortal(x)
On a line of its own a mark speaks of the line above. Options win over marks.";

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
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub run: RunArgs,
    /// Say what is being done; twice for more
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a script, as memviz does without a command
    Run(RunArgs),
    /// Run scripts and check what their `# memviz: expect ...` comments claim
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
    /// Draw each run of the collector, phase by phase
    ///
    /// One picture a phase: the counts, what is left of them when references from inside are taken
    /// off, what is tentatively unreachable, what is rescued, what is freed.
    #[command(after_long_help = "Example:\n  memviz collector output/two_node_cycle")]
    Collector(CollectorArgs),
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
pub(super) struct RunArgs {
    /// Run this code instead of a script; what follows is for the code
    #[arg(short = 'c', value_name = "CODE", num_args = 1.., allow_hyphen_values = true)]
    pub code: Option<Vec<String>>,
    /// Run this module as a script; what follows is for the module
    #[arg(short = 'm', value_name = "MODULE", num_args = 1.., allow_hyphen_values = true, conflicts_with = "code")]
    pub module: Option<Vec<String>>,
    /// Run without recording: the output is the same
    #[arg(long)]
    pub no_record: bool,
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
    #[command(flatten)]
    pub products: ProductArgs,
    /// The script and its arguments, or `-` for standard input
    #[arg(value_name = "SCRIPT", trailing_var_arg = true)]
    pub script: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct ProductArgs {
    /// Folder to write to [default: output/SCRIPT_STEM]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write over a folder that holds something else
    #[arg(long)]
    pub force: bool,
    /// What to write
    #[arg(
        long,
        value_name = "FORMATS",
        value_delimiter = ',',
        default_value = "svg,html"
    )]
    pub format: Vec<Format>,
    /// Size of PNG and GIF, as a multiple of the SVG's [default: 2 for PNG, 1 for sheet.png; 0.75
    /// for GIF, which is no wider than 900 pixels then]
    #[arg(long, value_name = "F", value_parser = scale)]
    pub scale: Option<f64>,
    /// How long GIF and animated SVG show a step
    #[arg(long, value_name = "SECONDS", default_value = "1.5", value_parser = delay)]
    pub delay: f64,
    /// Who lays out the pictures: memviz, or an installed Graphviz, step by step
    #[arg(long, value_enum, default_value_t = LayoutBy::Memviz)]
    pub layout: LayoutBy,
    /// Colours
    #[arg(long, value_enum, default_value_t = ThemeName::Light)]
    pub theme: ThemeName,
    /// Say of each object which generation of the collector's it is in
    #[arg(long)]
    pub generations: bool,
    /// Say of each object how many bytes it takes
    #[arg(long)]
    pub sizes: bool,
    #[command(flatten)]
    pub choice: ChoiceArgs,
    /// Have the player ask at each step what will change (html)
    #[arg(long)]
    pub quiz: bool,
    /// Open the player in the browser (html)
    #[arg(long)]
    pub open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StepSize {
    /// Calls and returns
    Call,
    /// Lines as well
    Line,
    /// Each instruction of bytecode, with the value stack
    Instruction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// frames/0001.svg ..., one picture a step
    Svg,
    /// frames/0001.png ...
    Png,
    /// animation.gif
    Gif,
    /// animation.svg: all steps in one file that moves by itself
    Asvg,
    /// steps.pdf, one page a step
    Pdf,
    /// sheet.svg: all steps on one page; with png also sheet.png
    Sheet,
    /// snippet.html and snippet.md, to paste into a page, and the pictures that snippet.md names
    HtmlSnippet,
    /// index.html, the player: the run to be walked and questioned in a browser
    Html,
    /// dot/0001.dot ..., for Graphviz
    Dot,
    /// trace.json
    Json,
    /// Nothing beside the trace itself
    None,
}

fn scale(word: &str) -> Result<f64, String> {
    number_within(word, 0.1, 10.0)
}

fn delay(word: &str) -> Result<f64, String> {
    number_within(word, 0.05, 600.0)
}

fn number_within(word: &str, least: f64, most: f64) -> Result<f64, String> {
    word.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("a number from {least} to {most} is wanted"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LayoutBy {
    Memviz,
    Dot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ThemeName {
    Light,
    Dark,
    Print,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The scripts, each run by itself
    #[arg(value_name = "SCRIPT", required = true)]
    pub scripts: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    /// A trace.memviz, or the folder that it stands in
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    #[command(flatten)]
    pub products: ProductArgs,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// A trace.memviz, or the folder that it stands in
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    #[arg(long, value_enum)]
    pub format: ExportFormat,
    /// Only this step (dot)
    #[arg(long, value_name = "N")]
    pub step: Option<u32>,
    /// Also each instance's reference to its class (json)
    #[arg(long)]
    pub class_references: bool,
    /// Draw small values as boxes of their own, too (dot)
    #[arg(long)]
    pub boxes: bool,
}

#[derive(Debug, Args)]
pub(super) struct MeasureArgs {
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
pub(super) struct TraceArgs {
    /// A trace.memviz, or the folder that it stands in
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Write the pages there (memviz.1, memviz-run.1, ...), in place of those of an older memviz
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    Json,
    Dot,
}

/// Puts the options that stand right after the script before it, and keeps what is the script's
/// own from being read as memviz's.
pub(super) fn arrange(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments = arguments.into_iter();
    let mut out: Vec<OsString> = arguments.next().into_iter().collect();
    let mut rest: Vec<OsString> = arguments.collect();
    if rest.first().is_some_and(|word| word == "run") {
        out.push(rest.remove(0));
    } else if rest
        .first()
        .is_some_and(|word| Cli::command().find_subcommand(word).is_some() || word == "help")
    {
        out.extend(rest);
        return out;
    }
    let options = own_options();
    let mut at = take_options(&rest, 0, &options, &mut out);
    let Some(first) = rest.get(at) else {
        return out;
    };
    if first == "-c" || first == "-m" {
        let end = (at + 2).min(rest.len());
        let script = rest[at..end].to_vec();
        at = take_options(&rest, end, &options, &mut out);
        out.extend(script);
        out.extend(rest.drain(at..).skip_while(|word| word == "--"));
        return out;
    }
    if first != "-" && first.to_string_lossy().starts_with('-') {
        // No option of ours: clap says so.
        out.extend(rest.drain(at..));
        return out;
    }
    let script = first.clone();
    at = take_options(&rest, at + 1, &options, &mut out);
    out.extend([OsString::from("--"), script]);
    let mut own = rest.drain(at..).peekable();
    if own.peek().is_some_and(|word| word == "--") {
        own.next();
    }
    out.extend(own);
    out
}

/// memviz's options that may stand around a script, and whether a value follows each.
fn own_options() -> HashMap<String, bool> {
    let command = Cli::command();
    let mut options = HashMap::from([
        ("--help".to_owned(), false),
        ("-h".to_owned(), false),
        ("--version".to_owned(), false),
        ("-V".to_owned(), false),
    ]);
    for argument in command.get_arguments() {
        let value = argument.get_action().takes_values();
        if let Some(long) = argument.get_long() {
            options.insert(format!("--{long}"), value);
        }
        if let Some(short) = argument.get_short().filter(|short| !"cm".contains(*short)) {
            options.insert(format!("-{short}"), value);
        }
    }
    options.insert("-vv".to_owned(), false);
    options
}

/// Moves the options that stand at `at` and behind it to `out`; returns where they end.
fn take_options(
    words: &[OsString],
    mut at: usize,
    options: &HashMap<String, bool>,
    out: &mut Vec<OsString>,
) -> usize {
    while let Some(word) = words.get(at) {
        let text = word.to_string_lossy();
        let name = text.split('=').next().unwrap_or_default();
        let Some(takes_value) = options.get(name) else {
            break;
        };
        out.push(word.clone());
        at += 1;
        if *takes_value && !text.contains('=') {
            out.extend(words.get(at).cloned());
            at += 1;
        }
    }
    at.min(words.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(line: &str) -> String {
        let words = line.split(' ').map(OsString::from);
        let out: Vec<String> = arrange(words)
            .into_iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        out.join(" ")
    }

    #[test]
    fn options_may_stand_before_the_script_or_right_after_it() {
        let cases = [
            ("memviz a.py", "memviz -- a.py"),
            (
                "memviz a.py --format json --out d x",
                "memviz --format json --out d -- a.py x",
            ),
            (
                "memviz --out=d a.py x --out e",
                "memviz --out=d -- a.py x --out e",
            ),
            ("memviz a.py -- --out e", "memviz -- a.py --out e"),
            ("memviz a.py --own 3", "memviz -- a.py --own 3"),
            (
                "memviz run --no-record a.py -v",
                "memviz run --no-record -v -- a.py",
            ),
            (
                "memviz -c 1 --format json -x",
                "memviz --format json -c 1 -x",
            ),
            ("memviz - a", "memviz -- - a"),
            ("memviz --bogus a.py", "memviz --bogus a.py"),
            ("memviz render t --out d", "memviz render t --out d"),
        ];
        for (given, wanted) in cases {
            assert_eq!(arranged(given), wanted, "{given}");
        }
    }

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
