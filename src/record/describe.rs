//! What an object is: its kind, value and name, read without running any of its code.

use super::program::Program;
use super::raw::header::{ObjPtr, frame_of};
use super::text::{self, ValueText};
use crate::trace::{Kind, VALUE_LIMIT};
use rustpython_vm::builtins::{
    PyAsyncGen, PyBaseException, PyBoundMethod, PyCode, PyCoroutine, PyDict, PyFrozenSet,
    PyFunction, PyGenerator, PyInt, PyList, PyModule, PySet, PyStr, PyTraceback, PyTuple, PyType,
    PyWeak,
};
use rustpython_vm::frame::FrameObject;
use rustpython_vm::{AsObject, Py, PyObject, VirtualMachine};

/// What an object is.
#[derive(Debug, Clone)]
pub(crate) struct Description {
    pub kind: Kind,
    pub type_name: String,
    pub value: Option<ValueText>,
    pub name: Option<String>,
    /// What it refers to is not the program's business: the standard library's own modules,
    /// classes and functions, code objects, namespaces.
    pub leaf: bool,
}

/// What there is to know of a generator, coroutine or asynchronous generator.
pub(crate) struct Suspendable {
    pub function: &'static str,
    pub state: &'static str,
    pub has_frame: bool,
}

/// The suspendable part of an object, if it is a generator or one of its kin.
pub(crate) fn suspendable(object: &PyObject) -> Option<Suspendable> {
    let generator = object.downcast_ref::<PyGenerator>().map(|g| g.as_coro());
    let coroutine = object.downcast_ref::<PyCoroutine>().map(|c| c.as_coro());
    let asynchronous = object.downcast_ref::<PyAsyncGen>().map(|g| g.as_coro());
    let coro = generator.or(coroutine).or(asynchronous)?;
    let frame = coro.frame_opt();
    // The collector may have emptied the frame.
    let emptied = frame.is_some_and(|frame| frame_of(frame.as_object()).is_none());
    let state = if coro.closed() || emptied {
        "finished"
    } else if coro.running() {
        "running"
    } else if coro.suspended() {
        "suspended"
    } else {
        "not started"
    };
    Some(Suspendable {
        function: coro.code().code.obj_name.as_str(),
        state,
        has_frame: coro.frame_opt().is_some(),
    })
}

/// The code object of a Python function.
pub(crate) fn function_code(function: &PyObject, vm: &VirtualMachine) -> Option<ObjPtr> {
    function.downcast_ref::<PyFunction>()?;
    let code = function.get_attr("__code__", vm).ok()?;
    Some(ObjPtr::of(&code))
}

/// Says what `object` is.
pub(crate) fn describe(pointer: ObjPtr, program: &mut Program, vm: &VirtualMachine) -> Description {
    let object = pointer.object();
    let class = object.class();
    let mut description = Description {
        kind: Kind::Other,
        type_name: class.name().to_owned(),
        value: None,
        name: None,
        leaf: false,
    };
    if let Some(value) = text::atom(object, VALUE_LIMIT, vm) {
        description.kind = Kind::Atom;
        description.value = Some(value);
        return description;
    }
    if let Some(class) = object.downcast_ref::<PyType>() {
        description.kind = Kind::Class;
        description.name = Some(class.name().to_owned());
        description.leaf = !program.is_own_class(class, vm);
        return description;
    }
    if let Some(module) = object.downcast_ref::<PyModule>() {
        description.kind = Kind::Module;
        let dict = module.dict();
        description.name = text_in(ObjPtr::of(dict.as_object()), "__name__");
        let dict = ObjPtr::of(dict.as_object());
        description.leaf =
            !program.is_own_namespace(dict.address()) && !is_made_by_hand(dict, program, vm);
        return description;
    }
    if object.downcast_ref::<PyFunction>().is_some() {
        description.kind = Kind::Function;
        let code = function_code(object, vm);
        let code = code.and_then(|code| code.object().downcast_ref::<PyCode>());
        description.name = code.map(|code| code.code.obj_name.as_str().to_owned());
        // What the library makes of a function of the program's holds it in its closure or attributes.
        let mut attributes = Vec::new();
        if let Some(dict) = pointer.instance_dict() {
            dict.extend_referents(&mut attributes);
        }
        let wraps =
            !attributes.is_empty() || code.is_some_and(|code| !code.code.freevars.is_empty());
        description.leaf = !wraps && code.is_none_or(|code| program.own_file(code).is_none());
        return description;
    }
    if let Some(code) = object.downcast_ref::<PyCode>() {
        description.name = Some(code.code.obj_name.as_str().to_owned());
        description.leaf = true;
        return description;
    }
    if let Some(it) = suspendable(object) {
        description.kind = Kind::Generator;
        description.name = Some(format!("{} ({})", it.function, it.state));
        return description;
    }
    if object.downcast_ref::<FrameObject>().is_some() {
        description.kind = Kind::Frame;
        let code = frame_of(object).map(|frame| frame.iframe().code());
        description.name = code.map(|code| code.code.obj_name.as_str().to_owned());
        return description;
    }
    if object.downcast_ref::<PyDict>().is_some() {
        description.kind = Kind::Mapping;
        if class.is(vm.ctx.types.dict_type) && is_namespace(pointer, program, vm) {
            description.kind = Kind::Namespace;
            description.name = text_in(pointer, "__name__");
            description.leaf = true;
        }
        return description;
    }
    description.kind = plain_kind(object, vm);
    description
}

