//! One run of a program: the interpreter is set up, the program runs, the last step is taken.

use super::program::{COMMAND_FILE, Program, STDIN_FILE};
use super::raw::header::{self, ObjPtr};
use super::raw::heap::{self, Inside};
use super::raw::{collections, deaths, output, tables};
use super::recorder::Recorder;
use super::session::{self, Session};
use super::stack::{self, RunningFrame};
use super::{RecordError, RecordOptions, code_views, monitor};
use crate::trace::{FileId, Header, NameKind, Outcome, Trace, TracebackEntry};
use rustc_hash::FxHashSet as HashSet;
use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyInt, PyStr};
use rustpython_vm::scope::Scope;
use rustpython_vm::{
    AsObject, Interpreter, InterpreterBuilder, Py, PyResult, Settings, VirtualMachine,
};
use std::path::{Path, PathBuf};

/// Address space for the interpreter's stack. While recording, each Python call takes some of it,
/// which it does not otherwise; with this much, Python's own recursion limit comes first.
const STACK_BYTES: usize = 1 << 30;

/// What to run, as Python's command line has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    File(PathBuf),
    /// `-c CODE`
    Command(String),
    /// `-m MODULE`
    Module(String),
    /// `-`: the source, read from standard input.
    Stdin(String),
}

impl Script {
    /// The script as the user named it.
    pub fn shown(&self) -> String {
        match self {
            Script::File(path) => path.to_string_lossy().into_owned(),
            Script::Command(_) => "-c".to_owned(),
            Script::Module(name) => format!("-m {name}"),
            Script::Stdin(_) => "-".to_owned(),
        }
    }

    fn program(&self) -> Program {
        match self {
            Script::File(path) => {
                let folder = std::fs::canonicalize(path)
                    .ok()
                    .and_then(|full| full.parent().map(Path::to_path_buf))
                    .unwrap_or_default();
                let shown = path.parent().unwrap_or(Path::new("")).to_path_buf();
                Program::in_folder(folder, shown)
            }
            Script::Command(source) => Program::inline(COMMAND_FILE, source.clone()),
            Script::Stdin(source) => Program::inline(STDIN_FILE, source.clone()),
            Script::Module(_) => {
                Program::in_folder(std::env::current_dir().unwrap_or_default(), PathBuf::new())
            }
        }
    }
}

/// What a run leaves.
#[derive(Debug)]
pub struct Recorded {
    /// The recording, where one was asked for and the program got as far as its first step.
    pub trace: Option<Trace>,
    /// The program's own exit code.
    pub exit_code: i32,
}

/// Runs `script` with `arguments`, and records it where `options` are given. `before_exit` is
/// called with the trace of a program that was interrupted: the interpreter ends the process with
/// it.
///
/// # Errors
/// Where the interpreter cannot be set up for recording. What the program does wrong is no error:
/// it stands in the trace.
pub fn run(
    script: &Script,
    arguments: &[String],
    options: Option<&RecordOptions>,
    before_exit: &mut (dyn FnMut(&Trace) + Send),
) -> Result<Recorded, RecordError> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("main".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || run_here(script, arguments, options, before_exit))
            .map_err(RecordError::Thread)?
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn interpreter(script: &Script, arguments: &[String]) -> Interpreter {
    let mut settings = Settings::default();
    let name = match script {
        Script::File(path) => path.to_string_lossy().into_owned(),
        Script::Command(_) => "-c".to_owned(),
        Script::Module(_) => "-m".to_owned(),
        Script::Stdin(_) => "-".to_owned(),
    };
    settings.argv = std::iter::once(name)
        .chain(arguments.iter().cloned())
        .collect();
    // Output goes out as it is written, so that each step knows what was written in it.
    settings.buffered_stdio = false;
    // The interpreter does not ask the system for its locale, and would take ASCII for text.
    settings.utf8_mode = 1;
    settings.install_signal_handlers = true;
    settings.write_bytecode = false;
    let builder = InterpreterBuilder::new();
    let modules = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
    builder
        .settings(settings)
        .add_native_modules(&modules)
        .add_frozen_modules(rustpython_pylib::FROZEN_STDLIB)
        .init_hook(|vm| {
            let state = rustpython_vm::common::rc::PyRc::get_mut(&mut vm.state);
            if let Some(state) = state {
                state.config.paths.stdlib_dir = Some(rustpython_pylib::LIB_PATH.to_owned());
            }
        })
        .interpreter()
}

