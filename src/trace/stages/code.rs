//! Code objects and their instructions.

use super::{Span, Word};
use serde::{Deserialize, Serialize};

/// What a module, a function, a class body was compiled to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// `<module>`, or the function's or class's name.
    pub name: String,
    /// The name with those of the functions and classes around it. Empty where the interpreter keeps
    /// none.
    pub qualified: String,
    /// The code object among whose constants it stands, as an index.
    pub parent: Option<u32>,
    /// The symbol table that it was made of; `None` where that cannot be known.
    pub scope: Option<u32>,
    /// The line that it begins in, from 1.
    pub first_line: u32,
    /// `OPTIMIZED`, `NEWLOCALS`, `GENERATOR`, ...
    pub flags: Vec<Word>,
    /// How many parameters can be given by position, those included ...
    pub arguments: u32,
    /// ... that can be given by position only; ...
    pub positional_only: u32,
    /// ... and how many by name only.
    pub keyword_only: u32,
    /// The deepest that its value stack gets.
    pub stack_size: u32,
    /// Its constants.
    pub constants: Vec<Constant>,
    /// Names that it looks up: globals, attributes, modules.
    pub names: Vec<String>,
    /// Its local variables, parameters first.
    pub local_names: Vec<String>,
    /// Variables of its own that functions inside use as well.
    pub cell_names: Vec<String>,
    /// Variables of functions around it.
    pub free_names: Vec<String>,
    /// Which line each stretch of instructions belongs to.
    pub lines: Vec<LineRange>,
    /// Where an exception is handled. Empty in interpreters older than 3.11, which have no such table.
    pub handlers: Vec<Handler>,
    /// Its instructions, caches and prefixes left out.
    pub instructions: Vec<Instruction>,
}

/// A constant of a code object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constant {
    /// As `repr` writes it; a code object as `<code object f>`.
    pub repr: String,
    /// The code object that it is, as an index.
    pub code: Option<u32>,
}

/// Instructions from the offset `start` up to but without `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRange {
    /// In bytes, as `dis` counts.
    pub start: u32,
    /// The same.
    pub end: u32,
    /// From 1; some instructions belong to no line.
    pub line: Option<u32>,
}

/// A row of the exception table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// The first offset that it covers, ...
    pub start: u32,
    /// ... and the one behind the last.
    pub end: u32,
    /// Where the interpreter goes on, ...
    pub target: u32,
    /// ... when it has cut the value stack down to so many values, ...
    pub depth: u32,
    /// ... and put the offset of the instruction that failed on it, or not.
    pub pushes_offset: bool,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// Where it stands in its code, in bytes, as `dis` counts.
    pub offset: u32,
    /// `LOAD_NAME`, ...
    pub name: Word,
    /// Its argument, as a number, where it takes one.
    pub argument: Option<u32>,
    /// What the argument means, as `dis` shows it, jumps aside; empty where it means nothing more.
    pub meaning: String,
    /// The offset that it may jump to.
    pub target: Option<u32>,
    /// The line that it belongs to, from 1.
    pub line: Option<u32>,
    /// The source that it was made of. `None`: the compiler has made it of its own, or the
    /// interpreter (older than 3.11) keeps lines only.
    pub span: Option<Span>,
}

impl Code {
    /// The rows of the exception table that cover an offset, as indices.
    pub fn covering(&self, offset: u32) -> impl Iterator<Item = usize> {
        let rows = self.handlers.iter().enumerate();
        rows.filter(move |(_, row)| row.start <= offset && offset < row.end)
            .map(|(number, _)| number)
    }

    /// The qualified name, or the plain one where there is no other.
    pub fn shown_name(&self) -> &str {
        match self.qualified.as_str() {
            "" => &self.name,
            qualified => qualified,
        }
    }

    /// The instruction at an offset.
    pub fn instruction_at(&self, offset: u32) -> Option<&Instruction> {
        let found = self
            .instructions
            .binary_search_by_key(&offset, |one| one.offset);
        found.ok().map(|at| &self.instructions[at])
    }
}
