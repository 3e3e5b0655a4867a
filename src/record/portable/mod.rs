//! Records a Python that no agent knows, by a recorder that is written in Python itself. It tells what
//! can be reached, and no counts.

use super::cpython::{Assembler, Launch, Opcodes, Python, place_of, run_of};
use super::raw::ring::file_in_memory;
use super::script::Script;
use super::{RecordError, RecordOptions};
use crate::trace::{Granularity, Knowledge};
use std::fmt::Write as _;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::process::Command;

const RECORDER: &str = include_str!("recorder.py");

/// Prepares the run of a script whose recorder writes to `pipe`.
pub(super) fn launch(
    python: &Python,
    script: &Script,
    arguments: &[String],
    options: &RecordOptions,
    pipe: &File,
) -> Result<(Launch, Assembler), RecordError> {
    let place = place_of(script)?;
    let (kind, named, source) = match script {
        Script::File(path) => ("file", path.to_string_lossy().into_owned(), ""),
        Script::Command(code) => ("command", String::new(), code.as_str()),
        Script::Bundle(_) => return Err(RecordError::NotPortable("a folder or archive")),
        Script::Module(_) => return Err(RecordError::NotPortable("a module by its name")),
        Script::Piped(..) | Script::Stdin(..) => return Err(RecordError::NoFile),
    };
    let inline = place.inline.as_ref().map_or("", |(name, _)| name.as_str());
    let shown: Vec<String> = arguments.iter().map(|one| literal(one)).collect();
    let text = format!(
        "SETTINGS = {{'folder': {}, 'inline': {}, 'max_steps': {}, 'granularity': {}, \
         'implicit_names': {}, 'kind': '{kind}', 'script': {}, 'source': {}, 'arguments': [{}]}}\n{RECORDER}",
        literal(&place.folder.to_string_lossy()),
        literal(inline),
        options.max_steps,
        u8::from(options.granularity != Granularity::Call),
        if options.implicit_names {
            "True"
        } else {
            "False"
        },
        literal(&named),
        literal(source),
        shown.join(", "),
    );
    let file = file_in_memory(text.as_bytes()).map_err(RecordError::Child)?;
    let boot = format!(
        "exec(compile((lambda f:(f.read(),f.close()))(open('/dev/fd/{0}'))[0],'<memviz>','exec'),\
         {{'SOURCE':{0},'DESCRIPTOR':{1}}})",
        file.as_raw_fd(),
        pipe.as_raw_fd(),
    );
    let mut command = Command::new(&python.program);
    command.arg("-c").arg(boot).args(arguments);
    let run = run_of(python, script, options, Knowledge::Reachable);
    let assembler = Assembler::new(run, place, Opcodes::default()).map_err(RecordError::Write)?;
    Ok((Launch::plain(command, file), assembler))
}

/// A text as Python writes it, in any of its versions.
fn literal(text: &str) -> String {
    let mut out = "u'".to_owned();
    for character in text.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '/' | '.' | '_' | '-' => out.push(character),
            other => {
                // Writing to a text does not fail.
                let _ = write!(out, "\\U{:08x}", u32::from(other));
            }
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn a_literal_is_ascii_and_closed() {
        assert_eq!(literal("a'\\é"), "u'a\\U00000027\\U0000005c\\U000000e9'");
    }
}
