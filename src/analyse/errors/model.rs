//! What is known of the exceptions of a run.

use crate::trace::stages::Span;
use crate::trace::{FileId, ObjId};

/// An exception object that was raised where the program's own code saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedError {
    /// Itself.
    pub object: ErrorObject,
    /// Each time it was raised: raising it again in the clause that handles it is no new time.
    pub raisings: Vec<Raising>,
    /// Its traceback as it was last seen, the oldest call first, as it is printed.
    pub traceback: Vec<TracebackPart>,
    /// `raise ... from cause`.
    pub cause: Option<ErrorObject>,
    /// The exception that was being handled when it was raised.
    pub context: Option<ErrorObject>,
    /// Its context is not to be printed.
    pub suppresses_context: bool,
    /// What `add_note` has added.
    pub notes: Vec<String>,
    /// The members of a group.
    pub members: Vec<ErrorObject>,
    /// The groups that `except*` has made of it, for its clauses.
    pub parts: Vec<SplitPart>,
    /// The name that had no value yet, and why it is local.
    pub unbound: Option<UnboundName>,
    /// The values that the code worked with that failed.
    pub values: Vec<UsedValue>,
    /// What was printed of it to standard error.
    pub printed: Vec<PrintedLine>,
}

/// An exception as an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorObject {
    /// Its serial.
    pub id: ObjId,
    /// Its type's name.
    pub type_name: String,
    /// Its arguments as Python writes them; `None` for those that have no short text.
    pub arguments: Vec<Option<String>>,
    /// Its text, where it has one argument that is a text, or none.
    pub message: Option<String>,
}

/// An exception on its way, from where it was raised to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raising {
    /// How it came into being.
    pub how: RaisedHow,
    /// What was tried there, where the source is known.
    pub attempt: Option<Attempt>,
    /// The name of the thread, where it is not the first.
    pub thread: Option<String>,
    /// The calls that it went through, the newest first.
    pub search: Vec<Passage>,
    /// Where its way ended.
    pub end: RaisingEnd,
}

/// What raised an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RaisedHow {
    /// A `raise` statement.
    Statement,
    /// An instruction of the program's own that could not be carried out: its name.
    Instruction(String),
    /// Code that is not the program's own, which was called.
    Library,
    /// It was thrown into a generator or coroutine.
    Thrown,
    /// `except*` has made it of what no clause has taken.
    Rest,
    /// What was at work is not known.
    Unknown,
}

/// What the code that raised was about to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What it was.
    pub action: Action,
    /// The types of the values that it was done with, in the order of the source.
    pub operands: Vec<Option<String>>,
    /// The source, in one line.
    pub source: String,
}

/// What code that raised was about to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// An operator between two values, as Python's `ast` names it: `Add`.
    Operator(String),
    /// A comparison: `Lt`.
    Comparison(String),
    /// An operator before a value: `USub`.
    Sign(String),
    /// An item of a container.
    Item(Access),
    /// An attribute, by its name.
    Attribute(Access, String),
    /// What a name means.
    Name(Access),
    /// A call.
    Call,
    /// The next item for a loop.
    Loop,
    /// A value spread over several names.
    Unpack,
    /// An import.
    Import,
    /// A value made text.
    Format,
    /// A `raise` statement.
    Raise,
    /// An `assert` whose condition was not true.
    Assert,
    /// Anything else.
    Run,
}

/// What is done with a place that holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It is read.
    Get,
    /// It is given a value.
    Put,
    /// It is deleted.
    Remove,
}

/// A place in a code object that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorPlace {
    /// The file, where it is one of the program's own.
    pub own: Option<FileId>,
    /// The file's path.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The function, with the classes and functions that it stands in where that is known.
    pub function: String,
    /// The instruction, in bytes; `None` in traces that do not tell.
    pub offset: Option<u32>,
    /// The code object, as an index into the stages of its file.
    pub code: Option<usize>,
    /// The source of the instruction.
    pub span: Option<Span>,
}

/// An exception in one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The step at which it was there.
    pub step: u32,
    /// The thread, from 1.
    pub thread: u32,
    /// Where it came to.
    pub place: ErrorPlace,
    /// The handlers that were entered, in order. Calls that are not the program's own show none.
    pub handlers: Vec<EnteredHandler>,
    /// What became of it there.
    pub outcome: PassageOutcome,
}

/// A handler that the exception table names, entered with an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredHandler {
    /// The step by which it was entered.
    pub step: u32,
    /// The row of the exception table, as an index.
    pub row: usize,
    /// The offset at which the handler begins.
    pub target: u32,
    /// What it is in the source.
    pub kind: HandlerKind,
    /// All its clauses in the source.
    pub around: Option<Span>,
    /// The clause that was come to, as far as is known.
    pub span: Option<Span>,
    /// The line of that.
    pub line: Option<u32>,
    /// The exception was raised again at this offset.
    pub raised_again: Option<u32>,
}

/// What a handler is in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandlerKind {
    /// The `except` clauses of a `try`.
    Except,
    /// Its `except*` clauses.
    ExceptStar,
    /// The `finally` of a `try`.
    Finally,
    /// The `__exit__` of a `with`.
    With,
    /// What the compiler adds: it puts the exception that was handled before back, and raises again.
    CleanUp,
}

