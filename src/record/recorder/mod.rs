//! The record of one run: which objects live, what they looked like at the last step, and the
//! steps themselves.

mod burial;
mod collections;
mod held;
mod verify;
mod watch;

use crate::record::describe::{describe, native_size};
use crate::record::label::Labeller;
use crate::record::program::Program;
use crate::record::raw::collections::{Sighting, drain as drain_collections};
use crate::record::raw::deaths::LogEntry;
use crate::record::raw::header::ObjPtr;
use crate::record::raw::tables;
use crate::record::stack::RunningFrame;
use crate::trace::{
    CallFrame, Count, Event, FileId, Kind, Moment, NameKind, ObjId, ObjectChange, ObjectInfo,
    ObjectState, Reference, Step, StepHead, Symbol, Symbols,
};
use rustpython_vm::{AsObject, VirtualMachine};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use watch::{Changed, Manner, Watch};

/// A living object of the program, as it was when it was last looked at.
struct Live {
    id: ObjId,
    pointer: ObjPtr,
    kind: Kind,
    /// Its references are not the program's business.
    leaf: bool,
    state: ObjectState,
}

/// What happened, as the hook that saw it says.
pub(crate) struct Happening {
    pub event: Event,
    pub file: FileId,
    pub function: Symbol,
    pub line: u32,
    pub ran: Option<u32>,
    pub opcode: Option<Symbol>,
    pub columns: Option<(u32, u32)>,
    pub thread: Option<u32>,
    /// Objects that the hook itself holds, and how often.
    pub borrowed: Vec<(ObjPtr, u32)>,
    /// Objects that the interpreter holds in passing, and as what: a return value, an exception.
    pub in_flight: Vec<(ObjPtr, &'static str)>,
}

pub(crate) struct Recorder {
    pub symbols: Symbols,
    pub objects: Vec<ObjectInfo>,
    pub steps: Vec<Step>,
    pub program: Program,
    labeller: Labeller,
    living: Vec<Live>,
    /// Finds which of them have changed; knows them by the same places.
    watch: Watch,
    by_address: HashMap<usize, usize>,
    /// Addresses of objects that were there before the recording.
    older: HashSet<usize>,
    /// How many code objects of the program's have the object at an address among their constants.
    constants: HashMap<usize, u32>,
    /// The parts that are folded into their owners: since when, and into which.
    folded: HashMap<usize, (Moment, ObjId)>,
    /// Objects whose parts have become objects of their own in this step.
    unfolded: Vec<ObjId>,
    /// What the objects that changed in this step were like before, by place in `living`.
    touched: BTreeMap<usize, ObjectState>,
    frames: Vec<CallFrame>,
    log: Vec<LogEntry>,
    /// What slices that died had as their ends. The free list keeps one such slice, which keeps its
    /// end.
    slice_stops: BTreeSet<ObjId>,
    /// The deaths since the last step.
    dead: Vec<burial::Dead>,
    /// Addresses of objects that were buried after their finalizer and before their death was
    /// noted, because a step was taken in between.
    past_finalizer: HashSet<usize>,
    /// What changed, while it is worked through.
    changed: Vec<Changed>,
    /// Addresses of the frames and namespaces whose names stood in the call stack at the last step.
    on_stack: Vec<usize>,
    /// New objects whose references have not been read yet, as places in `living`.
    pending: Vec<usize>,
    allocated: Vec<ObjId>,
    now: Moment,
    /// The line that runs between the last step and the next.
    running_line: u32,
    /// Addresses of the frames that run at this step, as objects.
    running: HashSet<usize>,
    /// Collections that have begun, with the serials of their candidates by address.
    running_collections: VecDeque<(Sighting, HashMap<usize, ObjId>)>,
    /// How many collections of each generation had ended at the last step.
    collections_before: [usize; 3],
    /// What the weak references that changed in this step referred to before.
    weak_referents: BTreeMap<ObjId, ObjId>,
    /// Addresses at which an object died since the last step whose finalizer had run.
    finalized: HashSet<usize>,
    /// Addresses of the dicts of class bodies that run at this step.
    bodies: HashSet<usize>,
}

impl Recorder {
    pub(crate) fn new(program: Program, older: HashSet<usize>) -> Recorder {
        Recorder {
            symbols: Symbols::default(),
            objects: Vec::new(),
            steps: Vec::new(),
            program,
            labeller: Labeller::default(),
            living: Vec::new(),
            watch: Watch::default(),
            by_address: HashMap::new(),
            older,
            constants: HashMap::new(),
            folded: HashMap::new(),
            unfolded: Vec::new(),
            touched: BTreeMap::new(),
            frames: Vec::new(),
            log: Vec::new(),
            slice_stops: BTreeSet::new(),
            dead: Vec::new(),
            past_finalizer: HashSet::new(),
            changed: Vec::new(),
            on_stack: Vec::new(),
            pending: Vec::new(),
            allocated: Vec::new(),
            now: Moment { step: 0, line: 0 },
            running_line: 0,
            running: HashSet::new(),
            weak_referents: BTreeMap::new(),
            running_collections: VecDeque::new(),
            collections_before: [0; 3],
            finalized: HashSet::new(),
            bodies: HashSet::new(),
        }
    }

