//! Native callbacks for the interpreter's monitoring events (PEP 669). Only the program's own code
//! fires events at its lines; the standard library runs at full speed.

use super::RecordError;
use super::bytecode;
use super::marks::Plan;
use super::raw::header::ObjPtr;
use super::raw::{marks, reraise};
use super::session::{self, MonitoringEvent};
use crate::trace::Granularity;
use rustpython_vm::builtins::{PyCode, PyInt};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine};
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::Ordering;

/// One of the six tools that the interpreter has room for; its name is taken out again, so that
/// `sys.monitoring.get_tool` does not show it.
const TOOL: usize = 4;

/// Events by their place in the interpreter's list, which PEP 669 fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum EventKind {
    Start = 0,
    Resume = 1,
    Return = 2,
    Yield = 3,
    Instruction = 6,
    Raise = 11,
    Handled = 12,
    Unwind = 13,
    Throw = 14,
    Reraise = 15,
}

impl EventKind {
    /// Whether what is passed is an exception that is on its way.
    pub(crate) fn is_exceptional(self) -> bool {
        matches!(
            self,
            EventKind::Raise | EventKind::Reraise | EventKind::Unwind | EventKind::Throw
        )
    }
}

const ALL: [EventKind; 10] = [
    EventKind::Start,
    EventKind::Resume,
    EventKind::Return,
    EventKind::Yield,
    EventKind::Instruction,
    EventKind::Raise,
    EventKind::Handled,
    EventKind::Unwind,
    EventKind::Throw,
    EventKind::Reraise,
];

/// Fire for every code object: a start tells whose the code is, the others are rare.
const EVERYWHERE: [EventKind; 5] = [
    EventKind::Start,
    EventKind::Raise,
    EventKind::Unwind,
    EventKind::Throw,
    EventKind::Reraise,
];

thread_local! {
    /// The interpreter has told a re-raise to a tool of the program's, and tells it no other one.
    static TOLD_RERAISE: Cell<bool> = const { Cell::new(false) };
}

/// The events of lines and instructions.
const LINES: u32 = 1 << 5 | 1 << 6;

fn mask(events: &[EventKind]) -> u32 {
    events
        .iter()
        .fold(0, |mask, event| mask | 1 << *event as u32)
}

/// Which events the program's own code fires, beside those that all code does.
fn own_events(granularity: Granularity) -> u32 {
    let calls = mask(&[
        EventKind::Start,
        EventKind::Resume,
        EventKind::Return,
        EventKind::Yield,
    ]);
    match granularity {
        Granularity::Call => calls,
        Granularity::Line | Granularity::Instruction => calls | mask(&[EventKind::Instruction]),
    }
}

/// Makes the callbacks. Nothing fires yet.
pub(crate) fn prepare(vm: &VirtualMachine) -> Result<(), RecordError> {
    let failed = |_| RecordError::Monitoring;
    let monitoring = vm.sys_module.get_attr("monitoring", vm).map_err(failed)?;
    // Makes the sentinel that switches an event off at one place.
    monitoring.get_attr("DISABLE", vm).map_err(failed)?;
    let mut state = vm.state.monitoring.lock();
    for event in ALL {
        let callback: PyObjectRef = vm
            .new_function("memviz", move |args: FuncArgs, vm: &VirtualMachine| {
                fired(event, &args, vm)
            })
            .into();
        state.callbacks.insert((TOOL, event as usize), callback);
    }
    Ok(())
}

/// Switches monitoring on. No code of the program's runs yet, and none that runs is to be watched,
/// so that it is enough to raise the version by which code objects see that they are out of date.
pub(crate) fn start(vm: &VirtualMachine) {
    let mut state = vm.state.monitoring.lock();
    state.global_events[TOOL] = mask(&EVERYWHERE);
    if !reraise::is_known() {
        // Each re-raise is told then, not only the first.
        state.global_events[TOOL] |= mask(&[EventKind::Handled]);
    }
    publish(state.combined_events(), vm);
}

/// Makes a change of the events known to all code objects.
fn publish(events: u32, vm: &VirtualMachine) {
    vm.state.monitoring_events.store(events);
    vm.state
        .instrumentation_version
        .fetch_add(1, Ordering::Release);
}

/// Lets nothing fire but the starts of functions, whosever they are.
pub(crate) fn starts_only(vm: &VirtualMachine) {
    let mut state = vm.state.monitoring.lock();
    state.global_events[TOOL] = mask(&[EventKind::Start]);
    state.local_events.retain(|(tool, _), _| *tool != TOOL);
    state.disabled.retain(|(_, _, tool)| *tool != TOOL);
    publish(state.combined_events(), vm);
}

/// Switches monitoring off. The callbacks stay: the program could count them.
pub(crate) fn stop(vm: &VirtualMachine) {
    let mut state = vm.state.monitoring.lock();
    state.global_events[TOOL] = 0;
    state.local_events.retain(|(tool, _), _| *tool != TOOL);
    state.disabled.retain(|(_, _, tool)| *tool != TOOL);
    publish(state.combined_events(), vm);
}

/// Takes back what was switched off for a code object that is dead: the next one may stand at the
/// same address.
pub(crate) fn forget_foreign(code: usize, start: u32, vm: &VirtualMachine) {
    let mut state = vm.state.monitoring.lock();
    state.disabled.remove(&(code, start as usize, TOOL));
}

/// Takes back the events of a code object of the program's own that is dead.
pub(crate) fn forget_own(code: usize, vm: &VirtualMachine) {
    let mut state = vm.state.monitoring.lock();
    state.local_events.remove(&(TOOL, code));
}

