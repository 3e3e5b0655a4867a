//! Why a file does not become code.

use super::{Position, Span};
use serde::{Deserialize, Serialize};

/// A stage, in the order in which a file goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StageKind {
    /// Reading and decoding.
    File,
    /// Splitting into tokens.
    Tokens,
    /// Parsing.
    Tree,
    /// Finding out what names mean.
    Names,
    /// Making code objects.
    Code,
    /// Their instructions.
    Bytecode,
}

impl StageKind {
    /// All of them, in their order.
    pub const ALL: [StageKind; 6] = [
        StageKind::File,
        StageKind::Tokens,
        StageKind::Tree,
        StageKind::Names,
        StageKind::Code,
        StageKind::Bytecode,
    ];

    /// The word for it on the command line and in products.
    pub fn name(self) -> &'static str {
        match self {
            StageKind::File => "file",
            StageKind::Tokens => "tokens",
            StageKind::Tree => "tree",
            StageKind::Names => "names",
            StageKind::Code => "code",
            StageKind::Bytecode => "bytecode",
        }
    }
}

/// What ended the way from the file to the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The stage that failed.
    pub stage: StageKind,
    /// The exception's type: `SyntaxError`, `IndentationError`, ...
    pub kind: String,
    /// Its message.
    pub message: String,
    /// The line that Python names, from 1, and the column in characters, from 1. 0: it names none.
    pub line: u32,
    /// See `line`.
    pub column: u32,
    /// What Python underlines.
    pub span: Option<Span>,
    /// What Python prints, line by line.
    pub printed: String,
}

impl Failure {
    /// Where, if Python says so.
    pub fn position(&self) -> Option<Position> {
        (self.line > 0).then_some(Position {
            line: self.line,
            column: self.column.max(1),
        })
    }
}
