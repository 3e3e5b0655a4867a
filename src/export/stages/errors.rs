//! The exceptions of a run as text and as JSON.

use crate::analyse::{
    EnteredHandler, ErrorObject, ErrorPlace, OriginKind, Passage, PassageOutcome, PrintedLine,
    PrintedPart, RaisedError, RaisedHow, Raising, RaisingEnd, TracebackPart, UsedValue,
    ValueOrigin, ValuePart,
};
use crate::narrate;
use crate::trace::stages::{Span, Stages};
use crate::trace::{Trace, visible};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The exceptions of a run, one fact a line.
pub fn errors_text(trace: &Trace, stages: &[Stages], errors: &[RaisedError]) -> String {
    let mut text = Text {
        trace,
        stages,
        errors,
        out: String::new(),
    };
    for error in errors {
        text.error(error);
    }
    text.out
}

struct Text<'t> {
    trace: &'t Trace,
    stages: &'t [Stages],
    errors: &'t [RaisedError],
    out: String,
}

impl Text<'_> {
    fn at(&mut self, place: &ErrorPlace, words: &str) {
        let stages = self.stages.iter();
        let stages = stages.clone().find(|one| one.file.path == place.path);
        let column = match (stages, place.span) {
            (Some(stages), Some(span)) => {
                let position = stages.lines().position(&stages.source, span.start);
                // An instruction may begin on an earlier line than the one that it belongs to.
                if position.line == place.line {
                    position.column
                } else {
                    1
                }
            }
            _ => 1,
        };
        // A `String` takes everything.
        let _ = writeln!(
            self.out,
            "{}:{}:{column}: {}",
            visible(&place.path),
            place.line,
            visible(words)
        );
    }

    fn error(&mut self, error: &RaisedError) {
        let id = error.object.id.0;
        for raising in &error.raisings {
            self.raising(error, raising);
        }
        let Some(place) = first_place(error) else {
            return;
        };
        let related = [("cause", &error.cause), ("context", &error.context)];
        for (what, other) in related {
            if let Some(other) = other {
                let hidden = match what == "context" && error.suppresses_context {
                    true => ", not printed",
                    false => "",
                };
                let title = narrate::error_title(other);
                self.at(
                    place,
                    &format!("{what} {id} {} {title}{hidden}", other.id.0),
                );
            }
        }
        for member in &error.members {
            let title = narrate::error_title(member);
            self.at(place, &format!("member {id} {} {title}", member.id.0));
        }
        for note in &error.notes {
            self.at(place, &format!("note {id} {}", note.replace('\n', "\\n")));
        }
        for part in &error.parts {
            let title = narrate::error_title(&part.object);
            let (line, step) = (part.line, part.step);
            self.at(
                place,
                &format!(
                    "part {id} {} {title}, for line {line} (step {step})",
                    part.object.id.0
                ),
            );
        }
        for (number, entry) in error.traceback.iter().enumerate() {
            let step = entry
                .step
                .map_or_else(String::new, |step| format!(" (step {step})"));
            let name = narrate::call_name(&entry.place.function);
            self.at(
                &entry.place,
                &format!("traceback {id} {} {name}{step}", number + 1),
            );
        }
        if let Some(own) = error.last_own_entry() {
            let entry = &error.traceback[own];
            self.at(&entry.place, &format!("last own entry {id} {}", own + 1));
        }
        if let Some(unbound) = &error.unbound {
            self.at(
                place,
                &format!("unbound {id} {}", narrate::unbound_name(unbound)),
            );
        }
        for value in &error.values {
            self.value(place, id, value);
        }
        for line in &error.printed {
            let part = narrate::printed_part(line.part, error);
            let part = narrate::with_detail(part, narrate::printed_detail(line.part, error));
            self.at(place, &format!("printed {id} {} | {part}", line.text));
        }
    }

    fn raising(&mut self, error: &RaisedError, raising: &Raising) {
        let id = error.object.id.0;
        let own = raising.search.iter().find(|one| one.place.own.is_some());
        let Some(first) = own.or(raising.search.first()) else {
            return;
        };
        let title = narrate::error_title(&error.object).replace('\n', "\\n");
        let detail = narrate::raised_detail(&raising.how);
        let how = narrate::with_detail(narrate::raised_how(error, raising), detail);
        let thread = raising.thread.as_ref();
        let thread = thread.map_or_else(String::new, |name| format!(", in the thread {name}"));
        let step = first.step;
        self.at(
            &first.place,
            &format!("error {id} {title}; {how}{thread} (step {step})"),
        );
        for passage in &raising.search {
            let name = narrate::call_name(&passage.place.function);
            for handler in &passage.handlers {
                let detail = narrate::handler_detail(handler);
                let words = narrate::entered_handler(handler);
                let words = narrate::with_detail(words, Some(detail));
                self.at(&passage.place, &format!("search {id} {name}: {words}"));
            }
            let outcome = narrate::passage_outcome(passage, self.errors);
            self.at(&passage.place, &format!("search {id} {name}: {outcome}"));
        }
        if let Some(last) = raising.search.last() {
            let end = narrate::raising_end(raising, self.errors, self.trace);
            self.at(&last.place, &format!("end {id} {end}"));
        }
    }

    fn value(&mut self, place: &ErrorPlace, id: u32, value: &UsedValue) {
        self.at(place, &format!("value {id} {}", narrate::used_value(value)));
        for origin in &value.history {
            self.at(
                place,
                &format!("value {id} {}", narrate::value_origin(origin)),
            );
        }
        if let Some((step, line)) = value.born {
            self.at(
                place,
                &format!(
                    "value {id} object {} was made on line {line} (step {step})",
                    value.object.0
                ),
            );
        }
    }
}

