//! Steps: where the program was, and how much lived there.

use super::objects::Ran;
use super::schema::STEPS;
use super::table::{Table, Texts};
use crate::export::ExportError;
use crate::trace::{FileId, ObjId, Step, Trace};
use crate::view::RunningCall;
use rustc_hash::FxHashMap;
use std::path::Path;

pub(super) struct Steps {
    table: Table,
    /// The calls of the thread whose step the last was, those that its event leaves left out: number and
    /// file of each, the oldest first.
    before: Vec<(u32, FileId)>,
    /// The sizes of what the program has made and what lives, and their sum.
    sizes: FxHashMap<ObjId, u32>,
    bytes: u64,
}

impl Steps {
    pub(super) fn begin(folder: &Path) -> Result<Steps, ExportError> {
        Ok(Steps {
            table: Table::begin(&STEPS, folder)?,
            before: Vec::new(),
            sizes: FxHashMap::default(),
            bytes: 0,
        })
    }

    /// Goes on by a step; returns what had run.
    pub(super) fn follow(
        &mut self,
        number: u32,
        step: &Step,
        calls: &[RunningCall<'_>],
        trace: &Trace,
        texts: &mut Texts<'_>,
    ) -> Result<Ran, ExportError> {
        self.weigh(step, trace);
        let head = &step.head;
        let read: String = head.stdin.iter().map(|read| read.text.as_str()).collect();
        let ran = match self.before.last() {
            Some((call, file)) => Ran {
                file: *file,
                call: Some(*call),
            },
            None => Ran {
                file: head.file,
                call: None,
            },
        };
        let here = calls.iter().find(|call| call.running);
        let thread = here.map(|call| call.thread);
        let path = |file: FileId| {
            let file = trace.header.files.get(file.0 as usize);
            file.map_or("", |file| file.path.as_str())
        };
        self.table.row([
            number.into(),
            head.event.name().into(),
            head.event.passage().into(),
            path(head.file).into(),
            texts.symbol(head.function).into(),
            head.line.into(),
            path(ran.file).into(),
            head.ran.into(),
            ran.call.into(),
            head.opcode.map(|opcode| texts.symbol(opcode)).into(),
            head.thread.into(),
            here.map(|call| call.number).into(),
            here.map_or(0, |call| call.of).into(),
            head.stdout.as_str().into(),
            head.stderr.as_str().into(),
            read.as_str().into(),
            head.allocated.len().into(),
            head.freed.len().into(),
            self.sizes.len().into(),
            self.bytes.into(),
        ])?;
        let own = calls.iter().filter(|call| Some(call.thread) == thread);
        self.before = own.map(|call| (call.number, call.frame.file)).collect();
        if head.event.leaves() {
            self.before.pop();
        }
        Ok(ran)
    }

    pub(super) fn end(self) -> Result<u64, ExportError> {
        self.table.end()
    }

    /// Goes on with what lives and how large it is.
    fn weigh(&mut self, step: &Step, trace: &Trace) {
        for id in &step.left {
            let size = self.sizes.remove(id).unwrap_or(0);
            self.bytes -= u64::from(size);
        }
        let changed = step.changed.iter();
        let changed = changed.filter_map(|(id, change)| Some((*id, change.size?)));
        let entered = step.entered.iter().map(|(id, object)| (*id, object.size));
        for (id, size) in changed.chain(entered) {
            if trace.object(id).born.is_some() {
                let size = size.unwrap_or(0);
                let old = self.sizes.insert(id, size).unwrap_or(0);
                self.bytes = self.bytes - u64::from(old) + u64::from(size);
            }
        }
    }
}
