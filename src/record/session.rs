//! The recording that is under way: there is one interpreter in a process, and so one of these.

use super::monitor::{self, Monitored};
use super::raw::header::ObjPtr;
use super::raw::heap::Inside;
use super::raw::world::{self, Stopped};
use super::raw::{collections, deaths, fork, frames, output, tables};
use super::recorder::{Happening, Recorder};
use super::stack::{self, RunningFrame};
use super::{RecordOptions, describe};
use crate::trace::{Event, FileId, Granularity, State, held_as};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use rustpython_vm::builtins::{PyCode, PyInt};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, VirtualMachine};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Mutex;

pub(crate) struct Session {
    pub recorder: Recorder,
    pub options: RecordOptions,
    /// The line that each running frame was last told to run, by the frame's address.
    lines: HashMap<usize, u32>,
    watched: HashSet<usize>,
    /// Code objects whose constants are known.
    read: HashSet<usize>,
    /// Code objects of others, whose starts are switched off: address, and place of the start.
    foreign: HashMap<usize, u32>,
    stdout: Vec<u8>,
    /// The frames of the step before.
    running: Vec<RunningFrame>,
    /// Numbers of the threads that have been seen, from 1.
    threads: Vec<std::thread::ThreadId>,
    /// The numbers of threads by the interpreter's identifiers, which it may use again.
    numbers: BTreeMap<u64, u32>,
    /// What replaying the steps so far gives, where they are verified.
    replayed: State,
    /// What verification found.
    pub violations: Vec<String>,
    /// The recording reached its bound.
    pub full: bool,
    /// Nothing is listened to any more.
    left: bool,
}

/// A monitoring event, with what the interpreter says of it.
pub(crate) struct Fired {
    pub event: Monitored,
    pub code: ObjPtr,
    /// Line number, or offset of the instruction in bytes.
    pub number: u32,
    /// What is returned, yielded or raised.
    pub passed: Option<ObjPtr>,
}

pub(crate) enum Answer {
    /// A step was taken, or nothing was to be done.
    Done,
    /// The code is not the program's own.
    Foreign,
    /// A code object of the program's own that has not been told to fire its events yet.
    NewModule { events: u32 },
    /// The recording is over.
    Full,
}

static SESSION: Mutex<Option<Session>> = Mutex::new(None);

/// Opens the session.
pub(crate) fn open(recorder: Recorder, options: RecordOptions) {
    fork::watch();
    *lock() = Some(Session {
        recorder,
        options,
        lines: HashMap::default(),
        watched: HashSet::default(),
        read: HashSet::default(),
        foreign: HashMap::default(),
        stdout: Vec::new(),
        running: Vec::new(),
        threads: vec![std::thread::current().id()],
        numbers: BTreeMap::new(),
        replayed: State::default(),
        violations: Vec::new(),
        full: false,
        left: false,
    });
}

/// Ends the session and hands it over.
pub(crate) fn close() -> Option<Session> {
    lock().take()
}

fn lock() -> std::sync::MutexGuard<'static, Option<Session>> {
    SESSION.lock().unwrap_or_else(|e| e.into_inner())
}

/// Notes the constants of code objects: they were there before the program ran.
pub(crate) fn add_constants(codes: &[PyObjectRef]) {
    let _inside = Inside::enter();
    let mut guard = lock();
    let Some(session) = guard.as_mut() else {
        return;
    };
    let constants = codes
        .iter()
        .filter(|code| session.read.insert(code.get_id()))
        .filter_map(|code| code.downcast_ref::<PyCode>())
        .flat_map(|code| code.code.constants.iter());
    let constants: Vec<_> = constants.collect();
    for constant in constants {
        let constant = ObjPtr::of(Borrow::<PyObject>::borrow(constant));
        session.recorder.add_constant(constant.address(), true);
        // Constants hold nothing but constants.
        let mut open = Vec::new();
        constant.extend_referents(&mut open);
        while let Some(inner) = open.pop() {
            session.recorder.add_constant(inner.address(), false);
            inner.extend_referents(&mut open);
        }
    }
}

/// Takes the step that an event stands for.
pub(crate) fn fired(fired: &Fired, vm: &VirtualMachine) -> Answer {
    // A copy may not even wait for a lock: a thread that it does not have may hold it.
    if fork::is_copy() {
        return Answer::Full;
    }
    let _inside = Inside::enter();
    // The world must be stopped before the session is locked: a thread that waits for the session
    // cannot be stopped.
    world::stopped(vm, |stopped| match lock().as_mut() {
        Some(session) if session.full => Answer::Full,
        Some(session) => session.fired(fired, stopped, vm),
        None => Answer::Done,
    })
}