fn first_place(error: &RaisedError) -> Option<&ErrorPlace> {
    let own = error.raisings.iter().flat_map(|one| &one.search);
    let own = own
        .map(|passage| &passage.place)
        .find(|place| place.own.is_some());
    own.or_else(|| error.traceback.last().map(|entry| &entry.place))
}

/// The exceptions of a run as JSON; `docs/stages-json.md` describes it.
pub fn errors_json(trace: &Trace, errors: &[RaisedError]) -> Value {
    errors
        .iter()
        .map(|error| one(trace, errors, error))
        .collect()
}

fn one(trace: &Trace, errors: &[RaisedError], error: &RaisedError) -> Value {
    let raisings = error.raisings.iter();
    let raisings: Vec<Value> = raisings
        .map(|one| raising(trace, errors, error, one))
        .collect();
    let mut value = object(&error.object);
    let parts = error
        .parts
        .iter()
        .map(|part| json!({"step": part.step, "line": part.line, "group": object(&part.object)}));
    value.extend([
        ("raisings".to_owned(), raisings.into()),
        (
            "traceback".to_owned(),
            error.traceback.iter().map(entry).collect(),
        ),
        ("last_own_entry".to_owned(), json!(error.last_own_entry())),
        ("cause".to_owned(), json!(error.cause.as_ref().map(object))),
        (
            "context".to_owned(),
            json!(error.context.as_ref().map(object)),
        ),
        (
            "suppresses_context".to_owned(),
            json!(error.suppresses_context),
        ),
        ("notes".to_owned(), json!(error.notes)),
        (
            "members".to_owned(),
            error.members.iter().map(object).collect(),
        ),
        ("parts".to_owned(), parts.collect()),
        (
            "unbound".to_owned(),
            json!(error.unbound.as_ref().map(|one| json!({
                "name": one.name,
                "function": one.function,
                "asked": one.asked,
                "bound": one.bound,
                "words": narrate::unbound_name(one),
            }))),
        ),
        ("values".to_owned(), error.values.iter().map(used).collect()),
        (
            "printed".to_owned(),
            error
                .printed
                .iter()
                .map(|line| printed(line, error))
                .collect(),
        ),
    ]);
    value.into()
}

