//! What a program sees of its own code: what was compiled, not the marks over it.
//!
//! The interpreter copies, compares, hashes and prints the very units that it runs. While it does so
//! for code that carries marks, the marks are off. The functions that do so stand in place of the
//! interpreter's own with recording off too, so that a program finds the same objects.

use super::RecordError;
use super::bytecode::with_inner;
use super::native_methods::{Native, own, replace_method};
use super::raw::header::ObjPtr;
use super::raw::heap::Inside;
use super::raw::marks::{self, Hidden};
use super::session;
use rustpython_vm::builtins::{PyCode, PyType};
use rustpython_vm::frame::FrameObject;
use rustpython_vm::function::{Either, FuncArgs, PyComparisonValue, PySetterValue};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::sync::OnceLock;

type Hash = fn(&PyObject, &VirtualMachine) -> PyResult<i64>;
type Compare = fn(
    &PyObject,
    &PyObject,
    PyComparisonOp,
    &VirtualMachine,
) -> PyResult<Either<PyObjectRef, PyComparisonValue>>;

static HASH: OnceLock<Hash> = OnceLock::new();
static COMPARE: OnceLock<Compare> = OnceLock::new();

/// Puts the functions in place. To be done once, before the program runs.
pub(crate) fn install(vm: &VirtualMachine) -> Result<(), RecordError> {
    let code = vm.ctx.types.code_type;
    for name in ["co_code", "_co_code_adaptive"] {
        replace_getter(code, name, vm)?;
    }
    for name in ["replace", "__replace__", "co_branches"] {
        let unmarked = |original: &Native, vm: &VirtualMachine, args: FuncArgs, callee| {
            // A count more could be seen by what is called: the code is only looked at.
            let code = args.args.first().map(|code| ObjPtr::of(code));
            let code = code.and_then(|code| code.object().downcast_ref::<PyCode>());
            let _unmarked = unmark(code);
            original(vm, args, callee)
        };
        replace_method(code, name, unmarked, vm)?;
    }
    replace_line_setter(vm)?;
    replace_marshal(vm).map_err(|_| RecordError::Code("marshal"))?;
    let slots = code.slots();
    if let (Some(hash), Some(compare)) = (slots.hash.load(), slots.richcompare.load()) {
        if HASH.set(hash).is_ok() && COMPARE.set(compare).is_ok() {
            slots.hash.store(Some(hash_of));
            slots.richcompare.store(Some(compared));
        }
        Ok(())
    } else {
        Err(RecordError::Code("hash"))
    }
}

/// Marks that are off for as long as this lives.
struct Unmarked<'c>(Vec<Hidden<'c>>);

/// Takes the marks off code objects and those that stand in them.
fn unmark<'c>(codes: impl IntoIterator<Item = &'c Py<PyCode>>) -> Unmarked<'c> {
    let _inside = Inside::enter();
    let mut hidden = Vec::new();
    for code in codes {
        for code in with_inner(code) {
            if let Some(marked) = session::marked(code) {
                hidden.push(marks::hide(code, &marked));
            }
        }
    }
    Unmarked(hidden)
}

impl Drop for Unmarked<'_> {
    fn drop(&mut self) {
        let _inside = Inside::enter();
        // In reverse, as a code object may stand in another and be named itself as well.
        while self.0.pop().is_some() {}
    }
}

fn replace_getter(
    class: &'static Py<PyType>,
    name: &'static str,
    vm: &VirtualMachine,
) -> Result<(), RecordError> {
    let original = own(class, name, vm)?;
    let get = move |code: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let _unmarked = unmark(code.downcast_ref::<PyCode>());
        vm.call_get_descriptor_specific(&original, Some(&code), None)
            .unwrap_or_else(|| Err(vm.new_attribute_error(name)))
    };
    let getter = vm.ctx.new_readonly_getset(name, class, get);
    class.set_str_attr(name, getter, &vm.ctx);
    Ok(())
}

/// Setting the line of a frame looks through its code for places to jump to.
fn replace_line_setter(vm: &VirtualMachine) -> Result<(), RecordError> {
    const NAME: &str = "f_lineno";
    let class = vm.ctx.types.frame_type;
    let original = own(class, NAME, vm)?;
    let Some(set) = original.class().slots().descr_set.load() else {
        return Err(RecordError::Code(NAME));
    };
    let getter = original.clone();
    let get = move |frame: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        vm.call_get_descriptor_specific(&getter, Some(&frame), None)
            .unwrap_or_else(|| Err(vm.new_attribute_error(NAME)))
    };
    let set = move |frame: PyObjectRef, line: PySetterValue, vm: &VirtualMachine| -> PyResult<()> {
        let view = frame.downcast_ref::<FrameObject>();
        let _unmarked = unmark(view.map(|frame| frame.iframe().code()));
        set(&original, frame.clone(), line, vm)
    };
    let descriptor = vm.ctx.new_static_getset(NAME, class, get, set);
    class.set_str_attr(NAME, descriptor, &vm.ctx);
    Ok(())
}

fn hash_of(code: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    let _unmarked = unmark(code.downcast_ref::<PyCode>());
    match HASH.get() {
        Some(hash) => hash(code, vm),
        None => Err(vm.new_type_error("unhashable type: 'code'")),
    }
}

fn compared(
    one: &PyObject,
    other: &PyObject,
    how: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
    let both = [one, other].map(|code| code.downcast_ref::<PyCode>());
    let _unmarked = unmark(both.into_iter().flatten());
    match COMPARE.get() {
        Some(compare) => compare(one, other, how, vm),
        None => Ok(Either::B(PyComparisonValue::NotImplemented)),
    }
}

/// `marshal` writes code, also code that stands in a container.
fn replace_marshal(vm: &VirtualMachine) -> PyResult<()> {
    let module = vm.import("marshal", 0)?;
    for name in ["dump", "dumps"] {
        let original = module.get_attr(name, vm)?;
        let function = vm.new_function(
            name,
            move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
                let codes = args.args.first().map(|value| codes_within(value, vm));
                let _unmarked = unmark(codes.into_iter().flatten());
                original.call(args.clone(), vm)
            },
        );
        module.set_attr(name, function, vm)?;
    }
    Ok(())
}

/// The code objects in a value that `marshal` can write.
fn codes_within<'v>(value: &'v PyObject, vm: &VirtualMachine) -> Vec<&'v Py<PyCode>> {
    let _inside = Inside::enter();
    let types = &vm.ctx.types;
    let containers = [
        types.tuple_type,
        types.list_type,
        types.dict_type,
        types.set_type,
        types.frozenset_type,
    ];
    let mut found = Vec::new();
    let mut open = vec![ObjPtr::of(value)];
    let mut seen = std::collections::HashSet::new();
    while let Some(pointer) = open.pop() {
        if !seen.insert(pointer.address()) {
            continue;
        }
        let object: &'v PyObject = pointer.object();
        if let Some(code) = object.downcast_ref::<PyCode>() {
            found.push(code);
        } else if containers.iter().any(|class| object.class().is(*class)) {
            pointer.extend_referents(&mut open);
        }
    }
    found
}
