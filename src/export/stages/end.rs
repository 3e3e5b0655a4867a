//! The end of a run, and what it had open, as text and as JSON.

use crate::analyse::{Amount, EndOfRun, ExitStep, Line, Resource, ResourceEnd, RunExit};
use crate::narrate;
use crate::trace::{ExitFunction, ObjId, ResourceFact, Symbol, Trace, visible};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// What is known of the end of a run.
#[derive(Debug, Clone)]
pub struct RunEnd {
    /// What it had open.
    pub resources: Vec<Resource>,
    /// What happened behind the last step.
    pub exit: RunExit,
    /// What became of what lived at the last step.
    pub left: EndOfRun,
}

/// The end as text: one fact a line.
pub fn end_text(trace: &Trace, end: &RunEnd) -> String {
    let mut out = String::new();
    let script = visible(&trace.header.script).into_owned();
    let mut line = |place: Line, words: String| {
        let file = trace.header.files.get(usize::from(place.file.0));
        let file = file.map_or(script.clone(), |file| visible(&file.path).into_owned());
        // A `String` takes everything.
        let _ = writeln!(out, "{file}:{}:1: {words}", place.line.max(1));
    };
    let last = trace.steps.last().map(|step| &step.head);
    let place = last.map_or(
        Line {
            file: crate::trace::FileId(0),
            line: 0,
        },
        |head| Line {
            file: head.file,
            line: head.ran.unwrap_or(head.line),
        },
    );
    if let Some(head) = last {
        let words = narrate::outcome(&trace.header, head, &trace.symbols);
        line(place, format!("end {script} {words}"));
    }
    for resource in &end.resources {
        for words in resource_lines(trace, resource) {
            line(resource.born(), words);
        }
    }
    for (number, (function, called)) in end.exit.functions.iter().enumerate() {
        line(place, function_line(trace, number, function, *called));
    }
    for (number, event) in end.exit.events.iter().enumerate() {
        let words = event_words(trace, &end.exit, event);
        line(place, format!("end {} {words}", number + 1));
    }
    let mut counts = |what: &str, list: &[(Symbol, Amount)]| {
        for (name, amount) in list {
            let name = visible(trace.symbols.text(*name)).into_owned();
            let (objects, bytes) = (amount.objects, amount.bytes);
            line(
                place,
                format!(
                    "end {what} {name}: {objects} {}, {bytes} bytes",
                    if objects == 1 { "object" } else { "objects" }
                ),
            );
        }
    };
    counts("left at the last step", &end.left.left);
    match &end.left.never_freed {
        Some(never) => counts("never freed", never),
        None => line(
            place,
            "end what was freed behind the last step is not known".to_owned(),
        ),
    }
    out
}

fn resource_lines(trace: &Trace, resource: &Resource) -> Vec<String> {
    let words = narrate::resource_words(resource);
    let called = resource.called.as_ref();
    let called = called.map_or_else(String::new, |name| format!(", called {}", visible(name)));
    let object = numbered(trace, resource.held_by);
    let born = format!(
        "resource {words}{called}: {object}, first seen at step {}",
        resource.first().step
    );
    let states = resource.states.iter().map(|state| {
        let words = narrate::resource_state(state);
        format!(
            "resource {} from step {} on: {words}",
            resource.object.0, state.step
        )
    });
    let end = format!(
        "resource {} {}",
        resource.object.0,
        narrate::resource_end(resource)
    );
    std::iter::once(born).chain(states).chain([end]).collect()
}

fn function_line(trace: &Trace, number: usize, function: &ExitFunction, called: bool) -> String {
    let name = visible(&function.name);
    let file = function
        .own
        .and_then(|file| trace.header.files.get(usize::from(file.0)));
    let place = match (file, function.line) {
        (Some(file), Some(line)) => format!(" of line {line} of {}", visible(&file.path)),
        _ => String::new(),
    };
    let seen = match called {
        true => "was called",
        false => "was not seen to be called",
    };
    format!("end registered {} {name}{place}, {seen}", number + 1)
}

fn event_words(trace: &Trace, exit: &RunExit, event: &ExitStep) -> String {
    match event {
        ExitStep::Called(number) => {
            format!("calls {}", narrate::exit_function(exit, *number))
        }
        ExitStep::Finalized(object) => {
            format!(
                "calls __del__ of {}",
                narrate::object_name(trace, exit, *object)
            )
        }
        ExitStep::Freed(objects) => {
            let names: Vec<String> = objects
                .iter()
                .map(|id| narrate::object_name(trace, exit, *id))
                .collect();
            format!("frees {}", names.join(", "))
        }
        ExitStep::Wrote(text) => format!("writes {}", visible(text)),
    }
}

