//! The Python that a program's children run: `sys.executable`.
//!
//! A program starts children by this path (`subprocess`, `multiprocessing`), and expects of it what
//! Python's own command does. It is memviz itself under the name `python3`, a link to the program
//! in a folder of the user's: the name is all that it takes, so that it needs no variable of the
//! environment and outlives the run that made it.

use super::raw::process;
use sha2::{Digest, Sha256};
use std::env;
use std::fs::{self, DirBuilder};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};

/// The link's name.
const NAME: &str = "python3";
/// Works where no folder can be written to, as long as no other program stands in between.
const ITSELF: &str = "/proc/self/exe";

/// Whether this process was started as Python: by its first argument, or by the path that was run.
pub fn is_called_python() -> bool {
    let first = env::args_os().next();
    first.is_some_and(|name| is_python(Path::new(&name)))
        || process::executed_as().is_some_and(|path| is_python(&path))
}

/// `python`, `python3`, `python3.14`.
fn is_python(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let version = name.strip_prefix("python");
    version.is_some_and(|rest| rest.bytes().all(|b| b == b'.' || b.is_ascii_digit()))
        || path == Path::new(ITSELF)
}

/// The path by which children are started.
pub(crate) fn python() -> PathBuf {
    let own = process::executed_as().filter(|path| is_python(path));
    own.and_then(|path| std::path::absolute(path).ok())
        .or_else(link)
        .unwrap_or_else(|| PathBuf::from(ITSELF))
}

/// The link to this program, which is made where it is not there yet.
fn link() -> Option<PathBuf> {
    let program = env::current_exe().ok().filter(|path| path.exists())?;
    // Programs that stand at several places have a link each.
    let place = Sha256::digest(program.as_os_str().as_bytes());
    let place: String = place[..4].iter().map(|b| format!("{b:02x}")).collect();
    let cached = cache().and_then(|cache| link_in(&cache.join("memviz").join(&place), &program));
    cached.or_else(|| link_in(&private_folder()?.join(&place), &program))
}

/// The folder for what a user's programs keep, by the rules of desktops.
fn cache() -> Option<PathBuf> {
    let absolute = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))
}

/// A folder among the temporary files that nobody else can put anything into.
fn private_folder() -> Option<PathBuf> {
    let user = fs::metadata("/proc/self").ok()?.uid();
    let folder = env::temp_dir().join(format!("memviz-{user}"));
    // Fails where it is there already.
    let _ = DirBuilder::new().mode(0o700).create(&folder);
    let found = fs::symlink_metadata(&folder).ok()?;
    (found.is_dir() && found.uid() == user && found.mode() & 0o022 == 0).then_some(folder)
}

fn link_in(folder: &Path, program: &Path) -> Option<PathBuf> {
    let link = folder.join(NAME);
    if fs::read_link(&link).is_ok_and(|to| to == program) {
        return Some(link);
    }
    fs::create_dir_all(folder).ok()?;
    // Other runs may be doing the same: it comes to its place as a whole.
    let fresh = folder.join(format!(".{NAME}-{}", std::process::id()));
    // Of a run that did not get further; else it is not there.
    let _ = fs::remove_file(&fresh);
    symlink(program, &fresh).ok()?;
    let moved = fs::rename(&fresh, &link);
    if moved.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    moved.is_ok().then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_is_known_by_its_name() {
        for name in ["python", "/a/python3", "./python3.14", "/proc/self/exe"] {
            assert!(is_python(Path::new(name)), "{name}");
        }
        for name in [
            "memviz",
            "/python3/memviz",
            "python3-config",
            "ipython3",
            "",
        ] {
            assert!(!is_python(Path::new(name)), "{name}");
        }
    }
}
