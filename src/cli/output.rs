//! The folder that a run or a rendering writes to.

use super::args::{Format, ProductArgs};
use super::browser;
use super::problem::Problem;
use super::products::{PLAYER_NAME, Place, places, write_pictures};
use crate::export::{JsonOptions, write_json};
use crate::render::SIGNATURE;
use crate::trace::Trace;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

pub(super) const TRACE_NAME: &str = "trace.memviz";
/// What the files say of their maker: pictures, a trace's JSON, the player.
const SIGNATURES: [&str; 3] = [
    SIGNATURE,
    "\"memviz-trace\"",
    "name=\"generator\" content=\"memviz\"",
];

/// Where the products go.
#[derive(Debug)]
pub(super) struct Output {
    /// As the user named it.
    folder: PathBuf,
    /// Where that is, wherever the program that runs meanwhile may go.
    full: PathBuf,
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(format!("cannot write to {}: {error}", path.display()))
        .hint("choose another folder with --out DIR")
}

impl Output {
    /// Makes sure that the folder can be written to, before anything is run. A folder that is
    /// `own` may hold anything, but no file in it that memviz has not made is written over.
    pub(super) fn open(folder: PathBuf, args: &ProductArgs, own: bool) -> Result<Output, Problem> {
        if folder.exists() && !folder.is_dir() {
            return Err(
                Problem::new(format!("{} is not a folder", folder.display()))
                    .hint("choose another folder with --out DIR"),
            );
        }
        let force = args.force;
        let foreign = !own
            && folder.is_dir()
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
        let full = folder
            .canonicalize()
            .map_err(|error| cannot_write(&folder, &error))?;
        let output = Output { folder, full };
        if !force {
            output.refuse_foreign(args)?;
        }
        Ok(output)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    #[cfg(feature = "python")]
    /// Takes the folder back, where nothing has been written to it.
    pub(super) fn discard_if_empty(&self) {
        // Fails, as it should, where the folder holds anything.
        let _ = fs::remove_dir(&self.full);
    }

    fn file(&self, name: &str) -> Result<(PathBuf, BufWriter<fs::File>), Problem> {
        let path = self.folder.join(name);
        let file =
            fs::File::create(self.full.join(name)).map_err(|error| cannot_write(&path, &error))?;
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
        written.extend(write_pictures(self, trace, args)?);
        Ok(written)
    }

    /// Opens the player in the browser, where that is asked for.
    pub(super) fn open_player(&self, args: &ProductArgs) -> Result<(), Problem> {
        if args.open {
            browser::open(&self.full.join(PLAYER_NAME))?;
        }
        Ok(())
    }

    /// Writes one file.
    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<PathBuf, Problem> {
        let path = self.folder.join(name);
        fs::write(self.full.join(name), content).map_err(|error| cannot_write(&path, &error))?;
        Ok(path)
    }

    /// A folder for numbered files, without those of an earlier run.
    pub(super) fn clean_folder(&self, name: &str, extension: &str) -> Result<(), Problem> {
        let folder = self.full.join(name);
        fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
        for path in numbered(&folder, extension) {
            if is_own(&path) {
                fs::remove_file(&path).map_err(|error| cannot_write(&path, &error))?;
            }
        }
        Ok(())
    }

    /// Refuses where a file that would be written over is not memviz's.
    fn refuse_foreign(&self, args: &ProductArgs) -> Result<(), Problem> {
        for place in places(args) {
            let paths = match place {
                Place::File(name) => vec![self.folder.join(name)],
                Place::Numbered(name, extension) => numbered(&self.folder.join(name), extension),
            };
            if let Some(path) = paths.iter().find(|path| path.exists() && !is_own(path)) {
                return Err(
                    Problem::new(format!("{} is not memviz's", path.display())).hint(
                        "choose another folder with --out DIR, or say --force to write over it",
                    ),
                );
            }
        }
        Ok(())
    }
}

/// The files of a folder that are named by a number, in order.
fn numbered(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            stem.is_some_and(|stem| stem.bytes().all(|b| b.is_ascii_digit()))
                && path.extension().is_some_and(|e| e == extension)
        })
        .collect();
    paths.sort();
    paths
}

/// Whether a file says that memviz has made it.
pub(super) fn is_own(path: &Path) -> bool {
    let Ok(content) = fs::read(path) else {
        return false;
    };
    SIGNATURES.iter().any(|words| {
        content
            .windows(words.len())
            .any(|part| part == words.as_bytes())
    })
}
