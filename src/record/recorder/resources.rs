//! What can be open, held or running: files, sockets, locks, processes, temporary files. Their states
//! are looked at in each step, and told where they have changed.
//!
//! Nothing of the program's is run for it: native types are asked by their own functions, and only
//! where their data has changed; what a class of the library's keeps in its attributes is
//! read there.

use super::{Recorder, StepContext, ending};
use crate::record::describe::value_in;
use crate::record::label::ask;
use crate::record::raw::descriptors::{self, OpenDescriptor};
use crate::record::raw::header::ObjPtr;
use crate::record::raw::payload::bytes_of;
use crate::trace::{FileId, Moment, ObjId, OutsideFact, ResourceFact, ResourceKind};
use rustpython_vm::builtins::{PyInt, PyStr, PyType};
use rustpython_vm::{AsObject, Py, PyObject, VirtualMachine};
use std::collections::BTreeMap;
use std::fs;

/// What is looked at.
#[derive(Debug)]
struct Watched {
    pointer: ObjPtr,
    kind: ResourceKind,
    /// The object's own data when it was last asked.
    data: Vec<u8>,
    /// What was told last.
    told: Option<State>,
    /// It can be read what it has open when it dies.
    shows_descriptor: bool,
}

/// What there is to know of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct State {
    is_open: bool,
    descriptor: Option<i32>,
    mode: Option<String>,
    name: Option<String>,
    is_borrowed: bool,
    owner: Option<u32>,
    process: Option<(i32, Option<i32>)>,
}

impl State {
    /// Told of an object, from a step on.
    fn fact(self, object: ObjId, kind: ResourceKind, (at, file): (Moment, FileId)) -> OutsideFact {
        OutsideFact::Resource(ResourceFact {
            step: at.step,
            line: at.line,
            file,
            object,
            kind,
            is_open: self.is_open,
            descriptor: self.descriptor,
            mode: self.mode,
            name: self.name,
            is_borrowed: self.is_borrowed,
            owner: self.owner,
            process: self.process,
        })
    }
}

/// A holder of a descriptor that may be dead: address, serial, what it had open when it was last seen.
type Holder = (usize, ObjId, i32);
/// How many of them are kept beside those that live.
const KEPT: usize = 64;

/// What is known of them all.
#[derive(Debug, Default)]
pub(super) struct Resources {
    watched: BTreeMap<ObjId, Watched>,
    /// The latest last. The dead are forgotten in time.
    holders: Vec<Holder>,
    facts: Vec<OutsideFact>,
}

impl Resources {
    pub(super) fn take_facts(&mut self) -> Vec<OutsideFact> {
        std::mem::take(&mut self.facts)
    }

    /// An object has died. `collected`: the collector took it, which calls finalizers before.
    pub(super) fn died(
        &mut self,
        id: ObjId,
        open: Option<OpenDescriptor>,
        collected: bool,
        (at, file): (Moment, FileId),
    ) {
        let step = at.step;
        if let Some(gone) = self.watched.remove(&id)
            && let Some(told) = gone.told.filter(|told| told.is_open)
            && gone.shows_descriptor
            && open.is_none()
            && !collected
        {
            // It was closed since the last step, and then let go.
            let closed = State {
                is_open: false,
                descriptor: None,
                ..told
            };
            self.facts.push(closed.fact(id, gone.kind, (at, file)));
        }
        let Some(OpenDescriptor { holder, descriptor }) = open else {
            return;
        };
        let mut holders = self.holders.iter().rev();
        let holder = holders.find(|known| (known.0, known.2) == (holder, descriptor));
        if let Some((_, object, _)) = holder {
            self.facts.push(OutsideFact::DiedOpen {
                step,
                object: *object,
                descriptor,
            });
        }
    }

    /// Notes who has a descriptor open.
    fn add_holder(&mut self, holder: Holder) {
        if self.holders.len() >= 2 * self.watched.len() + KEPT {
            let recent = self.holders.len() - KEPT / 2;
            let mut at = 0;
            self.holders.retain(|(_, id, _)| {
                at += 1;
                at > recent || self.watched.contains_key(id)
            });
        }
        self.holders.push(holder);
    }
}

