//! What the program reads from standard input as text: what reading gives back is copied.
//!
//! The functions stand in place of the interpreter's own with recording off too, so that a program finds
//! the same objects. What goes past `sys.__stdin__` (its bytes, the descriptor, a stream that the program
//! has made itself) is not told.

use super::RecordError;
use super::native_methods::{replace_function, replace_method};
use super::raw::output;
use rustpython_vm::builtins::{PyStr, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, VirtualMachine};
use std::cell::Cell;
use std::io::IsTerminal;

thread_local! {
    /// How often something was copied here.
    static COPIED: Cell<u64> = const { Cell::new(0) };
}

/// Puts the functions in place. To be done once, before the program runs.
pub(crate) fn install(vm: &VirtualMachine) -> Result<(), RecordError> {
    // A program may be started without standard input; then there is `None`.
    let Some(standard) = stream("__stdin__", vm).filter(|stream| !vm.is_none(stream)) else {
        return Ok(());
    };
    // The interpreter's native classes are there for good.
    let class: &'static PyTypeRef = Box::leak(Box::new(standard.class().to_owned()));
    for name in ["read", "readline"] {
        replace_method(
            class,
            name,
            |original, vm, args, callee| {
                let is_standard = args.args.first().is_some_and(|one| is_standard(one, vm));
                let read = original(vm, args, callee)?;
                if is_standard {
                    copy(&read, "");
                }
                Ok(read)
            },
            vm,
        )?;
    }
    replace_function(
        &vm.builtins,
        "input",
        |original, vm, args, callee| {
            let (before, written) = (COPIED.get(), output::waiting());
            let terminal = is_at_terminal(vm);
            let prompt = terminal.then(|| prompt(&args)).flatten();
            let read = original(vm, args, callee);
            // There a line is read past the stream, and comes without its end; what its editor has written
            // steers the terminal.
            if terminal && COPIED.get() == before {
                if let Some(prompt) = prompt {
                    output::replace_since(written, prompt);
                }
                if let Ok(read) = &read {
                    copy(read, "\n");
                }
            }
            read
        },
        vm,
    )
}

/// Whether `input` reads from a terminal, and writes there.
fn is_at_terminal(vm: &VirtualMachine) -> bool {
    let is_own = |name, standard| match (stream(name, vm), stream(standard, vm)) {
        (Some(one), Some(other)) => one.is(&other),
        _ => false,
    };
    is_own("stdin", "__stdin__")
        && is_own("stdout", "__stdout__")
        && std::io::stdin().is_terminal()
        && std::io::stdout().is_terminal()
}

/// What `input` was given to print first, where that is text.
fn prompt(args: &FuncArgs) -> Option<String> {
    match args.args.first() {
        Some(prompt) => {
            let prompt = prompt.downcast_ref::<PyStr>()?;
            Some(prompt.as_wtf8().to_string_lossy().into_owned())
        }
        None => Some(String::new()),
    }
}

fn stream(name: &'static str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let sys = vm.sys_module.dict();
    sys.get_item_opt(name, vm).ok().flatten()
}

fn is_standard(object: &PyObject, vm: &VirtualMachine) -> bool {
    stream("__stdin__", vm).is_some_and(|stream| stream.is(object))
}

fn copy(read: &PyObject, end: &str) {
    let Some(text) = read.downcast_ref::<PyStr>() else {
        return;
    };
    let text = text.as_wtf8().to_string_lossy();
    if text.len() + end.len() > 0 {
        COPIED.set(COPIED.get() + 1);
        output::note_read(format!("{text}{end}"));
    }
}
