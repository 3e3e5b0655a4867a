//! The program's own files, by number.

use serde::{Deserialize, Serialize};

/// The number of a source file, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u16);