impl HandlerKind {
    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            HandlerKind::Except => "except",
            HandlerKind::ExceptStar => "except*",
            HandlerKind::Finally => "finally",
            HandlerKind::With => "with",
            HandlerKind::CleanUp => "clean-up",
        }
    }
}

/// What became of an exception in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassageOutcome {
    /// Nothing handles it there: the call has ended.
    Left,
    /// The last handler that was entered has kept it.
    Caught,
    /// Another exception has taken its place while a handler was at work.
    Replaced(ObjId),
    /// The recording ended before that.
    Unknown,
}

/// Where the way of an exception ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaisingEnd {
    /// In a handler.
    Caught {
        /// The step by which the handler was entered.
        step: u32,
    },
    /// In a handler that another exception has left.
    Replaced {
        /// The other one.
        by: ObjId,
    },
    /// Nothing of the program's own handled it: the program was over.
    Uncaught {
        /// The exit code, as a shell has it.
        exit_code: i32,
    },
    /// It has asked for the end of the program: `SystemExit`, as of `sys.exit()`.
    Exited {
        /// The exit code, as a shell has it.
        exit_code: i32,
    },
    /// It left a `__del__` that the interpreter had called, which ignores it.
    Ignored {
        /// The object whose `__del__` it was.
        object: ObjId,
    },
    /// It left the first function of a thread, and was printed.
    EndedThread {
        /// The thread, from 1.
        thread: u32,
    },
    /// It left the program's own code for code that is not, and was not seen again.
    LeftOwnCode {
        /// The step at which it left.
        step: u32,
    },
    /// The recording ended before that.
    Unknown,
}

/// An entry of a traceback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracebackPart {
    /// The entry as an object.
    pub object: ObjId,
    /// The step by which it was there.
    pub step: Option<u32>,
    /// What it tells of.
    pub place: ErrorPlace,
}

/// A group that `except*` has made of another for a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitPart {
    /// The step at which the clause had it.
    pub step: u32,
    /// The line about to run then.
    pub line: u32,
    /// The new group.
    pub object: ErrorObject,
}

/// A local variable that was asked for before it had a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnboundName {
    /// The name.
    pub name: String,
    /// The function that it is local to.
    pub function: String,
    /// The line that asked for it.
    pub asked: u32,
    /// The lines that bind it in that function, which makes it local there.
    pub bound: Vec<u32>,
}

/// A value that code worked with that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedValue {
    /// Its serial.
    pub object: ObjId,
    /// Its type's name.
    pub type_name: String,
    /// Its value, where it is short.
    pub value: Option<String>,
    /// What it held, where it is a container.
    pub contents: Option<Contents>,
    /// As what the code had it.
    pub part: ValuePart,
    /// Where it stands in the source, where it does.
    pub span: Option<Span>,
    /// Where the name was bound to it last, and how it came there, the newest first.
    pub history: Vec<ValueOrigin>,
    /// Where the object was made: step and line. `None` where it is older, or there for as long as the
    /// interpreter is.
    pub born: Option<(u32, u32)>,
}

/// What a container held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The keys of a dict; else items.
    pub are_keys: bool,
    /// The first of them, as Python writes them, or the names of their types.
    pub first: Vec<String>,
    /// How many there were.
    pub count: usize,
}

/// As what failing code had a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValuePart {
    /// A name that stands in the source of the instruction.
    Name(String),
    /// The object whose attribute was asked for: the exception says so.
    ObjectOfAttribute,
    /// The key that was not there: the exception says so.
    Key,
    /// What a call that stands in the source of the instruction returned.
    Result {
        /// The function.
        by: String,
        /// The line of it that returned.
        line: u32,
        /// The step at which it did.
        step: u32,
    },
}

/// How a name came to its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueOrigin {
    /// The step by which it was so.
    pub step: u32,
    /// The file.
    pub file: FileId,
    /// The line that did it.
    pub line: u32,
    /// The function in which the name is.
    pub function: String,
    /// The name.
    pub name: String,
    /// What it was.
    pub how: OriginKind,
}

/// What gave a name its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginKind {
    /// The line assigned it.
    Assigned,
    /// The line called the function: it is a parameter.
    Passed,
    /// Code that is not the program's own called the function.
    Given,
    /// The line assigned what a function of the program's own returned, at the given line.
    Returned {
        /// The function.
        by: String,
        /// The line of it that returned.
        line: u32,
    },
}

/// A line that was printed to standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedLine {
    /// The line.
    pub text: String,
    /// What it is made from.
    pub part: PrintedPart,
}

/// What a line of a printed traceback is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintedPart {
    /// What stands above the traceback: in which thread, of which `__del__`.
    Where,
    /// `Traceback (most recent call last):`
    Header,
    /// File, line and function: an entry of the traceback, by its place in it.
    Entry(usize),
    /// An entry of a library's call below, which the exception came to when it had left the program's
    /// own code; and its source.
    Outer,
    /// The source of that line.
    Source(usize),
    /// Marks under the part of the source that was at work.
    Marks(usize),
    /// How often the same entries come again: so many entries are not printed.
    Repeated(u32),
    /// Type and message: the exception itself.
    Message,
    /// A note.
    Note,
    /// The sentence that joins it to its cause.
    Cause,
    /// The sentence that joins it to its context.
    Context,
    /// A line of a group around or between its members.
    Group,
    /// An empty line.
    Empty,
}
