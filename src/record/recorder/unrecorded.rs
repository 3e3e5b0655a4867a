//! Who may hold the program's objects without being recorded: the library's own objects, those that
//! only they lead to, and lists that the interpreter keeps beside all objects.

use super::Recorder;
use crate::record::raw::header::ObjPtr;
use crate::trace::Kind;
use rustc_hash::FxHashSet as HashSet;
use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::{PyCode, PyFloat, PyInt, PyStr, PyType};

/// Who holds an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Object(ObjPtr),
    /// A class, recorded or not, as its `__name__` or `__qualname__`.
    NameOf(ObjPtr),
    /// A list of the interpreter's, by what it is for.
    Interpreter(&'static str),
}

impl Recorder {
    /// The namespaces of the modules that are recorded; that of a module which only `sys.modules` holds
    /// is not.
    pub(super) fn shown_namespaces(&self) -> HashSet<usize> {
        (self.living.iter())
            .filter(|live| live.kind == Kind::Module && !live.leaf)
            .filter_map(|live| Some(live.pointer.instance_dict()?.address()))
            .collect()
    }

    /// Whether what an object refers to is recorded: of itself, as a part of another, or as names of
    /// a frame or module, whose namespace is one of `shown`.
    pub(super) fn is_recorded(&self, pointer: ObjPtr, shown: &HashSet<usize>) -> bool {
        let address = pointer.address();
        let at = self.by_address.get(&address);
        at.is_some_and(|at| !self.living[*at].leaf)
            || self.folded.contains_key(&address)
            || (self.program.is_own_namespace(address) && shown.contains(&address))
            || self.bodies.contains(&address)
            || self.running.contains(&address)
    }

    /// Of the objects that the collector tracks and of those that it does not, and that only
    /// unrecorded ones lead to, the ones that are not recorded.
    pub(super) fn unrecorded(&self, tracked: &[ObjPtr], shown: &HashSet<usize>) -> Vec<ObjPtr> {
        let mut all: Vec<ObjPtr> = (tracked.iter().copied())
            .filter(|object| !self.is_recorded(*object, shown))
            .collect();
        let mut seen = HashSet::default();
        let mut next = 0;
        while let Some(holder) = all.get(next).copied() {
            next += 1;
            holder.walk(|to| {
                if !to.object().is_gc_tracked()
                    && leads_on(to)
                    && seen.insert(to.address())
                    && !self.is_recorded(to, shown)
                {
                    all.push(to);
                }
            });
        }
        all
    }
}

/// Whether an object that the collector does not track may refer to others; code and classes are looked
/// at by themselves.
fn leads_on(object: ObjPtr) -> bool {
    let object = object.object();
    object.downcast_ref::<PyStr>().is_none()
        && object.downcast_ref::<PyInt>().is_none()
        && object.downcast_ref::<PyFloat>().is_none()
        && object.downcast_ref::<PyCode>().is_none()
        && object.downcast_ref::<PyType>().is_none()
}

/// What the interpreter keeps in lists of its own, and what each is for.
pub(super) fn kept_by_interpreter(vm: &VirtualMachine) -> Vec<(&'static str, ObjPtr)> {
    let mut kept = Vec::new();
    // A list that is in use at this moment is left alone.
    let fork = [
        (
            &vm.state.before_forkers,
            "before a fork (os.register_at_fork)",
        ),
        (
            &vm.state.after_forkers_parent,
            "after a fork (os.register_at_fork)",
        ),
        (
            &vm.state.after_forkers_child,
            "in a forked child (os.register_at_fork)",
        ),
    ];
    for (list, what) in fork {
        let list = list.try_lock();
        kept.extend((list.iter().flat_map(|list| list.iter())).map(|one| (what, ObjPtr::of(one))));
    }
    let at_exit = vm.state.atexit_funcs.try_lock();
    for entry in at_exit.iter().flat_map(|list| list.iter()) {
        let (function, arguments) = &**entry;
        kept.push(("at exit (atexit.register)", ObjPtr::of(function)));
        let arguments = (arguments.args.iter()).chain(arguments.kwargs.values());
        kept.extend(arguments.map(|one| ("at exit (atexit.register)", ObjPtr::of(one))));
    }
    kept
}
