//! One writer to a folder at a time.

use crate::cli::names::LOCK_NAME;
use crate::cli::problem::{Problem, cannot_write};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A folder that nobody else writes to.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    /// `None`: it is somebody else's by now.
    file: Option<File>,
}

impl Lock {
    /// Takes a folder, which the user has named `shown`.
    pub(super) fn take(folder: &Path, shown: &Path) -> Result<Lock, Problem> {
        let path = Lock::path_in(folder);
        let failed = |error: io::Error| cannot_write(shown, &error);
        loop {
            if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
                return Err(Problem::new(format!(
                    "{} is not memviz's",
                    shown.join(LOCK_NAME).display()
                ))
                .hint("remove it, or choose another folder with --out DIR"));
            }
            let mut options = File::options();
            let file = options.create(true).truncate(false).write(true).open(&path);
            let file = file.map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Problem::new(format!(
                        "another memviz is writing to {}",
                        shown.display()
                    ))
                    .hint("wait until it has ended, or choose another folder with --out DIR"));
                }
                // Some file systems have no locks.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // Whoever had it before may have removed it meanwhile.
            if is_at(&file, &path) {
                return Ok(Lock {
                    path,
                    file: Some(file),
                });
            }
        }
    }

    /// The file that is locked for a folder.
    pub(super) fn path_in(folder: &Path) -> PathBuf {
        folder.join(LOCK_NAME)
    }

    #[cfg(feature = "python")]
    pub(super) fn descriptor(&self) -> std::os::fd::RawFd {
        use std::os::fd::AsRawFd;
        self.file.as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }

    /// Leaves it to the process that has it, too. The descriptor is closed already.
    #[cfg(feature = "python")]
    pub(super) fn forget(mut self) {
        use std::os::fd::IntoRawFd;
        self.file.take().map(IntoRawFd::into_raw_fd);
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(one), Ok(other)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

impl Drop for Lock {
    fn drop(&mut self) {
        if self.file.is_some() {
            // Gone with the folder, perhaps.
            let _ = fs::remove_file(&self.path);
        }
    }
}