    /// Notes how many collections there have been before the recording.
    pub(crate) fn begin(&mut self, vm: &VirtualMachine) {
        let stats = vm.state.gc.get_stats();
        self.collections_before = [0, 1, 2].map(|generation| stats[generation].collections);
    }

    /// Notes a constant of the program's code: it was there before the program ran. `direct`: the
    /// code object itself refers to it.
    pub(crate) fn add_constant(&mut self, address: usize, direct: bool) {
        self.older.insert(address);
        if direct {
            *self.constants.entry(address).or_default() += 1;
        }
    }

    /// Takes one step: what died, what is there, what changed.
    pub(crate) fn capture(
        &mut self,
        happening: Happening,
        running: &[RunningFrame],
        stdout: String,
        vm: &VirtualMachine,
    ) {
        self.now = Moment {
            step: self.steps.len() as u32 + 1,
            line: self.running_line,
        };
        self.running = running
            .iter()
            .filter_map(|frame| frame.object.map(ObjPtr::address))
            .collect();
        for sighting in drain_collections() {
            let ids = self.ids_of_candidates(&sighting);
            self.running_collections.push_back((sighting, ids));
        }
        let left = self.bury();
        let known = self.living.len();
        self.bodies = running
            .iter()
            .filter_map(|frame| frame.body.map(ObjPtr::address))
            .collect();
        for name in running.iter().filter(|f| f.fresh).flat_map(|f| &f.names) {
            if matches!(name.kind, NameKind::Cell | NameKind::Free) {
                self.labeller.name_cell(name.to, &name.name);
            }
        }
        let (mut frames, mut frames_kept) = self.call_frames(running, vm);
        for (pointer, _) in &happening.in_flight {
            self.id_of(*pointer, vm);
        }
        let mut changed = self.find_changes(known, &happening.borrowed, vm);
        changed.sort_by_key(|(id, _)| *id);
        let own = running.iter().filter(|frame| frame.own.is_some());
        for (place, (frame, running)) in frames.iter_mut().zip(own).enumerate() {
            let at = running
                .object
                .and_then(|object| self.by_address.get(&object.address()));
            let object = at.map(|at| self.living[*at].id);
            let body = running.body.and_then(|body| {
                let at = self.by_address.get(&body.address())?;
                Some(self.living[*at].id)
            });
            if (frame.object, frame.body) != (object, body) {
                (frame.object, frame.body) = (object, body);
                frames_kept = frames_kept.min(place);
            }
        }
        let entered = self.entered(&happening.borrowed);
        let collections = self.finished_collections(vm);
        let held = self.held(&happening, running, vm);
        self.steps.push(Step {
            head: StepHead {
                event: happening.event,
                file: happening.file,
                function: happening.function,
                line: happening.line,
                ran: happening.ran,
                opcode: happening.opcode,
                columns: happening.columns,
                stdout,
                thread: happening.thread,
                allocated: std::mem::take(&mut self.allocated),
                freed: left.clone(),
                collections,
                held,
            },
            entered,
            changed,
            left,
            frames_kept: frames_kept as u32,
            frames: frames[frames_kept..].to_vec(),
        });
        // After a return it is the caller's line that goes on.
        let after = match happening.event {
            Event::Return => frames.iter().rev().nth(1),
            _ => frames.last(),
        };
        self.running_line = match happening.event {
            Event::Line => happening.line,
            _ => after.map_or(0, |frame| frame.line),
        };
        self.frames = frames;
    }