/// The native types that are resources themselves.
fn native_kind(name: &str) -> Option<ResourceKind> {
    match name {
        "FileIO" => Some(ResourceKind::File),
        "socket" => Some(ResourceKind::Socket),
        "lock" => Some(ResourceKind::Lock),
        "RLock" => Some(ResourceKind::ReentrantLock),
        _ => None,
    }
}

/// The classes of the library's that keep what they know in their attributes.
fn library_kind(class: &Py<PyType>, vm: &VirtualMachine) -> Option<ResourceKind> {
    let module = class.attributes().get(vm.ctx.intern_str("__module__"))?;
    let module = module.downcast_ref::<PyStr>()?.to_str()?.to_owned();
    match (module.as_str(), &*class.name()) {
        ("subprocess", "Popen") => Some(ResourceKind::Process),
        ("tempfile", "_TemporaryFileWrapper") => Some(ResourceKind::TemporaryFile),
        ("tempfile", "TemporaryDirectory") => Some(ResourceKind::TemporaryFolder),
        _ => None,
    }
}

/// The member by which a native type holds the file that it reads or writes.
fn wrapped(name: &str) -> Option<&'static str> {
    match name {
        "TextIOWrapper" => Some("buffer"),
        "BufferedReader" | "BufferedWriter" | "BufferedRandom" => Some("raw"),
        _ => None,
    }
}

impl Recorder {
    /// Notes an object that is met, where it is a resource.
    pub(super) fn meet_resource(&mut self, pointer: ObjPtr, id: ObjId, vm: &VirtualMachine) {
        let object = pointer.object();
        let mut classes = object.class().iter_base_chain();
        let native = classes.find(|class| class.heaptype_ext().is_none());
        let native = native.map(|class| class.name().to_owned());
        if let Some(member) = native.as_deref().and_then(wrapped) {
            if let Some(offset) = self.labeller.field_named(object, member, vm) {
                descriptors::learn_wrapper(pointer, offset);
            }
            return;
        }
        let kind = native.as_deref().and_then(native_kind).or_else(|| {
            let mut classes = object.class().iter_base_chain();
            classes.find_map(|class| library_kind(class, vm))
        });
        let Some(kind) = kind else { return };
        let watched = Watched {
            pointer,
            kind,
            data: Vec::new(),
            told: None,
            shows_descriptor: false,
        };
        self.resources.watched.insert(id, watched);
    }

    /// Tells what has changed of them.
    pub(super) fn look_at_resources(&mut self, context: &StepContext, vm: &VirtualMachine) {
        let thread = context.thread.unwrap_or(1);
        let mut holders = Vec::new();
        for (id, one) in &mut self.resources.watched {
            let is_as_it_was = one.told.is_some()
                && is_native(one.kind)
                && bytes_of(one.pointer).eq(one.data.iter().copied());
            if is_as_it_was || ending::is_in_change(one.pointer) {
                continue;
            }
            one.data = bytes_of(one.pointer).collect();
            let state = state(one.pointer, one.kind, thread, vm);
            if one.told.as_ref() == Some(&state) {
                continue;
            }
            if let Some(descriptor) = state.descriptor {
                one.shows_descriptor = descriptors::learn(one.pointer, descriptor);
                holders.push((one.pointer.address(), *id, descriptor));
            }
            let place = (self.now, self.running_file);
            one.told = Some(state.clone());
            self.resources.facts.push(state.fact(*id, one.kind, place));
        }
        for holder in holders {
            self.resources.add_holder(holder);
        }
    }

    /// Where those stand that hold a descriptor.
    pub(crate) fn resource_addresses(&self) -> Vec<(usize, ObjId)> {
        let watched = self.resources.watched.iter();
        watched
            .map(|(id, one)| (one.pointer.address(), *id))
            .collect()
    }
}

