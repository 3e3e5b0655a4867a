//! What the numbers of instructions mean to a Python: it is asked itself.

use super::wire::flow;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// The instructions of a Python.
#[derive(Debug, Clone, Default)]
pub(crate) struct Opcodes {
    /// Their names, by number.
    names: Vec<String>,
    /// Those whose argument is how far they jump.
    jumps: Vec<usize>,
    /// Those whose argument is where they jump to.
    jumps_to: Vec<usize>,
}

impl Opcodes {
    /// Asks a Python.
    pub(super) fn ask(program: &Path) -> io::Result<Opcodes> {
        const QUESTION: &str = "import opcode;print(*opcode.opname);print(*opcode.hasjrel);\
             print(*opcode.hasjabs)";
        let answer = Command::new(program)
            .args(["-I", "-S", "-c", QUESTION])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()?;
        let text = String::from_utf8_lossy(&answer.stdout);
        let mut lines = text.lines();
        let mut words = || lines.next().unwrap_or_default().split_whitespace();
        let names = words().map(str::to_owned).collect();
        let mut numbers = || words().filter_map(|number| number.parse().ok()).collect();
        let (jumps, jumps_to) = (numbers(), numbers());
        Ok(Opcodes {
            names,
            jumps,
            jumps_to,
        })
    }

    /// The name of an instruction, as `dis` writes it.
    pub(super) fn name(&self, number: u64) -> Option<&str> {
        self.names.get(number as usize).map(String::as_str)
    }

    /// Where each leads, as the agent wants to know it; empty where nothing is known.
    pub(super) fn flows(&self) -> String {
        let numbers = 0..=usize::from(u8::MAX);
        let flows = numbers.map_while(|number| {
            let name = self.names.get(number)?;
            let flow = match self.jumps_to.contains(&number) {
                true if name == "JUMP_ABSOLUTE" => flow::TO_ALWAYS,
                true => flow::TO,
                false => flow_of(name, self.jumps.contains(&number)),
            };
            Some(char::from(flow))
        });
        flows.collect()
    }
}

fn flow_of(name: &str, jumps: bool) -> u8 {
    match name {
        "JUMP_FORWARD" => flow::FORWARD_ALWAYS,
        "JUMP_BACKWARD" | "JUMP_BACKWARD_NO_INTERRUPT" => flow::BACK_ALWAYS,
        "RETURN_VALUE" | "RETURN_CONST" | "RAISE_VARARGS" | "RERAISE" | "INTERPRETER_EXIT" => {
            flow::ENDS
        }
        "EXTENDED_ARG" => flow::EXTENDS,
        "RETURN_GENERATOR" => flow::MAKES_GENERATOR,
        "GEN_START" => flow::BEGINS_GENERATOR,
        "CALL_FUNCTION" => flow::CALLS,
        "CALL_FUNCTION_KW" => flow::CALLS_WITH_NAMES,
        // From 3.11 on frames say what they were called by.
        "CALL_FUNCTION_EX" => flow::CALLS_WITH_ALL,
        "CALL_METHOD" => flow::CALLS_METHOD,
        name if jumps && name.contains("BACKWARD") => flow::BACK,
        _ if jumps => flow::FORWARD,
        _ => flow::ON,
    }
}
