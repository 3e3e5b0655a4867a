//! Calls: who called whom, from when to when.

use super::schema::CALLS;
use super::table::{Table, Texts};
use crate::export::ExportError;
use crate::trace::{CallFrame, ObjId, StepHead, Symbol, Trace};
use crate::view::RunningCall;
use std::collections::BTreeMap;
use std::path::Path;

/// A call that is under way.
struct Call {
    thread: u32,
    caller: Option<u32>,
    depth: usize,
    function: Symbol,
    qualified: Symbol,
    class_body: bool,
    file: String,
    first_line: u32,
    passage: Option<&'static str>,
    function_object: Option<ObjId>,
    born: u32,
}

pub(super) struct CallTable {
    table: Table,
    under_way: BTreeMap<u32, Call>,
}

impl CallTable {
    pub(super) fn begin(folder: &Path) -> Result<CallTable, ExportError> {
        Ok(CallTable {
            table: Table::begin(&CALLS, folder)?,
            under_way: BTreeMap::new(),
        })
    }

    /// Goes on by a step; `calls` are under way at it, those of a thread from the oldest on.
    pub(super) fn follow(
        &mut self,
        number: u32,
        head: &StepHead,
        calls: &[RunningCall<'_>],
        trace: &Trace,
        texts: &mut Texts<'_>,
    ) -> Result<(), ExportError> {
        let mut before = std::mem::take(&mut self.under_way);
        let mut caller: Option<&RunningCall<'_>> = None;
        for call in calls {
            let new = || Call {
                thread: call.thread,
                caller: caller
                    .filter(|one| one.thread == call.thread)
                    .map(|one| one.number),
                depth: call.depth,
                function: call.frame.function,
                qualified: call.frame.qualified,
                class_body: call.frame.class_body,
                file: file_of(call.frame, trace),
                first_line: call.frame.line,
                passage: passage(call, head),
                function_object: call.frame.called,
                born: number,
            };
            let known = before.remove(&call.number);
            self.under_way
                .insert(call.number, known.unwrap_or_else(new));
            caller = Some(call);
        }
        for (id, call) in before {
            self.write(id, &call, Some(number), texts)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        number: u32,
        call: &Call,
        died: Option<u32>,
        texts: &mut Texts<'_>,
    ) -> Result<(), ExportError> {
        self.table.row([
            number.into(),
            call.thread.into(),
            call.caller.into(),
            call.depth.into(),
            texts.symbol(call.function).into(),
            texts.symbol(call.qualified).into(),
            call.class_body.into(),
            call.file.as_str().into(),
            call.first_line.into(),
            call.passage.into(),
            call.function_object.map(|id| id.0).into(),
            call.born.into(),
            died.into(),
        ])
    }

    /// Writes those that are under way at the last step.
    pub(super) fn end(mut self, texts: &mut Texts<'_>) -> Result<u64, ExportError> {
        for (id, call) in std::mem::take(&mut self.under_way) {
            self.write(id, &call, None, texts)?;
        }
        self.table.end()
    }
}

/// How the call whose step it is has been entered, where that is seen.
fn passage(call: &RunningCall<'_>, head: &StepHead) -> Option<&'static str> {
    let entered = call.running && head.event.enters();
    head.event.passage().filter(|_| entered)
}

fn file_of(frame: &CallFrame, trace: &Trace) -> String {
    let file = trace.header.files.get(frame.file.0 as usize);
    file.map_or_else(String::new, |file| file.path.clone())
}
