//! What the program has given to the interpreter to be called or used by it: trace and profile
//! functions, callbacks of monitoring, contexts.

use crate::record::monitor;
use crate::record::raw::header::ObjPtr;
use crate::record::stack::RunningFrame;
use rustpython_vm::VirtualMachine;

/// All that are called for one event are held until the last has been.
const TOLD: &str = "event of sys.monitoring that is being told";

/// References that the interpreter holds for it, and as what; `true` where one is certain, and not
/// only what may explain a count.
pub(super) fn held(running: &[&RunningFrame], vm: &VirtualMachine) -> Vec<(String, ObjPtr, bool)> {
    let mut all = Vec::new();
    let mut maybe = Vec::new();
    let mut put = |by: &str, to: ObjPtr| {
        if to.refcount().is_some() {
            all.push((by.to_owned(), to, true));
        }
    };
    put(
        "trace function of the thread",
        ObjPtr::of(&vm.trace_func.borrow()),
    );
    put(
        "profile function of the thread",
        ObjPtr::of(&vm.profile_func.borrow()),
    );
    for context in vm.context_stack.borrow().iter() {
        put("context of the thread", ObjPtr::of(context));
    }
    let (trace, profile) = (&vm.state.global_trace_func, &vm.state.global_profile_func);
    for function in [trace, profile] {
        if let Some(function) = &*function.lock() {
            put("function for new threads", ObjPtr::of(function));
        }
    }
    let mut listed: Vec<(&str, ObjPtr)> = {
        let threads = vm.state.thread_frames.lock();
        let functions = threads.values().flat_map(|slot| {
            let (trace, profile) = (slot.trace_func.lock(), slot.profile_func.lock());
            [
                ("trace function, in the list of threads", ObjPtr::of(&trace)),
                (
                    "profile function, in the list of threads",
                    ObjPtr::of(&profile),
                ),
            ]
        });
        functions.collect()
    };
    listed.sort_unstable();
    for (by, function) in listed {
        put(by, function);
    }
    for callback in monitor::callbacks_of_others(vm) {
        put("callback of sys.monitoring", callback);
        maybe.push((TOLD.to_owned(), callback, false));
    }
    for frame in running {
        let object = frame.object.map(|frame| frame.object().to_owned());
        let function = object.and_then(|frame| {
            let function = frame.get_attr(vm.ctx.intern_str("f_trace"), vm).ok()?;
            (!vm.is_none(&function)).then(|| ObjPtr::of(&function))
        });
        if let Some(function) = function {
            let by = format!("trace function of {}", frame.function);
            put(&by, function);
            // Set through `f_trace`, it stands in the frame and in the object that stands for it.
            maybe.push((by, function, false));
        }
    }
    all.append(&mut maybe);
    all
}
