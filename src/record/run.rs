//! One run of a program: the interpreter is set up, the program runs, the last step is taken.

use super::exit_functions::exit_functions;
use super::interpreter::{Switches, interpreter};
use super::label::ask;
use super::raw::header::{self, ObjPtr};
use super::raw::heap::{self, Inside};
use super::raw::{
    self, collections, deaths, descriptors, fork, output, slab, tables, world, written,
};
use super::recorder::Recorder;
use super::script::Script;
use super::session::{self, Session};
use super::stack::{self, RunningFrame};
use super::{RecordError, RecordOptions, at_exit, code_views, monitor, standard_input};
use crate::trace::{
    AtExit, Builder, CensusMoment, End, ExitEvent, ExitFunction, FileId, Knowledge, NameKind,
    Outcome, OutsideFact, Record, Run, TracebackEntry,
};
use rustc_hash::FxHashSet as HashSet;
use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyInt, PyStr};
use rustpython_vm::{AsObject, Interpreter, Py, PyResult, VirtualMachine};
use std::fmt;
use std::io::Write;

/// What a run leaves.
#[derive(Debug)]
pub struct Recorded {
    /// Whether anything was recorded; or why nothing true was, although the program ran.
    pub outcome: Result<bool, RecordError>,
    /// This process is a copy that the program has made of itself: it is not recorded.
    pub is_forked_child: bool,
    /// How the program itself ended.
    pub exit: Exit,
}

/// How a program leaves its process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Code(i32),
    /// By a signal; an uncaught `KeyboardInterrupt` ends a program by the one that Ctrl-C sends.
    Signal(i32),
}

impl Exit {
    /// By the signal that Ctrl-C sends.
    pub const INTERRUPTED: Exit = Exit::Signal(2);

    /// The exit code, as a shell has it.
    pub fn code(self) -> i32 {
        match self {
            Exit::Code(code) => code,
            Exit::Signal(signal) => 128 + signal,
        }
    }

    /// Ends as the program has ended: gives its exit code, or dies of the same signal.
    pub fn take(self) -> i32 {
        if let Exit::Signal(signal) = self {
            // The exit code is left where this fails.
            raw::child::die_of(signal);
        }
        self.code()
    }
}

