//! Sets an interpreter up, as Python's own command line and environment say.

use super::executable;
use rustpython_vm::compiler::CompileOpts;
use rustpython_vm::{Interpreter, InterpreterBuilder, Settings};
use std::env;
use std::path::PathBuf;

/// What Python's own options say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Switches {
    /// `-b`, how often
    pub bytes_warning: u8,
    /// `-d`
    pub debug: u8,
    /// `-B`
    pub dont_write_bytecode: bool,
    /// `-E`
    pub ignore_environment: bool,
    /// `-I`: also `-E`, `-P` and `-s`
    pub isolated: bool,
    /// `-S`
    pub no_site: bool,
    /// `-s`
    pub no_user_site: bool,
    /// `-O`, how often
    pub optimize: u8,
    /// `-q`
    pub quiet: bool,
    /// `-P`
    pub safe_path: bool,
    /// `-u`
    pub unbuffered: bool,
    /// `-v`, how often
    pub verbose: u8,
    /// `-W`
    pub warnings: Vec<String>,
    /// `-X`
    pub extra: Vec<(String, Option<String>)>,
}

impl Switches {
    /// Those under which a program runs that is recorded, or could be: its output goes out as it
    /// is written, so that each step knows what was written in it.
    pub(crate) fn of_a_recording() -> Switches {
        Switches {
            unbuffered: true,
            dont_write_bytecode: true,
            ..Switches::default()
        }
    }

    /// Whether the program's folder is kept off the places where modules are looked for.
    pub(crate) fn keeps_path_safe(&self) -> bool {
        self.safe_path || self.isolated || self.variable("PYTHONSAFEPATH").is_some()
    }

    /// A variable of the environment, where it is set to anything and is to be heeded.
    fn variable(&self, name: &str) -> Option<String> {
        if self.ignore_environment || self.isolated {
            return None;
        }
        let value = env::var_os(name)?.to_string_lossy().into_owned();
        (!value.is_empty()).then_some(value)
    }

    /// A variable that is a number, or stands for 1.
    fn level(&self, name: &str) -> u8 {
        self.variable(name)
            .map_or(0, |value| value.parse().unwrap_or(1))
    }

    /// What `-X name=value` says, or the variable.
    fn extra(&self, name: &str, variable: &str) -> Option<String> {
        let given = self.extra.iter().rev().find(|(known, _)| known == name);
        match given {
            Some((_, value)) => Some(value.clone().unwrap_or_default()),
            None => self.variable(variable),
        }
    }

    fn settings(&self, argv: Vec<String>) -> Settings {
        let mut settings = Settings::default();
        settings.argv = argv;
        settings.isolated = self.isolated;
        settings.ignore_environment = self.ignore_environment || self.isolated;
        settings.safe_path = self.keeps_path_safe();
        settings.import_site = !self.no_site;
        settings.user_site_directory =
            !(self.no_user_site || self.isolated || self.variable("PYTHONNOUSERSITE").is_some());
        settings.debug = self.debug.max(self.level("PYTHONDEBUG"));
        settings.optimize = self.optimize.max(self.level("PYTHONOPTIMIZE"));
        settings.verbose = self.verbose.max(self.level("PYTHONVERBOSE"));
        settings.quiet = self.quiet;
        settings.write_bytecode =
            !self.dont_write_bytecode && self.variable("PYTHONDONTWRITEBYTECODE").is_none();
        settings.buffered_stdio = !self.unbuffered && self.variable("PYTHONUNBUFFERED").is_none();
        // The interpreter does not ask the system for its locale, and would take ASCII for text.
        settings.utf8_mode = 1;
        settings.bytes_warning = self.bytes_warning.into();
        settings.install_signal_handlers = true;
        settings.xoptions = self.extra.clone();
        settings.dev_mode = self.extra("dev", "PYTHONDEVMODE").is_some();
        settings.warnoptions = self.all_warnings(settings.dev_mode);
        self.read_encoding(&mut settings);
        self.read_numbers(&mut settings);
        if let Some(path) = self.variable("PYTHONPATH") {
            settings.path_list = path.split(':').map(str::to_owned).collect();
        }
        settings
    }

    /// How the interpreter compiles the program's files.
    pub(crate) fn compile_options(&self) -> CompileOpts {
        let settings = self.settings(Vec::new());
        CompileOpts {
            optimize: settings.optimize.min(2),
            debug_ranges: settings.code_debug_ranges,
            ..CompileOpts::default()
        }
    }

    /// In Python's order: what is said last wins.
    fn all_warnings(&self, dev_mode: bool) -> Vec<String> {
        let mut all: Vec<String> = dev_mode.then(|| "default".to_owned()).into_iter().collect();
        if let Some(given) = self.variable("PYTHONWARNINGS") {
            all.extend(given.split(',').map(str::to_owned));
        }
        all.extend(self.warnings.iter().cloned());
        match self.bytes_warning {
            0 => {}
            1 => all.push("default::BytesWarning".to_owned()),
            _ => all.push("error::BytesWarning".to_owned()),
        }
        all
    }

    fn read_encoding(&self, settings: &mut Settings) {
        let Some(given) = self.variable("PYTHONIOENCODING") else {
            return;
        };
        let (encoding, errors) = given.split_once(':').unwrap_or((&given, ""));
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        settings.stdio_encoding = some(encoding);
        settings.stdio_errors = some(errors);
    }

    fn read_numbers(&self, settings: &mut Settings) {
        let seed = self.variable("PYTHONHASHSEED");
        settings.hash_seed = seed.and_then(|seed| seed.parse().ok());
        let digits = self.extra("int_max_str_digits", "PYTHONINTMAXSTRDIGITS");
        if let Some(digits) = digits.and_then(|digits| digits.parse().ok()) {
            settings.int_max_str_digits = digits;
        }
        let count = self.extra("cpu_count", "PYTHON_CPU_COUNT");
        settings.cpu_count = count.and_then(|count| count.parse().ok());
        settings.code_debug_ranges = self
            .extra("no_debug_ranges", "PYTHONNODEBUGRANGES")
            .is_none();
        settings.warn_default_encoding = self
            .extra("warn_default_encoding", "PYTHONWARNDEFAULTENCODING")
            .is_some();
    }
}

/// Python's version, as `python3 --version` has it.
pub fn version() -> String {
    use rustpython_vm::version::{MAJOR, MICRO, MINOR};
    format!("{MAJOR}.{MINOR}.{MICRO}")
}

/// Makes an interpreter with the whole standard library.
pub(crate) fn interpreter(switches: &Switches, argv: Vec<String>) -> Interpreter {
    let builder = InterpreterBuilder::new();
    let modules = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
    let python: PathBuf = executable::python();
    builder
        .settings(switches.settings(argv))
        .add_native_modules(&modules)
        .add_frozen_modules(rustpython_pylib::FROZEN_STDLIB)
        .init_hook(move |vm| {
            let state = rustpython_vm::common::rc::PyRc::get_mut(&mut vm.state);
            if let Some(state) = state {
                let paths = &mut state.config.paths;
                paths.stdlib_dir = Some(rustpython_pylib::LIB_PATH.to_owned());
                paths.executable = python.to_string_lossy().into_owned();
                paths.base_executable = paths.executable.clone();
            }
        })
        .interpreter()
}
