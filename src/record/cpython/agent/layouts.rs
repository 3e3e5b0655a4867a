//! One [`Layout`] for each version of CPython that is known.
//!
//! Sources: the headers of 3.9.18, 3.10.13, 3.11.7, 3.12.1 and 3.13.0, and runs on these.

use crate::offsets::{Code, Current, Exception, Frame, Function, Layout, Variables};

const FRAME_FIELDS_311: &[(usize, &str)] = &[(16, "f_back"), (32, "f_trace")];

const FRAME_312: Frame = Frame {
    code: 0,
    function: Some(16),
    previous: 8,
    globals: 24,
    locals: 40,
    object: Some(48),
    instruction: 56,
    stack_top: 64,
    owner: 70,
    locals_plus: 72,
    traces_instructions: 45,
    fields: FRAME_FIELDS_311,
};

/// What is the same in the code objects from 3.11 on; the rest is not to be had from here.
const CODE_311: Code = Code {
    flags: 48,
    arg_count: 0,
    keyword_only: 0,
    stack_size: 0,
    first_line: 0,
    consts: 24,
    names: 0,
    file_name: 112,
    name: 120,
    qualified: Some(128),
    variables: kinds(0),
    start: 0,
};

const fn kinds(count: usize) -> Variables {
    Variables::Kinds {
        count,
        names: 96,
        kinds: 104,
    }
}

const FUNCTION_310: Function = Function {
    code: 48,
    defaults: 56,
    kw_defaults: 64,
    closure: 72,
    name: 32,
    dict: 88,
    fields: &[
        (16, "__globals__"),
        (24, "__builtins__"),
        (32, "__name__"),
        (40, "__qualname__"),
        (48, "__code__"),
        (80, "__doc__"),
        (104, "__module__"),
        (112, "__annotations__"),
    ],
};

const FUNCTION_312: Function = Function {
    fields: &[
        (16, "__globals__"),
        (24, "__builtins__"),
        (32, "__name__"),
        (40, "__qualname__"),
        (48, "__code__"),
        (80, "__doc__"),
        (104, "__module__"),
        (112, "__annotations__"),
        (120, "__type_params__"),
    ],
    ..FUNCTION_310
};

const EXCEPTION_310: Exception = Exception {
    traceback: 32,
    suppress_context: 56,
    fields: &[
        (24, "args"),
        (32, "__traceback__"),
        (40, "__context__"),
        (48, "__cause__"),
    ],
};

const EXCEPTION_311: Exception = Exception {
    traceback: 40,
    suppress_context: 64,
    fields: &[
        (24, "args"),
        (32, "__notes__"),
        (40, "__traceback__"),
        (48, "__context__"),
        (56, "__cause__"),
    ],
};

const LAYOUT_310: Layout = Layout {
    minor: 10,
    current: Current::At(24),
    handled: 144,
    thread_id: 176,
    profile: 72,
    trace: 80,
    frame: Frame {
        code: 32,
        function: None,
        previous: 24,
        globals: 48,
        locals: 56,
        object: None,
        instruction: 96,
        stack_top: 80,
        owner: 108,
        locals_plus: 352,
        traces_instructions: 85,
        fields: &[
            (24, "f_back"),
            (32, "f_code"),
            (40, "f_builtins"),
            (48, "f_globals"),
            (56, "f_locals"),
            (72, "f_trace"),
        ],
    },
    code: Code {
        flags: 36,
        arg_count: 16,
        keyword_only: 24,
        stack_size: 32,
        first_line: 40,
        consts: 56,
        names: 64,
        file_name: 104,
        name: 112,
        qualified: None,
        variables: Variables::Tuples {
            count: 28,
            local: 72,
            cells: 88,
            free: 80,
            arguments: 96,
        },
        start: 48,
    },
    function: FUNCTION_310,
    exception: EXCEPTION_310,
    generator_frame: 16,
    // Its frame says it.
    generator_state: 0,
    generator_name: 40,
    generator_fields: &[
        (24, "code"),
        (40, "__name__"),
        (48, "__qualname__"),
        (56, "type of the current exception"),
        (64, "current exception"),
        (72, "traceback of the current exception"),
    ],
    // There are none.
    managed_dict_before: 0,
    cached_keys: 0,
    ascii_data: 48,
    compact_data: 72,
};

const FUNCTION_39: Function = Function {
    code: 16,
    defaults: 32,
    kw_defaults: 40,
    closure: 48,
    name: 64,
    dict: 72,
    fields: &[
        (16, "__code__"),
        (24, "__globals__"),
        (56, "__doc__"),
        (64, "__name__"),
        (88, "__module__"),
        (96, "__annotations__"),
        (104, "__qualname__"),
    ],
};

const LAYOUT_39: Layout = Layout {
    minor: 9,
    frame: Frame {
        instruction: 104,
        stack_top: 72,
        owner: 116,
        locals_plus: 360,
        traces_instructions: 89,
        fields: &[
            (24, "f_back"),
            (32, "f_code"),
            (40, "f_builtins"),
            (48, "f_globals"),
            (56, "f_locals"),
            (80, "f_trace"),
        ],
        ..LAYOUT_310.frame
    },
    function: FUNCTION_39,
    generator_name: 48,
    generator_fields: &[
        (32, "code"),
        (48, "__name__"),
        (56, "__qualname__"),
        (64, "type of the current exception"),
        (72, "current exception"),
        (80, "traceback of the current exception"),
    ],
    ..LAYOUT_310
};

const ALL: [Layout; 5] = [
    LAYOUT_39,
    LAYOUT_310,
    Layout {
        minor: 11,
        current: Current::Behind(56, 8),
        handled: 120,
        thread_id: 152,
        profile: 80,
        trace: 88,
        frame: Frame {
            code: 32,
            function: Some(0),
            previous: 48,
            globals: 8,
            locals: 24,
            object: Some(40),
            instruction: 56,
            stack_top: 64,
            owner: 69,
            locals_plus: 72,
            traces_instructions: 45,
            fields: FRAME_FIELDS_311,
        },
        code: Code {
            arg_count: 56,
            keyword_only: 64,
            stack_size: 68,
            first_line: 72,
            variables: kinds(76),
            start: 184,
            ..CODE_311
        },
        function: FUNCTION_310,
        exception: EXCEPTION_311,
        generator_frame: 80,
        generator_state: 75,
        generator_name: 32,
        generator_fields: &[(32, "__name__"), (40, "__qualname__")],
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
            arg_count: 52,
            keyword_only: 60,
            stack_size: 64,
            first_line: 68,
            variables: kinds(72),
            start: 192,
            ..CODE_311
        },
        function: FUNCTION_312,
        exception: EXCEPTION_311,
        generator_frame: 72,
        generator_state: 67,
        generator_name: 24,
        generator_fields: &[(24, "__name__"), (32, "__qualname__")],
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
            arg_count: 52,
            keyword_only: 60,
            stack_size: 64,
            first_line: 68,
            variables: kinds(72),
            start: 200,
            ..CODE_311
        },
        function: FUNCTION_312,
        exception: EXCEPTION_311,
        generator_frame: 72,
        generator_state: 67,
        generator_name: 24,
        generator_fields: &[(24, "__name__"), (32, "__qualname__")],
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
