//! What a trace holds: plain data, no interpreter, no drawing.

use serde::{Deserialize, Serialize};

/// The serial number of an object, from 1 in the order in which the recorder met the objects.
/// Never an address, never used twice: an address that a later object gets again has a new serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjId(pub u32);

/// An interned text of the trace; [`Symbols`] gives it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Symbol(pub u32);

/// The texts of a trace, by [`Symbol`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Symbols {
    texts: Vec<String>,
}

impl Symbols {
    /// Writes all texts in another way.
    pub fn rewrite(&mut self, way: impl Fn(&str) -> String) {
        for text in &mut self.texts {
            *text = way(text);
        }
    }

    /// Adds texts behind those that are there.
    pub fn extend(&mut self, texts: Vec<String>) {
        self.texts.extend(texts);
    }

    /// All texts, by symbol.
    pub fn all(&self) -> &[String] {
        &self.texts
    }

    /// The text of `symbol`; the empty text for one that this trace does not have.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0 as usize).map_or("", String::as_str)
    }
}

/// How a reference is named at its owner. The texts are those of the export contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Label {
    /// `[0]`: a position in a sequence.
    Index(u32),
    /// `['k']`: the value of a dict entry; the text is the key as Python writes it.
    Value(Symbol),
    /// `key 'k'`: the key of a dict entry.
    Key(Symbol),
    /// `.attr`: an instance attribute or slot.
    Attr(Symbol),
    /// `element`: a member of a set.
    Element,
    /// `cell x`: what a cell of the variable `x` holds.
    Cell(Symbol),
    /// `__defaults__[0]`.
    Default(u32),
    /// `__kwdefaults__['k']`.
    KwDefault(Symbol),
    /// `__closure__[0]`.
    Closure(u32),
    /// Any other name, as it stands: `__self__`, `tb_next`, `frame`, `args`, a variable's name.
    Named(Symbol),
    /// `referent 3`: the interpreter's own order, where no better name is known.
    Referent(u32),
}

impl Label {
    /// The label as the export contract writes it.
    pub fn display(self, symbols: &Symbols) -> String {
        match self {
            Label::Index(i) => format!("[{i}]"),
            Label::Value(k) => format!("[{}]", symbols.text(k)),
            Label::Key(k) => format!("key {}", symbols.text(k)),
            Label::Attr(a) => format!(".{}", symbols.text(a)),
            Label::Element => "element".to_owned(),
            Label::Cell(x) => format!("cell {}", symbols.text(x)),
            Label::Default(i) => format!("__defaults__[{i}]"),
            Label::KwDefault(k) => format!("__kwdefaults__[{}]", symbols.text(k)),
            Label::Closure(i) => format!("__closure__[{i}]"),
            Label::Named(n) => symbols.text(n).to_owned(),
            Label::Referent(i) => format!("referent {i}"),
        }
    }
}

/// A labelled edge from one object to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// Where the reference stands in its owner.
    pub label: Label,
    /// The object that it leads to.
    pub to: ObjId,
    /// A weak reference adds nothing to its target's count.
    pub weak: bool,
}

/// A reference count as the interpreter gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Count {
    /// The object lives as long as the process; its count says nothing.
    Immortal,
    /// So many references, whoever holds them.
    Of(u32),
}

/// What kind of thing an object is: what the pictures need to tell tables from atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A value without references: `int`, `str`, `None`, ...
    Atom,
    /// `list`, `tuple`, `deque` and what derives from them.
    Sequence,
    /// `dict` and what derives from it.
    Mapping,
    /// `set`, `frozenset` and what derives from them.
    Set,
    /// An instance of a class that is no container.
    Instance,
    /// A class.
    Class,
    /// A function that is written in Python.
    Function,
    /// A bound method.
    Method,
    /// What a variable of an enclosing function stands in.
    Cell,
    /// Generators, coroutines and asynchronous generators.
    Generator,
    /// A call frame as an object.
    Frame,
    /// An exception.
    Exception,
    /// A link of a traceback.
    Traceback,
    /// A module.
    Module,
    /// A dict that serves as the namespace of a module: drawn by its name alone.
    Namespace,
    /// A weak reference.
    WeakRef,
    /// What a loop asks for the next item.
    Iterator,
    /// Native functions, code objects, descriptors and all that is drawn as a plain box.
    Other,
}

/// A step and the line that ran in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Step number, from 1.
    pub step: u32,
    /// Line number, from 1; 0 where no line of the program is known.
    pub line: u32,
}

