//! What the interpreter itself holds.

use super::{Recorder, StepContext, listeners};
use crate::record::raw::free_lists;
use crate::record::raw::header::ObjPtr;
use crate::record::stack::{RunningFrame, RunningName, namespace_names};
use crate::trace::{CallFrame, Event, InterpreterRef, NameKind, ObjId, RootKind};
use rustpython_vm::{AsObject, VirtualMachine};

/// How many references running code has to its namespace at most: as globals and as locals, of the
/// function, of the frame, of the scope that was made for it, and of the call.
const NAMESPACE_HOLDERS: usize = 6;

/// What the interpreter's loop keeps of exceptions.
const RAISED_BY_CALL: &str = "call that raised it";
const LEAVES: &str = "call that is being left";
const KEPT_FOR_RETURN: &str = "call that began while it was handled";

/// An exception or function that the interpreter's loop may keep until it is through with a frame.
#[derive(PartialEq, Eq)]
pub(super) struct KeptByLoop {
    /// Why.
    by: &'static str,
    address: usize,
    /// Its serial; `None` where it was not known yet. The loop keeps a function that is being left, so
    /// its address stays its own.
    object: Option<ObjId>,
    /// The frame's address, and how many stand below it.
    frame: usize,
    below: usize,
}

impl Recorder {
    /// Says what each frame of the program's has under way. Returns the place of the first of which
    /// that has changed.
    pub(super) fn name_under_way(
        &mut self,
        running: &[RunningFrame],
        frames: &mut [CallFrame],
    ) -> usize {
        let mut first = usize::MAX;
        let mut place = 0;
        let mut from = 0;
        while let Some(begin) = running[from..].iter().position(|frame| frame.own.is_some()) {
            let begin = from + begin;
            let after = running[begin + 1..].iter();
            let end = begin + 1 + after.take_while(|frame| frame.own.is_none()).count();
            let Some(frame) = frames.get_mut(place) else {
                break;
            };
            // The innermost frame of all runs itself.
            let pairs = running[begin..end].iter().zip(&running[begin + 1..]);
            let mut under_way = Vec::new();
            for (waits, above) in pairs {
                let Some(text) = &waits.under_way else {
                    continue;
                };
                let by = match waits.own {
                    Some(_) => self.builder.symbols.intern(text),
                    None => self.builder.symbols.intern(&format!("{text} (library)")),
                };
                // What calls a Python function itself leaves nothing behind but what is known.
                if text.strip_prefix("call of ") != Some(above.function) && !under_way.contains(&by)
                {
                    under_way.push(by);
                }
            }
            if frame.under_way != under_way {
                frame.under_way = under_way;
                first = first.min(place);
            }
            place += 1;
            from = end;
        }
        first
    }

    /// Notes that the exception of this step has reached the innermost frame, or that it was being
    /// handled when the frame was called.
    pub(super) fn note_raised(
        &mut self,
        context: &StepContext,
        running: &[RunningFrame],
        vm: &VirtualMachine,
    ) {
        let raised = context.in_flight.iter();
        let raised = raised.filter(|(_, kind)| *kind == RootKind::RaisedException);
        let mut kept: Vec<(&str, ObjPtr)> = raised.map(|(to, _)| (RAISED_BY_CALL, *to)).collect();
        if context.event == Event::Call
            && let Some(exception) = vm.current_exception()
        {
            kept.push((KEPT_FOR_RETURN, ObjPtr::of(exception.as_object())));
        }
        // The call that is left keeps its function until all that it held is dropped.
        let left = running.last();
        let left = left.filter(|_| context.event.leaves() && running.len() == 1);
        kept.extend(left.and_then(|frame| Some((LEAVES, frame.called?))));
        for (by, pointer) in kept {
            let at = self.by_address.get(&pointer.address());
            let object = at.map(|at| self.living[*at].id);
            if let Some(frame) = running.last().filter(|_| object.is_some() || by == LEAVES) {
                let one = KeptByLoop {
                    by,
                    address: pointer.address(),
                    object,
                    frame: frame.address,
                    below: running.len() - 1,
                };
                if !self.kept_by_loop.contains(&one) {
                    self.kept_by_loop.push(one);
                }
            }
        }
    }