/// Whether the marks that stand in a code object are those of its plan.
pub(crate) fn is_marked(code: &PyCode, plan: &Plan) -> bool {
    plan.version == code.instrumentation_version.load(Ordering::Acquire)
}

/// Makes a code object of the program's own fire its events: its marks are put, and the interpreter
/// is told to deliver what they fire. Neither makes other code out of date.
pub(crate) fn put_marks(
    code: &Py<PyCode>,
    plan: &mut Plan,
    granularity: Granularity,
    vm: &VirtualMachine,
) {
    let id = code.get_id();
    let own = own_events(granularity);
    let others = {
        let mut state = vm.state.monitoring.lock();
        state.local_events.insert((TOOL, id), own);
        vm.state.monitoring_events.store(state.combined_events());
        others(&state.global_events, &state.local_events, id)
    };
    plan.lines_for_others = others & LINES != 0;
    if marks::place(code, &plan.marked, own | mask(&EVERYWHERE), others) {
        plan.version = code.instrumentation_version.load(Ordering::Acquire);
    }
}

/// Takes the marks out of the code that runs on this thread, once nothing is listened to: by the
/// interpreter's own function, which rewrites the code that runs.
fn refresh(code: &Py<PyCode>, vm: &VirtualMachine) {
    let set = vm
        .sys_module
        .get_attr("monitoring", vm)
        .and_then(|monitoring| monitoring.get_attr("set_local_events", vm));
    if let Ok(set) = set {
        vm.state.monitoring.lock().tool_names[TOOL] = Some("memviz".to_owned());
        let _ = set.call((TOOL, code.to_owned(), 0), vm);
        vm.state.monitoring.lock().tool_names[TOOL] = None;
    }
}

/// Takes marks off a code object that is not the program's own, but stands where one of its own was.
pub(crate) fn clear_marks(code: &Py<PyCode>, vm: &VirtualMachine) {
    let others = {
        let state = vm.state.monitoring.lock();
        others(&state.global_events, &state.local_events, code.get_id())
    };
    marks::place(code, &[], mask(&EVERYWHERE), others);
}

/// The events that the program's own tools want of a code object.
fn others(global: &[u32], local: &HashMap<(usize, usize), u32>, code: usize) -> u32 {
    let tools = (0..global.len()).filter(|tool| *tool != TOOL);
    tools.fold(0, |events, tool| {
        let local = local.get(&(tool, code)).copied().unwrap_or(0);
        events | global[tool] | local
    })
}

/// What the program has registered to be called.
pub(crate) fn callbacks_of_others(vm: &VirtualMachine) -> Vec<ObjPtr> {
    let state = vm.state.monitoring.lock();
    let of_others = state
        .callbacks
        .iter()
        .filter(|((tool, _), _)| *tool != TOOL);
    let mut found: Vec<ObjPtr> = of_others
        .map(|(_, callback)| ObjPtr::of(callback))
        .collect();
    found.sort_unstable();
    found
}

/// Leaves the interpreter's note of a re-raise as it would be if only the program's tools listened:
/// that it was told, and that this is over, counts where they listen to it.
fn keep_told_reraise(event: EventKind, vm: &VirtualMachine) {
    let by_others = {
        let mut state = vm.state.monitoring.lock();
        let by_others = others(&state.global_events, &HashMap::new(), 0);
        // What is handled is listened to where others do.
        let handled = mask(&[EventKind::Handled]);
        if reraise::is_known() && state.global_events[TOOL] != 0 {
            state.global_events[TOOL] &= !handled;
            state.global_events[TOOL] |= by_others & handled;
        }
        by_others
    };
    let listened = by_others & mask(&[event]) != 0;
    match event {
        EventKind::Reraise => TOLD_RERAISE.set(listened),
        _ if listened => TOLD_RERAISE.set(false),
        _ => {}
    }
    reraise::set(TOLD_RERAISE.get());
}

/// Every callback: finds out whose code it is, and takes a step where it is the program's own.
fn fired(event: EventKind, args: &FuncArgs, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    if matches!(
        event,
        EventKind::Reraise | EventKind::Handled | EventKind::Unwind
    ) {
        keep_told_reraise(event, vm);
    }
    if event == EventKind::Handled {
        return Ok(vm.ctx.none());
    }
    let Some(code) = args
        .args
        .first()
        .and_then(|code| code.downcast_ref::<PyCode>())
    else {
        return Ok(vm.ctx.none());
    };
    let detail = args.args.get(1);
    let number = detail
        .and_then(|n| n.downcast_ref::<PyInt>())
        .and_then(|n| u32::try_from(n.as_bigint()).ok())
        .unwrap_or(0);
    let passed = args.args.get(2).map(|object| ObjPtr::of(object));
    let what = MonitoringEvent {
        event,
        code: ObjPtr::of(code.as_object()),
        offset: number,
        passed,
        place: detail.map(|number| ObjPtr::of(number)),
    };
    match session::fired(&what, vm) {
        session::Answer::Foreign if event == EventKind::Start => {
            let disable = vm.state.monitoring.lock().disable.clone();
            Ok(disable.unwrap_or_else(|| vm.ctx.none()))
        }
        session::Answer::NewCode => {
            session::add_constants(&bytecode::with_inner(code));
            session::fired(&what, vm);
            Ok(vm.ctx.none())
        }
        session::Answer::Full => {
            session::leave(vm);
            refresh(code, vm);
            Ok(vm.ctx.none())
        }
        _ => Ok(vm.ctx.none()),
    }
}
