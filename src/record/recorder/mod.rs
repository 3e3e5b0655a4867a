//! The record of one run: which objects live, what they looked like at the last step, and the
//! steps themselves.

mod births;
mod census;
mod changes;
mod collections;
mod counts;
mod deaths;
mod discover;
mod doubt;
mod ending;
mod held;
mod library;
mod listeners;
mod machine;
mod marks;
mod modules;
mod on_stack;
mod raised;
mod resources;
mod tracking;
mod unrecorded;
mod verify;
mod watch;

use crate::record::ChangesBy;
use crate::record::label::Labeller;
use crate::record::program::Program;
use crate::record::raw::collections::{CollectionSnapshot, drain as drain_collections};
use crate::record::raw::deaths::LogEntry;
use crate::record::raw::header::ObjPtr;
use crate::record::raw::world::Stopped;
use crate::record::stack::{RunningFrame, RunningName};
use crate::trace::{
    Builder, CallFrame, Event, FileId, Incident, Kind, Moment, NameKind, ObjId, ObjectState,
    RaisedAgain, ReadText, RootKind, Stacks, StepHead, Symbol, ThreadStack,
};
pub(crate) use machine::RunningMachine;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use rustpython_vm::VirtualMachine;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use watch::Watch;

/// A living object of the program, as it was when it was last looked at.
struct Live {
    id: ObjId,
    pointer: ObjPtr,
    kind: Kind,
    /// It is older than the recording.
    is_older: bool,
    /// How many of the program's code objects have it among their constants.
    constant_of: u32,
    /// Its references are not the program's business.
    leaf: bool,
    state: ObjectState,
}

/// What happened, as the hook that saw it says.
#[derive(Clone)]
pub(crate) struct StepContext {
    pub event: Event,
    pub file: FileId,
    pub function: Symbol,
    pub line: u32,
    pub ran: Option<u32>,
    pub opcode: Option<Symbol>,
    pub columns: Option<(u32, u32)>,
    pub offset: Option<u32>,
    pub suppresses_context: bool,
    /// At an instruction.
    pub machine: Option<RunningMachine>,
    pub thread: Option<u32>,
    /// Objects that the hook itself holds, and how often.
    pub borrowed: Vec<(ObjPtr, u32)>,
    /// Objects that the interpreter holds in passing, and as what: a return value, an exception.
    pub in_flight: Vec<(ObjPtr, RootKind)>,
    /// What the library has under way below the program's own frames, and on threads without any.
    pub elsewhere: Vec<String>,
}

/// What is told of the time between the step before and this one, beside the objects.
pub(crate) struct Said {
    pub stdout: String,
    pub stderr: String,
    pub stdin: Vec<ReadText>,
    pub raised_again: Vec<RaisedAgain>,
}

