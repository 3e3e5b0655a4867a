//! The running call frames, read where they stand.
//!
//! Most of Python's frames are no objects: they stand on a stack of the interpreter's own. (The
//! interpreter can be told to make an object of each, as for `sys.settrace`; but then a frame that
//! a traceback keeps loses its variables when the call is over, so that a program would not do the
//! same with recording on and off.) Their fields are in C's order, so public neighbours tell
//! where the private ones are; only the place of the value stack's height must be found out.

use super::header::ObjPtr;
use super::world::Stopped;
use super::{LayoutError, ending};
use rustpython_vm::builtins::PyCode;
use rustpython_vm::frame::{FrameObject, InterpreterFrame, current_thread_iframe};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, VirtualMachine};
use std::mem::{offset_of, size_of};
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

const WORD: usize = size_of::<usize>();
/// Variables and value stack stand behind four pointers.
const SLOTS_START: usize = 4 * WORD;
const SLOTS_END: usize = offset_of!(InterpreterFrame, locals);
/// The line told last stands behind the number of the instruction.
const TRACED_LINE: usize = offset_of!(InterpreterFrame, lasti) + size_of::<u32>();
/// Behind the generator: previous frame, owner, base of the storage, object.
const OBJECT: usize = offset_of!(InterpreterFrame, generator) + 4 * WORD;
/// A borrowed entry of the value stack has this bit; it does not count as a reference.
const BORROWED: usize = 1;

static DATA_AT: AtomicUsize = AtomicUsize::new(0);
static HEIGHT_AT: AtomicUsize = AtomicUsize::new(0);

/// A running frame of the current thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveFrame(NonNull<InterpreterFrame>);

/// The running frames of the current thread, innermost first.
pub(crate) fn running() -> Vec<LiveFrame> {
    from(current_thread_iframe())
}

/// The running frames of another thread, innermost first. `top` is what the interpreter has
/// published of it.
pub(crate) fn running_of(top: usize, _: Stopped<'_>) -> Vec<LiveFrame> {
    from(top as *const InterpreterFrame)
}

fn from(innermost: *const InterpreterFrame) -> Vec<LiveFrame> {
    let mut frames = Vec::new();
    let mut current = innermost;
    while let Some(frame) = NonNull::new(current.cast_mut()) {
        let frame = LiveFrame(frame);
        frames.push(frame);
        current = frame.get().previous();
    }
    frames
}

/// The innermost running frame.
pub(crate) fn innermost() -> Option<LiveFrame> {
    NonNull::new(current_thread_iframe().cast_mut()).map(LiveFrame)
}

/// Address of the innermost running frame, or 0.
pub(super) fn innermost_address() -> usize {
    current_thread_iframe() as usize
}

/// Address of the code object of the innermost running frame, or 0.
pub(super) fn innermost_code() -> usize {
    innermost().map_or(0, LiveFrame::code_address)
}

impl LiveFrame {
    fn get<'a>(self) -> &'a InterpreterFrame {
        // SAFETY: the frames of the current thread stay where they are while this thread is
        // inside the recorder, and those of other threads while the world is stopped.
        unsafe { self.0.as_ref() }
    }

    fn word(self, offset: usize) -> usize {
        // SAFETY: the offset lies inside the frame.
        unsafe { *self.0.as_ptr().cast::<u8>().add(offset).cast::<usize>() }
    }

    pub(crate) fn address(self) -> usize {
        self.0.as_ptr() as usize
    }

    pub(crate) fn code<'a>(self) -> &'a Py<PyCode> {
        self.get().code()
    }

    pub(crate) fn code_address(self) -> usize {
        ObjPtr::of(self.code().as_object()).address()
    }

    /// Number of the instruction that runs, counted in words of bytecode from 1.
    pub(crate) fn last_instruction(self) -> u32 {
        self.get().get_lasti()
    }

    pub(crate) fn globals(self) -> ObjPtr {
        ObjPtr::of(self.get().globals().as_object())
    }

    /// The mapping that holds the names of module and class bodies.
    pub(crate) fn namespace(self) -> Option<ObjPtr> {
        self.get()
            .locals
            .get()
            .map(|locals| ObjPtr::of(locals.obj()))
    }

