//! Births and deaths: what the interpreter takes from its allocator of objects and gives back to it,
//! and what it keeps in free lists instead.
//!
//! A block that is given back is the death of its object. Types with free lists give theirs back late or
//! never: from 3.13 on the interpreter tells of each object that it makes, also from a free list; before,
//! these types' functions that take an object apart are replaced by one that looks what became of it.

use crate::agent::{agent, installed};
use crate::dicts::traverse;
use crate::offsets::{class, flags, object};
use crate::python::{
    Addr, Allocator, Dealloc, Python, Tracer, before_object, find, flags_of, type_of, word,
};
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::hash::{BuildHasherDefault, Hasher};

/// A quick hash for addresses.
#[derive(Default, Clone, Copy)]
pub struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }
    fn write_usize(&mut self, number: usize) {
        let mixed = (self.0 ^ number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 29);
    }
}

pub type AddressMap<V> = HashMap<Addr, V, BuildHasherDefault<AddressHasher>>;

/// What is known of the interpreter's memory.
#[derive(Default)]
pub struct Memory {
    /// Blocks that were given out since the recording began, or whose object was born since: in which
    /// order.
    pub fresh: AddressMap<u64>,
    births: u64,
    /// The lists, dicts and frames that lived when the recording began. Before 3.13 nothing tells of one that
    /// comes from a free list that was filled before.
    old: AddressMap<()>,
    /// Blocks that were given out while the collector runs.
    pub given_to_collector: Vec<Addr>,
    /// Blocks of births since the last step.
    pub recent: Vec<Addr>,
    /// The original functions that take apart objects of types with free lists.
    originals: Vec<(Addr, Dealloc)>,
}

/// The domain of objects.
const OBJECTS: c_int = 2;

/// The allocator that was there before.
static mut BEFORE: Option<Allocator> = None;

/// Begins to listen.
///
/// # Safety
/// The interpreter must run and its lock be held.
pub unsafe fn listen(python: &Python) {
    // SAFETY: the structure is filled in by the interpreter; ours calls on to it.
    unsafe {
        let mut found = std::mem::MaybeUninit::<Allocator>::uninit();
        (python.call.get_allocator)(OBJECTS, found.as_mut_ptr());
        let before = found.assume_init();
        BEFORE = Some(before);
        let mut ours = Allocator {
            context: before.context,
            malloc,
            calloc,
            realloc,
            free,
        };
        (python.call.set_allocator)(OBJECTS, &mut ours);
    }
    let tracer = find(c"PyRefTracer_SetTracer");
    if tracer != 0 {
        // SAFETY: the function of that name takes these two.
        unsafe {
            let set = std::mem::transmute::<
                Addr,
                unsafe extern "C" fn(Option<Tracer>, *mut c_void) -> c_int,
            >(tracer);
            set(Some(made), std::ptr::null_mut());
        }
    } else {
        // SAFETY: the lock is held.
        unsafe { hook_free_lists(python) };
    }
}

/// Stops listening: the program goes on at its own speed.
///
/// # Safety
/// As for [`listen`].
pub unsafe fn leave(python: &Python) {
    // SAFETY: what is put back is what was there.
    unsafe {
        let mut found = std::mem::MaybeUninit::<Allocator>::uninit();
        (python.call.get_allocator)(OBJECTS, found.as_mut_ptr());
        let is_ours = found.assume_init().malloc as usize == malloc as *const () as usize;
        // One that was put on top since goes on to ours, which goes on to the one before.
        if is_ours {
            (python.call.set_allocator)(OBJECTS, &mut before());
        }
        let tracer = find(c"PyRefTracer_SetTracer");
        if tracer != 0 {
            let set = std::mem::transmute::<
                Addr,
                unsafe extern "C" fn(Option<Tracer>, *mut c_void) -> c_int,
            >(tracer);
            set(None, std::ptr::null_mut());
        }
        if let Some(agent) = agent() {
            for (class, original) in &agent.memory.originals {
                *((class + crate::offsets::class::DEALLOC) as *mut Dealloc) = *original;
            }
        }
    }
}

unsafe fn before() -> Allocator {
    // SAFETY: set before any of ours is called, and never again.
    #[allow(static_mut_refs, reason = "set once, under the interpreter's lock")]
    unsafe {
        BEFORE.expect("it is set first")
    }
}

unsafe extern "C" fn malloc(context: *mut c_void, size: usize) -> Addr {
    // SAFETY: hands on to the interpreter's own.
    let block = unsafe { (before().malloc)(context, size) };
    given(block);
    block
}

unsafe extern "C" fn calloc(context: *mut c_void, count: usize, size: usize) -> Addr {
    // SAFETY: as above.
    let block = unsafe { (before().calloc)(context, count, size) };
    given(block);
    block
}

unsafe extern "C" fn realloc(context: *mut c_void, old: Addr, size: usize) -> Addr {
    // SAFETY: as above.
    let block = unsafe { (before().realloc)(context, old, size) };
    if block != old && block != 0 {
        if old != 0 {
            taken(old);
        }
        given(block);
    }
    block
}

unsafe extern "C" fn free(context: *mut c_void, block: Addr) {
    if block != 0 {
        taken(block);
    }
    // SAFETY: as above.
    unsafe { (before().free)(context, block) };
}

/// A block was given out.
fn given(block: Addr) {
    if let Some(agent) = agent()
        && block != 0
        && agent.is_listening()
    {
        if agent.collector.is_running() {
            agent.memory.given_to_collector.push(block);
        }
        agent.memory.note_birth(block);
    }
}

