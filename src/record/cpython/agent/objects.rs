//! The objects of the program that are known: who lives, and who has changed since the last step.

use crate::describe::{self, Kind};
use crate::dicts::{Entries, instance_dict, mix, order, walk};
use crate::frames::Running;
use crate::generators;
use crate::library::Library;
use crate::memory::{AddressMap, Memory};
use crate::numpy;
use crate::offsets::{class, object};
use crate::pandas;
use crate::program::Program;
use crate::python::{Addr, Python, before_object, byte, count_of, type_of, word};
use crate::refs;
use crate::watch::{Changed, Shape, Watch, bits, shape};
use crate::wire::{Value, Writer, tag};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// A living object of the program.
pub struct Live {
    pub serial: u64,
    pub at: Addr,
    block: Addr,
    pub kind: Kind,
    /// Its references are not the program's business.
    leaf: bool,
    /// What it held, by address.
    held: Vec<Addr>,
    /// The serials of what it held strongly.
    counted: Vec<u64>,
    /// How many references known objects have to it.
    incoming: u64,
    /// It was born in the run.
    is_born: bool,
    /// Parts of it that are told with it.
    parts: Vec<Addr>,
    /// Its class is one of Python's own.
    has_own_class: bool,
}

#[derive(Default)]
pub struct Objects {
    living: Vec<Option<Live>>,
    /// What is looked at of each in every step, by the same places.
    watches: Vec<Watch>,
    /// What the last survey has found.
    changed: Changed,
    /// Those that were born in the run and have more references than known objects have to them: as
    /// places.
    open: BTreeSet<usize>,
    free: Vec<usize>,
    by_block: AddressMap<usize>,
    by_address: AddressMap<usize>,
    serials: u64,
    /// Objects whose references have not been read yet, as places.
    pending: Vec<usize>,
    /// Addresses at which a known object has died since the last step.
    vacated: Vec<Addr>,
    values: HashMap<Value, u64>,
    /// Which variable a cell stands for.
    pub cells: AddressMap<String>,
    /// Dicts and tuples that are parts of another object.
    folded: AddressMap<u64>,
    /// Parts that have become objects of their own in this step: their owners are read anew.
    unfolded: Vec<u64>,
    /// Messages since the last step.
    pub out: Vec<Vec<u8>>,
    collecting: bool,
    /// What those hold that are being taken apart: their blocks, where they stand, and what they hold.
    dying: Vec<(Addr, Addr, Vec<Addr>)>,
    /// What the call of the agent itself holds, and how often: that is not told.
    pub borrowed: Vec<(Addr, u64)>,
    /// The frames of the calls that run or wait at this step.
    pub running: Vec<Addr>,
    /// The calls of the program's own code among them whose names are entries of a dict.
    pub bodies: Vec<Rc<Running>>,
    /// Native functions.
    pub native: Vec<Addr>,
    /// What the library holds of them.
    pub library: Library,
    /// Places by serial.
    places: AddressMap<usize>,
}

impl Objects {
    pub fn is_known_block(&self, block: Addr) -> bool {
        self.by_block.contains_key(&block)
    }

    pub fn known(&self, at: Addr) -> Option<u64> {
        let place = self.by_address.get(&at)?;
        self.living[*place].as_ref().map(|live| live.serial)
    }

    /// A block was given back: nothing is held by what stood there.
    pub fn given_back(&mut self, block: Addr) {
        self.dying.retain(|(one, _, _)| *one != block);
        self.gone(block);
    }

    /// What those hold that are being taken apart.
    pub fn held_by_dying(&self) -> Vec<Addr> {
        self.dying
            .iter()
            .flat_map(|(_, _, held)| held)
            .copied()
            .collect()
    }

    /// An object's count, less what the agent's own call holds.
    unsafe fn count_at(&self, at: Addr, python: &Python) -> Option<u64> {
        // SAFETY: the caller says that there is an object.
        let count = unsafe { count_of(at, python.layout.minor) }?;
        let ours = self.borrowed.iter().filter(|(one, _)| *one == at);
        Some(count - ours.map(|(_, times)| times).sum::<u64>().min(count))
    }

