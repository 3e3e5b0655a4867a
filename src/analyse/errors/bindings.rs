//! Which line gave each name the value that it has now.

use super::model::{OriginKind, ValueOrigin};
use super::now::Now;
use super::places::Places;
use crate::trace::stages::Stages;
use crate::trace::{CallFrame, Event, FileId, NameKind, ObjId, RootKind, State, Symbol, Trace};
use std::collections::BTreeMap;

/// How often a value is followed from a parameter to the call.
const LONGEST: usize = 20;

/// The running calls of each thread, with the bindings of their names.
#[derive(Default)]
pub(super) struct Bindings {
    stacks: BTreeMap<u32, Vec<Call>>,
    /// What the last call has returned, by thread.
    returned: BTreeMap<u32, Returned>,
    /// Whose the step before was.
    last: Option<u32>,
}

struct Call {
    function: Symbol,
    file: FileId,
    /// The line that called the next.
    line: u32,
    names: BTreeMap<Symbol, Binding>,
}

#[derive(Clone)]
struct Binding {
    to: ObjId,
    step: u32,
    line: u32,
    how: OriginKind,
}

pub(super) struct Returned {
    pub value: ObjId,
    depth: usize,
    pub by: String,
    pub line: u32,
    pub step: u32,
}

impl Bindings {
    /// Goes on by one step.
    pub(super) fn step(&mut self, now: Now<'_>, trace: &Trace, places: &Places<'_>) {
        let head = &now.step.head;
        let thread = head.thread.unwrap_or(1);
        let depth = now.state.frames.len();
        let calls = self.stacks.entry(thread).or_default();
        calls.truncate(depth);
        let returned = self.returned.get(&thread);
        // Calls that are as they were at the step before have nothing new.
        let same = match self.last.replace(thread) == Some(thread) {
            true => calls.len().min(now.step.frames_kept as usize),
            false => 0,
        };
        for (at, frame) in now.state.frames.iter().enumerate().skip(same) {
            let is_top = at + 1 == depth;
            let is_new = is_top && head.event == Event::Call;
            if is_new || calls.get(at).is_none_or(|call| !is_of(call, frame)) {
                calls.truncate(at);
                calls.push(Call::of(frame));
            }
            // Only the innermost call can have come on, but for what a function inside it binds.
            let line = match head.ran {
                Some(ran) if is_top => ran,
                _ => frame.line,
            };
            let returned = returned.filter(|one| one.depth == at + 2 && is_top);
            let from_call = (at > 0).then(|| calls[at - 1].line);
            let call = &mut calls[at];
            call.line = frame.line;
            for name in &frame.names {
                if matches!(name.kind, NameKind::Stack | NameKind::Cell | NameKind::Free) {
                    continue;
                }
                if call
                    .names
                    .get(&name.name)
                    .is_some_and(|old| old.to == name.to)
                {
                    continue;
                }
                let passed = from_call.filter(|_| is_new);
                let how = match (passed, returned) {
                    _ if is_new && at == 0 && from_call.is_none() && is_argument(frame, name) => {
                        OriginKind::Given
                    }
                    (Some(_), _) => OriginKind::Passed,
                    (None, Some(one)) if one.value == name.to => {
                        assigned(places, frame.file, line, trace.symbols.text(name.name), one)
                    }
                    _ => OriginKind::Assigned,
                };
                let binding = Binding {
                    to: name.to,
                    step: now.number,
                    line: passed.unwrap_or(line),
                    how,
                };
                call.names.insert(name.name, binding);
            }
        }
        self.note_returned(now, trace);
    }

    fn note_returned(&mut self, now: Now<'_>, trace: &Trace) {
        let head = &now.step.head;
        let thread = head.thread.unwrap_or(1);
        let depth = now.state.frames.len();
        match (head.event, head.held_as(RootKind::ReturnValue)) {
            (Event::Return, Some(value)) => {
                let by = now.state.frames.last();
                let by = by.map_or("", |frame| frame.shown_name(&trace.symbols));
                let returned = Returned {
                    value,
                    depth,
                    by: by.to_owned(),
                    line: head.ran.unwrap_or(head.line),
                    step: now.number,
                };
                self.returned.insert(thread, returned);
            }
            _ => {
                // A line that has run has used up what was returned to it.
                let used = self.returned.get(&thread);
                if used.is_some_and(|one| one.depth > depth && head.event == Event::Line) {
                    self.returned.remove(&thread);
                }
            }
        }
    }

    /// What the last call from the innermost one has returned to the line that runs.
    pub(super) fn returned(&self, now: Now<'_>) -> Option<&Returned> {
        let thread = now.step.head.thread.unwrap_or(1);
        let returned = self.returned.get(&thread)?;
        (returned.depth == now.state.frames.len() + 1).then_some(returned)
    }

    /// What a name that stands in the innermost call means there: the value.
    pub(super) fn value(
        &self,
        now: Now<'_>,
        (trace, name): (&Trace, &str),
        is_global: bool,
    ) -> Option<ObjId> {
        let frame = now.state.frames.last()?;
        let found = value_in(frame, trace, name, now.state);
        found.or_else(|| {
            let mut all = now.state.frames.iter().filter(|_| is_global);
            let module = all.find(|one| one.is_module(&trace.symbols) && one.file == frame.file)?;
            value_in(module, trace, name, now.state)
        })
    }

