//! The lines that the program's own trace function was last told of. A mark changes the line that
//! the interpreter keeps for it in a frame, as if it told a line; here it is put back.

use super::monitor::EventKind;
use super::raw::frames::LiveFrame;
use rustc_hash::FxHashMap as HashMap;
use rustpython_vm::frame::FrameObject;
use rustpython_vm::{AsObject, PyObjectRef, VirtualMachine};

/// What the interpreter knew of a frame before a mark changed it.
struct Traced {
    /// The line that was told last.
    line: u32,
    /// The frame has a trace function.
    traced: bool,
}

/// By the running frames' addresses.
#[derive(Default)]
pub(super) struct TracedLines(HashMap<usize, Traced>);

impl TracedLines {
    /// Takes back what a mark has done in the running frame. `told`: the line that the recording was
    /// last told in it; `lines_for_others`: the interpreter itself tells a tool of the program's of
    /// lines, and keeps the line for it.
    pub(super) fn keep(
        &mut self,
        event: EventKind,
        frame: LiveFrame,
        told: Option<u32>,
        lines_for_others: bool,
        vm: &VirtualMachine,
    ) {
        let at = frame.address();
        let as_it_is = |traced| Traced {
            line: frame.traced_line(),
            traced,
        };
        match event {
            EventKind::Start => {
                self.0.insert(at, as_it_is(false));
            }
            EventKind::Return | EventKind::Unwind => {
                self.0.remove(&at);
            }
            _ if lines_for_others => {}
            _ => {
                let traced = trace_function(frame, vm).is_some();
                if traced && vm.use_tracing.get() {
                    self.0.insert(at, as_it_is(true));
                } else if let Some(before) = self.0.get_mut(&at) {
                    // A frame that gets a trace function counts the line on which it does as told.
                    if let (true, false, Some(line)) = (traced, before.traced, told) {
                        before.line = line;
                    }
                    before.traced = traced;
                    frame.set_traced_line(before.line);
                }
            }
        }
    }
}

/// The program's trace function of a frame.
fn trace_function(frame: LiveFrame, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let object = frame.object()?;
    let object = object.object().downcast_ref::<FrameObject>()?.as_object();
    let function = object.get_attr(vm.ctx.intern_str("f_trace"), vm).ok()?;
    (!vm.is_none(&function)).then_some(function)
}