    /// The object of a block is dead.
    pub fn gone(&mut self, block: Addr) {
        let Some(place) = self.by_block.remove(&block) else {
            return;
        };
        self.release(place);
        let Some(live) = self.living[place].take() else {
            return;
        };
        self.watches[place].at = 0;
        self.open.remove(&place);
        self.by_address.remove(&live.at);
        self.places.remove(&(live.serial as usize));
        self.library.forget(live.at);
        self.cells.remove(&live.at);
        self.native.retain(|at| *at != live.at);
        self.drop_parts(&live.parts, live.serial);
        self.free.push(place);
        self.vacated.push(live.at);
        let mut message = Writer::default();
        message.byte(tag::DIED);
        message.number(live.serial);
        message.byte(u8::from(self.collecting));
        self.out.push(message.0);
    }

    /// Whether what dies now dies of the collector.
    pub fn set_collecting(&mut self, collecting: bool) {
        self.collecting = collecting;
    }

    /// The number of a value in messages.
    pub fn value(&mut self, value: Value) -> u64 {
        if let Some(number) = self.values.get(&value) {
            return *number;
        }
        let mut message = Writer::default();
        message.byte(tag::VALUE);
        message.value(&value);
        self.out.push(message.0);
        let number = self.values.len() as u64;
        self.values.insert(value, number);
        number
    }

    pub fn name(&mut self, name: &str) -> u64 {
        self.value(Value::Name(name.to_owned()))
    }

    /// The serial of a living object, which becomes one of the program's if it is not yet.
    ///
    /// # Safety
    /// There must be a living object, and the interpreter's lock be held.
    pub unsafe fn meet(
        &mut self,
        at: Addr,
        python: &Python,
        program: &mut Program,
        memory: &Memory,
    ) -> u64 {
        if let Some(serial) = self.known(at) {
            return serial;
        }
        // SAFETY: the caller's.
        let (described, block, count) = unsafe {
            let class = type_of(at);
            let block = at - before_object(class, python.layout.minor);
            let described = describe::describe(at, python, program);
            (described, block, count_of(at, python.layout.minor))
        };
        if let Some(owner) = self.folded.remove(&at) {
            self.unfolded.push(owner);
        }
        // Two objects never stand in one block.
        self.gone(block);
        // SAFETY: there is an object.
        if unsafe { type_of(at) } == python.types.native_function {
            self.native.push(at);
        }
        self.serials += 1;
        let serial = self.serials;
        // SAFETY: as above.
        let birth = unsafe { memory.birth(at, block, python) };
        let born = birth.filter(|_| count.is_some() && !described.leaf);
        let born = born.filter(|_| !program.is_constant(at));
        let type_name = self.name(&described.type_name);
        let mut message = Writer::default();
        message.byte(tag::OBJECT);
        message.number(at as u64);
        message.byte(described.kind as u8);
        message.number(type_name);
        message.option(born);
        message.byte(u8::from(count.is_none()));
        message.number(program.constant_of(at));
        self.out.push(message.0);
        let live = Live {
            serial,
            at,
            block,
            kind: described.kind,
            leaf: described.leaf,
            held: Vec::new(),
            counted: Vec::new(),
            incoming: 0,
            is_born: born.is_some(),
            parts: Vec::new(),
            has_own_class: described.kind == Kind::Instance,
        };
        let watch = Watch {
            at,
            count: Watch::told(count),
            content: 0,
            holds: 0,
            // SAFETY: as above.
            shape: unsafe { shape(at, described.kind, described.leaf, python) },
            is_read: false,
        };
        let place = match self.free.pop() {
            Some(place) => {
                self.living[place] = Some(live);
                self.watches[place] = watch;
                place
            }
            None => {
                self.living.push(Some(live));
                self.watches.push(watch);
                self.living.len() - 1
            }
        };
        self.by_block.insert(block, place);
        self.by_address.insert(at, place);
        self.places.insert(serial as usize, place);
        self.pending.push(place);
        serial
    }

