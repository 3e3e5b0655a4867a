//! Runs of the collector, seen from its own callbacks: when one begins nothing has been changed yet, so
//! what it will find is worked out by its own rules.

use crate::agent::{Agent, agent, installed};
use crate::dicts::traverse;
use crate::frames;
use crate::memory::AddressMap;
use crate::offsets::object;
use crate::python::{Addr, FAST_CALL, MethodDef, Python, count_of, half, word};
use crate::values::string;
use crate::wire::{Writer, tag};

/// Places behind the head of the youngest list.
const GENERATION: usize = 24;
/// How many objects were made since the last run, less those that are gone.
const COUNT: usize = 20;
/// Tuples of so many items are made anew and given back each time.
const NO_FREE_LIST: isize = 32;
/// How many items a list has room for.
const ROOM: usize = 32;
const COLLECTING: usize = 176;
const CALLBACKS: usize = 192;

/// A run that has begun.
struct Begun {
    generation: u64,
    automatic: bool,
    /// Serial, address, count, count without the references from inside, whether it was found.
    candidates: Vec<(u64, Addr, u64, u64, bool)>,
    weak: Vec<u64>,
}

#[derive(Default)]
pub struct Collector {
    /// The head of the youngest list.
    head: Addr,
    /// The interpreter's list of callbacks, and the one that stands in its place.
    theirs: Addr,
    ours: Addr,
    /// `gc` is being imported: it takes the list as its own.
    importing: bool,
    begun: Option<Begun>,
}

static mut METHOD: MethodDef = MethodDef {
    name: c"memviz".as_ptr(),
    function: told,
    flags: FAST_CALL,
    doc: std::ptr::null(),
};

impl Collector {
    /// Finds the collector's lists and begins to listen.
    ///
    /// # Safety
    /// The interpreter must run and its lock be held.
    pub unsafe fn begin(&mut self, python: &Python) {
        // SAFETY: a fresh tuple stands at the end of the youngest list, before its head; what the collector
        // keeps of an object stands 16 bytes before it. A list has a length, items, and room for them.
        unsafe {
            let fresh = (python.call.tuple)(NO_FREE_LIST);
            self.head = word(fresh - 16) & !7;
            (python.call.decref)(fresh);
            let before = self.count();
            #[allow(static_mut_refs, reason = "the interpreter keeps a pointer to it")]
            let function = (python.call.new_function)(&METHOD, 0, 0);
            (python.call.gc_untrack)(function);
            // Not one that waits for the program's next list.
            self.ours = (python.call.new_object)(python.types.list);
            for field in [object::SIZE, object::ITEMS, ROOM] {
                *((self.ours + field) as *mut usize) = 0;
            }
            (python.call.append)(self.ours, function);
            self.set_count(before);
            self.swap();
        }
    }

    /// How many objects have been made since the last collection, as the collector counts; 0 before the
    /// recording begins.
    ///
    /// # Safety
    /// The interpreter's lock must be held.
    pub unsafe fn count(&self) -> i32 {
        // SAFETY: the count stands in the youngest list's record.
        match self.head {
            0 => 0,
            head => unsafe { *((head + COUNT) as *const i32) },
        }
    }

    /// Sets that: what the agent has made itself does not count.
    ///
    /// # Safety
    /// As for [`Collector::count`].
    pub unsafe fn set_count(&self, count: i32) {
        if self.head != 0 {
            // SAFETY: as there.
            unsafe { *((self.head + COUNT) as *mut i32) = count };
        }
    }

    /// Puts our list in the place of the interpreter's, where there is one.
    unsafe fn swap(&mut self) {
        // SAFETY: the place holds the list of callbacks.
        unsafe {
            let place = (self.head + CALLBACKS) as *mut Addr;
            // Before 3.10 there is none until somebody imports `gc`.
            if *place != self.ours {
                self.theirs = *place;
                *place = self.ours;
            }
        }
    }

    /// Puts the interpreter's own list back.
    ///
    /// # Safety
    /// As for [`Collector::begin`].
    pub unsafe fn end(&mut self) {
        // SAFETY: as above.
        unsafe {
            let place = (self.head + CALLBACKS) as *mut Addr;
            if self.head != 0 && *place == self.ours {
                *place = self.theirs;
            }
        }
    }

