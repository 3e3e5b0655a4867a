//! What becomes of a source file before it runs: bytes, tokens, syntax tree, names, code objects,
//! instructions.
//!
//! All of it shares one measure: a [`Span`] of bytes of the decoded source. A token, a node, a use
//! of a name and an instruction that stem from the same place say so by their spans, and a
//! [`Lines`] turns a span into lines and columns.

mod code;
mod failure;
mod file;
mod folded;
mod inlined;
mod names;
mod sound;
mod span;
mod token;
mod tree;
mod uses;

pub use code::{Code, Constant, Handler, Instruction, LineRange};
pub use failure::{Failure, StageKind};
pub use file::{Cache, EncodingSource, FileFacts, LineEnds};
pub use names::{NameScope, Scope, Symbol, Use};
pub use span::{Lines, Position, Span};
pub use token::{Token, operator_name};
pub use tree::{Edge, Node};

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A word of an interpreter's: the kind of a token or a node, the name of a field or of an
/// instruction. They are few and come again and again.
pub type Word = Cow<'static, str>;

/// All stages of one file, as far as they succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stages {
    /// Whose stages these are.
    pub engine: StagesEngine,
    /// The file itself.
    pub file: FileFacts,
    /// The decoded source, without a byte order mark. All spans count its bytes, as UTF-8.
    /// Empty where the file could not be decoded.
    pub source: String,
    /// In the order of the source. Every byte that is not white space or a continuation of a line
    /// stands in one.
    pub tokens: Vec<Token>,
    /// The syntax tree, each node behind its parent and in front of its next sibling. The first
    /// is the module.
    pub tree: Vec<Node>,
    /// The symbol tables, each behind the one that it stands in. The first is the module's.
    pub scopes: Vec<Scope>,
    /// The code objects, each behind the one that it stands in. The first is the module's.
    pub codes: Vec<Code>,
    /// What ended the way from the file to the code, where something did. What stands before that
    /// stage is there, what stands behind it is empty.
    pub failure: Option<Failure>,
}

/// An interpreter: tokens, trees and instructions differ from one to the next.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StagesEngine {
    /// Such as `RustPython` or `CPython`.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// The version of Python that it implements.
    pub python: String,
}

impl std::fmt::Display for StagesEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.version)?;
        if self.python != self.version {
            write!(f, " (Python {})", self.python)?;
        }
        Ok(())
    }
}

impl Stages {
    /// Where lines begin.
    pub fn lines(&self) -> Lines {
        Lines::of(&self.source)
    }

    /// Whether the file's bytes were read as text: else there is no source, and nothing is known of
    /// its lines.
    pub fn is_decoded(&self) -> bool {
        let failed = self.failure.as_ref().map(|failure| failure.stage);
        failed != Some(StageKind::File)
    }

    /// The source of a span; empty where the span is none of this source.
    pub fn text(&self, span: Span) -> &str {
        self.source.get(span.range()).unwrap_or_default()
    }

    /// Whether every index leads to something that stands where it has to, and every span to text.
    /// What another process or a file says of stages is not used before.
    pub fn is_sound(&self) -> bool {
        sound::is_sound(self)
    }

    /// Finds out what follows from the stages together: the nodes that were folded into constants,
    /// the uses of each name, the scope that owns each cell, the scope and node of each code object.
    /// Whoever has filled the stages calls this last.
    #[must_use]
    pub fn linked(mut self) -> Stages {
        tree::widen(&mut self.tree);
        names::find_owners(&mut self.scopes);
        uses::find(&self.tree, &self.tokens, &mut self.scopes, &self.source);
        names::match_codes(&self.scopes, &mut self.codes);
        folded::mark(&mut self.tree, &self.codes);
        self
    }
}