    /// The frames of the program's own code, and how many of the oldest are as they were.
    fn call_frames(
        &mut self,
        running: &[RunningFrame],
        vm: &VirtualMachine,
    ) -> (Vec<CallFrame>, usize) {
        let mut old = std::mem::take(&mut self.frames).into_iter();
        let mut frames = Vec::new();
        let mut kept = 0;
        for frame in running.iter().filter(|frame| frame.own.is_some()) {
            let before = old.next();
            let (new, same) = match before {
                Some(before) if !frame.fresh => (before, true),
                before => {
                    let mut new = self.call_frame(frame, vm);
                    if let Some(before) = &before {
                        (new.object, new.body) = (before.object, before.body);
                    }
                    let same = before.as_ref() == Some(&new);
                    (new, same)
                }
            };
            if same && kept == frames.len() {
                kept += 1;
            }
            frames.push(new);
        }
        (frames, kept)
    }

    fn call_frame(&mut self, frame: &RunningFrame, vm: &VirtualMachine) -> CallFrame {
        let names = frame
            .names
            .iter()
            .map(|name| crate::trace::Name {
                name: self.symbols.intern(&name.name),
                kind: name.kind,
                to: self.id_of(name.to, vm),
            })
            .collect();
        CallFrame {
            function: self.symbols.intern(frame.function),
            file: frame.own.unwrap_or(FileId(0)),
            line: frame.line,
            object: None,
            // A module's body runs in a function that nothing else knows.
            called: frame
                .called
                .filter(|_| frame.function != "<module>")
                .map(|called| self.id_of(called, vm)),
            body: None,
            arguments: frame.arguments,
            names,
        }
    }

    /// The serial of a living object, which becomes one of the program's if it is not yet.
    fn id_of(&mut self, pointer: ObjPtr, vm: &VirtualMachine) -> ObjId {
        if let Some(at) = self.by_address.get(&pointer.address()) {
            return self.living[*at].id;
        }
        let description = describe(pointer, &mut self.program, vm);
        // A type whose deaths cannot be seen would make every later fact about it a guess.
        tables::hook(pointer.object()).expect("the tables of all types can be written alike");
        let id = ObjId(self.objects.len() as u32 + 1);
        let refcount = pointer.refcount();
        let older = refcount.is_none()
            || description.leaf
            || self.now.step <= 1
            || self.older.contains(&pointer.address());
        let born = match self.folded.remove(&pointer.address()) {
            Some((moment, owner)) => {
                self.unfolded.push(owner);
                Some(moment)
            }
            None if older => None,
            None => Some(self.now),
        };
        let size = native_size(pointer.object(), vm);
        self.objects.push(ObjectInfo {
            type_name: self.symbols.intern(&description.type_name),
            kind: description.kind,
            address: pointer.address() as u64,
            size,
            immortal: refcount.is_none(),
            constant_of: self.constants.get(&pointer.address()).copied().unwrap_or(0),
            born,
            died: None,
        });
        if born.is_some() {
            self.allocated.push(id);
        }
        let (value, true_length) = match description.value {
            Some(value) => (Some(self.symbols.intern(&value.text)), value.true_length),
            None => (None, None),
        };
        let place = self.living.len();
        self.living.push(Live {
            id,
            pointer,
            kind: description.kind,
            leaf: description.leaf || description.kind == Kind::Atom,
            state: ObjectState {
                refcount: Count::Immortal,
                generation: None,
                value,
                name: description.name.map(|name| self.symbols.intern(&name)),
                true_length,
                size,
                refs: Vec::new(),
            },
        });
        self.watch.push(pointer);
        self.by_address.insert(pointer.address(), place);
        self.pending.push(place);
        id
    }