    /// A module is about to be imported: `gc` is to find its own list.
    ///
    /// # Safety
    /// As for [`Collector::begin`].
    pub unsafe fn about_to_import(&mut self, name: &str) {
        if name == "gc" {
            // SAFETY: as above.
            unsafe { self.end() };
            self.importing = true;
        }
    }

    /// Listens again, once `gc` has its list.
    ///
    /// # Safety
    /// As for [`Collector::begin`].
    pub unsafe fn look_for_import(&mut self, python: &Python) {
        if !self.importing {
            return;
        }
        // SAFETY: borrowed objects of the interpreter's; attributes of a module's are looked up in its dict.
        unsafe {
            let modules = (python.call.sys_get)(c"modules".as_ptr());
            let module = (python.call.dict_get)(modules, c"gc".as_ptr());
            if module != 0 && (python.call.dict_get)(word(module + 16), c"callbacks".as_ptr()) != 0
            {
                self.importing = false;
                self.swap();
            }
        }
    }

    /// Whether the program has no callbacks of its own: else it would have got the dict as well.
    unsafe fn theirs_is_empty(&self) -> bool {
        // SAFETY: it is a list, where there is one.
        self.theirs == 0 || unsafe { word(self.theirs + object::SIZE) } == 0
    }

    /// Whether the collector runs.
    pub fn is_running(&self) -> bool {
        // SAFETY: the place was found when the recording began, and stays.
        self.head != 0 && unsafe { half(self.head + COLLECTING) != 0 }
    }

    /// The objects of a generation and of those younger.
    ///
    /// # Safety
    /// The interpreter's lock must be held.
    pub unsafe fn listed(&self, generation: u64) -> Vec<Addr> {
        let mut all = Vec::new();
        for number in 0..=generation.min(2) as usize {
            let head = self.head + GENERATION * number;
            // SAFETY: the lists are rings through their heads.
            unsafe {
                let mut at = word(head) & !7;
                while at != head && at != 0 {
                    all.push(at + 16);
                    at = word(at) & !7;
                }
            }
        }
        all
    }
}

/// Called by the collector when it begins and ends.
unsafe extern "C" fn told(_: Addr, arguments: *const Addr, count: isize) -> Addr {
    // SAFETY: the collector gives two objects.
    unsafe {
        if let Some(state) = installed()
            && count == 2
        {
            let (phase, info) = (*arguments, *arguments.add(1));
            let python = state.python;
            let theirs = state.collector.theirs;
            if let Some(agent) = agent().filter(|agent| agent.is_listening()) {
                agent.inside = true;
                match string(phase, &python).as_deref() {
                    Some("start") => start(agent, info),
                    _ => stop(agent),
                }
                agent.inside = false;
            }
            forward(&python, theirs, phase, info);
            if let Some(agent) = agent() {
                keep_count(agent, info);
            }
        }
    }
    crate::monitor::none()
}

/// The collector makes a dict for its callbacks, which it would not without one: where that is a new block,
/// it would count as an object, and wait in the free list for one of the program's. It is kept instead, out
/// of sight.
unsafe fn keep_count(agent: &mut Agent, info: Addr) {
    // SAFETY: the collector holds the dict, whose block begins with what the collector keeps of it; the
    // count stands in the youngest list's record.
    unsafe {
        let is_new = agent.memory.given_to_collector.contains(&(info - 16));
        agent.memory.given_to_collector.clear();
        if is_new && agent.collector.theirs_is_empty() {
            (agent.python.call.incref)(info);
            (agent.python.call.gc_untrack)(info);
            let count = (agent.collector.head + COUNT) as *mut i32;
            if *count > 0 {
                *count -= 1;
            }
        }
    }
}

/// Calls the program's own callbacks, as the collector would.
unsafe fn forward(python: &Python, theirs: Addr, phase: Addr, info: Addr) {
    // SAFETY: the list and what it holds live.
    unsafe {
        let mut at = 0;
        while theirs != 0 && at < word(theirs + object::SIZE) {
            let callback = word(word(theirs + object::ITEMS) + 8 * at);
            let arguments = [phase, info];
            (python.call.incref)(callback);
            match (python.call.vector_call)(callback, arguments.as_ptr(), 2, 0) {
                0 => (python.call.unraisable)(callback),
                done => (python.call.decref)(done),
            }
            (python.call.decref)(callback);
            at += 1;
        }
    }
}

