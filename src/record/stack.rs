//! The running call frames: whose they are, where they stand, what their names lead to.

use super::program::Program;
use super::raw::header::{ObjPtr, fast_locals};
use crate::trace::{FileId, NameKind};
use rustpython_vm::builtins::{PyCode, PyStr};
use rustpython_vm::bytecode::{CO_FAST_CELL, CO_FAST_FREE, CO_FAST_HIDDEN, CodeFlags};
use rustpython_vm::frame::FrameObject;
use rustpython_vm::{AsObject, Py};

/// One name of a running frame and the object that it leads to.
#[derive(Debug, Clone)]
pub(crate) struct RunningName {
    pub name: String,
    pub kind: NameKind,
    pub to: ObjPtr,
}

/// One running frame.
#[derive(Debug, Clone)]
pub(crate) struct RunningFrame {
    /// The frame as an object.
    pub object: ObjPtr,
    /// The file, for frames of the program's own code.
    pub own: Option<FileId>,
    pub function: &'static str,
    pub line: u32,
    pub names: Vec<RunningName>,
    /// The function object that runs in it.
    pub called: Option<ObjPtr>,
}

/// What the interpreter puts into a module's namespace, or a class body's, by itself.
const IMPLICIT_NAMES: [&str; 18] = [
    "__name__",
    "__doc__",
    "__package__",
    "__loader__",
    "__spec__",
    "__file__",
    "__cached__",
    "__path__",
    "__builtins__",
    "__annotations__",
    "__annotate__",
    "__conditional_annotations__",
    "__module__",
    "__qualname__",
    "__firstlineno__",
    "__static_attributes__",
    "__classdict__",
    "__classdictcell__",
];

/// The frames of the current thread, oldest first.
pub(crate) fn running_frames(program: &mut Program, implicit_names: bool) -> Vec<RunningFrame> {
    let mut frames = Vec::new();
    rustpython_vm::frame::for_each_current_frame(|frame| {
        frames.push(read(frame, program, implicit_names));
    });
    frames.reverse();
    frames
}

fn read(frame: &Py<FrameObject>, program: &mut Program, implicit_names: bool) -> RunningFrame {
    let code = frame.iframe().code();
    let own = program.own_file(code);
    let mut names = Vec::new();
    let optimized = code.code.flags.contains(CodeFlags::OPTIMIZED);
    let locals = frame.iframe().locals.get().map(|locals| ObjPtr::of(locals.obj()));
    let mut referents = Vec::new();
    ObjPtr::of(frame.as_object()).extend_referents(&mut referents);
    let slots = fast_locals(frame);
    let slot_names = super::label::slot_names(code);
    for ((slot, name), kind) in slots.iter().zip(&slot_names).zip(&*code.code.localspluskinds) {
        let Some(to) = *slot else { continue };
        names.push(RunningName {
            name: (*name).to_owned(),
            kind: slot_kind(*kind),
            to,
        });
    }
    if let (Some(namespace), false) = (locals, optimized) {
        let global = ObjPtr::of(frame.iframe().globals().as_object()) == namespace;
        let kind = if global { NameKind::Global } else { NameKind::Local };
        names.extend(namespace_names(namespace, kind, implicit_names && own.is_some()));
    }
    // After code, function, globals, builtins and the filled slots comes the value stack.
    let anchors = if frame.iframe().func_obj().is_some() { 4 } else { 3 };
    let filled = slots.iter().flatten().count();
    let end = match locals {
        Some(locals) => referents
            .iter()
            .rposition(|referent| *referent == locals)
            .unwrap_or(referents.len()),
        None => referents.len(),
    };
    let stack = referents.get(anchors + filled..end).unwrap_or_default();
    names.extend(stack.iter().enumerate().map(|(depth, to)| RunningName {
        name: format!("stack {depth}"),
        kind: NameKind::Stack,
        to: *to,
    }));
    RunningFrame {
        object: ObjPtr::of(frame.as_object()),
        own,
        function: code.code.obj_name.as_str(),
        line: frame.current_location().line.get() as u32,
        names,
        called: frame.iframe().func_obj().map(ObjPtr::of),
    }
}

fn slot_kind(flags: u8) -> NameKind {
    if flags & CO_FAST_CELL != 0 {
        NameKind::Cell
    } else if flags & CO_FAST_FREE != 0 {
        NameKind::Free
    } else {
        NameKind::Local
    }
}

/// The entries of a namespace dict, without those that the interpreter made.
pub(crate) fn namespace_names(
    namespace: ObjPtr,
    kind: NameKind,
    implicit_names: bool,
) -> Vec<RunningName> {
    let mut entries = Vec::new();
    namespace.extend_referents(&mut entries);
    entries
        .chunks_exact(2)
        .filter_map(|entry| {
            let key = entry[0].object().downcast_ref::<PyStr>()?;
            let name = key.to_string_lossy();
            if !implicit_names && IMPLICIT_NAMES.contains(&&*name) {
                return None;
            }
            Some(RunningName {
                name: name.into_owned(),
                kind,
                to: entry[1],
            })
        })
        .collect()
}

/// Whether a comprehension that was compiled into its function is under way in the frame.
pub(crate) fn inside_comprehension(frame: &Py<FrameObject>) -> bool {
    let code: &Py<PyCode> = frame.iframe().code();
    fast_locals(frame)
        .iter()
        .zip(&*code.code.localspluskinds)
        .any(|(slot, kind)| slot.is_some() && kind & CO_FAST_HIDDEN != 0)
}
