//! The folder that a run or a rendering writes to.

use super::args::{Engine, Format, ProductArgs, ThemeName};
use super::browser;
use super::choice::view_options;
use super::problem::Problem;
use crate::export::{JsonOptions, write_json};
use crate::layout::plan;
use crate::player::{Player, PlayerOptions};
use crate::render::{GraphvizError, SvgOptions, Theme, dot, graphviz_svg, svg};
use crate::trace::Trace;
use crate::view::Scenes;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

pub(super) const TRACE_NAME: &str = "trace.memviz";
const PLAYER_NAME: &str = "index.html";

/// Where the products go.
#[derive(Debug)]
pub(super) struct Output {
    folder: PathBuf,
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(format!("cannot write to {}: {error}", path.display()))
        .hint("choose another folder with --out DIR")
}

impl Output {
    /// Makes sure that the folder can be written to, before anything is run.
    pub(super) fn open(folder: PathBuf, force: bool) -> Result<Output, Problem> {
        if folder.exists() && !folder.is_dir() {
            return Err(
                Problem::new(format!("{} is not a folder", folder.display()))
                    .hint("choose another folder with --out DIR"),
            );
        }
        let foreign = folder.is_dir()
            && !folder.join(TRACE_NAME).exists()
            && fs::read_dir(&folder)
                .map_err(|error| cannot_write(&folder, &error))?
                .next()
                .is_some();
        if foreign && !force {
            return Err(Problem::new(format!(
                "{} holds files that memviz did not make",
                folder.display()
            ))
            .hint("choose another folder with --out DIR, or say --force to write there"));
        }
        fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
        let probe = folder.join(".memviz-probe");
        fs::write(&probe, b"").map_err(|error| cannot_write(&folder, &error))?;
        fs::remove_file(&probe).map_err(|error| cannot_write(&folder, &error))?;
        Ok(Output { folder })
    }

    #[cfg(feature = "python")]
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    #[cfg(feature = "python")]
    /// Takes the folder back, where nothing has been written to it.
    pub(super) fn discard_if_empty(&self) {
        // Fails, as it should, where the folder holds anything.
        let _ = fs::remove_dir(&self.folder);
    }

    fn file(&self, name: &str) -> Result<(PathBuf, BufWriter<fs::File>), Problem> {
        let path = self.folder.join(name);
        let file = fs::File::create(&path).map_err(|error| cannot_write(&path, &error))?;
        Ok((path, BufWriter::new(file)))
    }

    #[cfg(feature = "python")]
    /// Writes the trace itself.
    pub(super) fn write_trace(&self, trace: &Trace) -> Result<(), Problem> {
        let (path, mut file) = self.file(TRACE_NAME)?;
        trace
            .write(&mut file)
            .and_then(|()| file.flush())
            .map_err(|error| cannot_write(&path, &error))
    }

    /// Writes what the formats ask for, one picture a step where they are pictures. Returns what
    /// was written, in words.
    pub(super) fn write_products(
        &self,
        trace: &Trace,
        args: &ProductArgs,
    ) -> Result<Vec<String>, Problem> {
        let mut written = Vec::new();
        if args.format.contains(&Format::Json) {
            let (path, mut file) = self.file("trace.json")?;
            write_json(trace, JsonOptions::default(), &mut file)
                .map_err(std::io::Error::from)
                .and_then(|()| file.flush())
                .map_err(|error| cannot_write(&path, &error))?;
            written.push(path.display().to_string());
        }
        let (svgs, dots) = (
            args.format.contains(&Format::Svg),
            args.format.contains(&Format::Dot),
        );
        let mut player = Self::wants_player(args).then(|| {
            let quiz = args.quiz;
            Player::new(trace, PlayerOptions { quiz })
        });
        if !svgs && !dots && player.is_none() {
            return Ok(written);
        }
        let view = view_options(trace, args)?;
        let svg_options = SvgOptions {
            theme: theme(args.theme),
        };
        let plan = {
            let _span = tracing::info_span!("layout").entered();
            let progress = progress("laying out", trace.steps.len());
            let plan = plan(Scenes::new(trace, &view).inspect(|_| progress.inc(1)));
            progress.finish_and_clear();
            plan
        };
        let _span = tracing::info_span!("render").entered();
        let frames = svgs
            .then(|| self.clean_folder("frames", "svg"))
            .transpose()?;
        let graphs = dots.then(|| self.clean_folder("dot", "dot")).transpose()?;
        let mut pictures = 0;
        let progress = progress("drawing", trace.steps.len());
        for scene in Scenes::new(trace, &view) {
            let picture = plan.picture(&scene);
            let name = format!("{:04}", scene.number);
            if let Some(folder) = &frames {
                let text = match args.engine {
                    Engine::Memviz => svg(&picture, &svg_options),
                    Engine::Dot => graphviz_svg(&dot(&picture)).map_err(graphviz_problem)?,
                };
                write_text(&folder.join(format!("{name}.svg")), &text)?;
            }
            if let Some(folder) = &graphs {
                write_text(&folder.join(format!("{name}.dot")), &dot(&picture))?;
            }
            if let Some(player) = &mut player {
                player.add(&picture);
            }
            pictures += 1;
            progress.set_position(u64::from(scene.number));
        }
        progress.finish_and_clear();
        if let Some(player) = player {
            let _span = tracing::info_span!("player").entered();
            let path = self.folder.join(PLAYER_NAME);
            write_text(&path, &player.finish())?;
            written.push(path.display().to_string());
        }
        for folder in [frames, graphs].into_iter().flatten() {
            written.push(format!("{} ({})", folder.display(), pictures));
        }
        Ok(written)
    }

    /// Who asks for the player's quiz, or to have it opened, asks for the player.
    fn wants_player(args: &ProductArgs) -> bool {
        args.format.contains(&Format::Html) || args.quiz || args.open
    }

    /// Opens the player in the browser, where that is asked for.
    pub(super) fn open_player(&self, args: &ProductArgs) -> Result<(), Problem> {
        if args.open {
            browser::open(&self.folder.join(PLAYER_NAME))?;
        }
        Ok(())
    }

    /// A folder for pictures, without those of an earlier run.
    fn clean_folder(&self, name: &str, extension: &str) -> Result<PathBuf, Problem> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
        let entries = fs::read_dir(&folder).map_err(|error| cannot_write(&folder, &error))?;
        for entry in entries.flatten() {
            let path = entry.path();
            let numbered = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .is_some_and(|stem| stem.bytes().all(|b| b.is_ascii_digit()));
            if numbered && path.extension().is_some_and(|e| e == extension) {
                fs::remove_file(&path).map_err(|error| cannot_write(&path, &error))?;
            }
        }
        Ok(folder)
    }
}

fn write_text(path: &Path, text: &str) -> Result<(), Problem> {
    fs::write(path, text).map_err(|error| cannot_write(path, &error))
}

fn graphviz_problem(error: GraphvizError) -> Problem {
    let problem = Problem::new(&error);
    match error {
        GraphvizError::Missing => problem
            .hint("install Graphviz, or leave out --engine dot: memviz lays pictures out itself"),
        _ => problem.hint("leave out --engine dot: memviz lays pictures out itself"),
    }
}

pub(super) fn theme(name: ThemeName) -> Theme {
    match name {
        ThemeName::Light => Theme::Light,
        ThemeName::Dark => Theme::Dark,
        ThemeName::Print => Theme::Print,
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress(what: &'static str, steps: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos} of {len} steps")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(steps as u64)
        .with_style(style)
        .with_message(what)
}
