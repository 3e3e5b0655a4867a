//! The functions that the program has registered to be called when the interpreter goes (`atexit`).

use super::describe::function_code;
use super::label::ask;
use super::raw::header::ObjPtr;
use super::recorder::Recorder;
use crate::trace::ExitFunction;
use rustpython_vm::builtins::{PyBoundMethod, PyCode, PyStr};
use rustpython_vm::{PyObject, VirtualMachine};

/// What is registered, in the order of the calls, and the addresses of the code of each; 0 where it
/// has none of Python's.
pub(super) fn exit_functions(
    recorder: &mut Recorder,
    vm: &VirtualMachine,
) -> (Vec<ExitFunction>, Vec<usize>) {
    let addresses = recorder.living_addresses();
    let registered = vm.state.atexit_funcs.lock();
    let described = registered.iter().map(|entry| {
        let function: &PyObject = &entry.0;
        // A bound method runs its function's code.
        let bound = function.downcast_ref::<PyBoundMethod>();
        let bound = bound.and_then(|_| ask(function, "__func__", vm));
        let address = function_code(bound.as_deref().unwrap_or(function), vm);
        let code = address.and_then(|code| code.object().downcast_ref::<PyCode>());
        let own = code.and_then(|code| recorder.program.own_file(code));
        let line = code.and_then(|code| code.code.first_line_number);
        let name = match code {
            Some(code) => code.code.qualname.as_str().to_owned(),
            None => native_name(function, vm),
        };
        let known = ExitFunction {
            name,
            own,
            line: own.and(line).map(|line| line.get() as u32),
            object: addresses.get(&ObjPtr::of(function).address()).copied(),
        };
        (known, address.map_or(0, ObjPtr::address))
    });
    described.unzip()
}

/// The name of what is no Python function: its own where its type gives it one, else its type's.
fn native_name(function: &PyObject, vm: &VirtualMachine) -> String {
    let name = ask(function, "__name__", vm);
    let name = name.as_ref().and_then(|name| name.downcast_ref::<PyStr>());
    name.map_or_else(
        || function.class().name().to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}
