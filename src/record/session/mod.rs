//! The recording that is under way: there is one interpreter in a process, and so one of these.

mod steps;

use crate::record::marks::Plan;
use crate::record::monitor::{self, EventKind};
use crate::record::raw::header::ObjPtr;
use crate::record::raw::heap::Inside;
use crate::record::raw::world::{self, Stopped};
use crate::record::raw::{collections, deaths, fork, frames, output, tables};
use crate::record::recorder::{Recorder, Said, StepContext};
use crate::record::stack::{self, RunningFrame};
use crate::record::traced_lines::TracedLines;
use crate::record::{RecordOptions, at_exit, describe, text};
use crate::trace::{Event, FileId, Granularity, RaisedAgain, Record, RootKind, State};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use rustpython_vm::builtins::PyCode;
use rustpython_vm::{AsObject, Py, PyObject, VirtualMachine};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Mutex;

pub(crate) struct Session {
    pub recorder: Recorder,
    pub options: RecordOptions,
    /// The line that each running frame was last told to run, by the frame's address.
    lines: HashMap<usize, u32>,
    /// The line that the program's own trace function was last told of each running frame.
    traced_lines: TracedLines,
    /// What the library has under way below the program's own frames, and on threads without any.
    elsewhere: Vec<String>,
    /// The marks of the program's own code objects, by their addresses.
    plans: HashMap<usize, Plan>,
    /// Addresses at which a code object of the program's own has died.
    vacated: HashSet<usize>,
    /// Code objects whose constants are known.
    read: HashSet<usize>,
    /// Code objects of others, whose starts are switched off: address, and place of the start.
    foreign: HashMap<usize, u32>,
    /// What was written and no step has told yet.
    written: output::Written,
    /// Where exceptions have been raised again since the last step.
    raised_again: Vec<RaisedAgain>,
    /// The frames of the step before.
    running: Vec<RunningFrame>,
    /// The innermost of them was about to be left.
    left: bool,
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
    silent: bool,
}

/// A monitoring event, with what the interpreter says of it.
pub(crate) struct MonitoringEvent {
    pub event: EventKind,
    pub code: ObjPtr,
    /// Where its instruction stands in the code, in bytes.
    pub offset: u32,
    /// What is returned, yielded or raised.
    pub passed: Option<ObjPtr>,
    /// The number object that says where, which another tool may have kept.
    pub place: Option<ObjPtr>,
}

pub(crate) enum Answer {
    /// A step was taken, or nothing was to be done.
    Done,
    /// The code is not the program's own.
    Foreign,
    /// A code object of the program's own that was not known yet. The event is to be given again.
    NewCode,
    /// The recording is over.
    Full,
}

/// What the bound is of that a recording can reach.
pub(crate) const STEPS_LIMIT: &str = "steps";

static SESSION: Mutex<Option<Session>> = Mutex::new(None);

