//! Objects: what they are, what they are like at a step, what they refer to.

use super::files::FileId;
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
    /// Whether it names one of an exception's arguments by its place (`args[0]`).
    pub fn is_argument(self, symbols: &Symbols) -> bool {
        matches!(self, Label::Named(name) if symbols.text(name).starts_with("args["))
    }

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
    /// The interpreter does not tell, or has no counts.
    Unknown,
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
    /// It was freed, of what is not known.
    Unknown,
    /// It was found no more. That is no death: whether and when it was freed is not known.
    OutOfReach,
}

impl Cause {
    /// Whether the object was freed before the program ended, as far as that is known.
    pub fn is_in_run(self) -> bool {
        match self {
            Cause::RefCount | Cause::Collector | Cause::Unknown => true,
            Cause::Exit | Cause::OutOfReach => false,
        }
    }
}

/// The end of an object, or of what is known of it.
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

/// An instruction of a code object, also of one that is not the program's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodePlace {
    /// The path of the code's file, as the interpreter has it.
    pub path: Symbol,
    /// The file, where it is one of the program's own.
    pub own: Option<FileId>,
    /// The function's name.
    pub function: Symbol,
    /// The line, from 1.
    pub line: u32,
    /// Where the instruction stands in the code, in bytes, as `dis` counts.
    pub offset: u32,
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
    /// The place that an entry of a traceback tells of.
    pub place: Option<CodePlace>,
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