fn numbered(trace: &Trace, object: ObjId) -> String {
    let name = trace.symbols.text(trace.object(object).type_name);
    format!("{} {}", visible(name), object.0)
}

/// The end as JSON; `docs/stages-json.md` is the contract.
pub fn end_json(trace: &Trace, end: &RunEnd) -> Value {
    let last = trace.steps.last().map(|step| &step.head);
    let words = last.map(|head| narrate::outcome(&trace.header, head, &trace.symbols));
    let functions = end.exit.functions.iter().map(|(function, called)| {
        let file = function
            .own
            .and_then(|file| trace.header.files.get(usize::from(file.0)));
        json!({
            "name": function.name,
            "file": file.map(|file| &file.path),
            "line": function.line,
            "object": function.object.map(|id| id.0),
            "called": called,
        })
    });
    let events = end.exit.events.iter().map(|event| match event {
        ExitStep::Called(number) => json!({"kind": "called", "function": number}),
        ExitStep::Finalized(object) => json!({"kind": "finalized", "object": object.0}),
        ExitStep::Freed(objects) => {
            let objects: Vec<u32> = objects.iter().map(|id| id.0).collect();
            json!({"kind": "freed", "objects": objects})
        }
        ExitStep::Wrote(text) => json!({"kind": "wrote", "text": text}),
    });
    let counts = |list: &[(Symbol, Amount)]| {
        let all = list.iter().map(|(name, amount)| {
            json!({
                "type": trace.symbols.text(*name),
                "objects": amount.objects,
                "bytes": amount.bytes,
            })
        });
        all.collect::<Vec<_>>()
    };
    let resources = end.resources.iter().map(|one| resource(trace, one));
    json!({
        "exit_code": trace.header.exit_code,
        "words": words,
        "resources": resources.collect::<Vec<_>>(),
        "functions": functions.collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(),
        "left": counts(&end.left.left),
        "never_freed": end.left.never_freed.as_ref().map(|list| counts(list)),
    })
}

fn resource(trace: &Trace, one: &Resource) -> Value {
    let type_of = |id: ObjId| trace.symbols.text(trace.object(id).type_name);
    let states = one.states.iter().map(|state| resource_state(trace, state));
    let (kind, step, line) = match one.end {
        ResourceEnd::Closed(step, line) => ("closed", Some(step), Some(line)),
        ResourceEnd::ClosedByDeath(step, line) => ("closed by death", Some(step), Some(line)),
        ResourceEnd::TakenByCollector(step, line) => {
            ("taken by the collector", Some(step), Some(line))
        }
        ResourceEnd::Gone(step, line) => ("gone", Some(step), Some(line)),
        ResourceEnd::ClosedAtExit => ("closed at exit", None, None),
        ResourceEnd::NeverClosed => ("never closed", None, None),
        ResourceEnd::Unknown => ("unknown", None, None),
        ResourceEnd::Borrowed => ("borrowed", None, None),
        ResourceEnd::NeverOpen => ("never open", None, None),
    };
    let born = one.born();
    json!({
        "object": one.object.0,
        "type": type_of(one.object),
        "held_by": one.held_by.0,
        "held_type": type_of(one.held_by),
        "called": one.called,
        "kind": one.kind.name(),
        "name": one.name(),
        "mode": one.first().mode,
        "descriptor": one.descriptor(),
        "process": one.first().process.map(|(id, _)| id),
        "borrowed": one.first().is_borrowed,
        "born": {"step": one.first().step, "file": path(trace, born), "line": born.line},
        "states": states.collect::<Vec<_>>(),
        "end": {
            "kind": kind,
            "step": step,
            "file": line.map(|line| path(trace, line)),
            "line": line.map(|line| line.line),
        },
        "left_open": one.is_left_open(),
    })
}

fn resource_state(trace: &Trace, state: &ResourceFact) -> Value {
    let place = Line {
        file: state.file,
        line: state.line,
    };
    json!({
        "step": state.step,
        "file": path(trace, place),
        "line": state.line,
        "open": state.is_open,
        "descriptor": state.descriptor,
        "owner": state.owner,
        "code": state.process.and_then(|(_, code)| code),
    })
}

fn path(trace: &Trace, line: Line) -> Option<&str> {
    let file = trace.header.files.get(usize::from(line.file.0));
    file.map(|file| file.path.as_str())
}