fn run_here(
    script: &Script,
    arguments: &[String],
    options: Option<&RecordOptions>,
    before_exit: &mut (dyn FnMut(&Trace) + Send),
) -> Result<Recorded, RecordError> {
    let interpreter = interpreter(script, arguments);
    let result = interpreter.enter(|vm| -> Result<_, RecordError> {
        let scope = prepare(script, vm);
        // What recording needs is made in any case: with and without it the program finds the
        // same objects counted.
        prepare_hooks(vm)?;
        if let Some(options) = options {
            start_recording(script, options, vm)?;
        }
        let result = scope.and_then(|scope| execute(script, scope, vm));
        let trace = match options {
            Some(options) => finish_recording(script, options, &result, vm)?,
            None => None,
        };
        Ok((result, trace))
    });
    let (result, trace) = result?;
    let interrupted = interpreter.enter(|vm| {
        result
            .as_ref()
            .is_err_and(|exception| exception.fast_isinstance(vm.ctx.exceptions.keyboard_interrupt))
    });
    if let (Some(trace), true) = (&trace, interrupted) {
        before_exit(trace);
    }
    let exit_code = interpreter.finalize(result.err());
    Ok(Recorded {
        trace,
        exit_code: exit_code as i32,
    })
}

/// What Python does before the program itself: `site`, `sys.path[0]`.
fn prepare(script: &Script, vm: &VirtualMachine) -> PyResult<Scope> {
    let scope = vm.new_scope_with_main()?;
    // Both are missing only where the standard library is: the program will say so itself.
    let _ = vm.import("warnings", 0);
    let _ = vm.import("site", 0);
    let first_path = match script {
        Script::File(path) => std::fs::canonicalize(path)
            .ok()
            .and_then(|full| full.parent().map(|p| p.to_string_lossy().into_owned()))
            .unwrap_or_default(),
        Script::Command(_) | Script::Stdin(_) => String::new(),
        Script::Module(_) => std::env::current_dir()
            .map(|folder| folder.to_string_lossy().into_owned())
            .unwrap_or_default(),
    };
    vm.insert_sys_path(vm.ctx.new_str(first_path).into())?;
    Ok(scope)
}

fn execute(script: &Script, scope: Scope, vm: &VirtualMachine) -> PyResult<()> {
    match script {
        Script::File(path) => {
            let full = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            vm.run_script(scope, &full.to_string_lossy())
        }
        Script::Command(source) => vm.run_string(scope, source, COMMAND_FILE).map(drop),
        Script::Stdin(source) => vm.run_string(scope, source, STDIN_FILE).map(drop),
        Script::Module(name) => vm.run_module(name),
    }
}

/// Makes what recording needs: the checked layout, the callbacks.
fn prepare_hooks(vm: &VirtualMachine) -> Result<(), RecordError> {
    heap::open();
    let _inside = Inside::enter();
    header::self_test(vm)?;
    code_views::install(vm)?;
    monitor::prepare(vm)
}

fn start_recording(
    script: &Script,
    options: &RecordOptions,
    vm: &VirtualMachine,
) -> Result<(), RecordError> {
    let _inside = Inside::enter();
    deaths::watch(true);
    let older = hook_known_types(vm)?;
    let mut program = script.program();
    if let Some(builtins) = vm.builtins.as_object().dict() {
        program.add_foreign_namespace(ObjPtr::of(builtins.as_object()));
    }
    let mut recorder = Recorder::new(program, older);
    recorder.begin(vm);
    session::open(recorder, options.clone());
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

fn finish_recording(
    script: &Script,
    options: &RecordOptions,
    result: &PyResult<()>,
    vm: &VirtualMachine,
) -> Result<Option<Trace>, RecordError> {
    Session::stop(vm);
    let _inside = Inside::enter();
    let Some(mut session) = session::close() else {
        return Ok(None);
    };
    let raised = result.as_ref().err();
    if !session.full
        && let Some(frame) = module_frame(&mut session, vm)
    {
        let raised = raised.map(|exception| ObjPtr::of(exception.as_object()));
        session.exit_step(frame, raised, vm);
    }
    if let Some(first) = session.violations.first() {
        return Err(RecordError::Unfaithful(first.clone()));
    }
    if session.recorder.steps.len() == 0 {
        return Ok(None);
    }
    let outcome = if session.full {
        Outcome::Limit {
            limit: "steps".to_owned(),
        }
    } else {
        raised.map_or(Outcome::Finished, |exception| {
            outcome_of(exception, &mut session, vm)
        })
    };
    let exit_code = match &outcome {
        Outcome::Exit { code } => *code,
        Outcome::Exception { .. } => 1,
        Outcome::Interrupted => 130,
        Outcome::Finished | Outcome::Limit { .. } => 0,
    };
    let recorder = session.recorder;
    Ok(Some(Trace {
        header: Header {
            engine: "RustPython".to_owned(),
            engine_version: "0.6.0".to_owned(),
            python: format!(
                "{}.{}.{}",
                rustpython_vm::version::MAJOR,
                rustpython_vm::version::MINOR,
                rustpython_vm::version::MICRO
            ),
            script: script.shown(),
            granularity: options.granularity,
            outcome,
            exit_code,
            files: recorder.program.files,
        },
        symbols: recorder.symbols,
        objects: recorder.objects,
        steps: recorder.steps.into_vec(),
    }))
}

/// The main module's names after its frame has gone: they last until the interpreter goes.
fn module_frame(session: &mut Session, vm: &VirtualMachine) -> Option<RunningFrame> {
    let head = &session.recorder.steps.last()?.head;
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