    /// How a name of the innermost call came to its value, the newest first.
    pub(super) fn history(
        &self,
        now: Now<'_>,
        trace: &Trace,
        places: &Places<'_>,
        (name, value): (&str, ObjId),
    ) -> Vec<ValueOrigin> {
        let thread = now.step.head.thread.unwrap_or(1);
        let mut history = Vec::new();
        let Some(calls) = self.stacks.get(&thread) else {
            return history;
        };
        let mut name = name.to_owned();
        let mut at = calls.len();
        while let Some(number) = at.checked_sub(1)
            && history.len() < LONGEST
        {
            let Some((found, binding)) = binding(calls, number, trace, &name) else {
                break;
            };
            if binding.to != value {
                break;
            }
            let call = &calls[found];
            let is_passed = binding.how == OriginKind::Passed && found > 0;
            let file = match is_passed {
                true => calls[found - 1].file,
                false => call.file,
            };
            history.push(ValueOrigin {
                step: binding.step,
                file,
                line: binding.line,
                function: trace.symbols.text(call.function).to_owned(),
                name: name.clone(),
                how: binding.how.clone(),
            });
            if !is_passed {
                break;
            }
            let outer = &calls[found - 1];
            let Some(stages) = places.stages(outer.file) else {
                break;
            };
            let arguments = arguments_on(stages, binding.line);
            let mut same = arguments.into_iter().filter(|name| {
                let named = outer.names.iter();
                let mut named = named.filter(|(own, _)| trace.symbols.text(**own) == *name);
                named.next().is_some_and(|(_, one)| one.to == value)
            });
            let (Some(only), None) = (same.next(), same.next()) else {
                break;
            };
            only.clone_into(&mut name);
            at = found;
        }
        history
    }
}

impl Call {
    fn of(frame: &CallFrame) -> Call {
        Call {
            function: frame.function,
            file: frame.file,
            line: frame.line,
            names: BTreeMap::new(),
        }
    }
}

/// Whether a name is one of a call's arguments.
fn is_argument(frame: &CallFrame, name: &crate::trace::Name) -> bool {
    let arguments = frame.names.iter().take(frame.arguments as usize);
    arguments.clone().any(|one| one.name == name.name)
}

fn is_of(call: &Call, frame: &CallFrame) -> bool {
    call.function == frame.function && call.file == frame.file
}

/// The binding of a name in a call, or in the module of its file.
fn binding<'c>(
    calls: &'c [Call],
    number: usize,
    trace: &Trace,
    name: &str,
) -> Option<(usize, &'c Binding)> {
    let in_call = |at: usize| {
        let mut names = calls[at].names.iter();
        let (_, binding) = names.find(|(own, _)| trace.symbols.text(**own) == name)?;
        Some((at, binding))
    };
    in_call(number).or_else(|| {
        let mut all = calls.iter().enumerate();
        let (module, _) = all.find(|(_, call)| {
            call.file == calls[number].file && trace.symbols.text(call.function) == "<module>"
        })?;
        in_call(module)
    })
}

fn value_in(frame: &CallFrame, trace: &Trace, name: &str, state: &State) -> Option<ObjId> {
    let mut names = frame.names.iter();
    let named = |one: &&crate::trace::Name| {
        one.kind != NameKind::Stack && trace.symbols.text(one.name) == name
    };
    let found = names.find(named)?;
    match found.kind {
        // A cell holds the value.
        NameKind::Cell | NameKind::Free => {
            let cell = state.heap.get(&found.to)?;
            cell.refs.first().map(|held| held.to)
        }
        _ => Some(found.to),
    }
}

/// How a line came to bind a name: to what was returned to it, where it is a statement that assigns
/// the result of a call of that function to that name.
fn assigned(
    places: &Places<'_>,
    file: FileId,
    line: u32,
    name: &str,
    returned: &Returned,
) -> OriginKind {
    let is_it = places.stages(file).is_some_and(|stages| {
        let called = assigned_call(stages, line, name);
        let last = returned.by.rsplit('.').next().unwrap_or(&returned.by);
        called.is_some_and(|called| called == last)
    });
    match is_it {
        true => OriginKind::Returned {
            by: returned.by.clone(),
            line: returned.line,
        },
        false => OriginKind::Assigned,
    }
}

/// The name of the function that is called in `name = f(...)` on a line.
fn assigned_call<'s>(stages: &'s Stages, line: u32, name: &str) -> Option<&'s str> {
    let lines = stages.lines();
    let nodes = || stages.tree.iter().zip(0u32..);
    let is_child = |node: &crate::trace::stages::Node, of: u32, field: &str| {
        node.parent == Some(of) && node.field() == field
    };
    let (_, assign) = nodes().find(|(node, number)| {
        &*node.kind == "Assign"
            && node.span.is_some_and(|span| lines.line(span.start) == line)
            && nodes().any(|(target, _)| {
                is_child(target, *number, "targets") && target.value("id") == Some(name)
            })
    })?;
    let (call, number) = nodes().find(|(node, _)| is_child(node, assign, "value"))?;
    if &*call.kind != "Call" {
        return None;
    }
    let (function, _) = nodes().find(|(node, _)| is_child(node, number, "func"))?;
    function.value("id").or_else(|| function.value("attr"))
}

/// The names that are arguments of calls on a line.
fn arguments_on(stages: &Stages, line: u32) -> Vec<&str> {
    let lines = stages.lines();
    let of_call = |node: &crate::trace::stages::Node| {
        let parent = node.parent.map(|parent| &stages.tree[parent as usize]);
        let parent = match parent {
            Some(keyword) if &*keyword.kind == "keyword" => {
                keyword.parent.map(|parent| &stages.tree[parent as usize])
            }
            other => other,
        };
        parent.is_some_and(|parent| &*parent.kind == "Call") && node.field() != "func"
    };
    let names = stages.tree.iter();
    let names = names.filter(|node| {
        &*node.kind == "Name"
            && node.span.is_some_and(|span| lines.line(span.start) == line)
            && of_call(node)
    });
    let mut names: Vec<&str> = names.filter_map(|node| node.value("id")).collect();
    names.sort_unstable();
    names.dedup();
    names
}
