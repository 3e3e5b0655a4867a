//! What an object is, read from its memory.

use crate::dicts::Entries;
use crate::frames;
use crate::generators::{self, State};
use crate::numpy;
use crate::offsets::{class, flags, object};
use crate::pandas;
use crate::program::Program;
use crate::python::{
    Addr, Python, bases, before_object, flags_of, full_type_name, type_name, type_of, word,
};
use crate::values::{atom, string};
use crate::wire::Value;

/// What kind of thing an object is; the numbers stand in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Atom,
    Sequence,
    Mapping,
    Set,
    Instance,
    Class,
    Function,
    Method,
    Cell,
    Generator,
    Frame,
    Exception,
    Traceback,
    Module,
    Namespace,
    WeakRef,
    Iterator,
    Other,
}

pub struct Description {
    pub kind: Kind,
    pub type_name: String,
    pub value: Option<Value>,
    pub name: Option<String>,
    /// What it refers to is not the program's business.
    pub leaf: bool,
}

/// # Safety
/// There must be a living object, and the interpreter's lock be held.
pub unsafe fn describe(at: Addr, python: &Python, program: &mut Program) -> Description {
    // SAFETY: what is read follows from the type.
    unsafe {
        let class = type_of(at);
        let flags = flags_of(class);
        let types = &python.types;
        let mut found = Description {
            kind: Kind::Other,
            type_name: type_name(class),
            value: None,
            name: None,
            leaf: false,
        };
        if let Some(value) = atom(at, python) {
            found.kind = Kind::Atom;
            found.value = Some(value);
        } else if flags & flags::TYPE != 0 {
            found.kind = Kind::Class;
            found.name = Some(type_name(at));
            found.leaf = !program.is_own_class(at, python);
        } else if class == types.function {
            found.kind = Kind::Function;
            let layout = python.layout.function;
            let code = word(at + layout.code);
            found.name = string(word(code + python.layout.code.name), python);
            let has_more = word(at + layout.closure) != 0 || word(at + layout.dict) != 0;
            found.leaf = !has_more && program.own_file(code, python).is_none();
        } else if class == types.code {
            found.name = string(word(at + python.layout.code.name), python);
            found.leaf = true;
        } else if [types.generator, types.coroutine, types.async_generator].contains(&class) {
            found.kind = Kind::Generator;
            let name = string(word(at + python.layout.generator_name), python);
            let state = match generators::state_of(at, python) {
                State::Running => "running",
                State::Finished => "finished",
                State::Suspended => "suspended",
                State::NotStarted => "not started",
            };
            found.name = name.map(|name| format!("{name} ({state})"));
        } else if class == types.frame {
            found.kind = Kind::Frame;
            let frame = frames::of_object(at, python);
            if frame != 0 {
                let code = word(frame + python.layout.frame.code);
                found.name = string(word(code + python.layout.code.name), python);
            }
        } else if flags & flags::DICT != 0 {
            found.kind = Kind::Mapping;
            if class == types.dict && is_namespace(at, python) {
                found.kind = Kind::Namespace;
                found.name = text_in(at, "__name__", python);
                // Those of a body that runs stand in its call.
                let name = found.name.as_deref().unwrap_or("");
                found.leaf = !program.is_own_module(name);
            }
        } else if bases(class).any(|base| base == types.module) {
            found.kind = Kind::Module;
            found.name = text_in(word(at + 16), "__name__", python);
            let name = found.name.as_deref().unwrap_or("");
            found.leaf = !program.is_own_module(name);
        } else if numpy::is_array(at) {
            found.value = Some(numpy::facts(at, python));
        } else if pandas::is_table(at, python) {
            found.value = Some(pandas::facts(at, python));
        } else {
            found.kind = plain(class, flags, python);
        }
        found
    }
}