    /// Whether an object's references stand in the call stack, as names of a running frame.
    fn is_on_stack(&self, kind: Kind, pointer: ObjPtr) -> bool {
        match kind {
            Kind::Frame => self.running.contains(&pointer.address()),
            Kind::Mapping => self.bodies.contains(&pointer.address()),
            _ => false,
        }
    }

    /// Reads the references of an object anew.
    fn reread(&mut self, place: usize, vm: &VirtualMachine) {
        let Live {
            pointer,
            kind,
            leaf,
            ..
        } = self.living[place];
        // A running frame's names stand in the call stack, and so do those of a class body.
        if leaf || self.is_on_stack(kind, pointer) {
            self.living[place].state.refs.clear();
            self.watch.renew(place, Manner::Header, &[]);
            return;
        }
        let id = self.living[place].id;
        let (references, parts) = {
            let may_fold = may_fold(&self.by_address, &self.folded, id, kind);
            let labeller = &mut self.labeller;
            labeller.references(pointer, kind, &may_fold, &mut self.symbols, vm)
        };
        let refs = references
            .into_iter()
            .map(|reference| Reference {
                label: reference.label,
                to: self.id_of(reference.to, vm),
                weak: reference.weak,
            })
            .collect();
        let mut folded = Vec::with_capacity(parts.len());
        for part in parts {
            if may_fold(&self.by_address, &self.folded, id, kind)(part) {
                self.folded.entry(part.address()).or_insert((self.now, id));
                folded.push(part);
            }
        }
        let size = native_size(pointer.object(), vm);
        let live = &mut self.living[place];
        live.state.size = size;
        live.state.refs = refs;
        self.watch.renew(place, manner(pointer, kind, vm), &folded);
    }

    /// Compares every living object with what it was, reads anew what changed, and meets what
    /// that leads to.
    fn find_changes(
        &mut self,
        known: usize,
        borrowed: &[(ObjPtr, u32)],
        vm: &VirtualMachine,
    ) -> Vec<(ObjId, ObjectChange)> {
        let mut all = std::mem::take(&mut self.changed);
        all.clear();
        self.watch.changed(known, &mut all);
        self.add_moved_on_stack(known, &mut all);
        for Changed { place, references } in all.drain(..) {
            let live = &self.living[place];
            let (kind, pointer) = (live.kind, live.pointer);
            let refcount = count(pointer, borrowed);
            let generation = pointer.generation();
            let renamed = kind == Kind::Generator;
            if !references
                && !renamed
                && refcount == live.state.refcount
                && generation == live.state.generation
            {
                continue;
            }
            self.touched.insert(place, live.state.clone());
            if kind == Kind::WeakRef
                && references
                && let Some(referent) = live.state.refs.first()
            {
                self.weak_referents.insert(live.id, referent.to);
            }
            if references {
                self.reread(place, vm);
            }
            if renamed {
                let name = describe(pointer, &mut self.program, vm).name;
                self.living[place].state.name = name.map(|name| self.symbols.intern(&name));
            }
            let live = &mut self.living[place];
            live.state.refcount = refcount;
            live.state.generation = generation;
        }
        self.changed = all;
        self.follow_new(vm);
        std::mem::take(&mut self.touched)
            .into_iter()
            .filter_map(|(place, old)| {
                let live = &self.living[place];
                ObjectChange::between(&old, &live.state).map(|change| (live.id, change))
            })
            .collect()
    }

