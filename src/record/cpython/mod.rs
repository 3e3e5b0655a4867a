//! Records a CPython of the user's own: an agent is loaded into it, says what it finds, and a recording is
//! made of that here.

mod assembler;
mod ending;
mod opcodes;
mod stacks;
mod values;
#[path = "agent/wire.rs"]
#[allow(dead_code, reason = "the agent uses the rest")]
mod wire;

use super::raw::ring::file_in_memory;
use super::run::Exit;
use super::script::{Script, folder_of};
use super::{RecordError, RecordOptions};
use crate::trace::{Granularity, Knowledge, Run};
pub(super) use assembler::{Assembler, Place};
pub(super) use opcodes::Opcodes;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wire::{ENV_PRELOAD, ENV_RING, ENV_SETTINGS, Settings};

/// The agent, as the build script has made it; empty where it cannot run.
const AGENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/agent.so"));

/// A Python on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    /// What starts it.
    pub program: PathBuf,
    /// `CPython`, `PyPy`, ...
    pub name: String,
    /// Its version.
    pub version: String,
    /// The interpreter's own, where that is another.
    pub engine_version: String,
    /// The collector or the object's header is another than in the usual build.
    is_special: bool,
}

impl Python {
    /// Asks a program what Python it is.
    ///
    /// # Errors
    /// Where it does not start or does not answer as a Python does.
    pub fn ask(program: &Path) -> io::Result<Python> {
        // Those before 3.4 know nothing of `-I`.
        let isolated = Python::answer(program, &["-I", "-S"])?;
        let answer = isolated.map_or_else(|| Python::answer(program, &[]), |found| Ok(Some(found)));
        answer?.ok_or_else(|| io::Error::other("it does not answer as a Python does"))
    }

    /// What a program answers that is started so.
    fn answer(program: &Path, switches: &[&str]) -> io::Result<Option<Python>> {
        const QUESTION: &str = "import platform as p, sys;print(p.python_implementation());\
             print('.'.join(p.python_version_tuple()));\
             print('.'.join(map(str,getattr(sys,'pypy_version_info',sys.version_info)[:3])));\
             print('t' in getattr(sys,'abiflags','') or 'd' in getattr(sys,'abiflags',''))";
        let answer = Command::new(program)
            .args(switches)
            .args(["-c", QUESTION])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()?;
        let text = String::from_utf8_lossy(&answer.stdout);
        let mut lines = text.lines().map(str::to_owned);
        Ok(
            match (
                lines.next(),
                lines.next(),
                lines.next(),
                lines.next(),
                answer.status.success(),
            ) {
                (Some(name), Some(version), Some(engine_version), Some(special), true) => {
                    Some(Python {
                        program: program.to_owned(),
                        name,
                        version,
                        engine_version,
                        is_special: special == "True",
                    })
                }
                _ => None,
            },
        )
    }

    /// The second number of its version, where the first is 3.
    fn minor(&self) -> Option<u32> {
        let rest = self.version.strip_prefix("3.")?;
        rest.split('.').next()?.parse().ok()
    }

    /// Whether the agent can be loaded into it, as far as its name and version tell. Any other is
    /// recorded by what is written in Python itself.
    pub fn takes_agent(&self) -> bool {
        let is_known = self.minor().is_some_and(|minor| (9..=13).contains(&minor));
        !AGENT.is_empty() && self.name == "CPython" && is_known && !self.is_special
    }
}

/// What a program needs to be recorded on a Python of the user's own.
pub(super) struct Launch {
    command: Command,
    /// What the program in the child's place is to find open.
    carried: File,
    /// Those of the agent, where there is one.
    settings: Option<Settings>,
}