/// What an object died of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// The last reference went away.
    RefCount,
    /// The collector found it unreachable.
    Collector,
    /// The program ended.
    Exit,
}

/// The end of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Death {
    /// When it died: the step before which it was gone, and the line that ran.
    pub at: Moment,
    /// What it died of.
    pub cause: Cause,
}

/// Why the interpreter keeps an immortal object for as long as it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImmortalReason {
    /// A text of which there is one object for all who use it.
    Interned,
    /// A small number that was made in advance.
    Cached,
    /// One that the interpreter itself is made of: `None`, a native type.
    BuiltIn,
}

impl ImmortalReason {
    /// The word of the export contract.
    pub fn name(self) -> &'static str {
        match self {
            ImmortalReason::Interned => "interned",
            ImmortalReason::Cached => "cached",
            ImmortalReason::BuiltIn => "built in",
        }
    }
}

/// Something that happened to an object between two steps, beside its birth or death.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Incident {
    /// Its `__del__` was called, because its count had fallen to zero.
    Finalizer,
    /// It is a generator or coroutine that was closed, because its count had fallen to zero.
    Close,
    /// Its `__del__` was called by the collector.
    CollectorFinalizer,
    /// Its finalizer has made it reachable again.
    Resurrection,
    /// It is a weak reference whose referent is gone.
    WeakReferenceCleared,
    /// It is the function that a `weakref.finalize` calls now.
    FinalizeCall,
}

impl Incident {
    /// The word of the export contract.
    pub fn name(self) -> &'static str {
        match self {
            Incident::Finalizer => "__del__",
            Incident::Close => "close",
            Incident::CollectorFinalizer => "__del__ by the collector",
            Incident::Resurrection => "resurrection",
            Incident::WeakReferenceCleared => "weak reference cleared",
            Incident::FinalizeCall => "weakref.finalize",
        }
    }
}

/// What never changes over an object's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectInfo {
    /// The name of its type.
    pub type_name: Symbol,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Where it stands in memory; a later object may get the same address.
    pub address: u64,
    /// Bytes when it was first looked at, where known.
    pub size: Option<u32>,
    /// It lives as long as the process.
    pub immortal: bool,
    /// Why it is immortal, where that is known.
    pub kept: Option<ImmortalReason>,
    /// How many of the program's code objects have it among their constants.
    pub constant_of: u32,
    /// `None`: older than the recording.
    pub born: Option<Moment>,
    /// `None`: it was there when the recording ended.
    pub died: Option<Death>,
}

/// What changes over an object's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectState {
    /// The count of references to it.
    pub refcount: Count,
    /// Generation of the collector's lists, 0 to 2, or 3 for frozen objects; `None`: not tracked.
    pub generation: Option<u8>,
    /// An atom's value as Python writes it, cut to [`crate::trace::VALUE_LIMIT`] characters.
    pub value: Option<Symbol>,
    /// The name of a function, class, module or code object; a generator's function and state.
    pub name: Option<Symbol>,
    /// Length of a value that was cut, in its own units (characters, bytes, bits).
    pub true_length: Option<u64>,
    /// Bytes of the object's own block and of what it alone owns, where known.
    pub size: Option<u32>,
    /// What it refers to, in its own order.
    pub refs: Vec<Reference>,
}

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NameKind {
    /// In a module.
    Global,
    /// In a function's call.
    Local,
    /// In a function's call, for functions inside of it as well.
    Cell,
    /// In a function around the one that runs.
    Free,
    /// An entry of the value stack, not a name of the program's.
    Stack,
}

/// A name and what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Name {
    /// The name, or the place in the value stack.
    pub name: Symbol,
    /// Where it stands.
    pub kind: NameKind,
    /// The object.
    pub to: ObjId,
}

/// One call frame of the program's own code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFrame {
    /// The function's name.
    pub function: Symbol,
    /// The function's name with the classes and functions that it stands in (`__qualname__`).
    pub qualified: Symbol,
    /// It is no call: the body of a class runs in it.
    pub class_body: bool,
    /// The file that its code stands in.
    pub file: FileId,
    /// The line that runs or waits in it, from 1.
    pub line: u32,
    /// The frame as an object, where the program can see it.
    pub object: Option<ObjId>,
    /// The function object that runs in it, which the running call holds.
    pub called: Option<ObjId>,
    /// The dict of the class body that runs in it.
    pub body: Option<ObjId>,
    /// How many of the first local names are its arguments.
    pub arguments: u32,
    /// Its names, in their order.
    pub names: Vec<Name>,
    /// The calls and instructions that it and the library's frames above it have under way: native
    /// code that calls back holds on to what it works with.
    pub under_way: Vec<Symbol>,
}

