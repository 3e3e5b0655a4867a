//! `memviz SCRIPT --watch`: runs the script again whenever it is saved, and shows the last run.
//!
//! Each run is a memviz of its own, with the same command line: nothing of one run is left in the next,
//! and one that is no longer wanted is ended. This process watches, and serves the player.

use super::run::{EMBEDDED, output_folder, script};
use crate::cli::args::{Format, RunArgs, rearranged};
use crate::cli::live::{Board, Contents, FolderWatch, Server, Sources};
use crate::cli::names::{PLAYER_NAME, STAGES_PAGE_NAME, TRACE_NAME};
use crate::cli::outputs::{has_player, open_address};
use crate::cli::problem::Problem;
use crate::cli::say::say;
use crate::record::{Script, stages::failure_of};
use crate::trace::TraceFile;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

/// How long nothing must happen to the files before they are read: saving takes several steps.
const SETTLED: Duration = Duration::from_millis(30);
/// How often a run is asked whether it has ended.
const TICK: Duration = Duration::from_millis(5);

/// What happens while the script is watched.
enum Event {
    /// Something in the folders may have changed.
    Touched,
    Signal(i32),
}

pub(in crate::cli) fn watch(args: &RunArgs, words: Vec<OsString>) -> Result<i32, Problem> {
    let (script, _) = script(args)?;
    let output = output_folder(args, &script);
    let sources = sources(&script, &output)?;
    if args.no_record || !has_player(&args.products) {
        return Err(
            Problem::new("--watch shows the player, and none is asked for")
                .hint("add html to --format, and leave out --no-record"),
        );
    }
    let (sender, events) = channel();
    listen(sender.clone()).map_err(Problem::new)?;
    let folders = FolderWatch::new(move || {
        // Nobody listens any more where memviz is about to end.
        let _ = sender.send(Event::Touched);
    })
    .map_err(|error| cannot_watch(&sources, &error))?;
    let board = Arc::new(Board::default());
    let server = Server::start(Arc::clone(&board)).map_err(|error| {
        Problem::new(format!("the player cannot be served: {error}"))
            .hint("run without --watch, and open the page that is written")
    })?;
    say!("memviz: {}", server.address());
    say!(
        "memviz: runs again when a Python file in {} is saved; Ctrl-C ends it",
        sources.folder().display()
    );
    if args.products.open {
        open_address(&server.address())?;
    }
    // What is drawn unasked is less than without --watch.
    let formats: &[&str] = match args.products.format[..] {
        [Format::Html] => &["--format", "html"],
        _ => &[],
    };
    let mut watching = Watching {
        words: rearranged(words, &["--watch", "--open"], formats),
        asks_itself: args.python.as_deref().is_none_or(|name| name == EMBEDDED),
        script,
        output,
        sources,
        folders,
        board,
        contents: None,
        run: None,
    };
    let done = watching.go_on(&events);
    watching.end_run();
    done
}

/// What is watched of a script.
fn sources(script: &Script, output: &Path) -> Result<Sources, Problem> {
    let full = |path: &Path| fs::canonicalize(path).map_err(Problem::new);
    let current = || std::env::current_dir().map_err(Problem::new);
    let (folder, file) = match script {
        Script::File(path) => {
            let path = full(path)?;
            (path.parent().map(Path::to_path_buf), Some(path))
        }
        Script::Bundle(path) if path.is_dir() => (Some(full(path)?), None),
        Script::Bundle(path) => {
            let path = full(path)?;
            (path.parent().map(Path::to_path_buf), Some(path))
        }
        Script::Module(_) => (Some(current()?), None),
        Script::Piped(..) | Script::Command(_) | Script::Stdin(..) => {
            return Err(
                Problem::new("--watch wants a script that can be saved again")
                    .hint("name a file, a folder, or a module with -m"),
            );
        }
    };
    let output = std::path::absolute(output).map_err(Problem::new)?;
    Ok(Sources::new(folder.unwrap_or_default(), file, output))
}

/// Hands on the signals that end memviz.
fn listen(sender: Sender<Event>) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                if sender.send(Event::Signal(signal)).is_err() {
                    return;
                }
            }
        })?;
    Ok(())
}

fn cannot_watch(sources: &Sources, error: &notify::Error) -> Problem {
    let folder = sources.folder().display();
    Problem::new(format!("{folder} cannot be watched: {error}"))
        .hint("the system may watch too many files already; run without --watch")
}

/// A script that is run again and again.
struct Watching {
    /// The command line of a run, this program's name first.
    words: Vec<OsString>,
    /// The interpreter that is compiled in says whether a file can run at all.
    asks_itself: bool,
    script: Script,
    output: PathBuf,
    sources: Sources,
    folders: FolderWatch,
    board: Arc<Board>,
    /// What the files held when the last run began.
    contents: Option<Contents>,
    run: Option<Run>,
}

/// A run under way.
struct Run {
    child: Child,
    /// When the player that stood there before was written.
    before: Option<SystemTime>,
    /// Ctrl-C has been pressed since it began.
    is_interrupted: bool,
}

