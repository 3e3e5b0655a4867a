//! What is run: as Python's command line has it, and as Python runs it.

use super::executable;
use super::interpreter::Switches;
use super::program::{COMMAND_FILE, Program, STDIN_FILE};
use rustpython_vm::builtins::PyCode;
use rustpython_vm::scope::Scope;
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What to run, as Python's command line has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    File(PathBuf),
    /// A file that can be read only once (a pipe), and what was read.
    Piped(PathBuf, Vec<u8>),
    /// A folder or ZIP archive with a `__main__.py` in it.
    Bundle(PathBuf),
    /// `-c CODE`
    Command(String),
    /// `-m MODULE`
    Module(String),
    /// The source, read from standard input, and the word that asked for it: `-`, or none.
    Stdin(&'static str, Vec<u8>),
}

impl Script {
    /// The script that a path leads to. Reads a file that can be read only once.
    ///
    /// # Errors
    /// Where the file is not there or cannot be read.
    pub fn at(path: &Path) -> io::Result<Script> {
        let kind = fs::metadata(path)?.file_type();
        if kind.is_dir() {
            return Ok(Script::Bundle(path.to_path_buf()));
        }
        let mut file = File::open(path)?;
        if !kind.is_file() {
            let mut source = Vec::new();
            file.read_to_end(&mut source)?;
            return Ok(Script::Piped(path.to_path_buf(), source));
        }
        let path = path.to_path_buf();
        Ok(if is_archive(&mut file)? {
            Script::Bundle(path)
        } else {
            Script::File(path)
        })
    }

    /// The script that standard input holds.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn from_stdin(word: &'static str) -> io::Result<Script> {
        let mut source = Vec::new();
        io::stdin().read_to_end(&mut source)?;
        Ok(Script::Stdin(word, source))
    }

    /// The script as the user named it.
    pub fn shown(&self) -> String {
        match self {
            Script::File(path) | Script::Piped(path, _) | Script::Bundle(path) => {
                path.to_string_lossy().into_owned()
            }
            Script::Command(_) => "-c".to_owned(),
            Script::Module(name) => format!("-m {name}"),
            Script::Stdin(word, _) => (*word).to_owned(),
        }
    }

    /// What `sys.argv` begins with.
    pub(super) fn argv0(&self) -> String {
        match self {
            Script::Module(_) => "-m".to_owned(),
            other => other.shown(),
        }
    }

    /// The command line by which Python would be asked for the same.
    fn command_line(&self, arguments: &[String]) -> Vec<String> {
        let words = match self {
            Script::Command(code) => vec!["-c".to_owned(), code.clone()],
            Script::Module(name) => vec!["-m".to_owned(), name.clone()],
            Script::Stdin("", _) => Vec::new(),
            other => vec![other.shown()],
        };
        let python = executable::python().to_string_lossy().into_owned();
        std::iter::once(python)
            .chain(words)
            .chain(arguments.iter().cloned())
            .collect()
    }

    pub(super) fn program(&self) -> Program {
        let text = |source: &[u8]| String::from_utf8_lossy(source).into_owned();
        match self {
            Script::File(path) => {
                let shown = path.parent().unwrap_or(Path::new("")).to_path_buf();
                Program::in_folder(folder_of(path), shown)
            }
            Script::Bundle(path) => {
                let full = fs::canonicalize(path).unwrap_or_default();
                Program::in_folder(full, path.clone())
            }
            Script::Piped(path, source) => Program::inline(full(path), text(source)),
            Script::Command(source) => Program::inline(COMMAND_FILE.to_owned(), source.clone()),
            Script::Stdin(_, source) => Program::inline(STDIN_FILE.to_owned(), text(source)),
            Script::Module(_) => Program::in_folder(current_folder(), PathBuf::new()),
        }
    }

    /// What Python does before the program itself: `sys.path[0]`, `site`.
    pub(super) fn prepare(
        &self,
        arguments: &[String],
        switches: &Switches,
        vm: &VirtualMachine,
    ) -> PyResult<Scope> {
        let scope = vm.new_scope_with_main()?;
        let words = self.command_line(arguments).into_iter();
        let words = words.map(|word| vm.ctx.new_str(word).into());
        let words = vm.ctx.new_list(words.collect());
        vm.sys_module.set_attr("orig_argv", words, vm)?;
        // Both are missing only where the standard library is: the program will say so itself.
        let _ = vm.import("warnings", 0);
        if !switches.no_site {
            let _ = vm.import("site", 0);
        }
        let first_path = match self {
            Script::File(path) | Script::Piped(path, _) => folder_of(path),
            Script::Bundle(path) => path.clone(),
            Script::Command(_) | Script::Stdin(..) => PathBuf::new(),
            Script::Module(_) => current_folder(),
        };
        if !switches.keeps_path_safe() || matches!(self, Script::Bundle(_)) {
            vm.insert_sys_path(vm.fsdecode(first_path).into())?;
        }
        Ok(scope)
    }

    pub(super) fn execute(&self, scope: Scope, vm: &VirtualMachine) -> PyResult<()> {
        match self {
            Script::File(path) => vm.run_script(scope, &full(path)),
            Script::Command(source) => vm.run_string(scope, source, COMMAND_FILE).map(drop),
            Script::Stdin(_, source) => run_bytes(source, STDIN_FILE, scope, vm),
            Script::Piped(path, source) => {
                let file = full(path);
                let name = vm.ctx.new_str(file.as_str());
                scope.globals.set_item("__file__", name.into(), vm)?;
                run_bytes(source, &file, scope, vm)
            }
            Script::Module(name) => vm.run_module(name),
            Script::Bundle(_) => {
                let runpy = vm.import("runpy", 0)?;
                let run = runpy.get_attr("_run_module_as_main", vm)?;
                run.call(("__main__", false), vm).map(drop)
            }
        }
    }
}

/// Whether a file ends as a ZIP archive does. Archives are run as programs, whatever they begin with.
fn is_archive(file: &mut File) -> io::Result<bool> {
    /// The record at the end, and the longest comment that may follow it.
    const END: usize = 22;
    const COMMENT: u64 = 65_535;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(END as u64 + COMMENT)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    Ok(tail.windows(END).enumerate().any(|(at, record)| {
        let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
        record.starts_with(b"PK\x05\x06") && at + END + comment == tail.len()
    }))
}

/// Compiles and runs source as it stands in a file, by the encoding that it names.
fn run_bytes(source: &[u8], name: &str, scope: Scope, vm: &VirtualMachine) -> PyResult<()> {
    let compile = vm.builtins.get_attr("compile", vm)?;
    let bytes: PyObjectRef = vm.ctx.new_bytes(source.to_vec()).into();
    let code = compile.call((bytes, name, "exec", 0, true), vm)?;
    let code: PyRef<PyCode> = code
        .downcast()
        .map_err(|_| vm.new_type_error("compile() gave no code"))?;
    // So that tracebacks can show its lines.
    let _ = vm.register_code_in_linecache(&code, &String::from_utf8_lossy(source));
    vm.run_code_obj(code, scope).map(drop)
}

fn full(path: &Path) -> String {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    full.to_string_lossy().into_owned()
}

pub(super) fn folder_of(path: &Path) -> PathBuf {
    fs::canonicalize(path)
        .ok()
        .and_then(|full| full.parent().map(Path::to_path_buf))
        .unwrap_or_default()
}

fn current_folder() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}
