//! The interpreter's own functions and types, found by name in the process: the agent is linked to no
//! particular Python.

use crate::offsets::{self, Layout, class, flags, object};
use std::ffi::{CStr, c_char, c_int, c_long, c_void};

pub type Addr = usize;
pub type Visit = unsafe extern "C" fn(Addr, *mut c_void) -> c_int;
pub type Traverse = unsafe extern "C" fn(Addr, Visit, *mut c_void) -> c_int;
pub type Dealloc = unsafe extern "C" fn(Addr);
pub type AuditHook = unsafe extern "C" fn(*const c_char, Addr, *mut c_void) -> c_int;
pub type FastCall = unsafe extern "C" fn(Addr, *const Addr, isize) -> Addr;
pub type TraceFunction = unsafe extern "C" fn(Addr, Addr, c_int, Addr) -> c_int;
pub type Tracer = unsafe extern "C" fn(Addr, c_int, *mut c_void) -> c_int;

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// The address of what has a name in this process; 0 where nothing has.
pub fn find(name: &CStr) -> Addr {
    // SAFETY: looks a name up in all that is loaded.
    unsafe { dlsym(std::ptr::null_mut(), name.as_ptr()) as Addr }
}

/// The same, behind this library in the order of search.
pub fn find_next(name: &CStr) -> Addr {
    const NEXT: isize = -1;
    // SAFETY: as above.
    unsafe { dlsym(NEXT as *mut c_void, name.as_ptr()) as Addr }
}

/// An allocator of the interpreter's, as `PyMem_GetAllocator` fills it in.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Allocator {
    pub context: *mut c_void,
    pub malloc: unsafe extern "C" fn(*mut c_void, usize) -> Addr,
    pub calloc: unsafe extern "C" fn(*mut c_void, usize, usize) -> Addr,
    pub realloc: unsafe extern "C" fn(*mut c_void, Addr, usize) -> Addr,
    pub free: unsafe extern "C" fn(*mut c_void, Addr),
}

macro_rules! functions {
    ($($name:ident: $type:ty = $($symbol:literal)|+;)*) => {
        /// Functions that every version has, under one of these names.
        #[derive(Clone, Copy)]
        pub struct Functions { $(pub $name: $type,)* }

        impl Functions {
            /// All of them; or the name of one that is not there.
            pub fn find() -> Result<Functions, &'static str> {
                Ok(Functions {
                    $($name: {
                        let address = [$(find($symbol)),+].into_iter().find(|at| *at != 0);
                        let Some(address) = address else {
                            return Err(stringify!($name));
                        };
                        // SAFETY: the function of this name has this signature in all versions
                        // that `layout` knows.
                        unsafe { std::mem::transmute::<Addr, $type>(address) }
                    },)*
                })
            }
        }
    };
}