/// Ends a recording that has reached its bound: the program goes on as if it were not recorded.
pub(crate) fn leave(vm: &VirtualMachine) {
    if fork::is_copy() {
        return monitor::stop(vm);
    }
    // Each thread comes here once, at its first event after the last step.
    let left = |session: &mut Session| std::mem::replace(&mut session.left, true);
    if lock().as_mut().is_none_or(left) {
        return;
    }
    monitor::stop(vm);
    Session::stop_listening();
    tables::unhook_all();
    deaths::clear();
    collections::clear();
    output::clear();
}

impl Session {
    fn fired(&mut self, fired: &Fired, stopped: Stopped<'_>, vm: &VirtualMachine) -> Answer {
        let Some(code) = fired.code.object().downcast_ref::<PyCode>() else {
            return Answer::Done;
        };
        for address in self.recorder.absorb_deaths() {
            self.watched.remove(&address);
            self.read.remove(&address);
            if let Some(start) = self.foreign.remove(&address) {
                monitor::forget(address, start, vm);
            }
        }
        let Some(file) = self.recorder.program.own_file(code) else {
            if fired.event == Monitored::Start {
                self.foreign.insert(fired.code.address(), fired.number);
            }
            return Answer::Foreign;
        };
        if matches!(
            fired.event,
            Monitored::Start | Monitored::Resume | Monitored::Throw
        ) {
            monitor::keep_marks(code);
        }
        if fired.event == Monitored::Raise
            && let (Some(frame), Some(raised)) = (frames::innermost(), fired.passed)
            && monitor::ends_a_loop(frame, raised, vm)
        {
            return Answer::Done;
        }
        if fired.event == Monitored::Start && self.watched.insert(fired.code.address()) {
            let events = monitor::own_events(self.options.granularity);
            if code.code.obj_name.as_str() == "<module>" {
                self.add_module(vm);
            }
            return Answer::NewModule { events };
        }
        self.step(fired, file, stopped, vm)
    }

    /// Notes the module whose body is about to run.
    fn add_module(&mut self, vm: &VirtualMachine) {
        if let Some(namespace) = frames::innermost().map(|frame| frame.globals()) {
            let name = describe::text_in(namespace, "__name__", vm);
            self.recorder.program.add_module(namespace, name);
        }
    }

    /// The current thread's number, once there is more than one thread.
    fn thread_number(&mut self, vm: &VirtualMachine) -> Option<u32> {
        let current = std::thread::current().id();
        let place = self.threads.iter().position(|known| *known == current);
        let place = place.unwrap_or_else(|| {
            self.threads.push(current);
            self.threads.len() - 1
        });
        let number = place as u32 + 1;
        if let Some(thread) = stack::current_thread(vm) {
            self.numbers.insert(thread, number);
        }
        (self.threads.len() > 1).then_some(number)
    }

    /// The frames of the other threads that run code of the program's own.
    fn other_threads(&mut self, vm: &VirtualMachine) -> Vec<(u32, Vec<RunningFrame>)> {
        let implicit_names = self.options.implicit_names;
        let all = stack::other_threads(&mut self.recorder.program, implicit_names, vm);
        let mut others: Vec<_> = all
            .into_iter()
            .filter(|(_, frames)| frames.iter().any(|frame| frame.own.is_some()))
            .filter_map(|(thread, frames)| Some((*self.numbers.get(&thread)?, frames)))
            .collect();
        others.sort_by_key(|(number, _)| *number);
        others
    }

    fn step(
        &mut self,
        fired: &Fired,
        file: FileId,
        stopped: Stopped<'_>,
        vm: &VirtualMachine,
    ) -> Answer {
        let mut running = std::mem::take(&mut self.running);
        stack::running_frames(
            &mut running,
            &mut self.recorder.program,
            self.options.implicit_names,
        );
        let others = if stopped.others {
            self.other_threads(vm)
        } else {
            Vec::new()
        };
        self.step_in(fired, file, (&running, &others), vm);
        self.running = running;
        if self.recorder.steps.len() >= self.options.max_steps {
            self.full = true;
            return Answer::Full;
        }
        Answer::Done
    }

