//! Labels for fields of native objects that stand behind locks, and of which some may be empty: the
//! native type's own attributes give what they hold.

use super::pass::Pass;
use crate::record::raw::header::ObjPtr;
use crate::trace::Kind;
use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyObject, PyObjectRef, VirtualMachine};

/// What a native type can be asked for, in the order of its walk.
const ASKED: [(&str, &[&str]); 2] = [("Future", &FUTURE), ("Task", &TASK)];
const FUTURE: [&str; 5] = [
    "_loop",
    "_exception",
    "_result",
    "_source_traceback",
    "_cancel_message",
];
const TASK: [&str; 8] = [
    "_loop",
    "_exception",
    "_result",
    "_source_traceback",
    "_cancel_message",
    "_coro",
    "_fut_waiter",
    "get_name()",
];

/// Labels what an object's native type gives for its fields, and what is left of it by what it is.
pub(super) fn label(pass: &mut Pass<'_>, kind: Kind, own: usize) {
    if !matches!(kind, Kind::Iterator | Kind::Instance | Kind::Other) {
        return;
    }
    let object = pass.pointer.object();
    let native = super::native::native_name(object);
    if let Some((_, names)) = ASKED.iter().find(|(name, _)| *name == native) {
        for name in *names {
            if let Some(to) = asked(object, name, pass.vm) {
                let name = name.trim_end_matches("()").trim_start_matches("get_");
                pass.match_from(own, to, name);
            }
        }
    }
    match &*native {
        "Future" | "Task" => of_future(pass, own),
        "builtin_function_or_method" | "builtin_method" => {
            let is_module = |to: &ObjPtr| to.object().downcast_ref::<PyModule>().is_some();
            if let Some(module) = pass.raw.iter().find(|to| is_module(to)) {
                pass.match_from(own, *module, "module");
            }
        }
        "Scanner" => {
            pass.put_from_end(0, "decoder");
            pass.put_from_end(1, "parse_constant");
        }
        _ => {}
    }
}

/// What an attribute of an object's native type gives, which the object holds; `None` for one that is
/// empty.
fn asked(object: &PyObject, name: &str, vm: &VirtualMachine) -> Option<ObjPtr> {
    ask(object, name, vm).map(|value| ObjPtr::of(&value))
}

/// What an attribute of an object's native type gives; one whose name ends with `()` is called. Nothing
/// of the program's is asked.
pub(crate) fn ask(object: &PyObject, name: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let mut classes = object.class().iter_base_chain();
    let native = classes.find(|class| class.heaptype_ext().is_none())?;
    let value = match name.strip_suffix("()") {
        Some(method) => {
            let method = native.get_attr(vm.ctx.intern_str(method))?;
            method.call((object.to_owned(),), vm).ok()?
        }
        None => {
            let getter = native.get_attr(vm.ctx.intern_str(name))?;
            vm.call_if_get_descriptor(&getter, object.to_owned()).ok()?
        }
    };
    (!vm.is_none(&value)).then_some(value)
}

/// What a future calls when it is done, and for whom; the first callback has fields of its own.
fn of_future(pass: &mut Pass<'_>, own: usize) {
    let class_of = |to: ObjPtr| to.object().class().name().to_owned();
    for at in own..pass.raw.len() {
        let is_context = |at: usize| {
            let next = pass.raw.get(at);
            next.is_some_and(|to| class_of(*to) == "Context")
        };
        let name = match &*class_of(pass.raw[at]) {
            "Context" if at + 1 == pass.raw.len() => "context",
            "Context" => "callback context",
            _ if is_context(at + 1) && at == own + 1 => "callback",
            "list" => "callbacks",
            "traceback" => "exception traceback",
            "NoneType" => "_result",
            "CancelledError" => "cancelled exception",
            _ => "awaited by",
        };
        pass.put_at(at, name);
    }
}
