//! References of native objects that the interpreter's walk of an object leaves out, and that are
//! found in the object's own data.

use super::{Field, RawReference};
use crate::record::raw::header::ObjPtr;
use crate::record::raw::payload::{Data, has_data};
use crate::record::raw::tables::has_walk;
use crate::trace::{Kind, Label, Symbols};
use rustpython_vm::{AsObject, PyObject, VirtualMachine};

/// Whether an object may refer to more than the interpreter's walk of it shows. The walk of what
/// most objects are (lists, tuples, dicts, functions, classes, ...) is known to be whole; an
/// instance of a class that is made of nothing native has no data of its own.
pub(crate) fn may_hide(object: &PyObject, kind: Kind, vm: &VirtualMachine) -> bool {
    let types = &vm.ctx.types;
    match kind {
        Kind::Instance | Kind::Iterator | Kind::Exception => has_data(object),
        Kind::Other => {
            let class = object.class();
            let whole = [
                types.slice_type,
                types.builtin_function_or_method_type,
                types.builtin_method_type,
                types.code_type,
                types.getset_type,
            ];
            has_data(object) && !whole.iter().any(|one| class.is(*one))
        }
        Kind::Sequence => {
            let class = object.class();
            !class.fast_issubclass(types.list_type) && !class.fast_issubclass(types.tuple_type)
        }
        Kind::Mapping => !object.class().is(types.dict_type),
        _ => false,
    }
}

/// An object's data, looked through for references.
pub(crate) fn data_of(pointer: ObjPtr) -> Data {
    // Where the walk shows something it shows what stands in lists.
    Data::of(pointer, !has_walk(pointer.object()))
}

/// Adds what an object's data refers to and its walk, `walked`, does not show. What never dies is
/// not counted, and needs no owner.
pub(super) fn add_hidden(
    pointer: ObjPtr,
    kind: Kind,
    walked: &[ObjPtr],
    fields: &[Field],
    symbols: &mut Symbols,
    out: &mut Vec<RawReference>,
) {
    let mut walked = walked.to_vec();
    let mut hidden = data_of(pointer).found;
    hidden.retain(|found| match walked.iter().position(|to| *to == found.to) {
        Some(at) => {
            walked.swap_remove(at);
            false
        }
        None => found.to.refcount().is_some(),
    });
    let holder = pointer.object().class().name().to_owned();
    let alone = hidden.len() == 1;
    let mut in_list = 0;
    for found in hidden {
        let target = found.to.object().class().name();
        let field = fields
            .iter()
            .find(|field| Some(field.offset) == found.offset);
        let name = match field {
            Some(field) => Some(field.name.as_str()),
            None => name_of(&holder, &target, found.offset.is_some()),
        };
        let name = name.or_else(|| (alone && kind == Kind::Iterator).then_some("iterable"));
        let label = match name {
            Some(name) if found.offset.is_none() => {
                in_list += 1;
                Label::Named(symbols.intern(&format!("{name} {}", in_list - 1)))
            }
            Some(name) => Label::Named(symbols.intern(name)),
            None => Label::Referent(out.len() as u32),
        };
        out.push(RawReference {
            label,
            to: found.to,
            weak: false,
        });
    }
}

/// What a native object calls what it refers to. `inline`: its data holds it itself, not a list.
fn name_of(holder: &str, target: &str, inline: bool) -> Option<&'static str> {
    let name = match (holder, target) {
        ("itemgetter", _) => "item",
        ("attrgetter", _) => "attr",
        ("methodcaller", _) => {
            if inline {
                "name"
            } else {
                "argument"
            }
        }
        ("Pattern", "dict") => "groupindex",
        ("Pattern", _) => {
            if inline {
                "pattern"
            } else {
                "group"
            }
        }
        ("Match" | "SRE_Scanner", "Pattern") => "pattern",
        ("Match" | "SRE_Scanner", _) => "string",
        ("Token", "Context") => "context",
        ("Token", "ContextVar") => "var",
        ("Token", _) => "old_value",
        ("Context", "hamt") => "values",
        ("SimpleQueue", _) => "item",
        ("BufferedReader" | "BufferedWriter" | "BufferedRandom", _) => "raw",
        ("memoryview", _) => "obj",
        ("set_iterator", _) => "set",
        _ if holder.starts_with("dict_") || holder.starts_with("odict_") => "dict",
        _ => return None,
    };
    Some(name)
}
