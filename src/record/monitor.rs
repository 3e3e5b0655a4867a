//! Native callbacks for the interpreter's monitoring events (PEP 669). Only the program's own code
//! objects fire line events; the standard library runs at full speed.

use super::RecordError;
use super::raw::frames::{self, LiveFrame};
use super::raw::header::ObjPtr;
use super::session::{self, Fired};
use rustpython_vm::builtins::PyCode;
use rustpython_vm::bytecode::Instruction;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::borrow::Borrow;
use std::sync::atomic::Ordering;

/// One of the six tools that the interpreter has room for; its name is taken out again, so that
/// `sys.monitoring.get_tool` does not show it.
const TOOL: usize = 4;

/// Events by their place in the interpreter's list, which PEP 669 fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Monitored {
    Start = 0,
    Resume = 1,
    Return = 2,
    Yield = 3,
    Line = 5,
    Instruction = 6,
    Jump = 7,
    Raise = 11,
    Unwind = 13,
    Throw = 14,
}

const ALL: [Monitored; 10] = [
    Monitored::Start,
    Monitored::Resume,
    Monitored::Return,
    Monitored::Yield,
    Monitored::Line,
    Monitored::Instruction,
    Monitored::Jump,
    Monitored::Raise,
    Monitored::Unwind,
    Monitored::Throw,
];

/// Fire for every code object: a start tells whose the code is, the others are rare.
const EVERYWHERE: [Monitored; 4] = [
    Monitored::Start,
    Monitored::Raise,
    Monitored::Unwind,
    Monitored::Throw,
];

fn mask(events: &[Monitored]) -> u32 {
    events
        .iter()
        .fold(0, |mask, event| mask | 1 << *event as u32)
}

/// Which events the program's own code fires.
pub(crate) fn own_events(granularity: crate::trace::Granularity) -> u32 {
    use crate::trace::Granularity;
    let calls = [
        Monitored::Start,
        Monitored::Resume,
        Monitored::Return,
        Monitored::Yield,
    ];
    let finer = match granularity {
        Granularity::Call => mask(&[]),
        Granularity::Line => mask(&[Monitored::Line, Monitored::Jump]),
        Granularity::Instruction => mask(&[Monitored::Line, Monitored::Instruction]),
    };
    mask(&calls) | finer
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
    publish(state.combined_events(), vm);
}

/// Makes a change of the events known to all code objects.
fn publish(events: u32, vm: &VirtualMachine) {
    vm.state.monitoring_events.store(events);
    vm.state
        .instrumentation_version
        .fetch_add(1, Ordering::Release);
}

/// Switches monitoring off. The callbacks stay: the program could count them.
pub(crate) fn stop(vm: &VirtualMachine) {
    let mut state = vm.state.monitoring.lock();
    state.global_events[TOOL] = 0;
    state.local_events.retain(|(tool, _), _| *tool != TOOL);
    state.disabled.retain(|(_, _, tool)| *tool != TOOL);
    publish(state.combined_events(), vm);
}

/// Name of the instruction at a byte offset, as `dis` writes it, and its columns in its line.
pub(crate) fn instruction(code: &PyCode, offset: u32) -> (Option<String>, Option<(u32, u32)>) {
    let at = offset as usize / 2;
    let original = {
        let data = code.monitoring_data.lock();
        let stored = |opcodes: &[u8]| opcodes.get(at).copied().filter(|opcode| *opcode != 0);
        data.as_ref()
            .and_then(|data| stored(&data.per_instruction_opcodes))
    };
    let name = original
        .and_then(|opcode| Instruction::try_from(opcode).ok())
        .map(base_name);
    let columns = code.code.locations.get(at).map(|(start, end)| {
        let column = |place: usize| place.saturating_sub(1) as u32;
        (
            column(start.character_offset.get()),
            column(end.character_offset.get()),
        )
    });
    (name, columns)
}

/// Whether a loop, by the byte offset of its head, is one that the compiler made of a call such as
/// `any(... for ...)`: what the iterator gives is used at once and not stored.
pub(crate) fn is_inlined_loop(code: &PyCode, head: u32) -> bool {
    let data = code.monitoring_data.lock();
    // Where an instruction begins a line, its opcode stands apart.
    let stored = |at: usize| {
        let opcode = data.as_ref()?.line_opcodes.get(at)?;
        Instruction::try_from(*opcode).ok().filter(|_| *opcode != 0)
    };
    let units = code.code.instructions.iter().enumerate();
    let mut names = units
        .skip(head as usize / 2)
        .map(|(at, unit)| base_name(stored(at).unwrap_or(unit.op)))
        .filter(|name| name != "CACHE" && name != "NOT_TAKEN");
    names.next().as_deref() == Some("FOR_ITER")
        && matches!(names.next().as_deref(), Some("TO_BOOL" | "LIST_APPEND"))
}