    /// Finds the dead, and what has changed since the last step.
    ///
    /// # Safety
    /// The interpreter's lock must be held.
    pub unsafe fn survey(&mut self, python: &Python) {
        // SAFETY: the caller's; the dead are no places any more when this looks.
        unsafe {
            self.find_dead(python);
            self.changed = Changed::since(&self.watches, python.layout.minor);
        }
    }

    /// Reads what has changed since the last step and all that is new, and tells of it. [`Objects::survey`]
    /// must have been there.
    ///
    /// # Safety
    /// The interpreter's lock must be held.
    pub unsafe fn look(&mut self, python: &Python, program: &mut Program, memory: &Memory) {
        // SAFETY: the lock is held; dead objects were taken out before.
        unsafe {
            let changed = std::mem::take(&mut self.changed);
            for place in changed.contents {
                let watch = &self.watches[place];
                let is_known_to = watch.shape != Shape::Other;
                if watch.is_read && (is_known_to || self.content(place, python) != watch.content) {
                    self.read(place, python, program, memory);
                }
            }
            for place in changed.counts {
                // What a call of the agent's holds is not counted.
                let watch = &self.watches[place];
                if watch.is_read && Watch::told(self.count_at(watch.at, python)) != watch.count {
                    self.count(place, python);
                }
            }
            let vacated = bits(&self.vacated);
            for place in 0..self.watches.len() * usize::from(vacated != 0) {
                let watch = &self.watches[place];
                let may_hold = watch.at != 0 && watch.is_read && watch.holds & vacated != 0;
                if may_hold && self.holds_vacated(place) {
                    self.read(place, python, program, memory);
                }
            }
            let mut next = 0;
            loop {
                while next < self.pending.len() {
                    let place = self.pending[next];
                    next += 1;
                    self.read(place, python, program, memory);
                }
                let Some(owner) = self.unfolded.pop() else {
                    break;
                };
                let place = self
                    .living
                    .iter()
                    .position(|live| live.as_ref().is_some_and(|live| live.serial == owner));
                if let Some(place) = place {
                    self.read(place, python, program, memory);
                }
            }
            self.pending.clear();
            self.vacated.clear();
        }
    }

    /// What has no references any more is dead, though its block may wait in a free list.
    ///
    /// # Safety
    /// The interpreter's lock must be held.
    pub unsafe fn find_dead(&mut self, python: &Python) {
        let minor = python.layout.minor;
        // SAFETY: a block that was not given back can be read.
        let is_dead = |at: Addr| at != 0 && unsafe { count_of(at, minor) } == Some(0);
        // What has a class of Python's own goes to no free list: until its block is given back it is being
        // taken apart. Of others that are dead not even the type can be read.
        // SAFETY: as above.
        self.dying
            .retain(|(_, at, _)| unsafe { count_of(*at, minor) } == Some(0));
        let all = self.watches.iter().enumerate();
        let dead: Vec<usize> = all
            .filter(|(_, watch)| is_dead(watch.at))
            .map(|(place, _)| place)
            .collect();
        for place in dead {
            let Some(live) = &mut self.living[place] else {
                continue;
            };
            let (block, at) = (live.block, live.at);
            if live.has_own_class {
                self.dying.push((block, at, std::mem::take(&mut live.held)));
            }
            self.gone(block);
        }
    }

    /// The body that runs with its names in a dict.
    pub fn body_in(&self, dict: Addr) -> Option<&Rc<Running>> {
        self.bodies.iter().find(|body| body.namespace == dict)
    }

    /// Whether an object held one that has died.
    fn holds_vacated(&self, place: usize) -> bool {
        let live = self.living[place].as_ref();
        live.is_some_and(|live| live.held.iter().any(|at| self.vacated.contains(at)))
    }

