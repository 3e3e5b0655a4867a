//! The running call frames: whose they are, where they stand, what their names lead to.

use super::assigned::assigned;
use super::implicit_names::is_implicit;
use super::program::Program;
use super::raw::frames::{self, LiveFrame};
use super::raw::header::ObjPtr;
use super::raw::world::Stopped;
use crate::trace::{FileId, NameKind};
use rustpython_vm::builtins::{PyCode, PyStr};
use rustpython_vm::bytecode::{CO_FAST_CELL, CO_FAST_FREE, CodeFlags};
use rustpython_vm::{Py, VirtualMachine};
use std::borrow::Cow;
use std::sync::atomic::Ordering;

/// One name of a running frame and the object that it leads to.
#[derive(Debug, Clone)]
pub(crate) struct RunningName {
    pub name: Cow<'static, str>,
    pub kind: NameKind,
    pub to: ObjPtr,
    /// It is an entry of the frame's namespace.
    pub in_namespace: bool,
    /// The key that it has there, where that is counted.
    pub key: Option<ObjPtr>,
}

/// One running frame.
#[derive(Debug, Clone)]
pub(crate) struct RunningFrame {
    /// Where the frame stands; the next call may get the same place.
    pub address: usize,
    /// The frame as an object, where there is one.
    pub object: Option<ObjPtr>,
    /// The file, for frames of the program's own code.
    pub own: Option<FileId>,
    pub function: &'static str,
    /// The same with the class or function that it stands in: `finalize.__call__`.
    pub qualified: &'static str,
    pub line: u32,
    pub names: Vec<RunningName>,
    /// Names that the interpreter made and that are not shown.
    pub unshown: Vec<RunningName>,
    /// The function object that runs in it.
    pub called: Option<ObjPtr>,
    /// Address, code and instruction: a frame of which all are the same has not run.
    pub identity: (usize, usize, u32),
    /// It was read at this step.
    pub fresh: bool,
    /// How many of the first names are arguments.
    pub arguments: u32,
    /// Names whose variables are being replaced: what they show may be freed already.
    pub assigned: [Option<&'static str>; 2],
    /// The dict of a class body that runs: its entries are this frame's names.
    pub body: Option<ObjPtr>,
    /// What it has under way while code runs above it.
    pub under_way: Option<String>,
    /// The dict in which its names stand, of a module or class body or of code that is executed.
    pub namespace: Option<ObjPtr>,
}

impl RunningFrame {
    /// Whether the frame at the same depth is this one, and has not run since it was read.
    fn still_stands(&self, frame: LiveFrame, identity: (usize, usize, u32)) -> bool {
        self.identity == identity
            && self.namespace.is_none()
            && self.object == frame.object()
            // Others can write to its variables, through its `f_locals`.
            && frame.has_in_slots(self.names.iter().map(|name| name.to))
    }
}

/// Room for the names of most frames.
const NAMES: usize = 16;

/// The frames of the current thread, oldest first. `before` are those of the step before; `left`: at
/// that step the innermost was about to be left. A frame that has run no instruction since is as it
/// was, except for names that stand in a namespace, which others can change.
pub(crate) fn running_frames(
    before: &mut Vec<RunningFrame>,
    left: bool,
    program: &mut Program,
    implicit_names: bool,
) {
    let mut live = frames::running();
    live.reverse();
    // The frame that was innermost has gone on, even where it still stands at the same instruction;
    // the one that is innermost now is read in any case. Where it was left, those below may have
    // gone on as well and have called again, down to the next frame of the program's own: that one
    // cannot be left without a step.
    let innermost = before.len().saturating_sub(1);
    let gone_on = if left {
        let below = &before[..innermost];
        below
            .iter()
            .rposition(|frame| frame.own.is_some())
            .unwrap_or(0)
    } else {
        innermost
    };
    let waiting = gone_on.min(live.len().saturating_sub(1));
    before.truncate(live.len());
    for (place, frame) in live.into_iter().enumerate() {
        let identity = (
            frame.address(),
            frame.code_address(),
            frame.last_instruction(),
        );
        if place < waiting
            && let Some(old) = before.get_mut(place)
            && old.still_stands(frame, identity)
        {
            old.fresh = false;
            continue;
        }
        let mut new = read(frame, identity, program, implicit_names);
        leave_to_frame_below(&mut new, before.get(..place).unwrap_or(before));
        match before.get_mut(place) {
            Some(old) => *old = new,
            None => before.push(new),
        }
    }
}

/// Code that is executed in the namespace of a frame below has no names of its own.
fn leave_to_frame_below(frame: &mut RunningFrame, below: &[RunningFrame]) {
    let same = |other: &RunningFrame| other.namespace == frame.namespace;
    if frame.namespace.is_some() && below.iter().any(same) {
        frame.names.retain(|name| !name.in_namespace);
        frame.unshown.clear();
    }
}

/// The frames of the other threads, each thread's oldest first, by the thread's identifier. The
/// world is stopped.
pub(crate) fn other_threads(
    program: &mut Program,
    implicit_names: bool,
    stopped: Stopped<'_>,
    vm: &VirtualMachine,
) -> Vec<(u64, Vec<RunningFrame>)> {
    let own = frames::innermost().map_or(0, LiveFrame::address);
    let mut tops: Vec<(u64, usize)> = {
        let registry = vm.state.thread_frames.lock();
        let tops = registry.iter();
        tops.map(|(thread, slot)| (*thread, slot.top_iframe.load(Ordering::Acquire)))
            .collect()
    };
    tops.retain(|(_, top)| *top != own && *top != 0);
    tops.sort_unstable();
    tops.into_iter()
        .map(|(thread, top)| {
            let mut live = frames::running_of(top, stopped);
            live.reverse();
            let mut frames: Vec<RunningFrame> = Vec::with_capacity(live.len());
            for frame in live {
                let identity = (frame.address(), frame.code_address(), 0);
                let mut new = read(frame, identity, program, implicit_names);
                leave_to_frame_below(&mut new, &frames);
                frames.push(new);
            }
            (thread, frames)
        })
        .collect()
}

/// What the library has under way below the program's first frame: calls of native code that has
/// called back.
pub(crate) fn below(frames: &[RunningFrame]) -> Vec<String> {
    let own = frames.iter().position(|frame| frame.own.is_some());
    let pairs = frames.iter().zip(frames.iter().skip(1));
    let waiting = pairs.take(own.unwrap_or(0)).filter_map(|(waits, above)| {
        let text = waits.under_way.as_ref()?;
        // What calls a Python function itself leaves nothing behind but what is known.
        (text.strip_prefix("call of ") != Some(above.function)).then(|| format!("{text} (library)"))
    });
    waiting.collect()
}

/// The current thread's identifier, as the interpreter's table of threads has it.
pub(crate) fn current_thread(vm: &VirtualMachine) -> Option<u64> {
    let own = frames::innermost().map_or(0, LiveFrame::address);
    let registry = vm.state.thread_frames.lock();
    registry
        .iter()
        .find(|(_, slot)| slot.top_iframe.load(Ordering::Acquire) == own)
        .map(|(thread, _)| *thread)
}

fn read(
    frame: LiveFrame,
    identity: (usize, usize, u32),
    program: &mut Program,
    implicit_names: bool,
) -> RunningFrame {
    let code = frame.code();
    let own = program.own_file(code);
    let mut names = Vec::with_capacity(NAMES);
    let slot_names = super::label::slot_names(code);
    let kinds = &*code.code.localspluskinds;
    for ((slot, name), kind) in frame.slots().iter().zip(&slot_names).zip(kinds) {
        let Some(to) = *slot else { continue };
        names.push(RunningName {
            name: Cow::Borrowed(name),
            kind: slot_kind(*kind),
            to,
            in_namespace: false,
            key: None,
        });
    }
    let mut unshown = Vec::new();
    let optimized = code.code.flags.contains(CodeFlags::OPTIMIZED);
    let namespace = frame.namespace().filter(|_| !optimized);
    if let Some(namespace) = namespace {
        let global = frame.globals() == namespace;
        let kind = if global {
            NameKind::Global
        } else {
            NameKind::Local
        };
        let all = namespace_names(namespace, kind, implicit_names && own.is_some());
        names.extend(all.0);
        unshown = all.1;
    }
    let stack = frame.value_stack().into_iter().enumerate();
    names.extend(stack.map(|(depth, to)| RunningName {
        name: Cow::Owned(format!("stack {depth}")),
        kind: NameKind::Stack,
        to,
        in_namespace: false,
        key: None,
    }));
    RunningFrame {
        address: frame.address(),
        object: frame.object(),
        own,
        function: code.code.obj_name.as_str(),
        qualified: code.code.qualname.as_str(),
        line: frame.line(),
        names,
        unshown,
        called: frame.function(),
        identity,
        fresh: true,
        arguments: names_of_arguments(code, &frame),
        assigned: assigned(code, frame.last_instruction())
            .map(|slot| slot_names.get(slot?).copied()),
        body: namespace.filter(|namespace| *namespace != frame.globals()),
        namespace,
        under_way: program.waiting.under_way(code, frame.last_instruction()),
    }
}

/// How many of the frame's filled slots, which come first, hold arguments.
fn names_of_arguments(code: &Py<PyCode>, frame: &LiveFrame) -> u32 {
    let count = (code.code.arg_count + code.code.kwonlyarg_count) as usize;
    let slots = frame.slots();
    slots
        .iter()
        .take(count)
        .filter(|slot| slot.is_some())
        .count() as u32
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

/// The entries of a namespace dict, and apart from them those that the interpreter made and that are
/// not to be shown.
pub(crate) fn namespace_names(
    namespace: ObjPtr,
    kind: NameKind,
    implicit_names: bool,
) -> (Vec<RunningName>, Vec<RunningName>) {
    let mut entries = Vec::with_capacity(4 * NAMES);
    namespace.extend_referents(&mut entries);
    let names = entries.chunks_exact(2).filter_map(|entry| {
        let key = entry[0].object().downcast_ref::<PyStr>()?;
        // An immortal key's text stays for as long as the interpreter does.
        let name = match key.to_str() {
            Some(text) if entry[0].refcount().is_none() => Cow::Borrowed(text),
            _ => Cow::Owned(key.to_string_lossy().into_owned()),
        };
        Some(RunningName {
            name,
            kind,
            to: entry[1],
            in_namespace: true,
            key: entry[0].refcount().map(|_| entry[0]),
        })
    });
    names.partition(|name| implicit_names || !is_implicit(&name.name))
}