fn is_native(kind: ResourceKind) -> bool {
    matches!(
        kind,
        ResourceKind::File
            | ResourceKind::Socket
            | ResourceKind::Lock
            | ResourceKind::ReentrantLock
    )
}

fn state(pointer: ObjPtr, kind: ResourceKind, thread: u32, vm: &VirtualMachine) -> State {
    let object = pointer.object();
    let is = |name| is_true(object, name, vm);
    match kind {
        ResourceKind::File => file(pointer, vm),
        ResourceKind::Socket => socket(pointer, vm),
        ResourceKind::Lock => State {
            is_open: is("locked()"),
            ..State::default()
        },
        ResourceKind::ReentrantLock => State {
            is_open: is("locked()"),
            owner: is("_is_owned()").then_some(thread),
            ..State::default()
        },
        ResourceKind::Process => process(pointer),
        ResourceKind::TemporaryFile | ResourceKind::TemporaryFolder => {
            let name = attribute(pointer, "name").and_then(text);
            State {
                is_open: name
                    .as_deref()
                    .is_some_and(|name| fs::symlink_metadata(name).is_ok()),
                name,
                ..State::default()
            }
        }
    }
}

fn file(pointer: ObjPtr, vm: &VirtualMachine) -> State {
    let object = pointer.object();
    let is_open = !is_true(object, "closed", vm);
    State {
        is_open,
        // One that is closed has none to ask for.
        descriptor: is_open.then(|| number(object, "fileno()", vm)).flatten(),
        mode: ask(object, "mode", vm).and_then(|mode| text(ObjPtr::of(&mode))),
        name: attribute(pointer, "name").and_then(text),
        is_borrowed: !is_true(object, "closefd", vm),
        ..State::default()
    }
}

fn socket(pointer: ObjPtr, vm: &VirtualMachine) -> State {
    let object = pointer.object();
    let descriptor = number(object, "fileno()", vm).filter(|number| *number >= 0);
    let (family, kind) = (number(object, "family", vm), number(object, "type", vm));
    let family = match family {
        Some(libc::AF_UNIX) => "AF_UNIX".to_owned(),
        Some(libc::AF_INET) => "AF_INET".to_owned(),
        Some(libc::AF_INET6) => "AF_INET6".to_owned(),
        other => format!("family {}", other.unwrap_or(0)),
    };
    let kind = match kind {
        Some(libc::SOCK_STREAM) => "SOCK_STREAM".to_owned(),
        Some(libc::SOCK_DGRAM) => "SOCK_DGRAM".to_owned(),
        other => format!("type {}", other.unwrap_or(0)),
    };
    State {
        is_open: descriptor.is_some(),
        descriptor,
        mode: Some(format!("{family}, {kind}")),
        ..State::default()
    }
}

fn process(pointer: ObjPtr) -> State {
    let number = |name| {
        let value = attribute(pointer, name)?;
        let value = value.object().downcast_ref::<PyInt>()?;
        i32::try_from(value.as_bigint()).ok()
    };
    let (id, code) = (number("pid"), number("returncode"));
    State {
        is_open: id.is_some() && code.is_none(),
        process: id.map(|id| (id, code)),
        ..State::default()
    }
}

/// What an instance keeps under a name.
fn attribute(pointer: ObjPtr, name: &str) -> Option<ObjPtr> {
    value_in(pointer.instance_dict()?, name)
}

fn text(pointer: ObjPtr) -> Option<String> {
    let text = pointer.object().downcast_ref::<PyStr>()?;
    Some(text.to_string_lossy().into_owned())
}

fn number(object: &PyObject, name: &str, vm: &VirtualMachine) -> Option<i32> {
    let number = ask(object, name, vm)?;
    i32::try_from(number.downcast_ref::<PyInt>()?.as_bigint()).ok()
}

fn is_true(object: &PyObject, name: &str, vm: &VirtualMachine) -> bool {
    ask(object, name, vm).is_some_and(|value| value.is(vm.ctx.true_value.as_object()))
}