    /// Adds the frames and namespaces whose names have come to stand in the call stack, or stand
    /// there no longer.
    fn add_moved_on_stack(&mut self, known: usize, changed: &mut Vec<Changed>) {
        let mut now: Vec<usize> = self.running.union(&self.bodies).copied().collect();
        now.sort_unstable();
        let moved = |a: &[usize], b: &[usize]| {
            let gone = a.iter().filter(|at| b.binary_search(at).is_err());
            gone.copied().collect::<Vec<_>>()
        };
        let mut all = moved(&now, &self.on_stack);
        all.extend(moved(&self.on_stack, &now));
        for address in all {
            let Some(place) = self.by_address.get(&address).filter(|at| **at < known) else {
                continue;
            };
            match changed.iter_mut().find(|one| one.place == *place) {
                Some(one) => one.references = true,
                None => changed.push(Changed {
                    place: *place,
                    references: true,
                }),
            }
        }
        self.on_stack = now;
    }

    /// Reads all objects that were met in this step, those that they lead to, and those that have
    /// lost a part to them.
    fn follow_new(&mut self, vm: &VirtualMachine) {
        let mut next = 0;
        loop {
            while next < self.pending.len() {
                self.reread(self.pending[next], vm);
                next += 1;
            }
            let Some(owner) = self.unfolded.pop() else {
                return;
            };
            let Some(place) = self.living.iter().position(|live| live.id == owner) else {
                continue;
            };
            if !self.pending.contains(&place) {
                let state = self.living[place].state.clone();
                self.touched.entry(place).or_insert(state);
            }
            self.reread(place, vm);
        }
    }

    /// The objects that were met in this step.
    fn entered(&mut self, borrowed: &[(ObjPtr, u32)]) -> Vec<(ObjId, ObjectState)> {
        let mut places = std::mem::take(&mut self.pending);
        places.sort_by_key(|place| self.living[*place].id);
        places
            .into_iter()
            .map(|place| {
                let live = &mut self.living[place];
                live.state.refcount = count(live.pointer, borrowed);
                live.state.generation = live.pointer.generation();
                self.watch.settle(place);
                (live.id, live.state.clone())
            })
            .collect()
    }
}

/// The count as it would be without this hook.
fn count(pointer: ObjPtr, borrowed: &[(ObjPtr, u32)]) -> Count {
    match pointer.refcount() {
        None => Count::Immortal,
        Some(count) => {
            let ours: u32 = borrowed
                .iter()
                .filter(|(object, _)| *object == pointer)
                .map(|(_, times)| times)
                .sum();
            Count::Of(count - ours.min(count))
        }
    }
}

/// Whether a part may be folded into its owner: while it is not an object of the program's in its
/// own right, and no other object's part. A module owns its namespace in any case.
fn may_fold<'r>(
    by_address: &'r HashMap<usize, usize>,
    folded: &'r HashMap<usize, (Moment, ObjId)>,
    owner: ObjId,
    kind: Kind,
) -> impl Fn(ObjPtr) -> bool + 'r {
    move |part| {
        kind == Kind::Module
            || (!by_address.contains_key(&part.address())
                && folded
                    .get(&part.address())
                    .is_none_or(|(_, by)| *by == owner))
    }
}

/// How changes of an object's references are to be looked for.
fn manner(pointer: ObjPtr, kind: Kind, vm: &VirtualMachine) -> Manner {
    let class = pointer.object().class();
    match kind {
        Kind::Sequence if class.is(vm.ctx.types.list_type) => Manner::List,
        Kind::Sequence if class.is(vm.ctx.types.tuple_type) => Manner::Header,
        Kind::WeakRef => Manner::Weak,
        Kind::Generator => Manner::Always,
        _ => Manner::Walk,
    }
}
