//! The program standing still.
//!
//! RustPython's threads run at the same time. What is read here is read without the interpreter's
//! own locks, so nothing of the program may run meanwhile: either this is its only thread, or all
//! others have been stopped.

use rustpython_vm::VirtualMachine;
use std::marker::PhantomData;

/// Says that no Python code and no native code of the program's runs while it lives: who reads
/// objects or frames as they stand asks for one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopped<'step> {
    /// There are other threads, which have been stopped.
    pub others: bool,
    step: PhantomData<&'step ()>,
}

/// Calls `act` while nothing of the program runs. No lock may be held that another thread could
/// wait for: one that waits cannot be stopped.
pub(crate) fn stopped<R>(vm: &VirtualMachine, act: impl FnOnce(Stopped<'_>) -> R) -> R {
    // Only a running thread starts another.
    if vm.state.thread_frames.lock().len() <= 1 {
        return act(Stopped {
            others: false,
            step: PhantomData,
        });
    }
    /// Starts the others again, also where reading fails.
    struct Start<'vm>(&'vm VirtualMachine);
    impl Drop for Start<'_> {
        fn drop(&mut self) {
            let state = &self.0.state;
            state.stop_the_world.start_the_world(state);
        }
    }
    vm.state.stop_the_world.stop_the_world(&vm.state);
    let _start = Start(vm);
    act(Stopped {
        others: true,
        step: PhantomData,
    })
}
