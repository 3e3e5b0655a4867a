//! One file through all stages.

use super::decode;
use super::failure::{self, Failed};
use super::line_ends::LineEndMap;
use super::{code, names, on_deep_stack, tokens, tree};
use crate::record::interpreter::{Switches, version};
use crate::trace::stages::{
    EncodingSource, Failure, Lines, Span, StageKind, Stages, StagesEngine, Token,
};
use rustpython_vm::compiler::ast::Mod;
use rustpython_vm::compiler::core::SourceFileBuilder;
use rustpython_vm::compiler::parser::{self, ParseErrorType};
use rustpython_vm::compiler::{self, CompileError, Mode};
use std::io;

/// The stages of what stands in a file. `path` is the file's name, as the user says it.
///
/// # Errors
/// Where there is no thread for it.
pub fn of_bytes(path: &str, bytes: &[u8]) -> io::Result<Stages> {
    on_deep_stack(|| {
        let decoded = decode::decode(path, bytes);
        let mut stages = understood(path, decoded.facts, &decoded.source, decoded.failed);
        if let Some(failure) = &mut stages.failure {
            *failure = failure::as_python_says(failure, path, bytes, &stages.source);
        }
        stages
    })
}

/// The stages of a file of a program that runs, of which a recorder has read `text`: of the file
/// itself, where that still says the same. No interpreter is asked. `None` where it does not compile:
/// then this is not what runs.
///
/// # Errors
/// Where there is no thread for it.
pub(crate) fn of_running(path: &str, text: &str) -> io::Result<Option<Stages>> {
    // A pipe has been read by the program, and would be waited for.
    let is_file = std::fs::metadata(path).is_ok_and(|found| found.is_file());
    let bytes = is_file.then(|| std::fs::read(path).ok()).flatten();
    let same = bytes.filter(|bytes| String::from_utf8_lossy(bytes) == text);
    on_deep_stack(|| {
        let stages = match same {
            Some(bytes) => {
                let decoded = decode::decode_alone(path, &bytes);
                understood(path, decoded.facts, &decoded.source, decoded.failed)
            }
            None => {
                let facts = decode::facts(path, None, text, EncodingSource::Text);
                understood(path, facts, text, None)
            }
        };
        stages.failure.is_none().then_some(stages)
    })
}

/// Why a file does not become code, in the compiler's own words, as far as that can be told without
/// asking an interpreter.
///
/// # Errors
/// Where there is no thread for it.
pub fn failure_of(path: &str, bytes: &[u8]) -> io::Result<Option<Failure>> {
    on_deep_stack(|| {
        let decoded = decode::decode_alone(path, bytes);
        if decoded.failed.is_some() {
            // An interpreter may know an encoding for it.
            return None;
        }
        understood(path, decoded.facts, &decoded.source, None).failure
    })
}

/// The interpreter that is compiled in.
fn engine() -> StagesEngine {
    StagesEngine {
        name: "RustPython".to_owned(),
        version: crate::record::ENGINE_VERSION.to_owned(),
        python: version(),
    }
}

fn understood(
    path: &str,
    facts: crate::trace::stages::FileFacts,
    source: &str,
    failed: Option<Failed>,
) -> Stages {
    let mut stages = Stages {
        engine: engine(),
        file: facts,
        source: source.to_owned(),
        tokens: Vec::new(),
        tree: Vec::new(),
        scopes: Vec::new(),
        codes: Vec::new(),
        failure: None,
    };
    let failed = match failed {
        Some(failed) => Some(failed),
        None => {
            // The interpreter reads CR LF as LF.
            let ends = LineEndMap::of(source);
            let done = fill(path, ends.source(), &mut stages);
            ends.restore(&mut stages);
            done.err().map(|failed| failed.restored(&ends))
        }
    };
    stages.failure = failed.map(|failed| failed.failure(&stages.source));
    stages.linked()
}

/// Takes the source as far as it goes.
fn fill(path: &str, source: &str, stages: &mut Stages) -> Result<(), Failed> {
    let file = SourceFileBuilder::new(path, source).finish();
    let at = |stage| move |error: CompileError| Failed::by(stage, &error, source);
    if let Err(error) = compiler::pre_parse_source_error(&file) {
        let failed = Failed::by(StageKind::Tokens, &error, source);
        stages.tokens = tokens_before(source, failed.span);
        return Err(failed);
    }
    let options = Switches::of_a_recording().compile_options();
    let parsed = parser::parse_unchecked(source, parser::Mode::Module.into());
    stages.tokens = tokens::tokens(parsed.tokens(), source);
    let is_lexical = |error: &parser::ParseError| matches!(error.error, ParseErrorType::Lexical(_));
    let failing = match parsed.errors().iter().any(is_lexical) {
        true => StageKind::Tokens,
        false => StageKind::Tree,
    };
    // What it says of a wrong program is the interpreter's own business; it parses again.
    let table = compiler::compile_symtable(source, Mode::Exec, path);
    if !parsed.has_valid_syntax() || matches!(table, Err(CompileError::Parse(_))) {
        let failed = match table {
            Err(error) => Failed::by(failing, &error, source),
            Ok(_) => Failed::unsaid(failing),
        };
        if failing == StageKind::Tokens {
            let before = stages
                .tokens
                .partition_point(|one| failed.span.is_none_or(|span| one.span.end <= span.start));
            stages.tokens.truncate(before);
        }
        return Err(failed);
    }
    let module = parsed.into_syntax();
    compiler::too_deeply_nested_error(&module, &file, options.recursion_limit)
        .map_err(at(StageKind::Tree))?;
    if let Mod::Module(module) = &module {
        stages.tree = tree::tree(module, &file);
    }
    drop(module);
    stages.scopes = names::scopes(table.map_err(at(StageKind::Names))?);
    let compiled = compiler::compile(source, Mode::Exec, path, options);
    let compiled = compiled.map_err(at(StageKind::Code))?;
    stages.codes = code::codes(&compiled, &Lines::of(source));
    Ok(())
}

/// The tokens in front of a place at which the interpreter's own tokenizer gives up.
fn tokens_before(source: &str, span: Option<Span>) -> Vec<Token> {
    let parsed = parser::parse_unchecked(source, parser::Mode::Module.into());
    let mut all = tokens::tokens(parsed.tokens(), source);
    // What could not be understood may nest deeper than any stack on which it could be dropped.
    std::mem::forget(parsed);
    let end = span.map_or(0, |span| span.start);
    all.truncate(all.partition_point(|one| one.span.end <= end));
    all
}
