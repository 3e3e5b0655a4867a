//! Locks inside native objects, and whether one is held.
//!
//! Some of the interpreter's setters drop the old value while they hold the object's lock, and the
//! old value may be the last thing that held an object with a finalizer: a step is taken under the
//! lock. Who then asked the object for what it refers to would wait for ever. So before an object
//! of such a type is asked, its locks are looked at. A lock that is held says as well that the
//! object is in the middle of a change: its known state stands until the lock is free.

use super::LayoutError;
use super::header::ObjPtr;
use rustpython_vm::builtins::{PyBaseException, PyFunction, PyList, PyTraceback, PyType};
use rustpython_vm::common::lock::{PyMutex, PyRwLock};
use rustpython_vm::object::SIZEOF_PYOBJECT_HEAD;
use rustpython_vm::{Py, PyObject, PyObjectRef, VirtualMachine};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

const WORD: usize = size_of::<usize>();
/// Locks that one type has at most.
const MOST: usize = 6;

/// Where the locks of one type stand, from the object's start; 0: no more of them.
struct Places([AtomicUsize; MOST]);

impl Places {
    const fn new() -> Places {
        Places([const { AtomicUsize::new(0) }; MOST])
    }

    fn set(&self, places: &[usize]) {
        for (place, at) in self.0.iter().zip(places) {
            place.store(*at, Ordering::Release);
        }
    }

    #[inline]
    fn any(&self, object: ObjPtr, held: impl Fn(usize) -> bool) -> bool {
        self.0
            .iter()
            .map(|place| place.load(Ordering::Relaxed))
            .take_while(|at| *at != 0)
            .any(|at| held(object.address() + at))
    }
}

static FUNCTION: Places = Places::new();
static EXCEPTION: Places = Places::new();

/// Whether the mutex that begins at an address is held.
fn mutex_is_held(at: usize) -> bool {
    // SAFETY: the self-test has found that a mutex begins here, with the byte of its state.
    unsafe { AtomicU8::from_ptr(at as *mut u8) }.load(Ordering::Relaxed) != 0
}

/// Whether the lock of readers and writers that begins at an address is held.
fn lock_is_held(at: usize) -> bool {
    // SAFETY: the self-test has found that a lock begins here, with the word of its state.
    unsafe { AtomicUsize::from_ptr(at as *mut usize) }.load(Ordering::Relaxed) != 0
}

impl ObjPtr {
    /// Whether the object, a Python function, has a lock that is held.
    #[inline]
    pub(crate) fn is_locked_function(self) -> bool {
        FUNCTION.any(self, mutex_is_held)
    }

    /// Whether the object is in the middle of a change, so that asking it could wait for ever.
    pub(crate) fn is_in_change(self) -> bool {
        let object = self.object();
        if object.downcast_ref::<PyFunction>().is_some() {
            return self.is_locked_function();
        }
        if object.downcast_ref::<PyBaseException>().is_some() {
            return EXCEPTION.any(self, lock_is_held);
        }
        if let Some(traceback) = object.downcast_ref::<PyTraceback>() {
            return traceback.next.is_locked();
        }
        if let Some(class) = object.downcast_ref::<PyType>() {
            return class.mro.is_locked()
                || class.bases.is_locked()
                || class.subclasses.is_locked()
                || name_is_locked(class);
        }
        if object.downcast_ref::<PyList>().is_some() {
            return lock_is_held(super::fast_read::list_lock(self));
        }
        false
    }
}

fn name_is_locked(class: &Py<PyType>) -> bool {
    let ext = class.heaptype_ext.as_ref();
    ext.is_some_and(|ext| ext.name.is_locked() || ext.qualname.is_locked())
}

/// A function and an exception with something to be found in each of their locked fields.
const SOURCE: &str = "\
def function(a=mark, *, b=mark): pass
try:
    try:
        raise ValueError
    except ValueError:
        raise TypeError(mark) from KeyError()
except TypeError as error:
    exception = error
";