/// What to record, and where its records go.
pub struct Recording {
    /// How to record.
    pub options: RecordOptions,
    /// Takes the bytes of the [`Record`](crate::trace::Record)s as the program runs.
    pub out: Box<dyn Write + Send>,
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Runs `script` with `arguments`, and records it where that is asked for.
///
/// # Errors
/// Where the interpreter cannot be set up for recording. What the program does wrong is no error:
/// it stands in the trace.
pub fn run(
    script: &Script,
    arguments: &[String],
    recording: Option<Recording>,
) -> Result<Recorded, RecordError> {
    let recorded = with_deep_stack(|| run_here(script, arguments, recording))?;
    raw::process::take_back();
    recorded
}

/// Runs on a stack that is deep enough for Python: on the first thread of the process, as Python
/// does, where that can be.
fn with_deep_stack<R: Send>(run: impl FnOnce() -> R + Send) -> Result<R, RecordError> {
    let run = match raw::stack::on_deep_stack(run) {
        Ok(done) => return Ok(done),
        Err(run) => run,
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("main".to_owned())
            .stack_size(raw::stack::bytes_wanted())
            .spawn_scoped(scope, run)
            .map_err(RecordError::Thread)?;
        let done = thread.join();
        Ok(done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

fn run_here(
    script: &Script,
    arguments: &[String],
    recording: Option<Recording>,
) -> Result<Recorded, RecordError> {
    let switches = Switches::of_a_recording();
    let interpreter = interpreter(&switches, argv(script, arguments));
    let (result, last) = interpreter.enter(|vm| -> Result<_, RecordError> {
        let scope = script.prepare(arguments, &switches, vm);
        // What recording needs is made in any case: with and without it the program finds the
        // same objects counted.
        prepare_hooks(vm)?;
        let is_recorded = recording.is_some();
        if let Some(recording) = recording {
            start_recording(script, recording, vm)?;
        }
        let result = scope.and_then(|scope| script.execute(scope, vm));
        let last = match is_recorded {
            true => last_step(&result, vm),
            false => Ok(None),
        };
        Ok((result, last))
    })?;
    let exit = finalize(interpreter, result.err());
    slab::close();
    if fork::is_forked_child() {
        return Ok(Recorded {
            outcome: Ok(false),
            is_forked_child: true,
            exit,
        });
    }
    Ok(Recorded {
        outcome: match last {
            Ok(Some(last)) => end(last, exit).map(|()| true),
            Ok(None) => Ok(false),
            Err(error) => Err(error),
        },
        is_forked_child: false,
        exit,
    })
}

/// What has been recorded up to the last step, and what ended it.
struct LastStep {
    builder: Builder,
    outcome: Outcome,
    /// What is known of what happens then.
    functions: Vec<ExitFunction>,
}

/// Ends the recording: says how what was left has ended.
fn end(last: LastStep, exit: Exit) -> Result<(), RecordError> {
    let _inside = Inside::enter();
    let ending = at_exit::close();
    deaths::watch(false);
    deaths::clear();
    output::tap(false);
    let LastStep {
        mut builder,
        outcome,
        functions,
    } = last;
    let mut written = String::new();
    for event in &ending.events {
        if let ExitEvent::Wrote(text) = event {
            written.push_str(text);
        }
    }
    let step = builder.steps() as u32;
    let functions = functions.into_iter().map(OutsideFact::ExitFunction);
    let died_open = ending.died_open.into_iter();
    let died_open = died_open.map(|(object, descriptor)| OutsideFact::DiedOpen {
        step,
        object,
        descriptor,
    });
    let events = ending.events.into_iter().map(OutsideFact::Exit);
    let facts = functions.chain(died_open).chain(events).collect();
    builder.outside(facts).map_err(RecordError::Write)?;
    let head = builder.last().map(|last| &last.head);
    let end = End {
        line: head.map_or(0, |head| head.ran.unwrap_or(head.line)),
        outcome,
        exit_code: exit.code(),
        at_exit: AtExit {
            stdout: written,
            stderr: String::from_utf8_lossy(&ending.errors).into_owned(),
            finalized: ending.finalized,
            freed: ending.freed,
        },
    };
    builder.send(&Record::End(end)).map_err(RecordError::Write)
}

/// Runs a program as Python's own command does: nothing is recorded, nor could be.
///
/// # Errors
/// Where there is no thread for the interpreter.
pub fn run_as_python(
    script: &Script,
    arguments: &[String],
    switches: &Switches,
) -> Result<Exit, RecordError> {
    with_deep_stack(|| {
        let interpreter = interpreter(switches, argv(script, arguments));
        let result = interpreter.enter(|vm| {
            let scope = script.prepare(arguments, switches, vm)?;
            script.execute(scope, vm)
        });
        finalize(interpreter, result.err())
    })
}

fn argv(script: &Script, arguments: &[String]) -> Vec<String> {
    std::iter::once(script.argv0())
        .chain(arguments.iter().cloned())
        .collect()
}

/// Takes the interpreter down, as Python does at the end of a program that an exception may have
/// ended.
fn finalize(interpreter: Interpreter, raised: Option<PyBaseExceptionRef>) -> Exit {
    let interrupt = interpreter.enter(|vm| {
        let interrupt = raised
            .as_ref()
            .filter(|raised| raised.fast_isinstance(vm.ctx.exceptions.keyboard_interrupt))?;
        // The interpreter would end the process here and now, and nothing that is to be done at
        // exit would be done.
        if let Ok(stdout) = vm.sys_module.get_attr("stdout", vm) {
            let _ = vm.call_method(&stdout, "flush", ());
        }
        vm.print_exception(interrupt);
        Some(())
    });
    if interrupt.is_some() {
        // Its traceback would keep what the program's names hold.
        drop(raised);
        interpreter.finalize(None);
        return Exit::INTERRUPTED;
    }
    Exit::Code(interpreter.finalize(raised) as i32)
}

/// Makes what recording needs: the checked layout, the callbacks.
fn prepare_hooks(vm: &VirtualMachine) -> Result<(), RecordError> {
    if !heap::open() {
        return Err(RecordError::NotInstalled);
    }
    let _inside = Inside::enter();
    header::self_test(vm)?;
    code_views::install(vm)?;
    standard_input::install(vm)?;
    monitor::prepare(vm)
}

fn start_recording(
    script: &Script,
    recording: Recording,
    vm: &VirtualMachine,
) -> Result<(), RecordError> {
    let _inside = Inside::enter();
    let run = Run {
        engine: "RustPython".to_owned(),
        engine_version: super::ENGINE_VERSION.to_owned(),
        knowledge: Knowledge::Lives,
        python: super::version(),
        script: script.shown(),
        granularity: recording.options.granularity,
    };
    let builder = Builder::new(run, recording.out).map_err(RecordError::Write)?;
    deaths::watch(true);
    let mut older = hook_known_types(vm)?;
    add_standard_streams(&mut older, vm);
    let mut program = script.program();
    if let Some(builtins) = vm.builtins.as_object().dict() {
        program.add_foreign_namespace(ObjPtr::of(builtins.as_object()));
    }
    let mut recorder = Recorder::new(builder, program, older);
    written::register();
    let verifies = recording.options.verify || cfg!(debug_assertions);
    recorder.find_changes_by(recording.options.changes_by, verifies);
    world::stopped(vm, |stopped| {
        recorder.begin(stopped, vm);
        recorder.take_census(CensusMoment::Start, vm);
    });
    session::open(recorder, recording.options);
    monitor::start(vm);
    collections::watch(true);
    output::tap(true);
    Ok(())
}

/// Hooks the types of all objects that the interpreter has so far; returns their addresses.
fn hook_known_types(vm: &VirtualMachine) -> Result<HashSet<usize>, RecordError> {
    let mut seen = HashSet::default();
    let mut open = vec![ObjPtr::of(vm.sys_module.as_object())];
    for name in ["builtins", "sys"] {
        if let Ok(module) = vm.import(name, 0) {
            open.push(ObjPtr::of(&module));
        }
    }
    // Nothing that can be walked refers to a code object.
    if let Ok(code) = vm.compile("0", rustpython_vm::compiler::Mode::Exec, "<memviz>") {
        tables::hook(code.as_object())?;
    }
    while let Some(object) = open.pop() {
        if !seen.insert(object.address()) {
            continue;
        }
        tables::hook(object.object())?;
        tables::hook(object.object().class().as_object())?;
        object.extend_referents(&mut open);
    }
    Ok(seen)
}

/// Adds what the interpreter's own streams are made of, which no walk shows, to what is older than the
/// recording. Their descriptors are known.
fn add_standard_streams(older: &mut HashSet<usize>, vm: &VirtualMachine) {
    for (descriptor, name) in (0..).zip(["__stdin__", "__stdout__", "__stderr__"]) {
        let Ok(text) = vm.sys_module.get_attr(name, vm) else {
            continue;
        };
        let buffer = ask(&text, "buffer", vm);
        let raw = buffer.as_ref().and_then(|buffer| ask(buffer, "raw", vm));
        for part in [&buffer, &raw].into_iter().flatten() {
            older.insert(ObjPtr::of(part).address());
        }
        if let Some(raw) = raw {
            descriptors::learn(ObjPtr::of(&raw), descriptor);
        }
    }
}

/// Takes the last step and closes the session; what is left is watched to its end.
fn last_step(result: &PyResult<()>, vm: &VirtualMachine) -> Result<Option<LastStep>, RecordError> {
    if fork::is_forked_child() {
        return Ok(None);
    }
    let _inside = Inside::enter();
    let Some(mut session) = session::close() else {
        Session::stop(vm);
        return Ok(None);
    };
    let raised = result.as_ref().err();
    let mut functions = Vec::new();
    if !session.full
        && let Some(frame) = module_frame(&mut session, vm)
    {
        let raised = raised.map(|exception| ObjPtr::of(exception.as_object()));
        world::stopped(vm, |stopped| session.exit_step(frame, raised, stopped, vm));
        // No more steps are taken, but how what is left ends is watched.
        monitor::starts_only(vm);
        collections::watch(false);
        let (known, code) = exit_functions(&mut session.recorder, vm);
        functions = known;
        let holders = session.recorder.resource_addresses();
        at_exit::watch(session.recorder.living_addresses(), &code, holders);
    } else {
        Session::stop(vm);
    }
    if let Some(first) = session.violations.first() {
        return Err(RecordError::Unfaithful(first.clone()));
    }
    if session.recorder.builder.steps() == 0 {
        return Ok(None);
    }
    let outcome = if session.full {
        Outcome::Limit {
            limit: session::STEPS_LIMIT.to_owned(),
        }
    } else {
        raised.map_or(Outcome::Finished, |exception| {
            outcome_of(exception, &mut session, vm)
        })
    };
    let builder = session.recorder.builder;
    Ok(Some(LastStep {
        builder,
        outcome,
        functions,
    }))
}

/// The main module's names after its frame has gone: they last until the interpreter goes.
fn module_frame(session: &mut Session, vm: &VirtualMachine) -> Option<RunningFrame> {
    let head = &session.recorder.builder.last()?.head;
    let (file, line) = (FileId(0), head.line);
    let modules = vm.sys_module.get_attr("modules", vm).ok()?;
    let main = modules.get_item("__main__", vm).ok()?;
    let namespace = ObjPtr::of(main.dict()?.as_object());
    let implicit_names = session.options.implicit_names;
    let (names, unshown) = stack::namespace_names(namespace, NameKind::Global, implicit_names);
    Some(RunningFrame {
        // No frame stands here any more: the module itself keeps the names.
        address: 0,
        object: None,
        own: Some(file),
        function: "<module>",
        qualified: "<module>",
        line,
        names,
        unshown,
        called: None,
        identity: (0, 0, 0),
        fresh: true,
        arguments: 0,
        assigned: [None, None],
        body: None,
        namespace: Some(namespace),
        under_way: None,
    })
}

fn outcome_of(
    exception: &PyBaseExceptionRef,
    session: &mut Session,
    vm: &VirtualMachine,
) -> Outcome {
    let exceptions = &vm.ctx.exceptions;
    if exception.fast_isinstance(exceptions.system_exit) {
        return Outcome::Exit {
            code: exit_code(exception, vm),
        };
    }
    if exception.fast_isinstance(exceptions.keyboard_interrupt) {
        return Outcome::Interrupted;
    }
    Outcome::Exception {
        type_name: exception.class().name().to_owned(),
        message: message_of(exception, vm),
        traceback: traceback_of(exception, session),
    }
}

/// The code that `SystemExit` carries, as the interpreter will take it.
fn exit_code(exception: &Py<PyBaseException>, vm: &VirtualMachine) -> i32 {
    let Some(code) = exception.get_arg(0) else {
        return 0;
    };
    if vm.is_none(&code) {
        return 0;
    }
    code.downcast_ref::<PyInt>()
        .map_or(1, |code| i32::try_from(code.as_bigint()).unwrap_or(-1))
}

/// The exception's own text, made from its arguments without calling its `__str__`.
fn message_of(exception: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let arguments = exception.args();
    match arguments.as_slice() {
        [] => String::new(),
        [only] => match only.downcast_ref::<PyStr>() {
            Some(text) => text.to_string_lossy().into_owned(),
            None => super::text::key(only, vm),
        },
        several => {
            let parts: Vec<String> = several.iter().map(|a| super::text::key(a, vm)).collect();
            format!("({})", parts.join(", "))
        }
    }
}

fn traceback_of(exception: &Py<PyBaseException>, session: &mut Session) -> Vec<TracebackEntry> {
    let mut entries = Vec::new();
    let mut next = exception.__traceback__();
    while let Some(traceback) = next {
        let code = traceback.frame.iframe().code();
        let program = &mut session.recorder.program;
        let file = match program.own_file(code) {
            Some(id) => program.files[id.0 as usize].path.clone(),
            None => code.source_path().as_str().to_owned(),
        };
        entries.push(TracebackEntry {
            file,
            line: traceback.lineno.get() as u32,
            function: code.code.obj_name.as_str().to_owned(),
        });
        next = traceback.next.lock().clone();
    }
    entries
}
