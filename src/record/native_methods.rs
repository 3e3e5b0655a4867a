//! Putting a function of memviz's before one of the interpreter's own, with the same name, signature and
//! documentation.

use super::RecordError;
use rustpython_vm::builtins::descriptor::PyMethodDescriptor;
use rustpython_vm::builtins::{PyModule, PyType};
use rustpython_vm::function::{Callee, FuncArgs, PyMethodDef};
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

/// What a native function of the interpreter's is called as.
pub(super) type Native = dyn Fn(&VirtualMachine, FuncArgs, Callee) -> PyResult + Send + Sync;

/// A class's own attribute.
pub(super) fn own(
    class: &Py<PyType>,
    name: &'static str,
    vm: &VirtualMachine,
) -> Result<PyObjectRef, RecordError> {
    let attribute = class.attributes().get(vm.ctx.intern_str(name));
    attribute.ok_or(RecordError::Code(name))
}

/// Replaces a method of a class; `around` is given the interpreter's own with each call.
pub(super) fn replace_method<F>(
    class: &'static Py<PyType>,
    name: &'static str,
    around: F,
    vm: &VirtualMachine,
) -> Result<(), RecordError>
where
    F: Fn(&Native, &VirtualMachine, FuncArgs, Callee) -> PyResult + Send + Sync + 'static,
{
    let original = own(class, name, vm)?;
    let Some(original) = original.downcast_ref::<PyMethodDescriptor>() else {
        return Err(RecordError::Code(name));
    };
    let definition = surrounded(original.method, around);
    class.set_str_attr(name, definition.to_proper_method(class, &vm.ctx), &vm.ctx);
    Ok(())
}

/// Replaces a function of a native module.
pub(super) fn replace_function<F>(
    module: &Py<PyModule>,
    name: &'static str,
    around: F,
    vm: &VirtualMachine,
) -> Result<(), RecordError>
where
    F: Fn(&Native, &VirtualMachine, FuncArgs, Callee) -> PyResult + Send + Sync + 'static,
{
    let missing = RecordError::Code(name);
    let mut methods = module.def.iter().flat_map(|of| of.methods);
    let original = methods.find(|method| method.name == name);
    let (Some(original), Some(module_name)) = (original, module.name) else {
        return Err(missing);
    };
    let function = surrounded(original, around)
        .to_function()
        .with_module(module_name)
        .with_module_object(module.to_owned().into())
        .into_ref(&vm.ctx);
    let dict = module.dict();
    dict.set_item(name, function.into(), vm)
        .map_err(|_| missing)
}

fn surrounded<F>(original: &'static PyMethodDef, around: F) -> &'static PyMethodDef
where
    F: Fn(&Native, &VirtualMachine, FuncArgs, Callee) -> PyResult + Send + Sync + 'static,
{
    let function = original.func;
    let inner = move |vm: &VirtualMachine, args: FuncArgs, callee: Callee| -> PyResult {
        function(vm, args, callee)
    };
    let outer = move |vm: &VirtualMachine, args: FuncArgs, callee: Callee| -> PyResult {
        around(&inner, vm, args, callee)
    };
    // As the interpreter's own definitions they are there for good.
    Box::leak(Box::new(PyMethodDef {
        func: Box::leak(Box::new(outer)),
        ..original.clone()
    }))
}
