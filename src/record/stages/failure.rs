//! What fails, as Python says it.

use super::line_ends::LineEndMap;
use crate::record::interpreter::{Switches, interpreter};
use crate::trace::stages::{Failure, Lines, Span, StageKind};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt, PyStr};
use rustpython_vm::compiler::CompileError;
use rustpython_vm::compiler::core::SourceLocation;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

/// A stage that failed, as the compiler says it.
#[derive(Debug)]
pub(super) struct Failed {
    stage: StageKind,
    message: String,
    pub span: Option<Span>,
}

impl Failed {
    /// An error that a stage gave for `source`.
    pub(super) fn by(stage: StageKind, error: &CompileError, source: &str) -> Failed {
        let lines = Lines::of(source);
        let place = |location: SourceLocation| {
            let line = location.line.get() as u32;
            lines.at_character(source, line, location.character_offset.get() as u32)
        };
        let (start, end) = match error {
            CompileError::Codegen(error) => (error.location, error.end_location),
            CompileError::Parse(error) => (Some(error.location), Some(error.end_location)),
        };
        let start = start.map(place);
        let end = end.map(place);
        Failed {
            stage,
            message: error.to_string(),
            span: start.map(|start| Span::new(start, end.unwrap_or(start).max(start))),
        }
    }

    /// The bytes are no text.
    pub(super) fn unreadable() -> Failed {
        Failed {
            message: "the file cannot be decoded".to_owned(),
            ..Failed::unsaid(StageKind::File)
        }
    }

    /// The parser refuses what the compiler does not speak of.
    pub(super) fn unsaid(stage: StageKind) -> Failed {
        Failed {
            stage,
            message: "invalid syntax".to_owned(),
            span: None,
        }
    }

    pub(super) fn restored(mut self, ends: &LineEndMap<'_>) -> Failed {
        self.span = self.span.map(|span| ends.place(span));
        self
    }

    pub(super) fn failure(self, source: &str) -> Failure {
        let start = self
            .span
            .map(|span| Lines::of(source).position(source, span.start));
        Failure {
            stage: self.stage,
            kind: "SyntaxError".to_owned(),
            message: self.message,
            line: start.map_or(0, |start| start.line),
            column: start.map_or(0, |start| start.column),
            span: self.span,
            printed: String::new(),
        }
    }
}

/// Runs with an interpreter of its own, which is set up for nothing but that.
pub(super) fn with_interpreter<R>(run: impl FnOnce(&VirtualMachine) -> R) -> R {
    let switches = Switches {
        no_site: true,
        isolated: true,
        dont_write_bytecode: true,
        warnings: vec!["ignore".to_owned()],
        ..Switches::default()
    };
    interpreter(&switches, Vec::new()).enter(run)
}

/// The failure as Python says it when it compiles the same bytes; as it is, where Python says nothing.
pub(super) fn as_python_says(failure: &Failure, path: &str, bytes: &[u8], source: &str) -> Failure {
    let said = with_interpreter(|vm| {
        let compile = vm.builtins.get_attr("compile", vm).ok()?;
        let bytes: PyObjectRef = vm.ctx.new_bytes(bytes.to_vec()).into();
        let error = compile.call((bytes, path, "exec", 0, true), vm).err()?;
        said(failure, &error, source, vm).ok()
    });
    said.unwrap_or_else(|| failure.clone())
}

fn said(
    failure: &Failure,
    error: &PyBaseExceptionRef,
    source: &str,
    vm: &VirtualMachine,
) -> PyResult<Failure> {
    let number = |name: &'static str| {
        let value = error.as_object().get_attr(name, vm).ok()?;
        let value = value.downcast_ref::<PyInt>()?.as_bigint();
        u32::try_from(value).ok()
    };
    let message = match error.as_object().get_attr("msg", vm) {
        Ok(message) => message.str(vm)?,
        Err(_) => error.as_object().str(vm)?,
    };
    let (line, column) = (number("lineno"), number("offset"));
    let lines = Lines::of(source);
    let place = |line, column| lines.at_character(source, line, column);
    let start = line.map(|line| place(line, column.unwrap_or(1)));
    let end = number("end_lineno").zip(number("end_offset"));
    let end = end
        .filter(|end| end.0 > 0)
        .map(|(line, column)| place(line, column));
    let span = start.map(|start| match end {
        Some(end) if end > start => Span::new(start, end),
        // Python underlines a single character then.
        _ => Span::new(start, behind(source, start)),
    });
    Ok(Failure {
        stage: failure.stage,
        kind: error.class().name().to_string(),
        message: message.to_string_lossy().into_owned(),
        line: line.unwrap_or(0),
        column: column.unwrap_or(0),
        // A file that could not be decoded has no places.
        span: span.filter(|_| failure.stage != StageKind::File),
        printed: printed(error, vm)?,
    })
}

/// The place behind the character at a place.
fn behind(source: &str, at: u32) -> u32 {
    let character = source
        .get(at as usize..)
        .and_then(|rest| rest.chars().next());
    at + character.map_or(0, char::len_utf8) as u32
}

/// What Python prints of it.
fn printed(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult<String> {
    let traceback = vm.import("traceback", 0)?;
    let format = traceback.get_attr("format_exception_only", vm)?;
    let lines = format.call((error.clone(),), vm)?;
    let join = vm.ctx.new_str("").as_object().get_attr("join", vm)?;
    let text = join.call((lines,), vm)?;
    let text = text.downcast_ref::<PyStr>();
    Ok(text.map_or_else(String::new, |text| text.to_string_lossy().into_owned()))
}