pub(crate) struct Recorder {
    pub builder: Builder,
    pub program: Program,
    labeller: Labeller,
    living: Vec<Live>,
    /// Finds which of them have changed; knows them by the same places.
    watch: Watch,
    by_address: HashMap<usize, usize>,
    /// Addresses of objects whose value can be written to.
    writable: Vec<usize>,
    /// Addresses of objects that were there before the recording.
    older: HashSet<usize>,
    /// How many code objects of the program's have the object at an address among their constants.
    constants: HashMap<usize, u32>,
    /// The parts that are folded into their owners: since when, and into which.
    folded: HashMap<usize, (Moment, ObjId)>,
    /// Objects whose parts have become objects of their own in this step.
    unfolded: Vec<ObjId>,
    /// The objects that may have changed in this step, by place in `living`.
    touched: BTreeSet<usize>,
    frames: Vec<CallFrame>,
    /// The frames of the other threads.
    stacks: Vec<ThreadStack>,
    log: Vec<LogEntry>,
    /// Addresses of dead objects that a free list of the interpreter's may keep.
    in_free_lists: BTreeSet<usize>,
    /// The deaths since the last step.
    dead: Vec<deaths::PendingDeath>,
    /// Where the mark of the last step has gone to, where too many died to keep the order of births.
    mark_after_loss: Option<usize>,
    /// What those held that are dead and are being taken apart.
    ending: ending::EndingHolders,
    /// What changed, while it is worked through.
    changed: Vec<watch::Changed>,
    /// The program has met a context variable.
    uses_contexts: bool,
    /// What the interpreter's loop may keep until it is through with a frame.
    kept_by_loop: Vec<held::KeptByLoop>,
    /// Addresses of what the hook had references to at the last step.
    borrowed: Vec<usize>,
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
    running_collections: VecDeque<(CollectionSnapshot, HashMap<usize, ObjId>)>,
    /// How many collections of each generation had ended at the last step.
    collections_before: [usize; 3],
    /// What the weak references that changed in this step referred to before.
    weak_referents: BTreeMap<ObjId, ObjId>,
    /// Addresses at which an object died since the last step whose finalizer had run.
    finalized: HashSet<usize>,
    /// Addresses of the namespaces whose entries stand in the call stack at this step, as the names
    /// of a running body of a class or module.
    bodies: HashSet<usize>,
    library: library::Library,
    /// How many references to each object were known when they were last counted.
    known: counts::Counts,
    /// Code objects of the library's whose constants are known.
    code_read: HashSet<usize>,
    mark: births::Mark,
    /// What happened since the last step, beside births and deaths.
    incidents: Vec<(Incident, ObjId)>,
    /// Addresses of objects whose finalizers have begun and that have no serial yet.
    finalizers: Vec<usize>,
    /// Why no further step can be recorded truly.
    pub failure: Option<String>,
    /// Addresses of the instance dicts of objects that have died: their own deaths follow.
    dicts_of_dead: HashSet<usize>,
    /// What stands in the interpreter's table of modules.
    modules: modules::Modules,
    /// How many objects there are in the whole interpreter.
    censuses: census::Censuses,
    /// What can be open, held or running.
    resources: resources::Resources,
    /// The file of the line that runs between the last step and the next.
    running_file: FileId,
}

impl Recorder {
    pub(crate) fn new(builder: Builder, program: Program, older: HashSet<usize>) -> Recorder {
        Recorder {
            builder,
            program,
            labeller: Labeller::default(),
            living: Vec::new(),
            watch: Watch::default(),
            by_address: HashMap::default(),
            writable: Vec::new(),
            older,
            constants: HashMap::default(),
            folded: HashMap::default(),
            unfolded: Vec::new(),
            touched: BTreeSet::new(),
            frames: Vec::new(),
            stacks: Vec::new(),
            log: Vec::new(),
            in_free_lists: BTreeSet::new(),
            dead: Vec::new(),
            mark_after_loss: None,
            ending: ending::EndingHolders::default(),
            changed: Vec::new(),
            uses_contexts: false,
            kept_by_loop: Vec::new(),
            borrowed: Vec::new(),
            on_stack: Vec::new(),
            pending: Vec::new(),
            allocated: Vec::new(),
            now: Moment { step: 0, line: 0 },
            running_line: 0,
            running: HashSet::default(),
            weak_referents: BTreeMap::new(),
            running_collections: VecDeque::new(),
            collections_before: [0; 3],
            finalized: HashSet::default(),
            bodies: HashSet::default(),
            library: library::Library::default(),
            known: counts::Counts::default(),
            code_read: HashSet::default(),
            mark: births::Mark::default(),
            incidents: Vec::new(),
            finalizers: Vec::new(),
            failure: None,
            dicts_of_dead: HashSet::default(),
            modules: modules::Modules::default(),
            censuses: census::Censuses::default(),
            resources: resources::Resources::default(),
            running_file: FileId(0),
        }
    }

    /// Finds changes in one way from now on. `verifies`: what pages say is held against all objects.
    pub(crate) fn find_changes_by(&mut self, by: ChangesBy, verifies: bool) {
        self.watch.find_by(by, verifies);
    }

    /// Notes how many collections there have been before the recording.
    pub(crate) fn begin(&mut self, stopped: Stopped<'_>, vm: &VirtualMachine) {
        let stats = vm.state.gc.get_stats();
        self.collections_before = [0, 1, 2].map(|generation| stats[generation].collections);
        self.set_mark(stopped);
    }

    /// Notes a constant of the program's code: it was there before the program ran. `direct`: the
    /// code object itself refers to it.
    pub(crate) fn add_constant(&mut self, address: usize, direct: bool) {
        self.older.insert(address);
        if direct {
            *self.constants.entry(address).or_default() += 1;
        }
    }

    /// Where the living objects stand.
    pub(crate) fn living_addresses(&self) -> HashMap<usize, ObjId> {
        let living = self.living.iter();
        living
            .map(|live| (live.pointer.address(), live.id))
            .collect()
    }

