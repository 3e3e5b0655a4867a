//! The folder that a run or a rendering writes to.
//!
//! What is new is made in a folder of its own inside it and takes its place when all of it is there.
//! Until then, and where anything goes wrong, what was there before stays as it was.

use super::interrupt;
use super::lock::Lock;
use super::paths::{OutputPath, STAGES_PAGE, STRIP, STRIP_PNG, places};
use crate::cli::args::ProductArgs;
use crate::cli::names::{LOCK_NAME, PART_NAME, STAGES_FOLDER, STAGES_PAGE_NAME, TRACE_NAME};
use crate::cli::problem::{Problem, cannot_write};
use crate::render::SIGNATURE;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Where what is new is made.
const STAGE: &str = ".memviz-new";
/// Where what it takes the place of stands for a moment.
const OLD: &str = ".memviz-old";
/// What the files say of their maker: pictures, a trace's JSON, the player.
const SIGNATURES: [&str; 4] = [
    SIGNATURE,
    "\"memviz-trace\"",
    "\"memviz-stages\"",
    "name=\"generator\" content=\"memviz\"",
];
/// And a trace itself, at its start.
const TRACE_BEGINS: &[u8] = b"MEMVIZ\r\n";

/// Where the products go.
#[derive(Debug)]
pub(in crate::cli) struct Output {
    /// As the user named it.
    folder: PathBuf,
    /// Where that is, wherever the program that runs meanwhile may go.
    full: PathBuf,
    force: bool,
    /// Who had made the folder, and has not written anything to it, takes it away again.
    is_new: bool,
    lock: Option<Lock>,
}

impl Output {
    /// Makes sure that the folder can be written to, before anything is run, and that nobody else
    /// does. A folder that is `own` may hold anything, but no file in it that memviz has not made is
    /// written over.
    pub(in crate::cli) fn open(
        folder: PathBuf,
        args: &ProductArgs,
        own: bool,
    ) -> Result<Output, Problem> {
        if folder.exists() && !folder.is_dir() {
            return Err(
                Problem::new(format!("{} is not a folder", folder.display()))
                    .hint("choose another folder with --out DIR"),
            );
        }
        let is_new = !folder.exists();
        let failed = |error: &io::Error| cannot_write(&folder, error);
        if !own && !args.force && is_foreign(&folder).map_err(|error| failed(&error))? {
            return Err(Problem::new(format!(
                "{} holds files that memviz did not make",
                folder.display()
            ))
            .hint("choose another folder with --out DIR, or say --force to write there"));
        }
        fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
        let full = folder.canonicalize().map_err(|error| failed(&error))?;
        let lock = Lock::take(&full, &folder)?;
        let output = Output {
            folder,
            full,
            force: args.force,
            is_new,
            lock: Some(lock),
        };
        // Of a run that did not get to its end.
        output
            .clear_stage()
            .map_err(|error| cannot_write(&output.folder, &error))?;
        output.refuse_foreign(args)?;
        Ok(output)
    }

    pub(in crate::cli) fn folder(&self) -> &Path {
        &self.folder
    }

    #[cfg(feature = "python")]
    /// The descriptor that this keeps open.
    pub(in crate::cli) fn descriptor(&self) -> std::os::fd::RawFd {
        self.lock.as_ref().map_or(-1, Lock::descriptor)
    }

    #[cfg(feature = "python")]
    /// The program's side of a recording has nothing to do with the folder.
    pub(in crate::cli) fn forget(mut self) {
        if let Some(lock) = self.lock.take() {
            lock.forget();
        }
        self.is_new = false;
    }

    pub(super) fn full(&self) -> &Path {
        &self.full
    }

    pub(super) fn lock_path(&self) -> PathBuf {
        Lock::path_in(&self.full)
    }

    /// Whether there is a recording whose pictures are not drawn yet.
    pub(super) fn has_recording(&self) -> bool {
        self.full.join(PART_NAME).exists()
    }

    pub(super) fn stage(&self) -> PathBuf {
        self.full.join(STAGE)
    }

    pub(super) fn clear_stage(&self) -> io::Result<()> {
        self.bring_back()?;
        match fs::symlink_metadata(self.stage()) {
            Ok(found) if found.is_dir() => fs::remove_dir_all(self.stage()),
            Ok(_) => fs::remove_file(self.stage()),
            Err(_) => Ok(()),
        }
    }