impl Watching {
    /// Runs the script, and again when it has changed, until a signal ends it. Returns the exit code.
    fn go_on(&mut self, events: &Receiver<Event>) -> Result<i32, Problem> {
        self.look()?;
        let mut touched: Option<Instant> = None;
        loop {
            match self.wait(events, touched) {
                Ok(Event::Touched) => touched = Some(Instant::now()),
                Ok(Event::Signal(signal)) if self.ends(signal) => return Ok(128 + signal),
                Ok(Event::Signal(_)) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if touched.is_some_and(|since| since.elapsed() >= SETTLED) {
                touched = None;
                self.look()?;
            }
            self.finish_run()?;
        }
    }

    /// Whether a signal ends the watch. The first Ctrl-C of a run ends that: the terminal has told it, too,
    /// and what was recorded until then is drawn.
    fn ends(&mut self, signal: i32) -> bool {
        match &mut self.run {
            Some(run) if signal == SIGINT && !run.is_interrupted => {
                run.is_interrupted = true;
                say!("memviz: Ctrl-C once more ends the watch, too");
                false
            }
            _ => true,
        }
    }

    /// Waits for an event, until there is something to be done without one.
    fn wait(
        &self,
        events: &Receiver<Event>,
        touched: Option<Instant>,
    ) -> Result<Event, RecvTimeoutError> {
        match (touched, &self.run) {
            (None, None) => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            (Some(since), _) => events.recv_timeout(SETTLED.saturating_sub(since.elapsed())),
            (None, Some(_)) => events.recv_timeout(TICK),
        }
    }

    /// Runs the script where a file has changed.
    fn look(&mut self) -> Result<(), Problem> {
        let folders = self.sources.folders();
        let watched = self.folders.watch(folders);
        watched.map_err(|error| cannot_watch(&self.sources, &error))?;
        let contents = Some(self.sources.contents());
        if contents == self.contents {
            return Ok(());
        }
        self.contents = contents;
        self.end_run();
        if self.asks_itself
            && let Some(problem) = self.what_cannot_run()
        {
            say!("error: {problem}");
            say!("hint: the player keeps the last run; save the file again");
            self.board.explain(&problem);
            return Ok(());
        }
        let program = std::env::current_exe().map_err(Problem::new)?;
        let child = Command::new(program).args(&self.words[1..]).spawn();
        self.run = Some(Run {
            child: child.map_err(|error| Problem::new(format!("cannot run memviz: {error}")))?,
            before: self.drawn(),
            is_interrupted: false,
        });
        self.board.begins();
        Ok(())
    }

    /// Ends a run that is no longer wanted; the program goes with it.
    fn end_run(&mut self) {
        if let Some(mut run) = self.run.take() {
            // It may have ended by itself.
            let _ = run.child.kill();
            let _ = run.child.wait();
        }
    }

    /// Shows a run that has ended.
    fn finish_run(&mut self) -> Result<(), Problem> {
        let Some(run) = &mut self.run else {
            return Ok(());
        };
        let Some(status) = run.child.try_wait().map_err(Problem::new)? else {
            return Ok(());
        };
        let before = run.before;
        self.run = None;
        let player = fs::read_to_string(self.output.join(PLAYER_NAME));
        match player {
            Ok(player) if self.drawn() != before => {
                let stages = fs::read_to_string(self.output.join(STAGES_PAGE_NAME));
                self.board.show(&player, stages.ok());
            }
            _ => {
                let found = self.what_cannot_run();
                let problem = found.unwrap_or_else(|| nothing_drawn(status));
                self.board.explain(&problem);
            }
        }
        Ok(())
    }

    /// When the player that is there was written.
    fn drawn(&self) -> Option<SystemTime> {
        fs::metadata(self.output.join(PLAYER_NAME))
            .and_then(|found| found.modified())
            .ok()
    }

    /// Why the script, or a file that its last run has used, cannot become code.
    fn what_cannot_run(&self) -> Option<String> {
        let own = match &self.script {
            Script::File(path) => Some(path.clone()),
            _ => None,
        };
        let trace = TraceFile::open(&self.output.join(TRACE_NAME)).ok();
        let used = trace.into_iter().flat_map(|file| file.trace.header.files);
        let used = used.map(|file| PathBuf::from(file.path));
        let mut files: Vec<PathBuf> = own.into_iter().chain(used).collect();
        files.dedup();
        files.iter().find_map(|path| {
            let shown = path.display().to_string();
            let failure = failure_of(&shown, &fs::read(path).ok()?).ok()??;
            let place = failure.position();
            let place = place.map(|place| format!(", line {}", place.line));
            Some(format!(
                "{shown}{}: {}: {}",
                place.unwrap_or_default(),
                failure.kind,
                failure.message
            ))
        })
    }
}

/// What is said of a run of which there is no picture.
fn nothing_drawn(status: ExitStatus) -> String {
    let ended = match status.code() {
        Some(code) => format!("with exit code {code}"),
        None => "by a signal".to_owned(),
    };
    format!("Nothing of this run could be drawn; it ended {ended}. The terminal says more.")
}