/// The kinds that need no more than the type.
fn plain_kind(object: &PyObject, vm: &VirtualMachine) -> Kind {
    let class = object.class();
    if object.downcast_ref::<PyList>().is_some() || object.downcast_ref::<PyTuple>().is_some() {
        return Kind::Sequence;
    }
    if object.downcast_ref::<PySet>().is_some() || object.downcast_ref::<PyFrozenSet>().is_some() {
        return Kind::Set;
    }
    if object.downcast_ref::<PyBoundMethod>().is_some() {
        return Kind::Method;
    }
    if object.downcast_ref::<PyTraceback>().is_some() {
        return Kind::Traceback;
    }
    if object.downcast_ref::<PyBaseException>().is_some() {
        return Kind::Exception;
    }
    if object.downcast_ref::<PyWeak>().is_some() {
        return Kind::WeakRef;
    }
    if class.is(vm.ctx.types.cell_type) {
        return Kind::Cell;
    }
    if derives_from_deque(class) {
        return Kind::Sequence;
    }
    if class.slots().iternext.load().is_some() && class.heaptype_ext().is_none() {
        return Kind::Iterator;
    }
    if class.heaptype_ext().is_some() {
        return Kind::Instance;
    }
    Kind::Other
}

fn derives_from_deque(class: &Py<PyType>) -> bool {
    class
        .iter_base_chain()
        .any(|base| base.heaptype_ext().is_none() && &*base.name() == "deque")
}

/// A dict that is a module's namespace: it has the entries that the import system makes.
/// Keys are compared by their text, so no `__eq__` of the program's is asked.
fn is_namespace(pointer: ObjPtr, program: &Program, vm: &VirtualMachine) -> bool {
    if program.is_own_namespace(pointer.address()) || program.is_foreign_namespace(pointer) {
        return true;
    }
    let has = |key| value_in(pointer, key).is_some();
    has("__name__")
        && has("__spec__")
        && has("__loader__")
        && !is_made_by_hand(pointer, program, vm)
}

/// A module that was made by calling its type, as against one that was imported.
fn is_made_by_hand(dict: ObjPtr, program: &Program, vm: &VirtualMachine) -> bool {
    let is_none = |key| value_in(dict, key).is_some_and(|value| vm.is_none(value.object()));
    !program.is_foreign_namespace(dict) && is_none("__spec__") && is_none("__loader__")
}

/// What stands under the text `key` in the dict at `pointer`.
pub(crate) fn value_in(pointer: ObjPtr, key: &str) -> Option<ObjPtr> {
    let mut entries = Vec::new();
    pointer.extend_referents(&mut entries);
    let is_key = |entry: &ObjPtr| {
        let text = entry.object().downcast_ref::<PyStr>();
        text.is_some_and(|text| text.to_str() == Some(key))
    };
    let at = entries.iter().step_by(2).position(is_key)?;
    entries.get(2 * at + 1).copied()
}

/// The text under `key` of the dict at `pointer`, if it is one.
pub(crate) fn text_in(pointer: ObjPtr, key: &str) -> Option<String> {
    let value = value_in(pointer, key)?;
    let text = value.object().downcast_ref::<PyStr>()?;
    Some(text.to_string_lossy().into_owned())
}

/// Bytes of an object, header included, and of what it alone owns (a list's room, a dict's table),
/// as `sys.getsizeof` counts them; a `__sizeof__` of the program's is not asked.
pub(crate) fn native_size(object: &PyObject, vm: &VirtualMachine) -> Option<u32> {
    let native = object
        .class()
        .iter_base_chain()
        .find(|class| class.heaptype_ext().is_none())?;
    let method = native.get_attr(vm.ctx.intern_str("__sizeof__"))?;
    let size = method.call((object.to_owned(),), vm).ok()?;
    let size = u32::try_from(size.downcast_ref::<PyInt>()?.as_bigint()).ok()?;
    size.checked_add(size_of::<PyObject>() as u32)
}
