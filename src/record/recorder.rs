//! The record of one run: which objects live, what they looked like at the last step, and the
//! steps themselves.

use super::collection;
use super::describe::{describe, native_size};
use super::label::Labeller;
use super::program::Program;
use super::raw::collections::{self, Sighting};
use super::raw::deaths::{self, LogEntry};
use super::raw::header::ObjPtr;
use super::raw::tables;
use super::stack::RunningFrame;
use crate::trace::{
    CallFrame, Cause, Collection, Count, Death, Event, FileId, Held, Kind, Label, Moment, ObjId,
    ObjectChange, ObjectInfo, ObjectState, Reference, State, Step, StepHead, Symbol, Symbols,
};
use rustpython_vm::builtins::PyWeak;
use rustpython_vm::gc_state::GcDebugFlags;
use rustpython_vm::{AsObject, VirtualMachine};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// A living object of the program, as it was when it was last looked at.
struct Live {
    id: ObjId,
    pointer: ObjPtr,
    kind: Kind,
    /// Its references are not the program's business.
    leaf: bool,
    /// Its own referents and, after them, those of its folded parts.
    snapshot: Vec<ObjPtr>,
    own: usize,
    /// Objects that are folded into this one, or could be, and whether they are.
    parts: Vec<(ObjPtr, bool)>,
    state: ObjectState,
}

/// A death since the last step.
struct Dead {
    address: usize,
    /// The collector had taken it off its lists before.
    untracked: bool,
    /// Its finalizer cannot bring it back any more.
    certain: bool,
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
    dead: Vec<Dead>,
    /// Addresses of objects that were buried after their finalizer and before their death was
    /// noted, because a step was taken in between.
    past_finalizer: HashSet<usize>,
    scratch: Vec<ObjPtr>,
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
            scratch: Vec::new(),
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
        for sighting in collections::drain() {
            let ids = self.ids_of_candidates(&sighting);
            self.running_collections.push_back((sighting, ids));
        }
        let left = self.bury();
        let known = self.living.len();
        self.bodies = running
            .iter()
            .filter_map(|frame| frame.body.map(ObjPtr::address))
            .collect();
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

    /// Reads the log of deaths. What was known of the dead objects' addresses is forgotten at
    /// once: the next object may stand there already. Returns the addresses.
    pub(crate) fn absorb_deaths(&mut self) -> Vec<usize> {
        let mut log = std::mem::take(&mut self.log);
        deaths::drain(&mut log);
        let first = self.dead.len();
        for entry in &log {
            match *entry {
                LogEntry::Doubt { address, untracked } => self.dead.push(Dead {
                    address,
                    untracked,
                    certain: false,
                }),
                LogEntry::Death {
                    address,
                    untracked,
                    finalized,
                } => {
                    if finalized {
                        self.finalized.insert(address);
                    }
                    if self.past_finalizer.remove(&address) {
                        continue;
                    }
                    let in_doubt = |dead: &&mut Dead| dead.address == address && !dead.certain;
                    match self.dead[first..].iter_mut().rev().find(in_doubt) {
                        Some(dead) => dead.certain = true,
                        None => self.dead.push(Dead {
                            address,
                            untracked,
                            certain: true,
                        }),
                    }
                }
                LogEntry::Resurrection { address } => {
                    let at = self.dead[first..]
                        .iter()
                        .rposition(|dead| dead.address == address && !dead.certain);
                    if let Some(at) = at {
                        self.dead.remove(first + at);
                    }
                }
            }
        }
        // What is in doubt at this moment has a finalizer that is running, or that is through.
        for dead in &mut self.dead[first..] {
            if !dead.certain && deaths::is_past_finalizer(dead.address) {
                dead.certain = true;
                self.past_finalizer.insert(dead.address);
            }
        }
        self.dead.retain(|dead| dead.certain);
        let addresses: Vec<usize> = self.dead[first..].iter().map(|dead| dead.address).collect();
        for address in &addresses {
            self.program.forget(*address);
            self.labeller.forget(*address);
            self.folded.remove(address);
            self.older.remove(address);
            self.constants.remove(address);
        }
        self.log = log;
        addresses
    }