/// A block was given back: what stood there is dead.
fn taken(block: Addr) {
    if let Some(agent) = agent()
        && agent.is_listening()
    {
        agent.memory.fresh.remove(&block);
        agent.program.forget(block);
        agent.objects.set_collecting(agent.collector.is_running());
        agent.objects.library.given_back(block);
        agent.objects.given_back(block);
        if agent.steps.left {
            agent.flush();
        }
    }
}

/// The types whose objects may come from a free list that was filled before the recording began.
fn of_filled_lists(python: &Python) -> [Addr; 3] {
    let types = &python.types;
    // Frames have a free list where every call has an object for its frame.
    match python.layout.has_frame_objects() {
        true => [types.list, types.dict, types.frame],
        false => [types.list, types.dict, types.dict],
    }
}

impl Memory {
    /// Notes those objects of these types that live already: the collector's `listed` objects and what they
    /// hold.
    ///
    /// # Safety
    /// The interpreter's lock must be held.
    pub unsafe fn note_old(&mut self, listed: &[Addr], python: &Python) {
        let types = of_filled_lists(python);
        // SAFETY: what the collector lists lives, and so does what it holds.
        let is_one = |at: Addr| types.contains(&unsafe { type_of(at) });
        for at in listed {
            if is_one(*at) {
                self.old.insert(*at, ());
            }
            // SAFETY: as above.
            unsafe {
                traverse(*at, &mut |to| {
                    if is_one(to) {
                        self.old.insert(to, ());
                    }
                });
            }
        }
    }

    /// When an object was born, as the order of births goes; `None` where it is older than the recording.
    ///
    /// # Safety
    /// There must be a living object.
    pub unsafe fn birth(&self, at: Addr, block: Addr, python: &Python) -> Option<u64> {
        let known = self.fresh.get(&block).copied();
        // SAFETY: the caller's.
        let class = unsafe { type_of(at) };
        let is_told = python.layout.minor >= 13
            || self.old.contains_key(&at)
            || !of_filled_lists(python).contains(&class);
        known.or((!is_told).then_some(0))
    }

    pub fn note_birth(&mut self, block: Addr) {
        /// More than this many births between two steps are not looked at one by one.
        const RECENT: usize = 1 << 20;
        self.births += 1;
        self.fresh.insert(block, self.births);
        if self.recent.len() < RECENT {
            self.recent.push(block);
        }
    }
}

/// The interpreter has made an object (0), or takes one apart (1).
unsafe extern "C" fn made(of: Addr, event: c_int, _: *mut c_void) -> c_int {
    let Some(agent) = agent() else { return 0 };
    if event != 0 || !agent.is_listening() {
        return 0;
    }
    // SAFETY: the object has its type by now.
    let (class, block) = unsafe {
        let class = word(of + object::TYPE);
        (class, of - before_object(class, agent.python.layout.minor))
    };
    // One that is made where a known one stands, whose block was not given back, comes from a free list;
    // without a free list it is the same one, which has been brought back or made larger.
    if agent.objects.is_known_block(block) {
        let types = &agent.python.types;
        let listed = [
            types.float,
            types.list,
            types.tuple,
            types.dict,
            types.slice,
            types.context,
        ];
        if !listed.contains(&class) {
            return 0;
        }
        agent.objects.gone(block);
    }
    agent.memory.note_birth(block);
    0
}

/// Replaces the functions that take apart objects of the types with free lists.
unsafe fn hook_free_lists(python: &Python) {
    let types = &python.types;
    let Some(agent) = agent() else { return };
    for class in [
        types.float,
        types.list,
        types.tuple,
        types.dict,
        types.frame,
        types.slice,
        types.context,
    ] {
        // SAFETY: a static type's own entry; whoever reads it holds the lock.
        unsafe {
            let slot = (class + class::DEALLOC) as *mut Dealloc;
            agent.memory.originals.push((class, *slot));
            *slot = take_apart;
        }
    }
}

unsafe extern "C" fn take_apart(of: Addr) {
    // SAFETY: the interpreter takes an object apart that has its type still.
    unsafe {
        let Some(agent) = installed() else { return };
        let class = word(of + object::TYPE);
        // Types that derive from a hooked one may have its function as their own.
        let find = |base: Addr| agent.memory.originals.iter().find(|(one, _)| *one == base);
        let Some((base, original)) = crate::python::bases(class).find_map(find).copied() else {
            return;
        };
        let types = &agent.python.types;
        let nests = [types.list, types.tuple, types.dict, types.frame].contains(&base);
        let minor = agent.python.layout.minor;
        let block = of - before_object(class, minor);
        // An object of the type itself is put off where the chain is deep: the interpreter sees that
        // by its own function, which is not in the type any more.
        let is_hooked = word(base + class::DEALLOC) == take_apart as *const () as usize;
        if nests
            && class == base
            && is_hooked
            && let (Some(begin), Some(end)) = (agent.trash_begin, agent.trash_end)
        {
            if flags_of(class) & flags::HAVE_GC != 0 {
                (agent.python.call.gc_untrack)(of);
            }
            let thread = (agent.python.thread_state)();
            if begin(thread, of) != 0 {
                return;
            }
            original(of);
            end(thread);
        } else {
            original(of);
        }
        // It stands in a free list, where its block was not given back.
        if let Some(agent) = agent_that_listens() {
            if agent.objects.is_known_block(block) {
                agent.objects.gone(block);
            }
            agent.memory.note_birth(block);
        }
    }
}

fn agent_that_listens() -> Option<&'static mut crate::agent::Agent> {
    agent().filter(|agent| agent.is_listening())
}