    /// Takes one step: what died, what is there, what changed.
    pub(crate) fn capture(
        &mut self,
        context: StepContext,
        running: &[RunningFrame],
        others: &[(u32, Vec<RunningFrame>)],
        said: Said,
        stopped: Stopped<'_>,
        vm: &VirtualMachine,
    ) {
        self.now = Moment {
            step: self.builder.steps() as u32 + 1,
            line: self.running_line,
        };
        let everywhere = others.iter().flat_map(|(_, frames)| frames);
        let everywhere: Vec<&RunningFrame> = running.iter().chain(everywhere).collect();
        self.running = everywhere
            .iter()
            .filter_map(|frame| frame.object.map(ObjPtr::address))
            .collect();
        for snapshot in drain_collections() {
            let ids = self.ids_of_candidates(&snapshot);
            self.running_collections.push_back((snapshot, ids));
        }
        self.absorb_deaths();
        self.dicts_of_dead.clear();
        let mut born = self.born(&self.dead, stopped, vm);
        let left = self.retire(&mut born);
        let known = self.living.len();
        self.bodies = everywhere
            .iter()
            .filter_map(|frame| match frame.own {
                Some(_) => frame.namespace,
                None => frame.body,
            })
            .map(ObjPtr::address)
            .collect();
        for name in everywhere.iter().filter(|f| f.fresh).flat_map(|f| &f.names) {
            if matches!(name.kind, NameKind::Cell | NameKind::Free) {
                self.labeller.name_cell(name.to, &name.name);
            }
        }
        let (mut frames, mut frames_kept) = self.call_frames(running, !left.is_empty(), vm);
        let mut stacks = self.thread_stacks(others, vm);
        for (pointer, _) in &context.in_flight {
            self.id_of(*pointer, vm);
        }
        self.meet_stack(context.machine.as_ref(), vm);
        self.discover_unnamed(&born, vm);
        self.find_changes(known, &context.borrowed, vm);
        let changed_at = self.name_objects(running, &mut frames);
        frames_kept = frames_kept.min(changed_at);
        frames_kept = frames_kept.min(self.name_under_way(running, &mut frames));
        for (stack, (_, running)) in stacks.iter_mut().zip(others) {
            self.name_objects(running, &mut stack.frames);
            self.name_under_way(running, &mut stack.frames);
        }
        self.note_raised(&context, running, vm);
        self.settle_doubts(&context, &everywhere, &frames, &stacks, vm);
        let allocated = std::mem::take(&mut self.allocated);
        let allocated = self.order_births(&born, allocated);
        self.update(&context.borrowed);
        self.note_finalizers();
        self.finalizers.clear();
        let collections = self.finished_collections(vm);
        self.note_collected(&collections);
        self.note_finalize_call(&context, running);
        let mut held = self.held(&context, &everywhere, others, vm);
        held.extend(self.held_by_ending());
        self.add_library_holders(&frames, &stacks, &context.elsewhere, &mut held, vm);
        let same = stacks == self.stacks;
        let head = StepHead {
            event: context.event,
            file: context.file,
            function: context.function,
            line: context.line,
            ran: context.ran,
            opcode: context.opcode,
            columns: context.columns,
            offset: context.offset,
            suppresses_context: context.suppresses_context,
            raised_again: said.raised_again,
            stdout: said.stdout,
            stderr: said.stderr,
            stdin: said.stdin,
            thread: context.thread,
            allocated,
            freed: left,
            out_of_reach: Vec::new(),
            incidents: std::mem::take(&mut self.incidents),
            collections,
            held,
        };
        let to_tell = Stacks {
            kept: frames_kept as u32,
            frames: frames[frames_kept..].to_vec(),
            others: (!same).then(|| stacks.clone()),
        };
        self.look_at_modules(None, vm);
        self.look_at_resources(&context, vm);
        self.count_around_imports(&context, running, vm);
        let files = self.builder.files(&self.program.files);
        let sent = files.and_then(|()| self.builder.step(head, to_tell));
        let sent = sent.and_then(|()| self.send_machine(context.machine.as_ref()));
        // They tell of steps that are there.
        let sent = sent.and_then(|()| self.tell_outside());
        if let Err(error) = sent {
            self.failure.get_or_insert(error.to_string());
        }
        // After a return it is the caller's line that goes on.
        let after = match context.event {
            event if event.leaves() => frames.iter().rev().nth(1),
            _ => frames.last(),
        };
        self.running_line = match context.event {
            Event::Line => context.line,
            // What dies with the last frame of a thread or module dies on the line that it left.
            _ => after.map_or(context.line, |frame| frame.line),
        };
        self.running_file = match context.event {
            Event::Line => context.file,
            _ => after.map_or(context.file, |frame| frame.file),
        };
        self.frames = frames;
        self.stacks = stacks;
        self.set_mark(stopped);
    }