    /// Takes the dead off the living, in the order in which they died.
    fn bury(&mut self) -> Vec<ObjId> {
        self.absorb_deaths();
        let dead = std::mem::take(&mut self.dead);
        let mut left = Vec::new();
        for Dead {
            address, untracked, ..
        } in dead
        {
            let Some(at) = self.by_address.remove(&address) else {
                continue;
            };
            let gone = self.living.swap_remove(at);
            if let Some(moved) = self.living.get(at) {
                self.by_address.insert(moved.pointer.address(), at);
            }
            if self
                .symbols
                .text(self.objects[gone.id.0 as usize - 1].type_name)
                == "slice"
            {
                let stop = |r: &&Reference| matches!(r.label, Label::Named(name) if self.symbols.text(name) == "stop");
                self.slice_stops
                    .extend(gone.state.refs.iter().find(stop).map(|r| r.to));
            }
            let collected = untracked && gone.state.generation.is_some();
            self.objects[gone.id.0 as usize - 1].died = Some(Death {
                at: self.now,
                cause: if collected {
                    Cause::Collector
                } else {
                    Cause::RefCount
                },
            });
            self.slice_stops.remove(&gone.id);
            left.push(gone.id);
        }
        left
    }

    /// The serials of candidates that are objects of the program, by address, as they stood before
    /// the dead of this step are taken off.
    fn ids_of_candidates(&self, sighting: &Sighting) -> HashMap<usize, ObjId> {
        sighting
            .candidates
            .iter()
            .filter_map(|candidate| {
                let at = self.by_address.get(&candidate.address)?;
                Some((candidate.address, self.living[*at].id))
            })
            .collect()
    }

    /// The collections that have come to their end. A finalizer's own steps come while one is still
    /// under way; what it did is known only afterwards.
    fn finished_collections(&mut self, vm: &VirtualMachine) -> Vec<Collection> {
        let stats = vm.state.gc.get_stats();
        let counts = [0, 1, 2].map(|generation| stats[generation].collections);
        let grown: Vec<u8> = (0..3)
            .filter(|generation| counts[*generation] > self.collections_before[*generation])
            .map(|generation| generation as u8)
            .collect();
        let mut ended: usize = (0..3)
            .map(|g| counts[g].saturating_sub(self.collections_before[g]))
            .sum();
        self.collections_before = counts;
        let mut runs = Vec::new();
        while ended > 0
            && let Some((mut sighting, ids)) = self.running_collections.pop_front()
        {
            ended -= 1;
            // Lists that hold nothing are not seen; the interpreter's own count names the
            // generation where it leaves no doubt.
            if let [only] = grown[..] {
                sighting.generation = only;
                sighting.explicit |= only > 0;
            }
            runs.push(self.collection(&sighting, &ids, vm));
        }
        if self.running_collections.is_empty() {
            self.finalized.clear();
            self.weak_referents.clear();
        }
        runs
    }

    /// Reads every living object anew and says where that differs from what the changes recorded so
    /// far amount to.
    pub(crate) fn verify(&mut self, replayed: &State, vm: &VirtualMachine) -> Vec<String> {
        let mut found = Vec::new();
        if replayed.heap.len() != self.living.len() {
            let (replayed, living) = (replayed.heap.len(), self.living.len());
            found.push(format!("{replayed} objects are replayed, {living} live"));
        }
        for live in &self.living {
            let Some(state) = replayed.heap.get(&live.id) else {
                found.push(format!("#{} lives and is not replayed", live.id.0));
                continue;
            };
            if live.leaf || self.is_on_stack(live.kind, live.pointer) {
                continue;
            }
            let may_fold = may_fold(&self.by_address, &self.folded, live.id, live.kind);
            let (references, _) =
                self.labeller
                    .references(live.pointer, live.kind, &may_fold, &mut self.symbols, vm);
            let fresh: Vec<_> = references
                .iter()
                .map(|r| {
                    let at = self.by_address.get(&r.to.address());
                    (r.label, at.map(|at| self.living[*at].id), r.weak)
                })
                .collect();
            let recorded: Vec<_> = state
                .refs
                .iter()
                .map(|r| (r.label, Some(r.to), r.weak))
                .collect();
            if fresh != recorded {
                found.push(format!(
                    "#{}: {recorded:?} is recorded, {fresh:?} is there",
                    live.id.0
                ));
            }
        }
        found
    }

