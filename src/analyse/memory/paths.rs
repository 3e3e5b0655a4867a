//! Which calls were under way when an object was made.

use crate::trace::{CallFrame, FileId, Symbol, Symbols};
use std::collections::BTreeMap;

/// The number of a path of calls, from 0: the empty one, where nothing is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathId(u32);

/// One call of a path, and the line of it that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathFrame {
    /// The function's name, with the classes that it stands in.
    pub function: Symbol,
    /// The body of a module runs in it, or that of a class.
    pub is_module: bool,
    pub is_class_body: bool,
    pub file: FileId,
    pub line: u32,
}

/// Paths of calls, and what was made in each.
#[derive(Debug, Clone, PartialEq)]
pub struct CallPaths {
    paths: Vec<Vec<PathFrame>>,
    known: BTreeMap<Vec<PathFrame>, PathId>,
    /// Objects that were made, by path and type.
    pub made: BTreeMap<(PathId, Symbol), usize>,
}

impl Default for CallPaths {
    fn default() -> CallPaths {
        CallPaths {
            paths: vec![Vec::new()],
            known: BTreeMap::from([(Vec::new(), PathId(0))]),
            made: BTreeMap::new(),
        }
    }
}

impl CallPaths {
    /// The calls of a path, the oldest first.
    pub fn frames(&self, path: PathId) -> &[PathFrame] {
        &self.paths[path.0 as usize]
    }

    /// The number of the path that these frames are; `line` is the one that runs in the newest.
    pub(super) fn intern(&mut self, frames: &[CallFrame], line: u32, symbols: &Symbols) -> PathId {
        let mut path: Vec<PathFrame> = frames
            .iter()
            .map(|frame| PathFrame {
                function: frame.qualified,
                is_module: frame.is_module(symbols),
                is_class_body: frame.class_body,
                file: frame.file,
                line: frame.line,
            })
            .collect();
        if let Some(newest) = path.last_mut().filter(|_| line > 0) {
            newest.line = line;
        }
        if let Some(id) = self.known.get(&path) {
            return *id;
        }
        let id = PathId(self.paths.len() as u32);
        self.paths.push(path.clone());
        self.known.insert(path, id);
        id
    }
}