/// Finds where the locks of functions and exceptions stand.
pub(super) fn self_test(vm: &VirtualMachine) -> Result<(), LayoutError> {
    if FUNCTION.0[0].load(Ordering::Acquire) != 0 {
        return Ok(());
    }
    let failed = |_| LayoutError::Header("the sample of locks does not run");
    locks_are_as_expected()?;
    let scope = vm.new_scope_with_builtins();
    let mark: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
    scope.globals.set_item("mark", mark, vm).map_err(failed)?;
    let code = vm
        .compile(SOURCE, rustpython_vm::compiler::Mode::Exec, "<memviz>")
        .map_err(|_| LayoutError::Header("the sample of locks does not compile"))?;
    vm.run_code_obj(code, scope.clone()).map_err(failed)?;
    let get = |name: &'static str| scope.globals.get_item(name, vm).map_err(failed);
    let (function, exception) = (get("function")?, get("exception")?);
    let dict: PyObjectRef = vm.ctx.new_dict().into();
    let tuple: PyObjectRef = vm.ctx.new_tuple(vec![vm.ctx.none()]).into();
    for (name, value) in [
        ("__annotations__", dict),
        ("__type_params__", tuple),
        ("__name__", vm.ctx.new_str("memviz name").into()),
        ("__qualname__", vm.ctx.new_str("memviz qualname").into()),
    ] {
        function.set_attr(name, value, vm).map_err(failed)?;
    }
    let field = |object: &PyObjectRef, name: &'static str, size: usize| {
        let value = object.get_attr(name, vm).map_err(failed)?;
        find(object, ObjPtr::of(&value).address(), size)
    };
    let of_function = |name| field(&function, name, size_of::<Py<PyFunction>>());
    // Both defaults stand behind one lock.
    let defaults = of_function("__defaults__")?.min(of_function("__kwdefaults__")?);
    let mut locks = vec![defaults];
    for name in [
        "__annotations__",
        "__type_params__",
        "__name__",
        "__qualname__",
    ] {
        locks.push(of_function(name)?);
    }
    // Made in place of the annotations; setting it takes them away.
    function
        .set_attr("__annotate__", function.clone(), vm)
        .map_err(failed)?;
    locks.push(of_function("__annotate__")?);
    function
        .set_attr("__annotate__", vm.ctx.none(), vm)
        .map_err(failed)?;
    FUNCTION.set(&locks);
    let mut locks = Vec::new();
    for name in ["__traceback__", "__cause__", "__context__", "args"] {
        locks.push(field(&exception, name, size_of::<Py<PyBaseException>>())?);
    }
    EXCEPTION.set(&locks);
    let (function, exception) = (ObjPtr::of(&function), ObjPtr::of(&exception));
    if function.is_in_change() || exception.is_in_change() {
        return Err(LayoutError::Header("a lock that is free seems to be held"));
    }
    scope.globals.clear();
    Ok(())
}

/// Where the lock of the field that holds `wanted` begins: one word before it.
fn find(object: &PyObject, wanted: usize, size: usize) -> Result<usize, LayoutError> {
    let start = ObjPtr::of(object).address();
    let places: Vec<usize> = (SIZEOF_PYOBJECT_HEAD..size)
        .step_by(WORD)
        // SAFETY: the word lies inside the object's own data.
        .filter(|at| unsafe { *((start + at) as *const usize) } == wanted)
        .collect();
    match places[..] {
        [only] if only >= SIZEOF_PYOBJECT_HEAD + WORD => Ok(only - WORD),
        _ => Err(LayoutError::Header("a locked field was not found")),
    }
}

/// Checks that a lock begins with its state, and that its content stands one word behind.
fn locks_are_as_expected() -> Result<(), LayoutError> {
    let mutex = PyMutex::new(0usize);
    let lock = PyRwLock::new(0usize);
    let start = |at: *const ()| at as usize;
    let (at_mutex, at_lock) = (
        start(std::ptr::from_ref(&mutex).cast()),
        start(std::ptr::from_ref(&lock).cast()),
    );
    let behind =
        mutex.data_ptr() as usize == at_mutex + WORD && lock.data_ptr() as usize == at_lock + WORD;
    let free = !mutex_is_held(at_mutex) && !lock_is_held(at_lock);
    let (mutex_guard, lock_guard) = (mutex.lock(), lock.write());
    let held = mutex_is_held(at_mutex) && lock_is_held(at_lock);
    drop((mutex_guard, lock_guard));
    if behind && free && held {
        Ok(())
    } else {
        Err(LayoutError::Header("a lock is laid out in another way"))
    }
}