    /// The function object that runs in it.
    pub(crate) fn function(self) -> Option<ObjPtr> {
        self.get().func_obj().map(ObjPtr::of)
    }

    /// The frame as an object, where there is one.
    pub(crate) fn object(self) -> Option<ObjPtr> {
        NonNull::new(self.word(OBJECT) as *mut PyObject).map(ObjPtr::from_raw)
    }

    /// The line that the interpreter has told the program's own trace function last. Marks of events
    /// change it, as if they told a line.
    pub(crate) fn traced_line(self) -> u32 {
        // SAFETY: the frame is in C's order, and this number stands behind that of the instruction.
        unsafe { *self.0.as_ptr().byte_add(TRACED_LINE).cast::<u32>() }
    }

    /// Sets that line.
    pub(crate) fn set_traced_line(self, line: u32) {
        // SAFETY: as above; only the thread that runs the frame reads and writes it, and it is inside
        // the recorder.
        unsafe { *self.0.as_ptr().byte_add(TRACED_LINE).cast::<u32>() = line };
    }

    /// The line of the instruction that runs.
    pub(crate) fn line(self) -> u32 {
        let code = &self.code().code;
        let last = self.get().get_lasti() as usize;
        let line = match last.checked_sub(1).and_then(|at| code.locations.get(at)) {
            Some((start, _)) => start.line.get(),
            None => code.first_line_number.map_or(0, |line| line.get()),
        };
        line as u32
    }

    /// The slots for local variables, cells and free variables, empty ones included.
    pub(crate) fn slots(self) -> Vec<Option<ObjPtr>> {
        let count = self.code().code.localspluskinds.len();
        (0..count)
            .map(|slot| NonNull::new(self.data(slot) as *mut PyObject).map(ObjPtr::from_raw))
            .map(|slot| slot.filter(|object| !self.is_letting_go(*object)))
            .collect()
    }

    /// Whether a slot with this object is only waiting for its next content: the object is being
    /// taken apart since this frame, or one that it called, has let it go.
    fn is_letting_go(self, object: ObjPtr) -> bool {
        let called_by_this = |frame: usize| {
            from(frame as *const InterpreterFrame)
                .iter()
                .any(|one| one.0 == self.0)
        };
        ending::any()
            && ending::frames_of(object.address())
                .into_iter()
                .any(called_by_this)
    }

    /// Whether what stands in the filled slots is what `known` begins with.
    pub(crate) fn has_in_slots(self, mut known: impl Iterator<Item = ObjPtr>) -> bool {
        let count = self.code().code.localspluskinds.len();
        (0..count)
            .map(|slot| self.data(slot))
            .filter(|entry| *entry != 0)
            .all(|entry| known.next().is_some_and(|to| to.address() == entry))
    }

    /// What the value stack holds, bottom first; borrowed and empty entries are left out.
    pub(crate) fn value_stack(self) -> Vec<ObjPtr> {
        let count = self.code().code.localspluskinds.len();
        (count..count + self.height())
            .map(|slot| self.data(slot))
            .filter(|entry| entry & BORROWED == 0)
            .filter_map(|entry| NonNull::new(entry as *mut PyObject).map(ObjPtr::from_raw))
            .collect()
    }

    /// All that stands on the value stack, bottom first: what it is, and whether the entry borrows it;
    /// `None` for a placeholder.
    pub(crate) fn stack_entries(self) -> Vec<Option<(ObjPtr, bool)>> {
        let count = self.code().code.localspluskinds.len();
        (count..count + self.height())
            .map(|slot| {
                let entry = self.data(slot);
                let object = NonNull::new((entry & !BORROWED) as *mut PyObject)?;
                Some((ObjPtr::from_raw(object), entry & BORROWED != 0))
            })
            .collect()
    }

    fn data(self, slot: usize) -> usize {
        let data = self.word(DATA_AT.load(Ordering::Relaxed)) as *const usize;
        // SAFETY: the self-test has found where the pointer to the slots stands; it has room for
        // all variables and the value stack's height.
        unsafe { *data.add(slot) }
    }

