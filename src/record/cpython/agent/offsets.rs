//! Where CPython keeps what, by minor version: bytes from the start of each structure, in builds for
//! 64-bit machines that have the lock and no debugging fields.
//!
//! Sources: the headers of 3.11.7, 3.12.1 and 3.13.0, and runs on these.

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
    /// A generator's frame, and the byte that says how far it is.
    pub generator_frame: usize,
    pub generator_state: usize,
    pub generator_name: usize,
    /// A managed dict stands at this many bytes before its object.
    pub managed_dict_before: usize,
    /// The keys that instances of a class share, in the class.
    pub cached_keys: usize,
    /// The characters of a text of ASCII alone, and of any other that is compact.
    pub ascii_data: usize,
    pub compact_data: usize,
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
    pub function: usize,
    pub previous: usize,
    pub globals: usize,
    pub locals: usize,
    pub object: usize,
    pub instruction: usize,
    pub stack_top: usize,
    pub owner: usize,
    pub locals_plus: usize,
}

#[derive(Debug, Clone, Copy)]
pub struct Code {
    pub flags: usize,
    pub arg_count: usize,
    pub keyword_only: usize,
    pub stack_size: usize,
    pub first_line: usize,
    pub locals_plus: usize,
    pub start: usize,
}

/// The same in all of them.
pub mod code {
    pub const CONSTS: usize = 24;
    pub const EXCEPTIONS: usize = 40;
    pub const NAMES: usize = 96;
    pub const KINDS: usize = 104;
    pub const FILENAME: usize = 112;
    pub const NAME: usize = 120;
    pub const QUALNAME: usize = 128;
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

pub mod function {
    pub const CODE: usize = 48;
    pub const DEFAULTS: usize = 56;
    pub const KW_DEFAULTS: usize = 64;
    pub const CLOSURE: usize = 72;
    pub const DICT: usize = 88;
    pub const FIELDS: [(usize, &str); 9] = [
        (16, "__globals__"),
        (24, "__builtins__"),
        (32, "__name__"),
        (40, "__qualname__"),
        (48, "__code__"),
        (80, "__doc__"),
        (104, "__module__"),
        (112, "__annotations__"),
        (120, "__type_params__"),
    ];
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

pub mod exception {
    pub const DICT: usize = 16;
    pub const ARGS: usize = 24;
    pub const TRACEBACK: usize = 40;
    pub const SUPPRESS_CONTEXT: usize = 64;
    pub const FIELDS: [(usize, &str); 5] = [
        (24, "args"),
        (32, "__notes__"),
        (40, "__traceback__"),
        (48, "__context__"),
        (56, "__cause__"),
    ];
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

/// Frames as objects: what they stand for.
pub const FRAME_OF_OBJECT: usize = 24;
/// That such a frame's tracer is told of each instruction (in 3.11).
pub const TRACES_INSTRUCTIONS: usize = 45;

/// Who has a frame: calls from C (from 3.12 on).
pub mod owner {
    pub const GENERATOR: u8 = 1;
    pub const C_STACK: u8 = 3;
}

pub mod kind {
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
}

const FRAME_312: Frame = Frame {
    code: 0,
    function: 16,
    previous: 8,
    globals: 24,
    locals: 40,
    object: 48,
    instruction: 56,
    stack_top: 64,
    owner: 70,
    locals_plus: 72,
};

const ALL: [Layout; 3] = [
    Layout {
        minor: 11,
        current: Current::Behind(56, 8),
        handled: 120,
        thread_id: 152,
        profile: 80,
        trace: 88,
        frame: Frame {
            code: 32,
            function: 0,
            previous: 48,
            globals: 8,
            locals: 24,
            object: 40,
            instruction: 56,
            stack_top: 64,
            owner: 69,
            locals_plus: 72,
        },
        code: Code {
            flags: 48,
            arg_count: 56,
            keyword_only: 64,
            stack_size: 68,
            first_line: 72,
            locals_plus: 76,
            start: 184,
        },
        generator_frame: 80,
        generator_state: 75,
        generator_name: 32,
        managed_dict_before: 24,
        cached_keys: 872,
        ascii_data: 48,
        compact_data: 72,
    },
    Layout {
        minor: 12,
        current: Current::Behind(56, 0),
        handled: 104,
        thread_id: 136,
        profile: 80,
        trace: 88,
        frame: FRAME_312,
        code: Code {
            flags: 48,
            arg_count: 52,
            keyword_only: 60,
            stack_size: 64,
            first_line: 68,
            locals_plus: 72,
            start: 192,
        },
        generator_frame: 72,
        generator_state: 67,
        generator_name: 24,
        managed_dict_before: 24,
        cached_keys: 880,
        ascii_data: 40,
        compact_data: 56,
    },
    Layout {
        minor: 13,
        current: Current::At(72),
        handled: 120,
        thread_id: 152,
        profile: 96,
        trace: 104,
        frame: FRAME_312,
        code: Code {
            flags: 48,
            arg_count: 52,
            keyword_only: 60,
            stack_size: 64,
            first_line: 68,
            locals_plus: 72,
            start: 200,
        },
        generator_frame: 72,
        generator_state: 67,
        generator_name: 24,
        managed_dict_before: 24,
        cached_keys: 880,
        ascii_data: 40,
        compact_data: 56,
    },
];

/// What is known of a version.
pub fn of(minor: u32) -> Option<Layout> {
    ALL.into_iter().find(|layout| layout.minor == minor)
}
