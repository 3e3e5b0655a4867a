//! The steps that an event stands for.

use super::{MonitoringEvent, Session};
use crate::record::bytecode;
use crate::record::monitor::EventKind;
use crate::record::raw::frames::{self, LiveFrame};
use crate::record::raw::header::ObjPtr;
use crate::record::raw::world::Stopped;
use crate::record::recorder::{RunningMachine, StepContext};
use crate::record::stack::RunningFrame;
use crate::trace::{Event, FileId, Granularity, RaisedAgain, RootKind};
use rustpython_vm::builtins::PyCode;
use rustpython_vm::bytecode::Instruction;
use rustpython_vm::{AsObject, VirtualMachine};

impl Session {
    /// The lines that an event says are about to run, in their order.
    fn lines_before(&self, fired: &MonitoringEvent, frame: usize) -> Vec<u32> {
        let told = self
            .plans
            .get(&fired.code.address())
            .and_then(|plan| plan.told(fired.offset));
        let may_tell = matches!(
            fired.event,
            EventKind::Instruction | EventKind::Yield | EventKind::Raise | EventKind::Reraise
        );
        let (Some(told), true) = (told, may_tell) else {
            return Vec::new();
        };
        let last = self.lines.get(&frame).copied();
        let own = told.line.filter(|line| told.forced || last != Some(*line));
        own.into_iter().chain(told.again).collect()
    }

    /// The instruction that is about to run, and the value stack that it finds.
    fn machine(&self, code: &PyCode, fired: &MonitoringEvent) -> Option<RunningMachine> {
        let plan = self.plans.get(&fired.code.address())?;
        let (takes, leaves) = plan.effect(fired.offset)?;
        Some(RunningMachine {
            first_line: code.code.first_line_number.map_or(0, |line| line.get()) as u32,
            offset: fired.offset,
            takes,
            leaves,
            stack: frames::innermost()?.stack_entries(),
        })
    }

    pub(super) fn step_in(
        &mut self,
        fired: &MonitoringEvent,
        file: FileId,
        (running, others): (&mut [RunningFrame], &[(u32, Vec<RunningFrame>)]),
        stopped: Stopped<'_>,
        vm: &VirtualMachine,
    ) {
        let Some(top) = running.last() else { return };
        let (frame, function, here) = (top.address, top.function, top.line);
        let function = self.recorder.builder.symbols.intern(function);
        let ran = self.lines.get(&frame).copied();
        let mut context = StepContext {
            event: Event::Line,
            file,
            function,
            line: ran.unwrap_or(here),
            ran,
            opcode: None,
            columns: None,
            offset: Some(fired.offset),
            suppresses_context: suppresses_context(fired, vm),
            machine: None,
            thread: self.thread_number(vm),
            // The call of this hook holds the code object twice, and what is passed three times.
            borrowed: vec![(fired.code, 2)],
            in_flight: Vec::new(),
            elsewhere: self.elsewhere.clone(),
        };
        context.borrowed.extend(fired.place.map(|o| (o, 3)));
        if let Some(passed) = fired.passed {
            // The interpreter makes a reference of its own for each event of an exception.
            let times = if fired.event.is_exceptional() { 4 } else { 3 };
            context.borrowed.push((passed, times));
        }
        if fired.event == EventKind::Yield {
            // What is yielded is still on the value stack; the event has a copy of its own.
            context.borrowed.extend(fired.passed.map(|o| (o, 1)));
        }
        let passed = |as_what| fired.passed.map(|o| (o, as_what));
        match fired.event {
            event if event.is_exceptional() => {
                context.in_flight.extend(passed(RootKind::RaisedException));
            }
            EventKind::Return => context.in_flight.extend(passed(RootKind::ReturnValue)),
            _ => {}
        }
        if self.options.granularity == Granularity::Line {
            for line in self.lines_before(fired, frame) {
                let ran = self.lines.insert(frame, line);
                if let Some(top) = running.last_mut() {
                    top.line = line;
                }
                let before = StepContext {
                    line,
                    ran,
                    ..context.clone()
                };
                self.take(before, running, others, stopped, vm);
                context.line = line;
                context.ran = Some(line);
            }
            if let Some(top) = running.last_mut() {
                top.line = here;
            }
        }
        context.event = match fired.event {
            EventKind::Instruction if self.options.granularity == Granularity::Line => return,
            EventKind::Reraise => {
                self.note_raised_again(fired, running, vm);
                return;
            }
            EventKind::Handled => return,
            EventKind::Instruction => Event::Instruction,
            EventKind::Start => Event::Call,
            EventKind::Resume => Event::Resume,
            EventKind::Throw => Event::Throw,
            EventKind::Return => Event::Return,
            EventKind::Yield => Event::Yield,
            EventKind::Unwind => Event::Unwind,
            EventKind::Raise => Event::Exception,
        };
        match fired.event {
            EventKind::Start => {
                // An earlier call may have stood at the same place.
                self.lines.remove(&frame);
                context.line = here;
                context.ran = None;
            }
            EventKind::Instruction => {
                self.lines.insert(frame, here);
                context.line = here;
                context.ran = Some(here);
                if let Some(code) = fired.code.object().downcast_ref::<PyCode>() {
                    let (name, columns) = bytecode::described(code, fired.offset);
                    context.opcode = Some(self.recorder.builder.symbols.intern(&name));
                    context.columns = columns;
                    context.machine = self.machine(code, fired);
                }
            }
            EventKind::Return | EventKind::Unwind => {
                self.lines.remove(&frame);
            }
            _ => {}
        }
        self.take(context, running, others, stopped, vm);
    }

    /// Notes where an exception is raised again; the next step tells it.
    fn note_raised_again(
        &mut self,
        fired: &MonitoringEvent,
        running: &[RunningFrame],
        vm: &VirtualMachine,
    ) {
        let own = running.iter().filter(|frame| frame.own.is_some());
        let thread = self.thread_number(vm).unwrap_or(1);
        self.raised_again.push(RaisedAgain {
            exception: fired.passed.and_then(|raised| self.recorder.known(raised)),
            thread,
            depth: own.count() as u32,
            offset: fired.offset,
        });
    }
}

/// Whether the exception that is passed says that its context is not to be printed. The native type
/// is asked, which runs nothing of the program's.
fn suppresses_context(fired: &MonitoringEvent, vm: &VirtualMachine) -> bool {
    let (true, Some(raised)) = (fired.event.is_exceptional(), fired.passed) else {
        return false;
    };
    let native = vm.ctx.exceptions.base_exception_type;
    let getter = native.get_direct_attr(vm.ctx.intern_str("__suppress_context__"));
    let value = getter.and_then(|getter| {
        vm.call_if_get_descriptor(&getter, raised.object().to_owned())
            .ok()
    });
    value.is_some_and(|value| value.is(&vm.ctx.true_value))
}

/// Whether an exception that is raised is but how RustPython's own iterators tell a loop that they
/// are at their end. CPython's tell it without an exception.
pub(super) fn ends_a_loop(frame: LiveFrame, raised: ObjPtr, vm: &VirtualMachine) -> bool {
    let is_stop = raised.object().class().is(vm.ctx.exceptions.stop_iteration);
    let Some(at) = (frame.last_instruction() as usize).checked_sub(1) else {
        return false;
    };
    is_stop
        && matches!(
            bytecode::compiled_at(frame.code(), at),
            Instruction::ForIter { .. }
        )
        && frame
            .value_stack()
            .last()
            .is_some_and(|iterator| iterator.object().class().heaptype_ext().is_none())
}