    fn height(self) -> usize {
        let at = HEIGHT_AT.load(Ordering::Relaxed);
        // SAFETY: the self-test has found the height at this place of the frame.
        unsafe { *self.0.as_ptr().cast::<u8>().add(at).cast::<u32>() as usize }
    }
}

/// A frame object's slots for local variables, cells and free variables, empty ones included.
pub(crate) fn slots_of_object(frame: &FrameObject) -> Vec<Option<ObjPtr>> {
    // SAFETY: the frame is suspended or finished, or runs on this thread, which is inside the
    // recorder.
    unsafe { frame.fastlocals() }
        .iter()
        .map(|slot| slot.as_ref().map(|object| ObjPtr::of(object)))
        .collect()
}

/// Runs a function that calls back, and finds its variables and value stack in its frame.
pub(super) fn self_test(vm: &VirtualMachine) -> Result<(), LayoutError> {
    const SOURCE: &str =
        "def sample(a, b, c):\n    return (b, (b, look(a, b)))\nsample(first, second, look)";
    let failed = |_| LayoutError::Header("the sample function does not run");
    // Behind the object stands only a box that is made on demand.
    if size_of::<InterpreterFrame>() != OBJECT + WORD + size_of::<OnceLock<Box<()>>>() {
        return Err(LayoutError::Header("a call frame has another size"));
    }
    let scope = vm.new_scope_with_builtins();
    let look = vm.new_function("look", |args: FuncArgs| {
        DATA_AT.store(0, Ordering::Relaxed);
        if let (Some(frame), Some(b)) = (innermost(), args.args.get(1)) {
            find(frame, ObjPtr::of(b).address());
        }
    });
    let globals = &scope.globals;
    let set = |name, value| globals.set_item(name, value, vm).map_err(failed);
    set("look", look.into())?;
    set("first", vm.ctx.new_list(Vec::new()).into())?;
    set("second", vm.ctx.new_list(Vec::new()).into())?;
    let code = vm
        .compile(SOURCE, rustpython_vm::compiler::Mode::Exec, "<memviz>")
        .map_err(|_| LayoutError::Header("the sample function does not compile"))?;
    vm.run_code_obj(code, scope.clone()).map_err(failed)?;
    globals.clear();
    if DATA_AT.load(Ordering::Relaxed) == 0 {
        return Err(LayoutError::Header(
            "a call frame's variables are not where they should be",
        ));
    }
    Ok(())
}

/// Finds the pointer to the slots: the one whose second slot, and two entries above the third,
/// hold `b`. The height of the stack is the number beside the number of slots.
fn find(frame: LiveFrame, b: usize) {
    const SLOTS: u32 = 3;
    let half = |at: usize| {
        let word = frame.word(at & !(WORD - 1));
        let bytes = word.to_ne_bytes();
        let from = at % WORD;
        u32::from_ne_bytes([
            bytes[from],
            bytes[from + 1],
            bytes[from + 2],
            bytes[from + 3],
        ])
    };
    // Of the words of this part of a frame only one can be an address: the others are a tag, a
    // capacity below a page, and two small numbers, the lower of them odd.
    let address = |at: &usize| frame.word(*at) > 1 << 16 && frame.word(*at).is_multiple_of(WORD);
    let mut addresses = (SLOTS_START..SLOTS_END).step_by(WORD).filter(address);
    let data_at = addresses.next().filter(|_| addresses.next().is_none());
    let height_at = (SLOTS_START..SLOTS_END)
        .step_by(WORD)
        .flat_map(|at| [(at, at + 4), (at + 4, at)])
        .find(|(count, height)| half(*count) == SLOTS && (2..8).contains(&half(*height)))
        .map(|(_, height)| height);
    let (Some(data_at), Some(height_at)) = (data_at, height_at) else {
        return;
    };
    DATA_AT.store(data_at, Ordering::Relaxed);
    HEIGHT_AT.store(height_at, Ordering::Relaxed);
    let untagged = |slot| frame.data(slot) & !BORROWED;
    let as_expected = frame.data(1) == b
        && untagged(3) == b
        && untagged(4) == b
        && frame.slots().len() == SLOTS as usize;
    if !as_expected {
        DATA_AT.store(0, Ordering::Relaxed);
    }
}