unsafe fn start(agent: &mut Agent, info: Addr) {
    // SAFETY: the collector waits; its lists are whole.
    unsafe {
        let python = agent.python;
        let generation = match (python.call.dict_get)(info, c"generation".as_ptr()) {
            0 => 2,
            number => (python.call.as_long)(number).max(0) as u64,
        };
        crate::steps::meet_unnamed(agent);
        // What is dead by now has died before.
        agent.objects.set_collecting(false);
        agent.objects.find_dead(&python);
        agent.objects.set_collecting(true);
        let minor = python.layout.minor;
        let listed = agent.collector.listed(generation);
        let mut counts: AddressMap<i64> = AddressMap::default();
        for at in &listed {
            counts.insert(
                *at,
                count_of(*at, minor).map_or(i64::MAX / 2, |count| count as i64),
            );
        }
        for at in &listed {
            traverse(*at, &mut |to| {
                if let Some(count) = counts.get_mut(&to) {
                    *count -= 1;
                }
            });
        }
        let mut reached: AddressMap<()> = AddressMap::default();
        let mut open: Vec<Addr> = listed.iter().copied().filter(|at| counts[at] > 0).collect();
        while let Some(at) = open.pop() {
            if reached.insert(at, ()).is_none() {
                traverse(at, &mut |to| {
                    if counts.contains_key(&to) && !reached.contains_key(&to) {
                        open.push(to);
                    }
                });
            }
        }
        let mut candidates = Vec::new();
        for at in &listed {
            if let Some(serial) = agent.objects.known(*at) {
                let count = count_of(*at, minor).unwrap_or(u64::from(u32::MAX));
                let left = counts[at].max(0) as u64;
                candidates.push((serial, *at, count, left, !reached.contains_key(at)));
            }
        }
        let found = candidates
            .iter()
            .filter(|one| one.4)
            .map(|one| one.1)
            .collect::<Vec<_>>();
        let weak = agent.objects.weak_references_to(&found);
        agent.collector.begun = Some(Begun {
            generation,
            automatic: !was_asked_for(agent),
            candidates,
            weak,
        });
    }
}

/// Whether the innermost call has the function that asks for a collection at hand.
unsafe fn was_asked_for(agent: &mut Agent) -> bool {
    // SAFETY: what stands there is compared, and read where it is known to be an object of the interpreter's.
    unsafe {
        let python = agent.python;
        let thread = (python.thread_state)();
        let calls = frames::calls(thread, &[], &mut agent.program, &python);
        let modules = (python.call.sys_get)(c"modules".as_ptr());
        let module = (python.call.dict_get)(modules, c"gc".as_ptr());
        let collect = match module {
            0 => 0,
            module => (python.call.dict_get)(word(module + 16), c"collect".as_ptr()),
        };
        let top = calls.last();
        collect != 0
            && top.is_some_and(|top| {
                top.perhaps.contains(&collect)
                    || top
                        .names
                        .iter()
                        .any(|name| name.kind == frames::name::STACK && name.to == collect)
            })
    }
}

unsafe fn stop(agent: &mut Agent) {
    let Some(begun) = agent.collector.begun.take() else {
        return;
    };
    // SAFETY: the collector is through; what lives can be read.
    unsafe {
        let python = agent.python;
        agent.objects.set_collecting(true);
        agent.objects.find_dead(&python);
        agent.objects.set_collecting(agent.collector.is_running());
        let mut message = Writer::default();
        message.byte(tag::COLLECTION);
        message.number(begun.generation);
        message.byte(u8::from(begun.automatic));
        message.number(begun.candidates.len() as u64);
        for (serial, at, count, left, is_found) in begun.candidates {
            let lives = agent.objects.known(at) == Some(serial);
            message.number(serial);
            message.number(count);
            message.number(left);
            // 0: reachable, 1: freed, 2: found and alive.
            message.byte(match (is_found, lives) {
                (false, _) => 0,
                (true, false) => 1,
                (true, true) => 2,
            });
        }
        message.number(begun.weak.len() as u64);
        begun.weak.iter().for_each(|serial| message.number(*serial));
        agent.objects.out.push(message.0);
    }
}