/// Opens the session.
pub(crate) fn open(recorder: Recorder, options: RecordOptions) {
    fork::watch();
    *lock() = Some(Session {
        recorder,
        options,
        lines: HashMap::default(),
        traced_lines: TracedLines::default(),
        elsewhere: Vec::new(),
        plans: HashMap::default(),
        vacated: HashSet::default(),
        read: HashSet::default(),
        foreign: HashMap::default(),
        written: output::Written::default(),
        raised_again: Vec::new(),
        running: Vec::new(),
        left: false,
        threads: vec![std::thread::current().id()],
        numbers: BTreeMap::new(),
        replayed: State::default(),
        violations: Vec::new(),
        full: false,
        silent: false,
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
pub(crate) fn add_constants(codes: &[&Py<PyCode>]) {
    let _inside = Inside::enter();
    let mut guard = lock();
    let Some(session) = guard.as_mut() else {
        return;
    };
    let constants = codes
        .iter()
        .filter(|code| session.read.insert(code.get_id()))
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

/// The places of a code object at which marks stand, where it is one of the program's.
pub(crate) fn marked(code: &Py<PyCode>) -> Option<Vec<bool>> {
    let _inside = Inside::enter();
    let guard = lock();
    let plan = guard.as_ref()?.plans.get(&code.get_id())?;
    Some(plan.marked.clone())
}

/// Takes the step that an event stands for.
pub(crate) fn fired(fired: &MonitoringEvent, vm: &VirtualMachine) -> Answer {
    // A copy may not even wait for a lock: a thread that it does not have may hold it.
    if fork::is_forked_child() {
        return Answer::Full;
    }
    if at_exit::is_watching() {
        at_exit::started();
        return Answer::Done;
    }
    let _inside = Inside::enter();
    if let Some(session) = lock().as_mut() {
        session.keep_traced_line(fired, vm);
        if fired.event == EventKind::Instruction && session.has_told(fired) {
            return Answer::Done;
        }
    }
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
    if fork::is_forked_child() {
        return monitor::stop(vm);
    }
    // Each thread comes here once, at its first event after the last step.
    let silent = |session: &mut Session| std::mem::replace(&mut session.silent, true);
    if lock().as_mut().is_none_or(silent) {
        return;
    }
    monitor::stop(vm);
    Session::stop_listening();
    tables::unhook_all();
    deaths::clear();
    collections::clear();
    output::clear();
}

/// Whether a code object is the body of a module.
fn is_module_body(code: &PyCode) -> bool {
    code.code.obj_name.as_str() == "<module>"
}

impl Session {
    fn fired(
        &mut self,
        fired: &MonitoringEvent,
        stopped: Stopped<'_>,
        vm: &VirtualMachine,
    ) -> Answer {
        let Some(code) = fired.code.object().downcast_ref::<PyCode>() else {
            return Answer::Done;
        };
        for address in self.recorder.absorb_deaths() {
            self.forget(address, vm);
        }
        let Some(file) = self.recorder.program.own_file(code) else {
            if fired.event == EventKind::Start {
                if is_module_body(code) {
                    self.recorder.look_at_modules(frames::innermost(), vm);
                }
                self.foreign.insert(fired.code.address(), fired.offset);
                if self.vacated.remove(&fired.code.address()) {
                    monitor::clear_marks(code, vm);
                }
            }
            return Answer::Foreign;
        };
        if !self.keep_marks(fired.event, code, vm) {
            return Answer::NewCode;
        }
        if fired.event == EventKind::Raise
            && let (Some(frame), Some(raised)) = (frames::innermost(), fired.passed)
            && steps::ends_a_loop(frame, raised, vm)
        {
            return Answer::Done;
        }
        self.step(fired, file, stopped, vm)
    }

    /// Notes the module whose body is about to run.
    fn add_module(&mut self) {
        if let Some(namespace) = frames::innermost().map(|frame| frame.globals()) {
            let name = describe::text_in(namespace, "__name__");
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
    fn other_threads(
        &mut self,
        stopped: Stopped<'_>,
        vm: &VirtualMachine,
    ) -> Vec<(u32, Vec<RunningFrame>)> {
        self.elsewhere.clear();
        let implicit_names = self.options.implicit_names;
        let all = stack::other_threads(&mut self.recorder.program, implicit_names, stopped, vm);
        let (own, foreign): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|(_, frames)| frames.iter().any(|frame| frame.own.is_some()));
        let innermost = foreign.iter().filter_map(|(_, frames)| frames.last());
        self.elsewhere = innermost
            .filter_map(|frame| {
                let text = frame.under_way.as_ref()?;
                Some(format!("{text} (library) on another thread"))
            })
            .collect();
        let mut others: Vec<_> = own
            .into_iter()
            .filter_map(|(thread, frames)| Some((*self.numbers.get(&thread)?, frames)))
            .collect();
        others.sort_by_key(|(number, _)| *number);
        others
    }

    fn step(
        &mut self,
        fired: &MonitoringEvent,
        file: FileId,
        stopped: Stopped<'_>,
        vm: &VirtualMachine,
    ) -> Answer {
        let mut running = std::mem::take(&mut self.running);
        stack::running_frames(
            &mut running,
            self.left,
            &mut self.recorder.program,
            self.options.implicit_names,
        );
        let others = if stopped.others {
            self.other_threads(stopped, vm)
        } else {
            self.elsewhere.clear();
            Vec::new()
        };
        let below = others.iter().map(|(_, frames)| frames).chain([&running]);
        let below: Vec<String> = below.flat_map(|frames| stack::below(frames)).collect();
        self.elsewhere.extend(below);
        self.left = matches!(
            fired.event,
            EventKind::Return | EventKind::Yield | EventKind::Unwind
        );
        self.step_in(fired, file, (&mut running, &others), stopped, vm);
        self.running = running;
        if let Some(failure) = self.recorder.failure.take() {
            self.violations.push(failure);
            self.full = true;
            return Answer::Full;
        }
        if self.recorder.builder.steps() >= self.options.max_steps {
            self.full = true;
            let limit = Record::Limit(STEPS_LIMIT.to_owned());
            let sent = self.recorder.builder.send(&limit);
            self.violations.extend(sent.err().map(|e| e.to_string()));
            return Answer::Full;
        }
        Answer::Done
    }

    /// Takes back what a mark has done to the line that the program's own trace function was told last
    /// in the running frame.
    fn keep_traced_line(&mut self, fired: &MonitoringEvent, vm: &VirtualMachine) {
        let Some(frame) = frames::innermost() else {
            return;
        };
        let plan = self.plans.get(&fired.code.address());
        let lines_for_others = plan.is_none_or(|plan| plan.lines_for_others);
        let told = self.lines.get(&frame.address()).copied();
        self.traced_lines
            .keep(fired.event, frame, told, lines_for_others, vm);
    }

    /// Whether an instruction that is about to run tells nothing new.
    fn has_told(&self, fired: &MonitoringEvent) -> bool {
        let code = fired.code.object().downcast_ref::<PyCode>();
        let plan = self.plans.get(&fired.code.address());
        let (Some(code), Some(plan), false) = (code, plan, self.full) else {
            return false;
        };
        if !monitor::is_marked(code, plan) {
            return false;
        }
        if self.options.granularity == Granularity::Instruction {
            return !plan.is_marked(fired.offset);
        }
        let Some(told) = plan.told(fired.offset) else {
            return true;
        };
        let last = frames::innermost().and_then(|frame| self.lines.get(&frame.address()));
        told.again.is_none() && !told.forced && told.line == last.copied()
    }

    /// Forgets a code object that is dead.
    fn forget(&mut self, address: usize, vm: &VirtualMachine) {
        self.read.remove(&address);
        if self.plans.remove(&address).is_some() {
            monitor::forget_own(address, vm);
            self.vacated.insert(address);
        }
        if let Some(start) = self.foreign.remove(&address) {
            monitor::forget_foreign(address, start, vm);
        }
    }

    /// Sees to it that the marks of a code object are as planned: the interpreter puts its own anew
    /// when a program changes what it monitors. False where the code object is not known yet.
    fn keep_marks(&mut self, event: EventKind, code: &Py<PyCode>, vm: &VirtualMachine) -> bool {
        let address = code.get_id();
        let known = self.read.contains(&address);
        if !known && event == EventKind::Start && is_module_body(code) {
            self.add_module();
            self.recorder.look_at_modules(frames::innermost(), vm);
        }
        let granularity = self.options.granularity;
        let plan = self
            .plans
            .entry(address)
            .or_insert_with(|| Plan::of(code, granularity, vm.use_tracing.get()));
        if !monitor::is_marked(code, plan) {
            self.vacated.remove(&address);
            monitor::put_marks(code, plan, granularity, vm);
        }
        known
    }

    fn take(
        &mut self,
        context: StepContext,
        running: &[RunningFrame],
        others: &[(u32, Vec<RunningFrame>)],
        stopped: Stopped<'_>,
        vm: &VirtualMachine,
    ) {
        if self.recorder.builder.steps() >= self.options.max_steps {
            return;
        }
        self.add_written();
        let said = Said {
            stdin: text::between(&self.written.stdout, &mut self.written.stdin),
            stdout: text::take_complete(&mut self.written.stdout),
            stderr: text::take_complete(&mut self.written.stderr),
            raised_again: std::mem::take(&mut self.raised_again),
        };
        self.recorder
            .capture(context, running, others, said, stopped, vm);
        self.verify(vm);
    }

    fn add_written(&mut self) {
        let written = output::drain();
        let before = self.written.stdout.len();
        let read = written.stdin.into_iter();
        let read = read.map(|(behind, text)| (before + behind, text));
        self.written.stdin.extend(read);
        self.written.stdout.extend(written.stdout);
        self.written.stderr.extend(written.stderr);
    }

    /// Holds the changes recorded so far against the heap, where that was asked for, and always in a
    /// debug build.
    fn verify(&mut self, vm: &VirtualMachine) {
        if !self.options.verify && !cfg!(debug_assertions) {
            return;
        }
        if let Some(step) = self.recorder.builder.last() {
            self.replayed.apply(step);
        }
        let number = self.recorder.builder.steps();
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
        stopped: Stopped<'_>,
        vm: &VirtualMachine,
    ) {
        self.add_written();
        let mut written = std::mem::take(&mut self.written);
        let said = Said {
            stdin: text::between(&written.stdout, &mut written.stdin),
            stdout: String::from_utf8_lossy(&written.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&written.stderr).into_owned(),
            raised_again: std::mem::take(&mut self.raised_again),
        };
        let function = self.recorder.builder.symbols.intern(globals.function);
        let context = StepContext {
            event: Event::Exit,
            file: globals.own.unwrap_or(FileId(0)),
            function,
            line: globals.line,
            ran: Some(globals.line),
            opcode: None,
            columns: None,
            offset: None,
            suppresses_context: false,
            machine: None,
            thread: None,
            borrowed: Vec::new(),
            in_flight: raised
                .map(|o| (o, RootKind::UncaughtException))
                .into_iter()
                .collect(),
            elsewhere: Vec::new(),
        };
        self.recorder
            .capture(context, &[globals], &[], said, stopped, vm);
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