functions! {
    get_allocator: unsafe extern "C" fn(c_int, *mut Allocator) = c"PyMem_GetAllocator";
    set_allocator: unsafe extern "C" fn(c_int, *mut Allocator) = c"PyMem_SetAllocator";
    line_at: unsafe extern "C" fn(Addr, c_int) -> c_int = c"PyCode_Addr2Line";
    dict_next: unsafe extern "C" fn(Addr, *mut isize, *mut Addr, *mut Addr) -> c_int = c"PyDict_Next";
    dict_size: unsafe extern "C" fn(Addr) -> isize = c"_PyDict_SizeOf";
    get_attr: unsafe extern "C" fn(Addr, *const c_char) -> Addr = c"PyObject_GetAttrString";
    new_object: unsafe extern "C" fn(Addr) -> Addr = c"_PyObject_GC_New";
    vector_call: unsafe extern "C" fn(Addr, *const Addr, usize, Addr) -> Addr =
        c"PyObject_Vectorcall" | c"PyObject_VectorcallDict" | c"_PyObject_FastCallDict";
    tuple: unsafe extern "C" fn(isize) -> Addr = c"PyTuple_New";
    long: unsafe extern "C" fn(c_long) -> Addr = c"PyLong_FromLong";
    as_long: unsafe extern "C" fn(Addr) -> c_long = c"PyLong_AsLong";
    str: unsafe extern "C" fn(*const c_char) -> Addr = c"PyUnicode_FromString";
    builtins: unsafe extern "C" fn() -> Addr = c"PyEval_GetBuiltins";
    sys_get: unsafe extern "C" fn(*const c_char) -> Addr = c"PySys_GetObject";
    decref: unsafe extern "C" fn(Addr) = c"Py_DecRef";
    append: unsafe extern "C" fn(Addr, Addr) -> c_int = c"PyList_Append";
    dict_get: unsafe extern "C" fn(Addr, *const c_char) -> Addr = c"PyDict_GetItemString";
    incref: unsafe extern "C" fn(Addr) = c"Py_IncRef";
    unraisable: unsafe extern "C" fn(Addr) = c"PyErr_WriteUnraisable";
    clear_error: unsafe extern "C" fn() = c"PyErr_Clear";
    new_function: unsafe extern "C" fn(*const MethodDef, Addr, Addr) -> Addr = c"PyCFunction_NewEx";
    gc_untrack: unsafe extern "C" fn(Addr) = c"PyObject_GC_UnTrack";
    set_trace: unsafe extern "C" fn(Option<TraceFunction>, Addr) = c"PyEval_SetTrace";
    interpreter: unsafe extern "C" fn() -> Addr = c"PyInterpreterState_Get" | c"_PyInterpreterState_Get";
    thread_head: unsafe extern "C" fn(Addr) -> Addr = c"PyInterpreterState_ThreadHead";
    thread_next: unsafe extern "C" fn(Addr) -> Addr = c"PyThreadState_Next";
}

/// `METH_FASTCALL`.
pub const FAST_CALL: c_int = 0x80;

/// A function in C that Python calls.
#[repr(C)]
pub struct MethodDef {
    pub name: *const c_char,
    pub function: FastCall,
    pub flags: c_int,
    pub doc: *const c_char,
}

macro_rules! types {
    ($($name:ident = $symbol:literal;)*) => {
        /// Types of the interpreter's.
        #[derive(Clone, Copy)]
        pub struct Types { $(pub $name: Addr,)* }

        impl Types {
            pub fn find() -> Result<Types, &'static str> {
                Ok(Types {
                    $($name: match find($symbol) {
                        0 => return Err(stringify!($name)),
                        address => address,
                    },)*
                })
            }
        }
    };
}

types! {
    bool_ = c"PyBool_Type";
    float = c"PyFloat_Type";
    complex = c"PyComplex_Type";
    bytearray = c"PyByteArray_Type";
    range = c"PyRange_Type";
    none = c"_Py_NoneStruct";
    ellipsis = c"_Py_EllipsisObject";
    not_implemented = c"_Py_NotImplementedStruct";
    true_ = c"_Py_TrueStruct";
    list = c"PyList_Type";
    tuple = c"PyTuple_Type";
    dict = c"PyDict_Type";
    ordered_dict = c"PyODict_Type";
    set = c"PySet_Type";
    frozenset = c"PyFrozenSet_Type";
    function = c"PyFunction_Type";
    native_function = c"PyCFunction_Type";
    method = c"PyMethod_Type";
    cell = c"PyCell_Type";
    generator = c"PyGen_Type";
    coroutine = c"PyCoro_Type";
    async_generator = c"PyAsyncGen_Type";
    frame = c"PyFrame_Type";
    traceback = c"PyTraceBack_Type";
    module = c"PyModule_Type";
    code = c"PyCode_Type";
    weakref = c"_PyWeakref_RefType";
    slice = c"PySlice_Type";
    context = c"PyContext_Type";
}

/// The interpreter of this process.
#[derive(Clone, Copy)]
pub struct Python {
    pub layout: Layout,
    pub call: Functions,
    pub types: Types,
    /// What dicts whose keys are not all texts are looked through by (before 3.11), once it is known.
    pub general_lookup: Addr,
    /// The running thread's state.
    pub thread_state: unsafe extern "C" fn() -> Addr,
}