    /// Sends off what was found around the objects since the last step.
    fn tell_outside(&mut self) -> std::io::Result<()> {
        let mut facts = self.modules.take_facts();
        facts.extend(self.resources.take_facts());
        facts.extend(self.censuses.take_facts());
        self.builder.outside(facts)
    }

    /// Names the objects that frames are, and the namespaces of the class bodies that run in them.
    /// Returns the place of the first frame of which that has changed.
    fn name_objects(&self, running: &[RunningFrame], frames: &mut [CallFrame]) -> usize {
        let id_at = |pointer: ObjPtr| {
            let at = self.by_address.get(&pointer.address())?;
            Some(self.living[*at].id)
        };
        let mut first = usize::MAX;
        let own = running.iter().filter(|frame| frame.own.is_some());
        for (place, (frame, running)) in frames.iter_mut().zip(own).enumerate() {
            let objects = (running.object.and_then(id_at), running.body.and_then(id_at));
            if (frame.object, frame.body) != objects {
                (frame.object, frame.body) = objects;
                first = first.min(place);
            }
        }
        first
    }

    /// The frames of the program's own code in other threads.
    fn thread_stacks(
        &mut self,
        others: &[(u32, Vec<RunningFrame>)],
        vm: &VirtualMachine,
    ) -> Vec<ThreadStack> {
        let mut stacks = Vec::with_capacity(others.len());
        for (thread, running) in others {
            let own = running.iter().filter(|frame| frame.own.is_some());
            stacks.push(ThreadStack {
                thread: *thread,
                frames: own.map(|frame| self.call_frame(frame, vm)).collect(),
            });
        }
        stacks
    }

    /// The frames of the program's own code, and how many of the oldest are as they were.
    /// `some_died`: objects that names led to may be gone, and others stand in their places.
    fn call_frames(
        &mut self,
        running: &[RunningFrame],
        some_died: bool,
        vm: &VirtualMachine,
    ) -> (Vec<CallFrame>, usize) {
        let mut old = std::mem::take(&mut self.frames).into_iter();
        let mut frames = Vec::new();
        let mut kept = 0;
        for frame in running.iter().filter(|frame| frame.own.is_some()) {
            let before = old.next();
            let (new, same) = match before {
                Some(before) if !frame.fresh && (!some_died || self.all_live(&before)) => {
                    (before, true)
                }
                before => {
                    let mut new = self.call_frame(frame, vm);
                    if let Some(before) = &before {
                        (new.object, new.body) = (before.object, before.body);
                        new.under_way.clone_from(&before.under_way);
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

    fn all_live(&self, frame: &CallFrame) -> bool {
        let mut names = frame.names.iter();
        names.all(|name| self.builder.info(name.to).is_some())
    }

    fn call_frame(&mut self, frame: &RunningFrame, vm: &VirtualMachine) -> CallFrame {
        // What was read at an earlier step, or is just being replaced, may be gone.
        let certain = |name: &RunningName| {
            frame.fresh && !frame.assigned.contains(&Some(name.name.as_ref()))
                || self.by_address.contains_key(&name.to.address())
        };
        let names = frame.names.iter().filter(|name| certain(name));
        let names: Vec<_> = names.filter(|name| !name.to.is_dying()).collect();
        let names = names
            .into_iter()
            .map(|name| crate::trace::Name {
                name: self.builder.symbols.intern(&name.name),
                kind: name.kind,
                to: self.id_of(name.to, vm),
            })
            .collect();
        CallFrame {
            function: self.builder.symbols.intern(frame.function),
            qualified: self.builder.symbols.intern(frame.qualified),
            class_body: frame.body.is_some() && frame.function != "<module>",
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
            under_way: Vec::new(),
        }
    }
}