    /// What a collection did to the objects of the program.
    fn collection(
        &self,
        sighting: &Sighting,
        ids: &HashMap<usize, ObjId>,
        vm: &VirtualMachine,
    ) -> Collection {
        let id_at = |address: usize| {
            ids.get(&address).copied().or_else(|| {
                let at = self.by_address.get(&address)?;
                Some(self.living[*at].id)
            })
        };
        let finalized = |address: usize| {
            self.finalized.contains(&address)
                || self
                    .by_address
                    .get(&address)
                    .is_some_and(|at| self.living[*at].pointer.object().gc_finalized())
        };
        let dead = |id: ObjId| self.objects[id.0 as usize - 1].died.is_some();
        let mut run = collection::conclude(sighting, &id_at, &finalized, &dead);
        if vm.state.gc.get_debug().contains(GcDebugFlags::SAVEALL) {
            // What is found is kept in `gc.garbage`: that is no resurrection.
            run.resurrected.clear();
        }
        run.weakrefs_cleared = self
            .weak_referents
            .iter()
            .filter(|(_, referent)| run.unreachable.binary_search(referent).is_ok())
            .map(|(weak, _)| *weak)
            .collect();
        run
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
        self.objects.push(ObjectInfo {
            type_name: self.symbols.intern(&description.type_name),
            kind: description.kind,
            address: pointer.address() as u64,
            size: None,
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
            snapshot: Vec::new(),
            own: 0,
            parts: Vec::new(),
            state: ObjectState {
                refcount: Count::Immortal,
                generation: None,
                value,
                name: description.name.map(|name| self.symbols.intern(&name)),
                true_length,
                size: None,
                refs: Vec::new(),
            },
        });
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
            let live = &mut self.living[place];
            live.leaf = true;
            live.state.refs.clear();
            live.snapshot.clear();
            live.parts.clear();
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
        let mut marked = Vec::with_capacity(parts.len());
        for part in parts {
            let fold = may_fold(&self.by_address, &self.folded, id, kind)(part);
            if fold {
                self.folded.entry(part.address()).or_insert((self.now, id));
            }
            marked.push((part, fold));
        }
        let size = native_size(pointer.object(), vm);
        let live = &mut self.living[place];
        live.state.size = size;
        let first_size = &mut self.objects[id.0 as usize - 1].size;
        if first_size.is_none() {
            *first_size = size;
        }
        live.state.refs = refs;
        live.parts = marked;
        let mut snapshot = std::mem::take(&mut live.snapshot);
        snapshot.clear();
        look(pointer, kind, &mut snapshot);
        live.own = snapshot.len();
        for (part, folded) in &live.parts {
            if *folded {
                part.extend_referents(&mut snapshot);
            }
        }
        live.snapshot = snapshot;
    }