/// Whether an exception that is raised is but how RustPython's own iterators tell a loop that they
/// are at their end. CPython's tell it without an exception.
pub(crate) fn ends_a_loop(frame: LiveFrame, raised: ObjPtr, vm: &VirtualMachine) -> bool {
    let is_stop = raised.object().class().is(vm.ctx.exceptions.stop_iteration);
    let Some(at) = (frame.last_instruction() as usize).checked_sub(1) else {
        return false;
    };
    let code = frame.code();
    let stored = {
        let data = code.monitoring_data.lock();
        let opcode = data
            .as_ref()
            .and_then(|data| data.line_opcodes.get(at).copied());
        opcode.filter(|opcode| *opcode != 0)
    };
    let instruction = stored
        .and_then(|opcode| Instruction::try_from(opcode).ok())
        .unwrap_or(code.code.instructions.read_op(at));
    is_stop
        && base_name(instruction) == "FOR_ITER"
        && frame
            .value_stack()
            .last()
            .is_some_and(|iterator| iterator.object().class().heaptype_ext().is_none())
}

/// The name of an instruction as it was compiled.
fn base_name(instruction: Instruction) -> String {
    let base = instruction.to_base().unwrap_or(instruction).deoptimize();
    upper_snake(&format!("{:?}", base.as_opcode()))
}

/// `LoadFast` as `LOAD_FAST`.
fn upper_snake(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.char_indices() {
        if c.is_ascii_uppercase() && i > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// Takes back what was switched off for a code object that is dead: the next one may stand at the
/// same address.
pub(crate) fn forget(code: usize, start: u32, vm: &VirtualMachine) {
    let mut state = vm.state.monitoring.lock();
    state.disabled.remove(&(code, start as usize, TOOL));
}

/// Lets a code object of the program's own, and those that stand in it, fire their events.
fn watch_own(code: &Py<PyCode>, events: u32, vm: &VirtualMachine) {
    let mut all = vec![code.as_object().to_owned()];
    let mut next = 0;
    while next < all.len() {
        let inner: Vec<PyObjectRef> = all[next]
            .downcast_ref::<PyCode>()
            .map(|code| {
                let constants = code.code.constants.iter();
                constants
                    .map(|constant| constant.borrow())
                    .filter(|constant: &&PyObject| constant.downcast_ref::<PyCode>().is_some())
                    .map(|constant| constant.to_owned())
                    .collect()
            })
            .unwrap_or_default();
        all.extend(inner);
        next += 1;
    }
    session::add_constants(&all);
    let mut state = vm.state.monitoring.lock();
    for code in &all {
        let id = code.get_id();
        state.local_events.insert((TOOL, id), events);
        state
            .disabled
            .retain(|(of, _, tool)| *tool != TOOL || *of != id);
    }
    drop(state);
    set_events(code, events, vm);
    for frame in frames::running() {
        keep_marks(frame.code());
    }
}

/// Takes the marks out of the code that runs on this thread, once nothing is listened to.
fn refresh(code: &Py<PyCode>, vm: &VirtualMachine) {
    set_events(code, 0, vm);
}

/// Sets the events of a code object by the interpreter's own function, which rewrites the code that
/// runs.
fn set_events(code: &Py<PyCode>, events: u32, vm: &VirtualMachine) {
    let set = vm
        .sys_module
        .get_attr("monitoring", vm)
        .and_then(|monitoring| monitoring.get_attr("set_local_events", vm));
    if let Ok(set) = set {
        vm.state.monitoring.lock().tool_names[TOOL] = Some("memviz".to_owned());
        let _ = set.call((TOOL, code.to_owned(), events), vm);
        vm.state.monitoring.lock().tool_names[TOOL] = None;
    }
}

/// Lets no instruction write over the mark of a line.
///
/// RustPython 0.6.0 marks a line by another instruction in the place of its first one, which it
/// keeps in a table. A `LOAD_CONST` that runs puts `LOAD_CONST_MORTAL` in its place, which does the
/// same, and so wipes the mark: a line that begins with a constant would be told of once. Here the
/// table is given what would come of it. To be done each time that code may have been marked anew.
pub(crate) fn keep_marks(code: &PyCode) {
    let mut data = code.monitoring_data.lock();
    let Some(data) = data.as_mut() else { return };
    let tables = [&mut data.line_opcodes, &mut data.per_instruction_opcodes];
    for opcode in tables.into_iter().flatten() {
        if matches!(
            Instruction::try_from(*opcode),
            Ok(Instruction::LoadConst { .. })
        ) {
            *opcode = u8::from(Instruction::LoadConstMortal);
        }
    }
}

/// Every callback: finds out whose code it is, and takes a step where it is the program's own.
fn fired(event: Monitored, args: &FuncArgs, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let Some(code) = args
        .args
        .first()
        .and_then(|code| code.downcast_ref::<PyCode>())
    else {
        return Ok(vm.ctx.none());
    };
    let detail = args.args.get(1);
    let number = detail
        .and_then(|n| n.downcast_ref::<rustpython_vm::builtins::PyInt>())
        .and_then(|n| u32::try_from(n.as_bigint()).ok())
        .unwrap_or(0);
    let passed = args.args.get(2).map(|object| ObjPtr::of(object));
    let what = Fired {
        event,
        code: ObjPtr::of(code.as_object()),
        number,
        passed,
    };
    match session::fired(&what, vm) {
        session::Answer::Foreign if event == Monitored::Start => {
            let disable = vm.state.monitoring.lock().disable.clone();
            Ok(disable.unwrap_or_else(|| vm.ctx.none()))
        }
        session::Answer::NewModule { events } => {
            watch_own(code, events, vm);
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