    /// A number made of all that an object holds.
    unsafe fn content(&self, place: usize, python: &Python) -> u64 {
        // SAFETY: the caller says that it lives.
        if let Some(content) = unsafe { self.watches[place].content() } {
            return content;
        }
        let Some(live) = &self.living[place] else {
            return 0;
        };
        // SAFETY: as above.
        unsafe {
            if live.kind == Kind::Atom {
                // A bytearray.
                let at = word(live.at + 40);
                let length = word(live.at + object::SIZE);
                let shown = (0..length.min(crate::values::LIMIT)).map(|i| byte(at + i));
                return shown.fold(length as u64, |sum, byte| mix(sum, usize::from(byte)));
            }
            let mut sum = 1;
            if live.kind == Kind::Generator {
                let frame = generators::frame_of(live.at, python);
                sum = generators::state_of(live.at, python) as u64;
                sum += u64::from(self.running.contains(&frame)) << 8;
                if python.layout.has_frame_objects() {
                    walk(frame, python, &mut |to| sum = mix(sum, to));
                }
            }
            if live.kind == Kind::Frame {
                sum += u64::from(self.running.contains(&live.at));
            }
            if matches!(live.kind, Kind::Mapping | Kind::Namespace) {
                sum += u64::from(self.body_in(live.at).is_some());
                sum = order(live.at, python).into_iter().fold(sum, mix);
            }
            if live.kind == Kind::WeakRef {
                sum = mix(sum, word(live.at + 16));
            }
            // A class's attributes and a function's parts are folded into it.
            if live.kind == Kind::Class {
                Entries::of(word(live.at + class::DICT), python)
                    .for_each(|(key, value)| sum = mix(mix(sum, key), value));
            }
            if live.kind == Kind::Function {
                let function = python.layout.function;
                for at in [function.defaults, function.kw_defaults, function.dict] {
                    walk(word(live.at + at), python, &mut |to| sum = mix(sum, to));
                }
            }
            if live.kind == Kind::Other && numpy::is_array(live.at) {
                sum = mix(sum, numpy::signature(live.at, python) as usize);
            } else if live.kind == Kind::Other && pandas::is_table(live.at, python) {
                sum = mix(sum, pandas::signature(live.at, python) as usize);
            }
            walk(live.at, python, &mut |to| sum = mix(sum, to));
            if let Some(dict) = instance_dict(live.at, python) {
                walk(dict, python, &mut |to| sum = mix(sum, to));
            }
            sum
        }
    }

    /// Tells of a count that has changed.
    unsafe fn count(&mut self, place: usize, python: &Python) {
        let Some(at) = self.living[place].as_ref().map(|live| live.at) else {
            return;
        };
        // SAFETY: the object lives.
        let count = unsafe { self.count_at(at, python) };
        self.watches[place].count = Watch::told(count);
        self.reckon(place);
        let Some(live) = &self.living[place] else {
            return;
        };
        let mut message = Writer::default();
        message.byte(tag::STATE);
        message.number(live.serial);
        message.option(count);
        message.byte(0);
        self.out.push(message.0);
    }