    fn step_in(
        &mut self,
        fired: &Fired,
        file: FileId,
        (running, others): (&[RunningFrame], &[(u32, Vec<RunningFrame>)]),
        vm: &VirtualMachine,
    ) {
        let Some(top) = running.last() else { return };
        let frame = top.address;
        let function = self.recorder.symbols.intern(top.function);
        let ran = self.lines.get(&frame).copied();
        let current = ran.unwrap_or(top.line);
        let mut happening = Happening {
            event: Event::Line,
            file,
            function,
            line: current,
            ran,
            opcode: None,
            columns: None,
            thread: self.thread_number(vm),
            // The call of this hook holds the code object twice, and what is passed three times.
            borrowed: vec![(fired.code, 2)],
            in_flight: Vec::new(),
        };
        if let Some(passed) = fired.passed {
            happening.borrowed.push((passed, 3));
        }
        match fired.event {
            Monitored::Start => {
                // An earlier call may have stood at the same place.
                self.lines.remove(&frame);
                happening.event = Event::Call;
                happening.line = top.line;
                happening.ran = None;
            }
            Monitored::Resume => happening.event = Event::Resume,
            Monitored::Throw => happening.event = Event::Throw,
            Monitored::Return => {
                happening.event = Event::Return;
                happening
                    .in_flight
                    .extend(fired.passed.map(|o| (o, held_as::RETURNED)));
            }
            Monitored::Yield => {
                happening.event = Event::Yield;
                // What is yielded is still on the value stack; the event has a copy of its own.
                happening.borrowed.extend(fired.passed.map(|o| (o, 1)));
            }
            Monitored::Unwind => {
                happening.event = Event::Unwind;
                happening
                    .in_flight
                    .extend(fired.passed.map(|o| (o, held_as::RAISED)));
            }
            Monitored::Raise => {
                happening.event = Event::Exception;
                happening
                    .in_flight
                    .extend(fired.passed.map(|o| (o, held_as::RAISED)));
            }
            Monitored::Line => {
                happening.line = fired.number;
                self.lines.insert(frame, fired.number);
                if self.options.granularity == Granularity::Instruction {
                    // The line's first instruction is the step.
                    return;
                }
            }
            Monitored::Jump => {
                if !loops_on_one_line(fired, ran) {
                    return;
                }
            }
            Monitored::Instruction => {
                happening.event = Event::Instruction;
                happening.line = top.line;
                if let Some(code) = fired.code.object().downcast_ref::<PyCode>() {
                    let (name, columns) = monitor::instruction(code, fired.number);
                    happening.opcode = name.map(|name| self.recorder.symbols.intern(&name));
                    happening.columns = columns;
                }
            }
        }
        if matches!(fired.event, Monitored::Return | Monitored::Unwind) {
            self.lines.remove(&frame);
        }
        self.stdout.extend(output::drain());
        let stdout = take_text(&mut self.stdout);
        self.recorder
            .capture(happening, running, others, stdout, vm);
        self.verify(vm);
    }

    /// Holds the changes recorded so far against the heap, where that was asked for, and always in a
    /// debug build.
    fn verify(&mut self, vm: &VirtualMachine) {
        if !self.options.verify && !cfg!(debug_assertions) {
            return;
        }
        if let Some(step) = self.recorder.steps.last() {
            self.replayed.apply(step);
        }
        let number = self.recorder.steps.len();
        let found = self.recorder.verify(&self.replayed, vm);
        self.violations.extend(
            found
                .into_iter()
                .map(|found| format!("step {number}: {found}")),
        );
    }

    /// The last step: what is left when the script has ended.
    pub(crate) fn exit_step(
        &mut self,
        globals: RunningFrame,
        raised: Option<ObjPtr>,
        vm: &VirtualMachine,
    ) {
        self.stdout.extend(output::drain());
        let stdout = String::from_utf8_lossy(&std::mem::take(&mut self.stdout)).into_owned();
        let function = self.recorder.symbols.intern(globals.function);
        let happening = Happening {
            event: Event::Exit,
            file: globals.own.unwrap_or(FileId(0)),
            function,
            line: globals.line,
            ran: Some(globals.line),
            opcode: None,
            columns: None,
            thread: None,
            borrowed: Vec::new(),
            in_flight: raised.map(|o| (o, held_as::UNCAUGHT)).into_iter().collect(),
        };
        self.recorder
            .capture(happening, &[globals], &[], stdout, vm);
        self.verify(vm);
    }

    /// Stops listening.
    pub(crate) fn stop(vm: &VirtualMachine) {
        monitor::stop(vm);
        Session::stop_listening();
    }

    fn stop_listening() {
        deaths::watch(false);
        collections::watch(false);
        output::tap(false);
    }
}

/// The interpreter tells of a line only when the line changes. A loop that stands on one line is
/// told by its jumps back.
fn loops_on_one_line(fired: &Fired, ran: Option<u32>) -> bool {
    let Some(frame) = frames::innermost() else {
        return false;
    };
    let code = &frame.code().code;
    let line_at = |byte: u32| {
        let at = code.locations.get(byte as usize / 2);
        at.map(|(start, _)| start.line.get() as u32)
    };
    let target = fired.passed.and_then(|to| {
        let to = to.object().downcast_ref::<PyInt>()?;
        u32::try_from(to.as_bigint()).ok()
    });
    target.is_some_and(|target| {
        target < fired.number
            && line_at(target) == ran
            && line_at(fired.number) == ran
            && !monitor::is_inlined_loop(frame.code(), target)
    }) && !stack::inside_comprehension(frame)
}

/// The text that is complete so far: bytes of a character that is not yet whole stay behind.
fn take_text(bytes: &mut Vec<u8>) -> String {
    let whole = match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => bytes.len(),
    };
    let rest = bytes.split_off(whole);
    let text = String::from_utf8_lossy(bytes).into_owned();
    *bytes = rest;
    text
}