/// The kinds that need no more than the type.
unsafe fn plain(class: Addr, flags: u64, python: &Python) -> Kind {
    let types = &python.types;
    let is = |native: Addr| bases(class).any(|base| base == native);
    if flags & (flags::LIST | flags::TUPLE) != 0 {
        return Kind::Sequence;
    }
    if flags & flags::EXCEPTION != 0 {
        return Kind::Exception;
    }
    if is(types.set) || is(types.frozenset) {
        return Kind::Set;
    }
    if class == types.method {
        return Kind::Method;
    }
    if class == types.cell {
        return Kind::Cell;
    }
    if class == types.traceback {
        return Kind::Traceback;
    }
    if is(types.weakref) {
        return Kind::WeakRef;
    }
    // SAFETY: a class and its bases are types.
    unsafe {
        let is_python = flags & flags::HEAP_TYPE != 0
            && has_entry(class, "__module__", python)
            && match python.layout.minor {
                // Types of C have the module's name in theirs.
                ..11 => !full_type_name(class).contains('.'),
                _ => flags & flags::MANAGED_DICT != 0 || has_entry(class, "__slots__", python),
            };
        if bases(class).any(|base| type_name(base) == "deque") {
            return Kind::Sequence;
        }
        if word(class + class::ITER_NEXT) != 0 && !is_python {
            return Kind::Iterator;
        }
        match is_python {
            true => Kind::Instance,
            false => Kind::Other,
        }
    }
}

unsafe fn has_entry(class: Addr, name: &str, python: &Python) -> bool {
    // SAFETY: it is a type; a static one may have no dict of its own.
    unsafe {
        let dict = word(class + class::DICT);
        Entries::of(dict, python).any(|(key, _)| string(key, python).as_deref() == Some(name))
    }
}

/// A dict that is a module's namespace: it has the entries that the import system makes.
unsafe fn is_namespace(dict: Addr, python: &Python) -> bool {
    let mut found = 0;
    // SAFETY: it is a dict.
    for (key, _) in unsafe { Entries::of(dict, python) }.take(8) {
        // SAFETY: keys are objects.
        let name = unsafe { string(key, python) };
        if let Some("__name__" | "__spec__" | "__loader__") = name.as_deref() {
            found += 1;
        }
    }
    found == 3
}

/// The text under a key of a dict.
///
/// # Safety
/// There must be a living dict, or 0.
pub unsafe fn text_in(dict: Addr, name: &str, python: &Python) -> Option<String> {
    // SAFETY: the caller's; keys and values are objects.
    unsafe {
        let mut entries = Entries::of(dict, python);
        let found = entries.find(|(key, _)| string(*key, python).as_deref() == Some(name))?;
        string(found.1, python)
    }
}

/// Bytes of an object, with what stands before it and what it alone owns.
///
/// # Safety
/// There must be a living object.
pub unsafe fn size(at: Addr, kind: Kind, python: &Python) -> Option<u64> {
    // SAFETY: what is read follows from the type.
    unsafe {
        let class = type_of(at);
        let flags = flags_of(class);
        let before = before_object(class, python.layout.minor);
        let basic = word(class + class::BASIC_SIZE);
        let item = word(class + class::ITEM_SIZE);
        let size = if class == python.types.list {
            basic + 8 * word(at + 32)
        } else if flags & flags::DICT != 0 {
            (python.call.dict_size)(at).max(0) as usize
        } else if kind == Kind::Set {
            let (mask, table) = (word(at + 32), word(at + 40));
            basic + if table == at + 64 { 0 } else { 16 * (mask + 1) }
        } else if flags & flags::STR != 0 || class == python.types.bytearray {
            return None;
        } else if flags & flags::LONG != 0 {
            let size = word(at + object::SIZE);
            let digits = match python.layout.minor {
                ..12 => (size as isize).unsigned_abs(),
                _ => size >> 3,
            };
            object::ITEMS + 4 * digits.max(1)
        } else if item != 0 && flags & (flags::TUPLE | flags::BYTES) != 0 {
            basic + item * word(at + object::SIZE)
        } else if item != 0 {
            return None;
        } else {
            basic
        };
        Some((size + before) as u64)
    }
}