    /// The file for a recording.
    #[cfg(feature = "python")]
    pub(in crate::cli) fn recording(&self) -> Result<File, Problem> {
        let path = self.full.join(PART_NAME);
        let shown = self.folder.join(PART_NAME);
        let failed = |error: &io::Error| cannot_write(&shown, error);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&error)),
            _ => {}
        }
        let mut options = File::options();
        let file = options.read(true).write(true).create_new(true).open(&path);
        file.map_err(|error| failed(&error))
    }

    /// Takes the recording back, of which there is nothing to keep.
    #[cfg(feature = "python")]
    pub(in crate::cli) fn discard(self) {
        let _ = fs::remove_file(self.full.join(PART_NAME));
    }

    /// The recording, where the program has taken the folder away: it is put there again.
    #[cfg(feature = "python")]
    pub(in crate::cli) fn restore(&self, recording: &mut File) -> Result<PathBuf, Problem> {
        use std::io::Seek;
        let path = self.full.join(PART_NAME);
        if !path.exists() {
            let mut put_back = || -> io::Result<()> {
                fs::create_dir_all(&self.full)?;
                recording.rewind()?;
                io::copy(recording, &mut File::create_new(&path)?)?;
                Ok(())
            };
            put_back().map_err(|error| cannot_write(&self.folder.join(PART_NAME), &error))?;
        }
        Ok(path)
    }

    /// A new file, which gets its place at the end.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        let path = self.stage().join(name);
        match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // It may be gone because memviz is about to go.
                interrupt::stay_if_ending();
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                File::create_new(&path)
            }
            other => other,
        }
    }

    /// Writes one new file; returns the path that it will have.
    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<PathBuf, Problem> {
        let path = self.folder.join(name);
        self.create(name)
            .and_then(|mut file| file.write_all(content.as_ref()))
            .map_err(|error| cannot_write(&path, &error))?;
        Ok(path)
    }

    /// Moves all that is new to its place, together with the recording, where that is fresh.
    pub(super) fn put_in_place(&self, args: &ProductArgs) -> Result<(), Problem> {
        interrupt::stay_if_ending();
        self.refuse_foreign(args)?;
        let moved = interrupt::place(|| self.move_all(args));
        moved.map_err(|error| cannot_write(&self.folder, &error))
    }

    fn move_all(&self, args: &ProductArgs) -> io::Result<()> {
        let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for place in self.places(args) {
            match place {
                OutputPath::File(name) => {
                    fs::rename(self.stage().join(name), self.full.join(name))?
                }
                OutputPath::Numbered(name, extension) => {
                    folders.entry(name).or_default().push(extension);
                }
            }
        }
        let part = self.full.join(PART_NAME);
        let is_fresh = self.has_recording();
        for (name, extensions) in folders {
            // Pictures of another run go, those of the same in other formats stay.
            let extensions = if is_fresh {
                None
            } else {
                Some(&extensions[..])
            };
            self.put_folder(name, extensions)?;
        }
        if is_fresh {
            fs::rename(&part, self.full.join(TRACE_NAME))?;
        }
        Ok(())
    }

    /// What is asked for. A strip where there is one: scripts may ask for it, too; the page of stages
    /// where the recording has some.
    fn places(&self, args: &ProductArgs) -> Vec<OutputPath> {
        let perhaps = [
            (STRIP, "strip.svg"),
            (STRIP_PNG, "strip.png"),
            (STAGES_PAGE, STAGES_PAGE_NAME),
        ];
        let mut places = places(args);
        places.retain(|place| perhaps.iter().all(|(one, _)| place != one));
        let made = perhaps
            .iter()
            .filter(|(_, name)| self.stage().join(name).exists());
        places.extend(made.map(|(one, _)| *one));
        places
    }

    /// Puts a folder of numbered files into its place. What stands there beside them, and was not made
    /// as they were, goes along.
    fn put_folder(&self, name: &str, extensions: Option<&[&str]>) -> io::Result<()> {
        let (new, place) = (self.stage().join(name), self.full.join(name));
        fs::create_dir_all(&new)?;
        match fs::symlink_metadata(&place) {
            Err(_) => return fs::rename(&new, &place),
            // A link goes itself, not what it leads to.
            Ok(found) if !found.is_dir() => {
                fs::remove_file(&place)?;
                return fs::rename(&new, &place);
            }
            Ok(_) => {}
        }
        let old = self.full.join(OLD).join(name);
        fs::create_dir_all(self.full.join(OLD))?;
        fs::rename(&place, &old)?;
        if let Err(error) = fs::rename(&new, &place) {
            fs::rename(&old, &place)?;
            return Err(error);
        }
        self.take_along(name, extensions)
    }

    /// Moves what stood beside the pictures of an old folder to the new one, and removes the rest. What
    /// is somebody else's is in either of them at any moment.
    fn take_along(&self, name: &str, extensions: Option<&[&str]>) -> io::Result<()> {
        let (old, place) = (self.full.join(OLD).join(name), self.full.join(name));
        let replaced: BTreeSet<PathBuf> = numbered(&old, extensions).into_iter().collect();
        for entry in fs::read_dir(&old)?.flatten() {
            let (path, to) = (entry.path(), place.join(entry.file_name()));
            let goes = replaced.contains(&path) && is_own(&path);
            if !goes && fs::symlink_metadata(&to).is_err() {
                fs::rename(&path, &to)?;
            }
        }
        fs::remove_dir_all(old)
    }

    /// Brings back what a run that was ended amid its last moves has left aside.
    fn bring_back(&self) -> io::Result<()> {
        let aside = self.full.join(OLD);
        if !fs::symlink_metadata(&aside).is_ok_and(|found| found.is_dir()) {
            return Ok(());
        }
        for entry in fs::read_dir(&aside)?.flatten() {
            let name = entry.file_name();
            let place = self.full.join(&name);
            if fs::symlink_metadata(&place).is_err() {
                fs::rename(entry.path(), place)?;
            } else if let Some(name) = name.to_str() {
                self.take_along(name, None)?;
            }
        }
        fs::remove_dir(aside)
    }

    /// Refuses where a file that would be written over is not memviz's.
    fn refuse_foreign(&self, args: &ProductArgs) -> Result<(), Problem> {
        if self.force {
            return Ok(());
        }
        let part = self.full.join(PART_NAME);
        if fs::symlink_metadata(&part).is_ok_and(|found| !found.is_file()) {
            return Err(self.not_own(&part));
        }
        let mut paths = vec![self.full.join(TRACE_NAME)];
        for place in self.places(args) {
            match place {
                OutputPath::File(name) => paths.push(self.full.join(name)),
                OutputPath::Numbered(name, extension) => {
                    let folder = self.full.join(name);
                    if fs::symlink_metadata(&folder).is_ok_and(|found| !found.is_dir()) {
                        return Err(self.not_own(&folder));
                    }
                    paths.extend(numbered(&folder, Some(&[extension])));
                    // Pictures may have names.
                    let staged = fs::read_dir(self.stage().join(name));
                    let staged = staged.into_iter().flatten().flatten();
                    paths.extend(staged.map(|file| folder.join(file.file_name())));
                }
            }
        }
        let foreign = |path: &&PathBuf| fs::symlink_metadata(path).is_ok() && !is_own(path);
        match paths.iter().find(foreign) {
            Some(path) => Err(self.not_own(path)),
            None => Ok(()),
        }
    }

    fn not_own(&self, path: &Path) -> Problem {
        let name = path.strip_prefix(&self.full).unwrap_or(path);
        let path = self.folder.join(name);
        Problem::new(format!("{} is not memviz's", path.display()))
            .hint("choose another folder with --out DIR, or say --force to write over it")
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // The lock stands in the folder.
        drop(self.lock.take());
        if self.is_new {
            // Fails, as it should, where the folder holds anything.
            let _ = fs::remove_dir(&self.full);
        }
    }
}