    /// Reads an object anew and tells what it is like.
    unsafe fn read(
        &mut self,
        place: usize,
        python: &Python,
        program: &mut Program,
        memory: &Memory,
    ) {
        let Some(live) = &self.living[place] else {
            return;
        };
        let (serial, at, kind, leaf) = (live.serial, live.at, live.kind, live.leaf);
        // SAFETY: the object lives, and so does all that it refers to.
        unsafe {
            let described = describe::describe(at, python, program);
            let value = described.value.map(|value| self.value(value));
            let name = described.name.map(|name| self.name(&name));
            self.watches[place].is_read = true;
            if let Some(live) = &mut self.living[place] {
                let parts = std::mem::take(&mut live.parts);
                self.drop_parts(&parts, serial);
            }
            let mut parts = Vec::new();
            let references = match leaf || kind == Kind::Atom {
                true => Vec::new(),
                false => refs::references(at, kind, &mut parts, self, python, program),
            };
            for part in &parts {
                self.folded.insert(*part, serial);
            }
            let mut held = Vec::with_capacity(references.len());
            let mut counted = Vec::with_capacity(references.len());
            self.release(place);
            let mut told = Vec::with_capacity(references.len());
            for one in references {
                // What is being taken apart is nobody's any more.
                if !one.weak && count_of(one.to, python.layout.minor) == Some(0) {
                    continue;
                }
                held.push(one.to);
                let to = self.meet(one.to, python, program, memory);
                if !one.weak {
                    counted.push(to);
                    self.add_incoming(to, 1);
                }
                let label = one.label.written(self);
                told.push((label, to, one.weak));
            }
            let mut message = Writer::default();
            let count = self.count_at(at, python);
            message.byte(tag::STATE);
            message.number(serial);
            message.option(count);
            message.byte(1);
            message.option(value);
            message.option(name);
            message.option(describe::size(at, kind, python));
            message.number(told.len() as u64);
            for ((kind, argument), to, weak) in told {
                message.byte(kind);
                message.number(argument);
                message.number(to);
                message.byte(u8::from(weak));
            }
            self.out.push(message.0);
            let content = self.content(place, python);
            let watch = &mut self.watches[place];
            watch.count = Watch::told(count);
            watch.content = content;
            watch.holds = bits(&held);
            if let Some(live) = &mut self.living[place] {
                live.held = held;
                live.counted = counted;
                live.parts = parts;
            }
            self.reckon(place);
        }
    }

    fn add_incoming(&mut self, to: u64, by: i64) {
        let Some(place) = self.places.get(&(to as usize)).copied() else {
            return;
        };
        if let Some(live) = &mut self.living[place] {
            live.incoming = live.incoming.saturating_add_signed(by);
            self.reckon(place);
        }
    }

    /// Notes whether an object has more references than known objects have to it.
    fn reckon(&mut self, place: usize) {
        let watch = &self.watches[place];
        let more = self.living[place].as_ref().and_then(|live| {
            let count = watch.count().filter(|_| watch.is_read && live.is_born)?;
            count.checked_sub(live.incoming).filter(|more| *more > 0)
        });
        match more {
            Some(_) => self.open.insert(place),
            None => self.open.remove(&place),
        };
    }

    /// What an object held is not held by it any more.
    fn release(&mut self, place: usize) {
        let held = match &mut self.living[place] {
            Some(live) => std::mem::take(&mut live.counted),
            None => return,
        };
        held.into_iter().for_each(|to| self.add_incoming(to, -1));
    }

    /// The objects that were born in the run and have more references than known objects have to them;
    /// how many more.
    pub fn suspects(&self) -> impl Iterator<Item = (Addr, u64)> {
        self.open.iter().filter_map(|place| {
            let live = self.living[*place].as_ref()?;
            let more = self.watches[*place].count()?.checked_sub(live.incoming)?;
            (more > 0 && live.kind != Kind::Generator).then_some((live.at, more))
        })
    }

    /// Whether an object is known, or told as a part of one that is.
    pub fn is_recorded(&self, at: Addr) -> bool {
        self.by_address.contains_key(&at) || self.folded.contains_key(&at)
    }

    /// The known weak references to objects.
    ///
    /// # Safety
    /// The interpreter's lock must be held.
    pub unsafe fn weak_references_to(&self, all: &[Addr]) -> Vec<u64> {
        let weak = self
            .living
            .iter()
            .flatten()
            .filter(|live| live.kind == Kind::WeakRef);
        // SAFETY: what is known lives.
        weak.filter(|live| all.contains(&unsafe { word(live.at + 16) }))
            .map(|live| live.serial)
            .collect()
    }

    /// Whether a part may be folded into its owner: while it is no object in its own right, and no
    /// other's part.
    pub fn may_fold(&self, part: Addr) -> bool {
        !self.by_address.contains_key(&part) && !self.folded.contains_key(&part)
    }

    fn drop_parts(&mut self, parts: &[Addr], owner: u64) {
        for part in parts {
            if self.folded.get(part) == Some(&owner) {
                self.folded.remove(part);
            }
        }
    }
}
