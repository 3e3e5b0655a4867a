//! The Python files that a script may be made of: itself, those in its folder, and those in folders below
//! that have some of their own.

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What stands in files, by its hash.
pub(in crate::cli) type Contents = BTreeMap<PathBuf, [u8; 32]>;

/// Where the files are.
#[derive(Debug)]
pub(in crate::cli) struct Sources {
    folder: PathBuf,
    /// The script, whatever it is called.
    script: Option<PathBuf>,
    /// What is written there is memviz's.
    output: PathBuf,
}

impl Sources {
    pub(in crate::cli) fn new(
        folder: PathBuf,
        script: Option<PathBuf>,
        output: PathBuf,
    ) -> Sources {
        Sources {
            folder,
            script,
            output,
        }
    }

    pub(in crate::cli) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folders that have Python files, each below one that has some, too.
    pub(in crate::cli) fn folders(&self) -> BTreeSet<PathBuf> {
        let mut found = BTreeSet::from([self.folder.clone()]);
        let mut open = vec![self.folder.clone()];
        while let Some(folder) = open.pop() {
            for path in entries(&folder) {
                let is_hidden = path.file_name().is_some_and(|name| {
                    name.as_encoded_bytes().starts_with(b".") || name == "__pycache__"
                });
                // Links may lead around in a circle.
                let is_folder = fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir());
                if is_folder && !is_hidden && path != self.output && has_python(&path) {
                    open.push(path.clone());
                    found.insert(path);
                }
            }
        }
        found
    }

    /// What all of the files hold now.
    pub(in crate::cli) fn contents(&self) -> Contents {
        let folders = self.folders();
        let files = folders.iter().flat_map(|folder| entries(folder));
        let files = files.filter(|path| is_python(path));
        let hashed = |path: PathBuf| {
            let content = fs::read(&path).ok()?;
            Some((path, Sha256::digest(content).into()))
        };
        files
            .chain(self.script.clone())
            .filter_map(hashed)
            .collect()
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

fn has_python(folder: &Path) -> bool {
    entries(folder).any(|path| is_python(&path))
}

/// Says when something may have changed in some folders.
#[derive(Debug)]
pub(in crate::cli) struct FolderWatch {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
}

impl FolderWatch {
    /// Calls `changed` whenever it may be so. What it was is to be looked up: editors save in many ways.
    pub(in crate::cli) fn new(changed: impl Fn() + Send + 'static) -> notify::Result<FolderWatch> {
        let heard = move |event: notify::Result<notify::Event>| {
            // An error says that events may have been lost.
            if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                changed();
            }
        };
        Ok(FolderWatch {
            watcher: notify::recommended_watcher(heard)?,
            watched: BTreeSet::new(),
        })
    }

    /// Watches these folders from now on, and no others.
    ///
    /// # Errors
    /// Where none of them can be watched; one may be gone already.
    pub(in crate::cli) fn watch(&mut self, folders: BTreeSet<PathBuf>) -> notify::Result<()> {
        for gone in self.watched.difference(&folders) {
            // Its watch may have gone with it.
            let _ = self.watcher.unwatch(gone);
        }
        self.watched.retain(|folder| folders.contains(folder));
        let mut failed = None;
        for folder in folders {
            if self.watched.contains(&folder) {
                continue;
            }
            match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(folder);
                }
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if self.watched.is_empty() => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_those_that_a_script_may_import() {
        let folder = tempfile::tempdir().expect("there is room");
        let root = folder.path();
        for path in ["pack/deep", "data", ".git", "__pycache__", "out"] {
            fs::create_dir_all(root.join(path)).expect("a folder");
        }
        for path in [
            "tool",
            "a.py",
            "a.txt",
            "pack/b.py",
            "pack/deep/c.py",
            ".git/d.py",
            "__pycache__/e.py",
            "out/f.py",
        ] {
            fs::write(root.join(path), path).expect("a file");
        }
        let script = Some(root.join("tool"));
        let sources = Sources::new(root.to_path_buf(), script, root.join("out"));
        let names = |contents: &Contents| -> Vec<String> {
            let names = contents.keys().map(|path| path.strip_prefix(root));
            names
                .map(|name| name.expect("it is in there").display().to_string())
                .collect()
        };
        let before = sources.contents();
        assert_eq!(
            names(&before),
            ["a.py", "pack/b.py", "pack/deep/c.py", "tool"]
        );
        // Saved once more as it was.
        fs::write(root.join("a.py"), "a.py").expect("a file");
        assert_eq!(sources.contents(), before);
        fs::write(root.join("pack/deep/c.py"), "other").expect("a file");
        assert_ne!(sources.contents(), before);
    }
}