fn object(error: &ErrorObject) -> Map<String, Value> {
    let value = json!({
        "object": error.id.0,
        "type": error.type_name,
        "message": error.message,
        "arguments": error.arguments,
    });
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn place(place: &ErrorPlace) -> Map<String, Value> {
    let value = json!({
        "file": place.path,
        "own": place.own.is_some(),
        "line": place.line,
        "function": place.function,
        "offset": place.offset,
        "code": place.code,
        "span": span(place.span),
    });
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn span(span: Option<Span>) -> Value {
    span.map_or(Value::Null, |span| json!([span.start, span.end]))
}

fn raising(trace: &Trace, errors: &[RaisedError], error: &RaisedError, one: &Raising) -> Value {
    let (how, instruction) = match &one.how {
        RaisedHow::Statement => ("raise", None),
        RaisedHow::Instruction(name) => ("instruction", Some(name)),
        RaisedHow::Library => ("library", None),
        RaisedHow::Thrown => ("thrown", None),
        RaisedHow::Rest => ("rest of a group", None),
        RaisedHow::Unknown => ("unknown", None),
    };
    let search = one.search.iter();
    let search: Vec<Value> = search.map(|one| passage(errors, one)).collect();
    let words = narrate::raising_end(one, errors, trace);
    let end = match one.end {
        RaisingEnd::Caught { step } => json!({"kind": "caught", "step": step, "words": words}),
        RaisingEnd::Replaced { by } => json!({"kind": "replaced", "by": by.0, "words": words}),
        RaisingEnd::Uncaught { exit_code } => {
            json!({"kind": "uncaught", "exit_code": exit_code, "words": words})
        }
        RaisingEnd::Exited { exit_code } => {
            json!({"kind": "exited", "exit_code": exit_code, "words": words})
        }
        RaisingEnd::Ignored { object } => {
            json!({"kind": "ignored", "object": object.0, "words": words})
        }
        RaisingEnd::EndedThread { thread } => {
            json!({"kind": "ended thread", "thread": thread, "words": words})
        }
        RaisingEnd::LeftOwnCode { step } => {
            json!({"kind": "left own code", "step": step, "words": words})
        }
        RaisingEnd::Unknown => json!({"kind": "unknown", "words": words}),
    };
    json!({
        "how": how,
        "instruction": instruction,
        "words": narrate::raised_how(error, one),
        "thread": one.thread,
        "search": search,
        "end": end,
    })
}

fn passage(errors: &[RaisedError], passage: &Passage) -> Value {
    let (outcome, by) = match passage.outcome {
        PassageOutcome::Left => ("left", None),
        PassageOutcome::Caught => ("caught", None),
        PassageOutcome::Replaced(by) => ("replaced", Some(by.0)),
        PassageOutcome::Unknown => ("unknown", None),
    };
    let mut value = place(&passage.place);
    value.extend([
        ("step".to_owned(), json!(passage.step)),
        ("thread".to_owned(), json!(passage.thread)),
        (
            "handlers".to_owned(),
            passage.handlers.iter().map(handler).collect(),
        ),
        ("outcome".to_owned(), json!(outcome)),
        ("by".to_owned(), json!(by)),
        (
            "words".to_owned(),
            json!(narrate::passage_outcome(passage, errors)),
        ),
    ]);
    value.into()
}

fn handler(handler: &EnteredHandler) -> Value {
    json!({
        "step": handler.step,
        "row": handler.row,
        "target": handler.target,
        "kind": handler.kind.name(),
        "line": handler.line,
        "span": span(handler.span),
        "raised_again": handler.raised_again,
        "words": narrate::entered_handler(handler),
    })
}

fn entry(part: &TracebackPart) -> Value {
    let mut value = place(&part.place);
    value.extend([
        ("object".to_owned(), json!(part.object.0)),
        ("step".to_owned(), json!(part.step)),
    ]);
    value.into()
}

fn used(value: &UsedValue) -> Value {
    let (what, name) = match &value.part {
        ValuePart::Name(name) => ("name", Some(name)),
        ValuePart::ObjectOfAttribute => ("object of the attribute", None),
        ValuePart::Key => ("key", None),
        ValuePart::Result { by, .. } => ("result", Some(by)),
    };
    json!({
        "what": what,
        "name": name,
        "object": value.object.0,
        "type": value.type_name,
        "value": value.value,
        "contents": value.contents.as_ref().map(|one| json!({
            "what": if one.are_keys { "keys" } else { "items" },
            "first": one.first,
            "count": one.count,
        })),
        "span": span(value.span),
        "history": value.history.iter().map(origin).collect::<Vec<_>>(),
        "born": value.born.map(|(step, line)| json!({"step": step, "line": line})),
        "words": narrate::used_value(value),
    })
}

fn origin(origin: &ValueOrigin) -> Value {
    let (how, by, returned_on) = match &origin.how {
        OriginKind::Assigned => ("assigned", None, None),
        OriginKind::Passed => ("passed", None, None),
        OriginKind::Given => ("given", None, None),
        OriginKind::Returned { by, line } => ("returned", Some(by), Some(line)),
    };
    json!({
        "step": origin.step,
        "line": origin.line,
        "function": origin.function,
        "name": origin.name,
        "how": how,
        "by": by,
        "returned_on": returned_on,
        "words": narrate::value_origin(origin),
    })
}

fn printed(line: &PrintedLine, error: &RaisedError) -> Value {
    let (part, entry) = match line.part {
        PrintedPart::Where => ("where", None),
        PrintedPart::Header => ("header", None),
        PrintedPart::Entry(at) => ("entry", Some(at)),
        PrintedPart::Outer => ("outer", None),
        PrintedPart::Source(at) => ("source", Some(at)),
        PrintedPart::Marks(at) => ("marks", Some(at)),
        PrintedPart::Repeated(_) => ("repeated", None),
        PrintedPart::Message => ("message", None),
        PrintedPart::Note => ("note", None),
        PrintedPart::Cause => ("cause", None),
        PrintedPart::Context => ("context", None),
        PrintedPart::Group => ("group", None),
        PrintedPart::Empty => ("empty", None),
    };
    json!({
        "text": line.text,
        "part": part,
        "entry": entry,
        "words": narrate::printed_part(line.part, error),
        "detail": narrate::printed_detail(line.part, error),
    })
}
