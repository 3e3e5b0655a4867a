//! The recording that is under way in this process. Everything here is used under the interpreter's
//! lock alone.

use crate::collector::Collector;
use crate::memory::{self, Memory};
use crate::objects::Objects;
use crate::output;
use crate::program::Program;
use crate::python::{Addr, Python, find};
use crate::ring::Ring;
use crate::steps::Steps;
use crate::wire::{Settings, Writer, tag};
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};

pub type TrashBegin = unsafe extern "C" fn(Addr, Addr) -> c_int;
pub type TrashEnd = unsafe extern "C" fn(Addr);

pub struct Agent {
    pub python: Python,
    pub ring: Ring,
    pub program: Program,
    pub memory: Memory,
    pub objects: Objects,
    pub steps: Steps,
    pub collector: Collector,
    pub trash_begin: Option<TrashBegin>,
    pub trash_end: Option<TrashEnd>,
    /// A step is being taken: what the agent itself does is not listened to.
    pub inside: bool,
    /// The recording has begun.
    pub started: bool,
    /// It is over.
    pub over: bool,
}

static mut AGENT: Option<Agent> = None;
/// This process is a copy that the program has made of itself: it is not recorded.
static COPY: AtomicBool = AtomicBool::new(false);

unsafe extern "C" {
    fn pthread_atfork(
        before: Option<extern "C" fn()>,
        parent: Option<extern "C" fn()>,
        child: Option<extern "C" fn()>,
    ) -> c_int;
}

extern "C" fn is_copy() {
    COPY.store(true, Ordering::SeqCst);
    crate::output::COPIES.store(false, Ordering::SeqCst);
}

/// The agent, where it records.
pub fn agent() -> Option<&'static mut Agent> {
    if COPY.load(Ordering::Relaxed) {
        return None;
    }
    installed()
}

/// The agent, also in a copy of the process, where what it has put into the interpreter goes on.
pub fn installed() -> Option<&'static mut Agent> {
    // SAFETY: whoever calls holds the interpreter's lock, and what is handed out is not kept over a call
    // into the interpreter.
    #[allow(static_mut_refs, reason = "used under the interpreter's lock alone")]
    unsafe {
        AGENT.as_mut()
    }
}

/// Sets the agent up.
pub fn install(python: Python, ring: Ring, settings: Settings) {
    let trash = |name| match find(name) {
        0 => None,
        address => Some(address),
    };
    // SAFETY: the functions of these names have these signatures where they are; nothing runs yet.
    unsafe {
        AGENT = Some(Agent {
            python,
            ring,
            program: Program::new(settings),
            memory: Memory::default(),
            objects: Objects::default(),
            steps: Steps::default(),
            collector: Collector::default(),
            trash_begin: trash(c"_PyTrash_begin")
                .map(|at| std::mem::transmute::<Addr, TrashBegin>(at)),
            trash_end: trash(c"_PyTrash_end").map(|at| std::mem::transmute::<Addr, TrashEnd>(at)),
            inside: false,
            started: false,
            over: false,
        });
        pthread_atfork(None, None, Some(is_copy));
    }
}

impl Agent {
    /// Whether births and deaths are to be noted.
    pub fn is_listening(&self) -> bool {
        self.started && !self.inside && !self.over
    }

    /// Sends what has waited: files and code first, which others name.
    pub fn flush(&mut self) {
        for message in self.program.out.drain(..) {
            self.ring.send(&message);
        }
        for message in self.objects.out.drain(..) {
            self.ring.send(&message);
        }
    }

    /// The program sets a trace function of its own, which before 3.12 stands where ours does: nothing is
    /// told after that.
    ///
    /// # Safety
    /// The interpreter's lock must be held.
    pub unsafe fn trace_function_is_replaced(&mut self) {
        self.flush();
        let mut message = Writer::default();
        message.byte(tag::LIMIT);
        message.bytes(b"events");
        self.ring.send(&message.0);
        // SAFETY: the caller's.
        unsafe { self.stop() };
    }

    /// Listens no more.
    ///
    /// # Safety
    /// As above.
    pub unsafe fn stop(&mut self) {
        self.over = true;
        let python = self.python;
        // SAFETY: the caller's.
        unsafe {
            memory::leave(&python);
            self.collector.end();
        }
        output::COPIES.store(false, Ordering::Relaxed);
    }

    /// Says why nothing is recorded.
    pub fn fail(ring: &Ring, why: &str) {
        let mut message = Writer::default();
        message.byte(tag::FAILED);
        message.bytes(why.as_bytes());
        ring.send(&message.0);
    }
}
