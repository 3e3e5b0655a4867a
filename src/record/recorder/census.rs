//! How many objects there are in the whole interpreter: before the first line, and around each import
//! statement of the program's that is to load something.
//!
//! What the collector tracks is counted, and what that leads to. It takes time in proportion to all
//! that is there, so that it is done where something is known to come, and once for each statement.

use super::{Recorder, StepContext, ending};
use crate::record::bytecode::compiled;
use crate::record::describe::native_size;
use crate::record::raw::frames;
use crate::record::raw::header::ObjPtr;
use crate::record::stack::RunningFrame;
use crate::trace::{Census, CensusMoment, Event, OutsideFact, TypeCount};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use rustpython_vm::AsObject;
use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::PyCode;
use rustpython_vm::bytecode::Instruction;
use std::collections::BTreeMap;

/// Types that are told; of more, the sum.
const TYPES: usize = 40;
/// What the rest is called.
const REST: &str = "other types";

/// The import statements that have begun, and those that have been looked at.
#[derive(Debug, Default)]
pub(super) struct Censuses {
    /// Thread, address of the frame, line.
    open: Vec<(Option<u32>, usize, u32)>,
    /// The import statements of code objects, by their addresses: line and place of the name, but for
    /// lines that are not looked at again. They are read once: it takes time in proportion to the code.
    imports: HashMap<usize, Vec<(u32, u32)>>,
    facts: Vec<OutsideFact>,
}

impl Censuses {
    pub(super) fn take_facts(&mut self) -> Vec<OutsideFact> {
        std::mem::take(&mut self.facts)
    }

    /// What stood at an address is dead.
    pub(super) fn forget(&mut self, address: usize) {
        self.imports.remove(&address);
    }
}

impl Recorder {
    /// Counts all that is there.
    pub(crate) fn take_census(&mut self, moment: CensusMoment, vm: &VirtualMachine) {
        let tracked = vm.state.gc.get_objects(None);
        let mut open: Vec<ObjPtr> = tracked.iter().map(|object| ObjPtr::of(object)).collect();
        let mut seen: HashSet<usize> = HashSet::default();
        let mut types: BTreeMap<String, (u32, u64)> = BTreeMap::new();
        while let Some(object) = open.pop() {
            if object.is_dying() || !seen.insert(object.address()) {
                continue;
            }
            let size = native_size(object.object(), vm).unwrap_or(0);
            let class = object.object().class();
            let name = class.name();
            match types.get_mut(&*name) {
                Some(count) => *count = (count.0 + 1, count.1 + u64::from(size)),
                None => drop(types.insert(name.to_owned(), (1, u64::from(size)))),
            }
            if !ending::is_in_change(object) {
                object.walk(|to| open.push(to));
            }
        }
        let mut types: Vec<TypeCount> = types
            .into_iter()
            .map(|(name, (objects, bytes))| TypeCount {
                name,
                objects,
                bytes,
            })
            .collect();
        types.sort_by(|a, b| (b.bytes, &a.name).cmp(&(a.bytes, &b.name)));
        let rest = types.split_off(types.len().min(TYPES));
        if !rest.is_empty() {
            types.push(TypeCount {
                name: REST.to_owned(),
                objects: rest.iter().map(|one| one.objects).sum(),
                bytes: rest.iter().map(|one| one.bytes).sum(),
            });
        }
        let census = Census {
            after: self.builder.steps() as u32,
            moment,
            types,
        };
        self.censuses.facts.push(OutsideFact::Census(census));
    }

    /// Counts before a line that is to import something, and when such a line is through.
    pub(super) fn count_around_imports(
        &mut self,
        context: &StepContext,
        running: &[RunningFrame],
        vm: &VirtualMachine,
    ) {
        let Some(top) = running.last() else { return };
        while let Some((_, frame, line)) = self
            .censuses
            .open
            .pop_if(|(thread, _, _)| *thread == context.thread)
        {
            let is_there = running.iter().any(|one| one.address == frame);
            let is_inside = is_there && top.address != frame;
            let goes_on =
                !context.event.leaves() && (context.event != Event::Line || context.line == line);
            if is_inside || top.address == frame && goes_on {
                self.censuses.open.push((context.thread, frame, line));
                break;
            }
            self.take_census(CensusMoment::AfterImport, vm);
        }
        if context.event != Event::Line {
            return;
        }
        let Some(code) = frames::innermost().map(|frame| frame.code()) else {
            return;
        };
        let address = ObjPtr::of(code.as_object()).address();
        let imports = self.censuses.imports.entry(address);
        let imports = imports.or_insert_with(|| imports_of(code));
        // What a relative import asks for is not known here.
        let names = imports.iter().filter(|(line, _)| *line == context.line);
        let mut names = names.filter_map(|(_, name)| code.code.names.get(*name as usize));
        if names.any(|name| !self.modules.has(name.as_str())) {
            imports.retain(|(line, _)| *line != context.line);
            self.take_census(CensusMoment::BeforeImport, vm);
            let open = (context.thread, top.address, context.line);
            self.censuses.open.push(open);
        }
    }
}

/// Line and place of the name of each import in a code object.
fn imports_of(code: &PyCode) -> Vec<(u32, u32)> {
    let all = compiled(code).into_iter();
    let imports = all.filter(|one| matches!(one.op, Instruction::ImportName { .. }));
    imports
        .filter_map(|one| Some((one.line?, one.arg)))
        .collect()
}