    /// The references that the interpreter itself holds to objects of the program.
    /// `running`: the frames of all threads; `others`: those of the threads that do not run.
    pub(super) fn held(
        &mut self,
        context: &StepContext,
        running: &[&RunningFrame],
        others: &[(u32, Vec<RunningFrame>)],
        vm: &VirtualMachine,
    ) -> Vec<InterpreterRef> {
        let mut held = Vec::new();
        let mut put = |this: &mut Self, kind, by: &str, to: ObjPtr, certain: bool| {
            if let Some(at) = this.by_address.get(&to.address()) {
                let to = this.living[*at].id;
                held.push(InterpreterRef {
                    kind,
                    by: this.builder.symbols.intern(by),
                    to,
                    certain,
                });
            }
        };
        for (pointer, kind) in &context.in_flight {
            put(self, *kind, kind.name(), *pointer, true);
        }
        if let Some(exception) = vm.current_exception() {
            // The interpreter keeps it twice: on its stack of handled exceptions, and for
            // `sys._current_exceptions`.
            let pointer = ObjPtr::of(exception.as_object());
            put(
                self,
                RootKind::HandledException,
                RootKind::HandledException.name(),
                pointer,
                true,
            );
            put(
                self,
                RootKind::Other,
                "current exception of the thread",
                pointer,
                true,
            );
        }
        // Where a call has raised an exception, the interpreter's loop keeps it until it is through with
        // the caller; a call keeps the one that was handled when it began.
        // So does the first of a thread that is left, for as long as what it held is dropped, which may run
        // finalizers. Another's caller may have gone on and called again.
        let of_others: usize = others.iter().map(|(_, frames)| frames.len()).sum();
        let depth = running.len() - of_others;
        self.kept_by_loop.retain(|kept| {
            let runs = running.iter().any(|running| running.address == kept.frame);
            let lives = kept.object.is_none_or(|id| self.builder.info(id).is_some());
            lives && (runs || (kept.below == 0 && depth > 0))
        });
        let by_loop: Vec<(&str, ObjPtr)> = self
            .kept_by_loop
            .iter()
            // While it runs, the call is told itself.
            .filter(|kept| {
                kept.by != LEAVES || !running.iter().any(|frame| frame.address == kept.frame)
            })
            .filter_map(|kept| {
                let at = self.by_address.get(&kept.address)?;
                Some((kept.by, self.living[*at].pointer))
            })
            .collect();
        for (by, exception) in by_loop {
            put(self, RootKind::Other, by, exception, false);
        }
        for (by, to, certain) in listeners::held(running, vm) {
            put(self, RootKind::Other, &by, to, certain);
        }
        let mut kept = Vec::new();
        self.in_free_lists.retain(|address| {
            let one = free_lists::kept_at(*address);
            kept.extend(one.clone());
            one.is_some()
        });
        for (by, all) in kept {
            for to in all {
                put(self, RootKind::Other, by, to, true);
            }
        }
        // What the collector found and could or should not free.
        let garbage: Vec<ObjPtr> = {
            let found = vm.state.gc.garbage.lock();
            let listed = vm.state.gc.py_garbage.borrow_vec();
            let all = found.iter().chain(&*listed);
            all.map(|object| ObjPtr::of(object)).collect()
        };
        for found in garbage {
            put(self, RootKind::Other, "gc.garbage", found, false);
        }
        // A collection under way holds its candidates, for some of its time.
        let candidates: Vec<ObjPtr> = self
            .running_collections
            .iter()
            .flat_map(|(snapshot, _)| &snapshot.candidates)
            .filter_map(|candidate| {
                let at = self.by_address.get(&candidate.address)?;
                Some(self.living[*at].pointer)
            })
            .collect();
        for candidate in candidates {
            put(
                self,
                RootKind::Other,
                "collection under way",
                candidate,
                false,
            );
        }
        // Running code, the function that stands for it and the call that began it hold its namespace.
        for frame in running {
            if let Some(namespace) = frame.namespace {
                let by = match frame.own {
                    Some(_) => format!("namespace of {}", frame.function),
                    None => format!("namespace of {} (library)", frame.function),
                };
                for _ in 0..NAMESPACE_HOLDERS {
                    put(self, RootKind::Other, &by, namespace, false);
                }
            }
        }
        // The script's names outlast its call: while what it held is dropped, or another thread goes on.
        let main = self.program.main_namespace;
        let main = main.filter(|main| !running.iter().any(|frame| frame.namespace == Some(*main)));
        if let Some(main) = main {
            let (names, _) = namespace_names(main, NameKind::Global, false);
            for name in names.iter().filter(|name| name.to.refcount().is_some()) {
                let by = format!("{} of the script's module", name.name);
                put(self, RootKind::Other, &by, name.to, false);
            }
        }
        for frame in running.iter().filter(|frame| frame.own.is_some()) {
            // Few keys are counted: names that stand in code never die.
            for name in frame.names.iter().chain(&frame.unshown) {
                if let Some(key) = name.key {
                    let by = format!("key {} of {}", name.name, frame.function);
                    put(self, RootKind::Other, &by, key, false);
                }
            }
            // What never dies is not counted, and not met for this.
            let counted = |name: &&RunningName| name.to.refcount().is_some();
            for name in frame.unshown.iter().filter(counted) {
                put(
                    self,
                    RootKind::Other,
                    &format!("{} of {}", name.name, frame.function),
                    name.to,
                    true,
                );
            }
        }
        for frame in running {
            if frame.own.is_none() {
                // The names of code that is executed in a dict of the program's are that dict's.
                let recorded = frame.namespace.is_some_and(|dict| {
                    let at = self.by_address.get(&dict.address());
                    at.is_some_and(|at| !self.living[*at].leaf)
                        && !self.bodies.contains(&dict.address())
                });
                let of_other = others.iter().find(|(_, frames)| {
                    let mut frames = frames.iter();
                    frames.any(|one| std::ptr::eq(one, *frame))
                });
                let thread = of_other.map(|(thread, _)| *thread).or(context.thread);
                for name in frame.names.iter().chain(&frame.unshown) {
                    if recorded && name.in_namespace {
                        continue;
                    }
                    let by = format!("{} of {} (library)", name.name, frame.function);
                    let kind = match thread {
                        Some(thread) if is_thread(frame, name) => RootKind::Thread(thread),
                        _ => RootKind::Other,
                    };
                    put(self, kind, &by, name.to, true);
                }
            }
        }
        held
    }
}

/// Whether a name of a frame of the library's is the object that stands for the frame's thread.
fn is_thread(frame: &RunningFrame, name: &RunningName) -> bool {
    let classes = || name.to.object().class().iter_base_chain();
    frame.function == "_bootstrap"
        && &*name.name == "self"
        && classes().any(|class| &*class.name() == "Thread")
}
