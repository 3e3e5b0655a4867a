//! What every recorder needs, whatever interpreter it watches: serial numbers, texts, differences from
//! step to step, and the stream of records that a trace is written from.

use super::interner::Used;
use super::{
    CallFrame, Death, Interner, ObjId, ObjectChange, ObjectInfo, ObjectState, OutsideFact, Record,
    Run, SourceFile, Step, StepHead, StepRecord, ThreadStack,
};
use rustc_hash::FxHashMap as HashMap;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

/// Puts a recording together, step by step, and sends it off.
///
/// Between two steps a recorder [registers](Builder::register) the objects that it meets, gives their
/// [states](Builder::update) where they are new or have changed, and says who has
/// [died](Builder::died); then it takes the [step](Builder::step). Only what lives is remembered.
pub struct Builder {
    out: Box<dyn Write + Send>,
    buffer: Vec<u8>,
    /// The texts of the trace.
    pub symbols: Interner,
    files: usize,
    objects: u32,
    /// The living.
    infos: HashMap<ObjId, ObjectInfo>,
    states: HashMap<ObjId, ObjectState>,
    /// Of the step under way.
    registered: Vec<ObjectInfo>,
    updated: BTreeMap<ObjId, ObjectState>,
    /// The call stacks at the last step.
    frames: Vec<CallFrame>,
    others: Vec<ThreadStack>,
    deaths: Vec<(ObjId, Death)>,
    steps: u32,
    last: Option<Step>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("steps", &self.steps)
            .field("objects", &self.objects)
            .finish_non_exhaustive()
    }
}

/// The call stacks at a step.
#[derive(Debug, Clone, Default)]
pub struct Stacks {
    /// How many of the oldest frames of the step's own thread are as they were at the step before.
    pub kept: u32,
    /// The frames above those, oldest first.
    pub frames: Vec<CallFrame>,
    /// The frames of the other threads; `None` where all are as they were.
    pub others: Option<Vec<ThreadStack>>,
}

impl Builder {
    /// Begins a recording; its records go to `out`, each at once.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(run: Run, out: Box<dyn Write + Send>) -> io::Result<Builder> {
        let mut builder = Builder {
            out,
            buffer: Vec::new(),
            symbols: Interner::default(),
            files: 0,
            objects: 0,
            infos: HashMap::default(),
            states: HashMap::default(),
            registered: Vec::new(),
            updated: BTreeMap::new(),
            frames: Vec::new(),
            others: Vec::new(),
            deaths: Vec::new(),
            steps: 0,
            last: None,
        };
        builder.send(&Record::Run(run))?;
        Ok(builder)
    }

    /// Sends one record.
    ///
    /// # Errors
    /// What the writer says.
    pub fn send(&mut self, record: &Record) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        self.buffer = record.encode(buffer)?;
        self.out.write_all(&self.buffer)?;
        self.out.flush()
    }

    /// Adds those of the program's source files that are not known yet: all of them, in the order of
    /// their numbers.
    ///
    /// # Errors
    /// What the writer says.
    pub fn files(&mut self, all: &[SourceFile]) -> io::Result<()> {
        while let Some(file) = all.get(self.files) {
            self.files += 1;
            self.send(&Record::File(file.clone()))?;
        }
        Ok(())
    }

    /// Says what was found around the objects since this was last called.
    ///
    /// # Errors
    /// What the writer says.
    pub fn outside(&mut self, facts: Vec<OutsideFact>) -> io::Result<()> {
        match facts.is_empty() {
            true => Ok(()),
            false => self.send(&Record::Outside(facts)),
        }
    }

    /// Gives the next serial number to an object.
    pub fn register(&mut self, info: ObjectInfo) -> ObjId {
        self.objects += 1;
        let id = ObjId(self.objects);
        self.registered.push(info.clone());
        self.infos.insert(id, info);
        id
    }

    /// Says what a living object is like now. The last word before a step counts.
    pub fn update(&mut self, id: ObjId, state: ObjectState) {
        self.updated.insert(id, state);
    }

    /// Says that an object has died.
    pub fn died(&mut self, id: ObjId, death: Death) {
        self.infos.remove(&id);
        self.updated.remove(&id);
        self.deaths.push((id, death));
    }

    /// What is known of a living object; `None` where it is dead.
    pub fn info(&self, id: ObjId) -> Option<&ObjectInfo> {
        self.infos.get(&id)
    }

    /// What a living object was last said to be like; `None` where nothing was said of it.
    pub fn state(&self, id: ObjId) -> Option<&ObjectState> {
        self.updated.get(&id).or_else(|| self.states.get(&id))
    }

    /// How many objects have been registered.
    pub fn objects(&self) -> usize {
        self.objects as usize
    }

    /// How many steps have been taken.
    pub fn steps(&self) -> usize {
        self.steps as usize
    }

    /// The last step.
    pub fn last(&self) -> Option<&Step> {
        self.last.as_ref()
    }

    /// Takes a step: what was registered, updated and has died since the last one, and the call
    /// stacks.
    ///
    /// # Errors
    /// What the writer says.
    pub fn step(&mut self, head: StepHead, stacks: Stacks) -> io::Result<()> {
        let deaths = std::mem::take(&mut self.deaths);
        for (id, _) in &deaths {
            self.states.remove(id);
        }
        let mut entered = Vec::new();
        let mut changed = Vec::new();
        for (id, state) in std::mem::take(&mut self.updated) {
            match self.states.get_mut(&id) {
                Some(old) => {
                    if let Some(change) = ObjectChange::between(old, &state) {
                        changed.push((id, change));
                        *old = state;
                    }
                }
                None => {
                    self.states.insert(id, state.clone());
                    entered.push((id, state));
                }
            }
        }
        let symbols = self.symbols.take_fresh();
        self.steps += 1;
        let record = Record::Step(Box::new(StepRecord {
            symbols,
            objects: std::mem::take(&mut self.registered),
            step: Step {
                head,
                entered,
                changed,
                left: deaths.iter().map(|(id, _)| *id).collect(),
                frames_kept: stacks.kept,
                frames: stacks.frames,
                others: stacks.others,
            },
            deaths,
        }));
        let sent = self.send(&record);
        if let Record::Step(record) = record {
            let step = record.step;
            self.frames.truncate(step.frames_kept as usize);
            self.frames.extend_from_slice(&step.frames);
            if let Some(others) = &step.others {
                self.others.clone_from(others);
            }
            self.last = Some(step);
        }
        if self.symbols.is_large() {
            self.forget_texts();
        }
        sent
    }

    /// Forgets the texts that nothing names any more: a long run has too many.
    fn forget_texts(&mut self) {
        let mut used = Used::default();
        self.infos.values().for_each(|info| used.info(info));
        self.states.values().for_each(|state| used.state(state));
        used.stacks(&self.frames, &self.others);
        self.symbols.keep(&used.0);
    }
}