impl CallFrame {
    /// The function's name, for a method with its class: what stands behind the last `<locals>.`.
    pub fn shown_name<'s>(&self, symbols: &'s Symbols) -> &'s str {
        let qualified = symbols.text(self.qualified);
        qualified
            .rsplit_once("<locals>.")
            .map_or(qualified, |(_, name)| name)
    }

    /// Whether a name is the compiler's own: one of the cells that serve a class's body, or one of a
    /// comprehension's variable that is left in a module.
    pub fn is_compilers(&self, name: &Name, symbols: &Symbols, state: &super::State) -> bool {
        let is_empty = |id: ObjId| state.heap.get(&id).is_none_or(|cell| cell.refs.is_empty());
        let in_module = symbols.text(self.function) == "<module>";
        let is_classs = self.class_body && symbols.text(name.name).starts_with("__class");
        is_classs || (name.kind == NameKind::Cell && in_module && is_empty(name.to))
    }

    /// What is on top of its value stack.
    pub fn top_of_stack(&self) -> Option<ObjId> {
        let top = self.names.last()?;
        (top.kind == NameKind::Stack).then_some(top.to)
    }

    /// `f()`, `C.method()`, `the body of class C`.
    pub fn in_words(&self, symbols: &Symbols) -> String {
        let name = self.shown_name(symbols);
        if self.class_body {
            format!("the body of class {name}")
        } else {
            format!("{name}()")
        }
    }
}

/// The call frames of a thread that does not run at this step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadStack {
    /// Numbered from 1, in the order in which the threads took their first steps.
    pub thread: u32,
    /// Oldest first.
    pub frames: Vec<CallFrame>,
}

/// A reference that the interpreter itself holds, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Held {
    /// In words, where.
    pub by: Symbol,
    /// The object.
    pub to: ObjId,
    /// Whether it is sure to be held; else it is where the count says more than is known.
    pub certain: bool,
}

/// What the interpreter holds of a call that is left or an exception: the words of [`Held::by`].
pub mod held_as {
    /// What a call that is left gives back.
    pub const RETURNED: &str = "return value";
    /// What is on its way to a handler.
    pub const RAISED: &str = "exception being raised";
    /// What is being handled.
    pub const HANDLED: &str = "current exception";
    /// What has ended the program.
    pub const UNCAUGHT: &str = "uncaught exception";
}

/// The number of a source file, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u16);

/// A source file of the program's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// As the user would name it.
    pub path: String,
    /// Empty where it could not be read.
    pub text: String,
}

impl SourceFile {
    /// Its path's last part.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// What a step is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Event {
    /// A function is entered.
    Call,
    /// A generator or coroutine goes on.
    Resume,
    /// An exception is thrown into a generator or coroutine.
    Throw,
    /// A line is about to run.
    Line,
    /// A function is about to return.
    Return,
    /// A generator or coroutine is about to be suspended.
    Yield,
    /// An exception is about to leave a function.
    Unwind,
    /// An exception is raised.
    Exception,
    /// An instruction is about to run.
    Instruction,
    /// The script has ended.
    Exit,
}

impl Event {
    /// The word of the export contract.
    pub fn name(self) -> &'static str {
        match self {
            Event::Call | Event::Resume | Event::Throw => "call",
            Event::Line => "line",
            Event::Return | Event::Yield | Event::Unwind => "return",
            Event::Exception => "exception",
            Event::Instruction => "instruction",
            Event::Exit => "exit",
        }
    }

    /// How a function is entered or left, after the `PY_` events of `sys.monitoring`.
    pub fn passage(self) -> Option<&'static str> {
        match self {
            Event::Call => Some("start"),
            Event::Resume => Some("resume"),
            Event::Throw => Some("throw"),
            Event::Return => Some("return"),
            Event::Yield => Some("yield"),
            Event::Unwind => Some("unwind"),
            Event::Line | Event::Exception | Event::Instruction | Event::Exit => None,
        }
    }

    /// Whether a function is entered.
    pub fn enters(self) -> bool {
        matches!(self, Event::Call | Event::Resume | Event::Throw)
    }

    /// Whether a function is left.
    pub fn leaves(self) -> bool {
        matches!(self, Event::Return | Event::Yield | Event::Unwind)
    }
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Granularity {
    /// Each line, call and return.
    Line,
    /// Each instruction of bytecode as well.
    Instruction,
    /// Each call and return.
    Call,
}

