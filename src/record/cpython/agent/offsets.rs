//! Where CPython keeps what: bytes from the start of each structure, in builds for 64-bit machines that
//! have the lock and no debugging fields. What is not the same in all versions is a field of [`Layout`];
//! `layouts.rs` has one for each version.

/// What the agent must know of one version.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    pub minor: u32,
    /// From the thread's state to its innermost frame.
    pub current: Current,
    /// The innermost of the exceptions that the thread handles, in the thread's state; the thread's identifier.
    pub handled: usize,
    pub thread_id: usize,
    /// The program's own functions for profiling and tracing.
    pub profile: usize,
    pub trace: usize,
    pub frame: Frame,
    pub code: Code,
    pub function: Function,
    pub exception: Exception,
    /// A generator's frame, or before 3.11 a pointer to it, and the byte that says how far it is (from 3.11 on).
    pub generator_frame: usize,
    pub generator_state: usize,
    pub generator_name: usize,
    /// What it holds beside its frame.
    pub generator_fields: &'static [(usize, &'static str)],
    /// A managed dict stands at this many bytes before its object.
    pub managed_dict_before: usize,
    /// The keys that instances of a class share, in the class.
    pub cached_keys: usize,
    /// The characters of a text of ASCII alone, and of any other that is compact.
    pub ascii_data: usize,
    pub compact_data: usize,
}

impl Layout {
    /// Whether every call has an object for its frame: before 3.11.
    pub fn has_frame_objects(&self) -> bool {
        self.minor < 11
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Current {
    /// At `.0` of the thread's state, a pointer to what has the frame at `.1`.
    Behind(usize, usize),
    At(usize),
}

#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub code: usize,
    /// The function that is called; before 3.11 a frame does not know it.
    pub function: Option<usize>,
    pub previous: usize,
    pub globals: usize,
    pub locals: usize,
    /// The frame as an object; before 3.11 it is one itself.
    pub object: Option<usize>,
    /// A pointer to the instruction; before 3.11 its number.
    pub instruction: usize,
    pub stack_top: usize,
    /// Who has it; before 3.11 a byte that says how far it is.
    pub owner: usize,
    pub locals_plus: usize,
    /// Of the frame as an object: that its tracer is told of each instruction (before 3.12), and what it
    /// holds beside its variables.
    pub traces_instructions: usize,
    pub fields: &'static [(usize, &'static str)],
}

#[derive(Debug, Clone, Copy)]
pub struct Code {
    pub flags: usize,
    pub arg_count: usize,
    pub keyword_only: usize,
    pub stack_size: usize,
    pub first_line: usize,
    pub consts: usize,
    /// The names that its instructions name (before 3.11).
    pub names: usize,
    pub file_name: usize,
    pub name: usize,
    /// Before 3.11 a code object does not know it.
    pub qualified: Option<usize>,
    pub variables: Variables,
    /// Its instructions; before 3.11 the object that has them.
    pub start: usize,
}

/// Where a code object has the names of its variables.
#[derive(Debug, Clone, Copy)]
pub enum Variables {
    /// How many there are, their names, and a byte for each that says its kind.
    Kinds {
        count: usize,
        names: usize,
        kinds: usize,
    },
    /// How many are local, and tuples of names: of these, of cells, of free variables. An array of numbers says
    /// of each cell which argument is kept in it.
    Tuples {
        count: usize,
        local: usize,
        cells: usize,
        free: usize,
        arguments: usize,
    },
}

#[derive(Debug, Clone, Copy)]
pub struct Function {
    pub code: usize,
    pub defaults: usize,
    pub kw_defaults: usize,
    pub closure: usize,
    pub name: usize,
    pub dict: usize,
    pub fields: &'static [(usize, &'static str)],
}

#[derive(Debug, Clone, Copy)]
pub struct Exception {
    pub traceback: usize,
    pub suppress_context: usize,
    pub fields: &'static [(usize, &'static str)],
}