/// Prepares the run of a script.
pub(super) fn launch(
    python: &Python,
    script: &Script,
    arguments: &[String],
    options: &RecordOptions,
) -> Result<(Launch, Assembler), RecordError> {
    let place = place_of(script)?;
    let mut command = Command::new(&python.program);
    match script {
        Script::File(path) | Script::Bundle(path) => command.arg(path),
        Script::Command(code) => command.arg("-c").arg(code),
        Script::Module(name) => command.arg("-m").arg(name),
        Script::Piped(..) | Script::Stdin(..) => return Err(RecordError::NoFile),
    };
    command.args(arguments);
    let granularity = match options.granularity {
        Granularity::Call => 0,
        Granularity::Line => 1,
        Granularity::Instruction => 2,
    };
    // Before 3.11 what a call has called is found by its instructions.
    let wants_opcodes = options.granularity == Granularity::Instruction
        || python.minor().is_some_and(|minor| minor < 11);
    let opcodes = match wants_opcodes {
        true => Opcodes::ask(&python.program).map_err(RecordError::Child)?,
        false => Opcodes::default(),
    };
    let settings = Settings {
        folder: place.folder.to_string_lossy().into_owned(),
        inline: place
            .inline
            .as_ref()
            .map_or(String::new(), |(name, _)| name.clone()),
        max_steps: options.max_steps as u64,
        granularity,
        implicit_names: options.implicit_names,
        flows: opcodes.flows(),
    };
    let run = run_of(python, script, options, Knowledge::Lives);
    let carried = file_in_memory(AGENT).map_err(RecordError::Child)?;
    let assembler = Assembler::new(run, place, opcodes).map_err(RecordError::Write)?;
    let launch = Launch {
        command,
        carried,
        settings: Some(settings),
    };
    Ok((launch, assembler))
}

/// Who records what.
pub(super) fn run_of(
    python: &Python,
    script: &Script,
    options: &RecordOptions,
    knowledge: Knowledge,
) -> Run {
    Run {
        engine: python.name.clone(),
        engine_version: python.engine_version.clone(),
        knowledge,
        python: python.version.clone(),
        script: script.shown(),
        granularity: options.granularity,
    }
}

pub(super) fn place_of(script: &Script) -> Result<Place, RecordError> {
    let current = || std::env::current_dir().unwrap_or_default();
    Ok(match script {
        Script::File(path) => Place {
            folder: folder_of(path),
            shown: path.parent().unwrap_or(Path::new("")).to_path_buf(),
            inline: None,
        },
        Script::Bundle(path) => Place {
            folder: path.canonicalize().unwrap_or_default(),
            shown: path.clone(),
            inline: None,
        },
        Script::Module(_) => Place {
            folder: current(),
            shown: PathBuf::new(),
            inline: None,
        },
        Script::Command(source) => Place {
            folder: current(),
            shown: PathBuf::new(),
            inline: Some(("<string>".to_owned(), source.clone())),
        },
        Script::Piped(..) | Script::Stdin(..) => return Err(RecordError::NoFile),
    })
}

impl Launch {
    /// Runs a command without an agent.
    pub(super) fn plain(command: Command, carried: File) -> Launch {
        Launch {
            command,
            carried,
            settings: None,
        }
    }

    /// Puts the Python into this process's place; `out` is what it writes to: with an agent, the file of
    /// the shared memory. Returns where that cannot be done.
    pub(super) fn start(mut self, out: &File) -> io::Error {
        let Some(settings) = self.settings else {
            return self.command.exec();
        };
        let own = format!("/proc/self/fd/{}", self.carried.as_raw_fd());
        let mut preload = own.clone();
        if let Some(before) = std::env::var_os("LD_PRELOAD") {
            preload = format!("{own}:{}", before.to_string_lossy());
            self.command.env(ENV_PRELOAD, before);
        }
        let descriptors = format!("{},{}", out.as_raw_fd(), self.carried.as_raw_fd());
        self.command
            .env("LD_PRELOAD", preload)
            .env(ENV_RING, descriptors)
            .env(ENV_SETTINGS, settings.to_text())
            .exec()
    }

    /// How a process ends whose program could not be started, as a shell has it.
    pub(super) fn failed(error: &io::Error) -> Exit {
        match error.kind() {
            io::ErrorKind::NotFound => Exit::Code(127),
            _ => Exit::Code(126),
        }
    }
}
