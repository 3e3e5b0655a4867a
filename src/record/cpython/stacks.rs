//! What the agent says of the call stacks, of what the interpreter holds, and of how a program ends.

use super::assembler::Assembler;
use super::ending::Left;
use super::wire::Reader;
use crate::trace::{CallFrame, InterpreterRef, Name, NameKind, RootKind, TracebackEntry};

/// It is as it was before.
const SAME: u8 = 1;
/// Native code has called it, and the call before it that code.
const THROUGH_C: u8 = 1 << 1;

impl Assembler {
    /// A call waits for native code: what that holds, it keeps to itself.
    fn name_under_way(&self, caller: &mut CallFrame) {
        caller.under_way = self
            .native_calls
            .get(&caller.function)
            .copied()
            .into_iter()
            .collect();
    }

    pub(super) fn frames(
        &mut self,
        message: &mut Reader<'_>,
        before: &[CallFrame],
    ) -> Vec<CallFrame> {
        let count = message.length();
        let mut all = Vec::with_capacity(count);
        for place in 0..count {
            let flags = message.byte();
            if flags & THROUGH_C != 0
                && let Some(caller) = all.last_mut()
            {
                self.name_under_way(caller);
            }
            if flags & SAME != 0 {
                let mut frame = before.get(place).cloned();
                frame.iter_mut().for_each(|one| one.under_way.clear());
                all.extend(frame);
                continue;
            }
            let code = message.number() as usize;
            let line = message.number() as u32;
            let arguments = message.number() as u32;
            let called = self.id(message.number());
            let object = self.id(message.number());
            let length = message.length();
            let mut names = Vec::with_capacity(length);
            for _ in 0..length {
                let kind = match message.byte() {
                    0 => NameKind::Global,
                    1 => NameKind::Local,
                    2 => NameKind::Cell,
                    3 => NameKind::Free,
                    _ => NameKind::Stack,
                };
                let name = self.name(message.number());
                if let Some(to) = self.id(message.number()) {
                    names.push(Name { name, kind, to });
                }
            }
            let Some(code) = self.codes.get(code) else {
                continue;
            };
            all.push(CallFrame {
                function: code.name,
                qualified: code.qualified,
                class_body: code.class_body,
                file: code.file,
                line,
                object,
                called,
                body: None,
                arguments,
                names,
                under_way: Vec::new(),
            });
        }
        all
    }

    pub(super) fn held(&mut self, message: &mut Reader<'_>) -> Vec<InterpreterRef> {
        let count = message.length();
        let mut held = Vec::with_capacity(count);
        for _ in 0..count {
            let kind = match message.byte() {
                0 => RootKind::ReturnValue,
                1 => RootKind::RaisedException,
                2 => RootKind::HandledException,
                3 => RootKind::UncaughtException,
                _ => RootKind::Other,
            };
            let certain = message.byte() != 0;
            let by = self.name(message.number());
            if let Some(to) = self.id(message.number()) {
                held.push(InterpreterRef {
                    kind,
                    by,
                    to,
                    certain,
                });
            }
        }
        held
    }

    pub(super) fn leaving(&mut self, message: &mut Reader<'_>) -> Left {
        if message.byte() == 0 {
            return Left::Returned;
        }
        let type_name = message.text();
        let count = message.length();
        let mut arguments = Vec::with_capacity(count);
        for _ in 0..count {
            let text = (message.byte() != 0).then(|| message.text());
            arguments.push((text, message.value()));
        }
        let count = message.length();
        let mut traceback = Vec::with_capacity(count);
        for _ in 0..count {
            let own = message.option();
            let path = message.text();
            let own = own.and_then(|file| self.files.get(file as usize));
            traceback.push(TracebackEntry {
                file: own.map_or(path, |file| file.path.clone()),
                line: message.number() as u32,
                function: message.text(),
            });
        }
        Left::Raised {
            type_name,
            arguments,
            traceback,
        }
    }
}