impl Python {
    pub fn find(layout: Layout) -> Result<Python, &'static str> {
        let thread_state = match layout.minor {
            ..13 => find(c"_PyThreadState_UncheckedGet"),
            _ => find(c"PyThreadState_GetUnchecked"),
        };
        if thread_state == 0 {
            return Err("thread_state");
        }
        Ok(Python {
            layout,
            call: Functions::find()?,
            types: Types::find()?,
            general_lookup: 0,
            // SAFETY: both functions take nothing and return a pointer.
            thread_state: unsafe {
                std::mem::transmute::<Addr, unsafe extern "C" fn() -> Addr>(thread_state)
            },
        })
    }
}

/// A word of the process's memory.
///
/// # Safety
/// There must be one.
pub unsafe fn word(at: Addr) -> usize {
    // SAFETY: the caller's.
    unsafe { *(at as *const usize) }
}

/// # Safety
/// As for [`word`].
pub unsafe fn half(at: Addr) -> u32 {
    // SAFETY: the caller's.
    unsafe { *(at as *const u32) }
}

/// # Safety
/// As for [`word`].
pub unsafe fn byte(at: Addr) -> u8 {
    // SAFETY: the caller's.
    unsafe { *(at as *const u8) }
}

/// A living object's type.
///
/// # Safety
/// There must be an object.
pub unsafe fn type_of(of: Addr) -> Addr {
    // SAFETY: every object has one there.
    unsafe { word(of + object::TYPE) }
}

/// # Safety
/// `of` must be a type.
pub unsafe fn flags_of(of: Addr) -> u64 {
    // SAFETY: every type has them there.
    unsafe { word(of + class::FLAGS) as u64 }
}

/// A type's name, as it writes it itself, without its module.
///
/// # Safety
/// `of` must be a type.
pub unsafe fn type_name(of: Addr) -> String {
    // SAFETY: the caller's.
    let name = unsafe { full_type_name(of) };
    // Types of C keep their module in it as well; those of Python cannot have a dot.
    name.rsplit('.').next().unwrap_or(&name).to_owned()
}

/// A type's name with its module, where the type has that as well.
///
/// # Safety
/// `of` must be a type.
pub unsafe fn full_type_name(of: Addr) -> String {
    // SAFETY: every type has a C string there.
    let name = unsafe { CStr::from_ptr(word(of + class::NAME) as *const c_char) };
    name.to_string_lossy().into_owned()
}

/// The types that a type derives from, itself first, by `tp_base`.
pub fn bases(of: Addr) -> impl Iterator<Item = Addr> {
    std::iter::successors(Some(of), |class| {
        // SAFETY: a type's base is a type or null.
        let base = unsafe { word(class + offsets::class::BASE) };
        (base != 0).then_some(base)
    })
}

/// Bytes of a block in front of the object of a type.
///
/// # Safety
/// `class` must be a type.
pub unsafe fn before_object(class: Addr, minor: u32) -> usize {
    // SAFETY: it is a type.
    let flags = unsafe { flags_of(class) };
    let collector = if flags & flags::HAVE_GC != 0 { 16 } else { 0 };
    let managed = match minor {
        ..11 => false,
        11 => flags & flags::MANAGED_DICT != 0,
        _ => flags & (flags::MANAGED_DICT | flags::MANAGED_WEAKREF) != 0,
    };
    collector + if managed { 16 } else { 0 }
}

/// An object's count; `None` where it is immortal.
///
/// # Safety
/// There must be an object, or what is left of one in a free list.
pub unsafe fn count_of(of: Addr, minor: u32) -> Option<u64> {
    if minor >= 12 {
        // SAFETY: the count stands first.
        let count = unsafe { half(of) };
        return (count < 0x8000_0000).then_some(u64::from(count));
    }
    // SAFETY: as above.
    let count = unsafe { word(of) } as u64;
    (count < 1 << 29).then_some(count)
}
