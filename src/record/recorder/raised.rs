//! What a traceback's entries tell of, and exceptions that are known already.

use super::Recorder;
use crate::record::raw::header::ObjPtr;
use crate::trace::{CodePlace, ObjId};
use rustpython_vm::builtins::PyTraceback;

impl Recorder {
    /// The serial of a living object that is one of the program's.
    pub(crate) fn known(&self, pointer: ObjPtr) -> Option<ObjId> {
        let at = self.by_address.get(&pointer.address())?;
        Some(self.living[*at].id)
    }

    /// The place that an object tells of, if it is an entry of a traceback.
    pub(super) fn traceback_place(&mut self, pointer: ObjPtr) -> Option<CodePlace> {
        let traceback = pointer.object().downcast_ref::<PyTraceback>()?;
        let code = traceback.frame.iframe().code();
        let own = self.program.own_file(code);
        let symbols = &mut self.builder.symbols;
        Some(CodePlace {
            path: symbols.intern(code.source_path().as_str()),
            own,
            function: symbols.intern(code.code.obj_name.as_str()),
            line: traceback.lineno.get() as u32,
            offset: u32::try_from(traceback.lasti).unwrap_or(0),
        })
    }
}