    /// Compares every living object with what it was, reads anew what changed, and meets what
    /// that leads to.
    fn find_changes(
        &mut self,
        known: usize,
        borrowed: &[(ObjPtr, u32)],
        vm: &VirtualMachine,
    ) -> Vec<(ObjId, ObjectChange)> {
        let mut scratch = std::mem::take(&mut self.scratch);
        for place in 0..known {
            let live = &self.living[place];
            let (kind, pointer) = (live.kind, live.pointer);
            let mut same_refs = true;
            if matches!(kind, Kind::Frame | Kind::Mapping) {
                let on_stack = self.is_on_stack(kind, pointer);
                let live = &mut self.living[place];
                same_refs = on_stack == live.leaf;
                live.leaf = on_stack;
            }
            let live = &self.living[place];
            same_refs = same_refs && (live.leaf || unchanged(live, &mut scratch));
            let refcount = count(pointer, borrowed);
            let generation = pointer.generation();
            let renamed = kind == Kind::Generator;
            if same_refs
                && !renamed
                && refcount == live.state.refcount
                && generation == live.state.generation
            {
                continue;
            }
            self.touched.insert(place, live.state.clone());
            if kind == Kind::WeakRef
                && !same_refs
                && let Some(referent) = live.state.refs.first()
            {
                self.weak_referents.insert(live.id, referent.to);
            }
            if !same_refs {
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
        self.scratch = scratch;
        self.follow_new(vm);
        std::mem::take(&mut self.touched)
            .into_iter()
            .filter_map(|(place, old)| {
                let live = &self.living[place];
                ObjectChange::between(&old, &live.state).map(|change| (live.id, change))
            })
            .collect()
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
                (live.id, live.state.clone())
            })
            .collect()
    }

    /// The references that the interpreter itself holds to objects of the program.
    fn held(
        &mut self,
        happening: &Happening,
        running: &[RunningFrame],
        vm: &VirtualMachine,
    ) -> Vec<Held> {
        let mut held = Vec::new();
        let mut put = |this: &mut Self, by: &str, to: ObjPtr, certain: bool| {
            if let Some(at) = this.by_address.get(&to.address()) {
                let to = this.living[*at].id;
                held.push(Held {
                    by: this.symbols.intern(by),
                    to,
                    certain,
                });
            }
        };
        for (pointer, as_what) in &happening.in_flight {
            put(self, as_what, *pointer, true);
        }
        if let Some(exception) = vm.current_exception() {
            // The interpreter keeps it twice: on its stack of handled exceptions, and for
            // `sys._current_exceptions`.
            let pointer = ObjPtr::of(exception.as_object());
            put(self, "current exception", pointer, true);
            put(self, "current exception of the thread", pointer, true);
        }
        let stops: Vec<ObjPtr> = if self.slice_stops.is_empty() {
            Vec::new()
        } else {
            self.living
                .iter()
                .filter(|live| self.slice_stops.contains(&live.id))
                .map(|live| live.pointer)
                .collect()
        };
        for stop in stops {
            put(self, "free list of slices", stop, false);
        }
        // A collection under way holds its candidates, for some of its time.
        let candidates: Vec<ObjPtr> = self
            .running_collections
            .iter()
            .flat_map(|(sighting, _)| &sighting.candidates)
            .filter_map(|candidate| {
                let at = self.by_address.get(&candidate.address)?;
                Some(self.living[*at].pointer)
            })
            .collect();
        for candidate in candidates {
            put(self, "collection under way", candidate, false);
        }
        for frame in running {
            if frame.own.is_none() {
                for name in &frame.names {
                    let by = format!("{} of {} (library)", name.name, frame.function);
                    put(self, &by, name.to, true);
                }
            }
        }
        held
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

/// Appends what an object refers to, of itself.
fn look(pointer: ObjPtr, kind: Kind, out: &mut Vec<ObjPtr>) {
    if kind == Kind::WeakRef {
        let weak = pointer.object().downcast_ref::<PyWeak>();
        out.extend(
            weak.and_then(|weak| weak.upgrade())
                .map(|object| ObjPtr::of(&object)),
        );
    }
    pointer.extend_referents(out);
}

/// Whether an object and its parts refer to what they referred to when it was last read.
fn unchanged(live: &Live, scratch: &mut Vec<ObjPtr>) -> bool {
    scratch.clear();
    look(live.pointer, live.kind, scratch);
    if scratch[..] != live.snapshot[..live.own] {
        return false;
    }
    for (part, folded) in &live.parts {
        if *folded {
            part.extend_referents(scratch);
        }
    }
    scratch[..] == live.snapshot[..]
}
