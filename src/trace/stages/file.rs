//! The file, before anything is understood of it.

use super::Span;
use serde::{Deserialize, Serialize};

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// As the user named it.
    pub path: String,
    /// Its size. Not known where only its text was at hand.
    pub bytes: Option<u64>,
    /// The encoding's name, as it is written in the file, or `utf-8`.
    pub encoding: String,
    /// How that was found.
    pub found_by: EncodingSource,
    /// Whether it begins with a byte order mark.
    pub byte_order_mark: bool,
    /// How its lines end.
    pub line_ends: LineEnds,
    /// What of it would be kept in `__pycache__`.
    pub cache: Cache,
}

/// How the encoding of a file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EncodingSource {
    /// Nothing in the file says it: it is UTF-8.
    Default,
    /// By the byte order mark at its beginning.
    ByteOrderMark,
    /// By a comment in one of its first two lines, which stands here in the source.
    Cookie(Span),
    /// It was handed over as text.
    Text,
}

/// How many lines end in each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineEnds {
    /// `\n`
    pub lf: u32,
    /// `\r\n`
    pub crlf: u32,
    /// `\r` alone
    pub cr: u32,
    /// The last line has no end.
    pub last_is_open: bool,
}

impl LineEnds {
    /// Counts them.
    pub fn of(source: &str) -> LineEnds {
        let bytes = source.as_bytes();
        let mut ends = LineEnds {
            last_is_open: bytes.last().is_some_and(|last| !b"\r\n".contains(last)),
            ..LineEnds::default()
        };
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => ends.crlf += 1,
                b'\r' => ends.cr += 1,
                b'\n' if at == 0 || bytes[at - 1] != b'\r' => ends.lf += 1,
                _ => {}
            }
        }
        ends
    }
}

/// The file in which an interpreter keeps the code of a module, so that the next run need not
/// compile it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    /// Where it would stand, were the file imported. `None` where it could stand nowhere.
    pub path: Option<String>,
    /// Whether it is there now. `None` where nobody has looked.
    pub exists: Option<bool>,
    /// Why there is, or is not, such a file.
    pub reason: String,
}