impl Granularity {
    /// The word of the export contract.
    pub fn name(self) -> &'static str {
        match self {
            Granularity::Line => "line",
            Granularity::Instruction => "instruction",
            Granularity::Call => "call",
        }
    }
}

/// One run of the collector.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// The oldest generation that was looked through, from 0.
    pub generation: u8,
    /// The program has not asked for it.
    pub automatic: bool,
    /// The objects that were looked through.
    pub candidates: Vec<ObjId>,
    /// The candidates' counts as the collector found them.
    pub counts: Vec<(ObjId, u32)>,
    /// Counts after the references from inside the candidate set are taken off.
    pub gc_refs: Vec<(ObjId, u32)>,
    /// Those that nothing outside leads to.
    pub unreachable: Vec<ObjId>,
    /// Weak references that were cleared.
    pub weakrefs_cleared: Vec<ObjId>,
    /// Objects whose finalizers were called.
    pub finalized: Vec<ObjId>,
    /// Objects that were found reachable again after that.
    pub resurrected: Vec<ObjId>,
    /// Objects that were freed.
    pub collected: Vec<ObjId>,
}

/// What a step says beside the heap and the call stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepHead {
    /// What it is taken for.
    pub event: Event,
    /// The file that is at work.
    pub file: FileId,
    /// The function that is at work.
    pub function: Symbol,
    /// The line about to run.
    pub line: u32,
    /// The line of this function that has just run.
    pub ran: Option<u32>,
    /// The instruction about to run, at instruction steps.
    pub opcode: Option<Symbol>,
    /// First and last column of the instruction in its line, in bytes from 0.
    pub columns: Option<(u32, u32)>,
    /// What the program wrote to standard output since the step before.
    pub stdout: String,
    /// Numbered from 1, once a second thread exists.
    pub thread: Option<u32>,
    /// Objects that are new since the step before, in the order of their births as far as it is known.
    pub allocated: Vec<ObjId>,
    /// Objects that have died since, in order.
    pub freed: Vec<ObjId>,
    /// In the order in which they happened, as far as it is known.
    pub incidents: Vec<(Incident, ObjId)>,
    /// Runs of the collector that have ended since.
    pub collections: Vec<Collection>,
    /// What the interpreter itself holds.
    pub held: Vec<Held>,
}

impl StepHead {
    /// The object that the interpreter holds as one of [`held_as`].
    pub fn held_as(&self, by: &str, symbols: &Symbols) -> Option<ObjId> {
        let mut held = self.held.iter();
        let held = held.find(|held| symbols.text(held.by) == by)?;
        Some(held.to)
    }
}

/// How the run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// At the end of the script.
    Finished,
    /// By an exception that nobody has caught.
    Exception {
        /// Its type's name.
        type_name: String,
        /// Its own text.
        message: String,
        /// Where it was raised, the oldest call first.
        traceback: Vec<TracebackEntry>,
    },
    /// `SystemExit`.
    Exit {
        /// The exit code that it carries.
        code: i32,
    },
    /// The recording reached a bound; the program itself went on.
    Limit {
        /// What there was too much of: `steps`.
        limit: String,
    },
    /// By Ctrl-C.
    Interrupted,
    /// A signal has ended the process.
    Killed {
        /// The signal's number.
        signal: i32,
    },
    /// The process has ended without the interpreter's own end: `os._exit`, `os.execv`.
    Left {
        /// The exit code.
        code: i32,
    },
    /// The end of the recording is missing: memviz was ended, too.
    CutOff,
}

/// A line of a traceback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracebackEntry {
    /// The file's path.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The function's name.
    pub function: String,
}

/// What happened behind the last step, while the interpreter went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtExit {
    /// What the program wrote to standard output.
    pub stdout: String,
    /// The objects whose `__del__` was called, in order.
    pub finalized: Vec<ObjId>,
    /// The objects that died, in order.
    pub freed: Vec<ObjId>,
}

/// What ran and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The interpreter's name.
    pub engine: String,
    /// The interpreter's own version.
    pub engine_version: String,
    /// The version of Python that it implements.
    pub python: String,
    /// The script, as the user named it.
    pub script: String,
    /// What a step is.
    pub granularity: Granularity,
    /// How many steps there are, whether or not all of them have been read.
    pub steps: u32,
    /// How the run ended.
    pub outcome: Outcome,
    /// The exit code, as a shell has it.
    pub exit_code: i32,
    /// What happened behind the last step.
    pub at_exit: AtExit,
    /// The program's own source files, by number.
    pub files: Vec<SourceFile>,
}