/// Whether a folder holds something, and no trace.
fn is_foreign(folder: &Path) -> io::Result<bool> {
    if !folder.is_dir()
        || [TRACE_NAME, PART_NAME]
            .iter()
            .any(|n| folder.join(n).exists())
    {
        return Ok(false);
    }
    let own = [STAGE, OLD, LOCK_NAME, STAGES_PAGE_NAME, STAGES_FOLDER];
    let mut entries = fs::read_dir(folder)?.flatten();
    Ok(entries.any(|entry| !own.iter().any(|name| entry.file_name() == *name)))
}

/// The files of a folder that are named by a number, in order: those with one of the extensions, or
/// with any.
fn numbered(folder: &Path, extensions: Option<&[&str]>) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let extension = path.extension().and_then(|extension| extension.to_str());
            stem.is_some_and(|stem| stem.bytes().all(|b| b.is_ascii_digit()))
                && extension.is_some_and(|e| extensions.is_none_or(|all| all.contains(&e)))
        })
        .collect();
    paths.sort();
    paths
}

/// Whether this is a file, no link, that says that memviz has made it.
pub(in crate::cli) fn is_own(path: &Path) -> bool {
    if !fs::symlink_metadata(path).is_ok_and(|found| found.is_file()) {
        return false;
    }
    let Ok(mut file) = File::open(path) else {
        return false;
    };
    let mut content = vec![0; TRACE_BEGINS.len()];
    if file.read_exact(&mut content).is_err() || content == TRACE_BEGINS {
        return content == TRACE_BEGINS;
    }
    file.read_to_end(&mut content).is_ok()
        && SIGNATURES.iter().any(|words| {
            content
                .windows(words.len())
                .any(|part| part == words.as_bytes())
        })
}