/// The same in all of those that have it: the table of exceptions of a code object.
pub mod code {
    pub const EXCEPTIONS: usize = 40;
}

pub mod object {
    pub const TYPE: usize = 8;
    /// Items of a tuple, elements of an int: of what has a length at 16.
    pub const SIZE: usize = 16;
    pub const ITEMS: usize = 24;
    /// Of a function of C.
    pub const DEFINITION: usize = 16;
}

pub mod class {
    pub const NAME: usize = 24;
    pub const BASIC_SIZE: usize = 32;
    pub const ITEM_SIZE: usize = 40;
    pub const DEALLOC: usize = 48;
    pub const FLAGS: usize = 168;
    pub const TRAVERSE: usize = 184;
    pub const ITER_NEXT: usize = 224;
    pub const METHODS: usize = 232;
    pub const MEMBERS: usize = 240;
    pub const BASE: usize = 256;
    pub const DICT: usize = 264;
    pub const DICT_OFFSET: usize = 288;
    pub const BASES: usize = 336;
    pub const MRO: usize = 344;
}

pub mod flags {
    pub const INLINE_VALUES: u64 = 1 << 2;
    pub const MANAGED_WEAKREF: u64 = 1 << 3;
    pub const MANAGED_DICT: u64 = 1 << 4;
    pub const HEAP_TYPE: u64 = 1 << 9;
    pub const HAVE_GC: u64 = 1 << 14;
    pub const LONG: u64 = 1 << 24;
    pub const LIST: u64 = 1 << 25;
    pub const TUPLE: u64 = 1 << 26;
    pub const BYTES: u64 = 1 << 27;
    pub const STR: u64 = 1 << 28;
    pub const DICT: u64 = 1 << 29;
    pub const EXCEPTION: u64 = 1 << 30;
    pub const TYPE: u64 = 1 << 31;
}

pub mod method {
    pub const FUNCTION: usize = 16;
}

/// A native function's module or receiver.
pub const RECEIVER: usize = 24;
/// Of an `OrderedDict`, which keeps the order of its keys in a list: its first entry, and in each the key
/// and the next one.
pub mod ordered {
    pub const FIRST: usize = 48;
    pub const KEY: usize = 0;
    pub const NEXT: usize = 16;
}

/// A module's namespace.
pub const NAMESPACE: usize = 16;
/// Its name, which it does not show to the collector.
pub const MODULE_NAME: usize = 48;

pub mod exception {
    pub const DICT: usize = 16;
    pub const ARGS: usize = 24;
}

pub mod traceback {
    pub const NEXT: usize = 16;
    pub const FRAME: usize = 24;
    pub const OFFSET: usize = 32;
    /// -1 where nobody has asked for it yet.
    pub const LINE: usize = 36;
}

/// Files: a text file's buffer and what it has not handed on yet; a buffer's file, bytes, and which of
/// them are to be written; a file's descriptor.
pub mod stream {
    pub const BUFFER: usize = 32;
    pub const PENDING: usize = 136;
    pub const RAW: usize = 16;
    pub const BYTES: usize = 56;
    pub const WRITE_POS: usize = 88;
    pub const WRITE_END: usize = 96;
    pub const DESCRIPTOR: usize = 16;
}

/// Frames as objects: what they stand for (from 3.11 on).
pub const FRAME_OF_OBJECT: usize = 24;
/// The class of an exception that is handled, its traceback, and what was handled before, where the
/// exception is not the first (before 3.11).
pub mod handled {
    pub const VALUE: usize = 8;
    pub const TRACEBACK: usize = 16;
    pub const PREVIOUS: usize = 24;
}

/// Who has a frame: calls from C (from 3.12 on).
pub mod owner {
    pub const GENERATOR: u8 = 1;
    pub const C_STACK: u8 = 3;
}

pub mod kind {
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
}
