//! What is said of an exception: how it came into being, its way, its end, and what a printed line is
//! made from.

use crate::analyse::{
    Contents, EnteredHandler, ErrorObject, HandlerKind, OriginKind, Passage, PassageOutcome,
    PrintedPart, RaisedError, Raising, RaisingEnd, TracebackPart, UnboundName, UsedValue,
    ValueOrigin, ValuePart,
};
use crate::trace::Trace;

/// Its type, and its text where that is known.
pub fn error_title(error: &ErrorObject) -> String {
    let known = error.arguments.iter().map(Option::as_deref);
    let known: Option<Vec<&str>> = known.collect();
    match (&error.message, known) {
        // Its text is its key as Python writes it.
        (Some(_), Some(known)) if error.type_name == "KeyError" && known.len() == 1 => {
            format!("{}: {}", error.type_name, known[0])
        }
        (Some(message), _) if message.is_empty() => error.type_name.clone(),
        (Some(message), _) => format!("{}: {message}", error.type_name),
        (None, Some(known)) => format!("{}({})", error.type_name, known.join(", ")),
        (None, None) => error.type_name.clone(),
    }
}

/// A function as a call of it is named.
pub fn call_name(function: &str) -> String {
    match function {
        "<module>" => "the module".to_owned(),
        name if name.starts_with('<') => name.to_owned(),
        name => format!("{name}()"),
    }
}

/// A handler that the search has come to.
pub fn entered_handler(handler: &EnteredHandler) -> String {
    let line = handler
        .line
        .map_or_else(String::new, |line| format!(" on line {line}"));
    let what = match handler.kind {
        HandlerKind::Except => "except",
        HandlerKind::ExceptStar => "except*",
        HandlerKind::Finally => "finally",
        HandlerKind::With => "with",
        HandlerKind::CleanUp => return "the compiler's own clean-up".to_owned(),
    };
    let fate = match (handler.kind, handler.raised_again.is_some()) {
        (_, false) => "",
        (HandlerKind::Except, true) => ": does not keep it, it is raised again",
        (HandlerKind::ExceptStar, true) => ": what its clauses leave is raised again",
        (HandlerKind::Finally, true) => ": its lines run, then it is raised again",
        (HandlerKind::With | HandlerKind::CleanUp, true) => {
            ": __exit__ is called, then it is raised again"
        }
    };
    format!("{what}{line}{fate}")
}

/// Where the interpreter has found a handler.
pub fn handler_detail(handler: &EnteredHandler) -> String {
    let (row, target) = (handler.row, handler.target);
    format!("exception table, row {row}: to instruction {target}")
}

/// What the calls of a library that an exception went through are called together.
pub fn library_calls(calls: &[&Passage]) -> String {
    let names: Vec<String> = calls
        .iter()
        .map(|one| format!("{} line {}", call_name(&one.place.function), one.place.line))
        .collect();
    let mut paths: Vec<&str> = calls.iter().map(|one| one.place.path.as_str()).collect();
    paths.dedup();
    format!("{} of {}", names.join(", "), paths.join(", "))
}

/// What became of it in a call.
pub fn passage_outcome(passage: &Passage, errors: &[RaisedError]) -> String {
    let last = passage.handlers.iter().rev();
    let last = last.clone().find(|one| one.kind != HandlerKind::CleanUp);
    match passage.outcome {
        PassageOutcome::Left if passage.place.own.is_none() => "library: the call ends".to_owned(),
        PassageOutcome::Left => {
            let (line, name) = (passage.place.line, call_name(&passage.place.function));
            match last.is_none() {
                true => format!("looked for a handler around line {line}: none, so {name} ends"),
                false => format!("no other handler around line {line}, so {name} ends"),
            }
        }
        PassageOutcome::Caught if passage.place.own.is_none() => {
            "library: prints the error, and the thread is over".to_owned()
        }
        PassageOutcome::Caught => match last.map(|last| last.kind) {
            Some(HandlerKind::Finally) => {
                "finally leaves the call or the loop: the exception is dropped".to_owned()
            }
            Some(HandlerKind::With) => "__exit__ says that it is dealt with: caught".to_owned(),
            _ => "caught".to_owned(),
        },
        PassageOutcome::Replaced(by) => {
            let by = errors.iter().find(|one| one.object.id == by);
            let by = by.map_or("another exception", |by| &by.object.type_name);
            format!("{by} takes its place")
        }
        PassageOutcome::Unknown => "not known: the recording ends before".to_owned(),
    }
}

/// Where its way ended.
pub fn raising_end(raising: &Raising, errors: &[RaisedError], trace: &Trace) -> String {
    match raising.end {
        RaisingEnd::Caught { step } => {
            let mut handlers = raising.search.iter().filter_map(|one| one.handlers.last());
            match handlers.find(|one| one.step == step).map(|one| one.kind) {
                Some(HandlerKind::Finally) => {
                    format!("dropped: finally leaves the call or the loop (step {step})")
                }
                Some(HandlerKind::With) => format!("caught by the __exit__ of with (step {step})"),
                _ => format!("caught (step {step})"),
            }
        }
        RaisingEnd::Replaced { by } => {
            let by = errors.iter().find(|one| one.object.id == by);
            let by = by.map_or_else(|| "another".to_owned(), |by| error_title(&by.object));
            format!("replaced by {by}")
        }
        RaisingEnd::Uncaught { exit_code } => {
            format!("not caught: it has ended the program, exit code {exit_code}")
        }
        RaisingEnd::Exited { exit_code } => {
            format!("the program ends as it has asked for, with exit code {exit_code}")
        }
        RaisingEnd::Ignored { object } => {
            let info = trace.object(object);
            let of = trace.symbols.text(info.type_name);
            format!(
                "ignored: the interpreter drops what leaves a __del__ (of {of} {})",
                object.0
            )
        }
        RaisingEnd::EndedThread { thread } => {
            let name = raising.thread.clone();
            let name = name.unwrap_or_else(|| thread.to_string());
            format!("not caught: it has ended the thread {name}, the program goes on")
        }
        RaisingEnd::LeftOwnCode { step } => {
            format!("left the program's own code (step {step}): what called it there has kept it")
        }
        RaisingEnd::Unknown => "not known: the recording ends before".to_owned(),
    }
}

/// What it holds beside its traceback: about what, and the words.
pub fn held_by_error(error: &RaisedError) -> Vec<(&'static str, String)> {
    let named = |one: &ErrorObject| format!("{}, object {}", error_title(one), one.id.0);
    let mut rows: Vec<(&'static str, String)> = Vec::new();
    let cause = error.cause.iter();
    rows.extend(cause.map(|one| ("caused by", format!("{} (__cause__)", named(one)))));
    let hidden = match error.suppresses_context {
        true => "__context__, not printed",
        false => "__context__",
    };
    let context = error.context.iter();
    rows.extend(context.map(|one| ("while handling", format!("{} ({hidden})", named(one)))));
    rows.extend(error.members.iter().map(|one| ("member", named(one))));
    let parts = error.parts.iter().map(|part| {
        let part = format!("for line {}: {}", part.line, named(&part.object));
        ("split off", part)
    });
    rows.extend(parts);
    let notes = error.notes.iter();
    rows.extend(notes.map(|note| ("note", note.replace('\n', " / "))));
    rows
}

/// Which entry of the traceback a call has given.
pub fn entry_of_call(error: &RaisedError, call: &Passage) -> Option<String> {
    let is_it = |entry: &&TracebackPart| {
        let (a, b) = (&entry.place, &call.place);
        (a.line, a.offset, &a.path) == (b.line, b.offset, &b.path)
    };
    let at = error.traceback.iter().position(|entry| is_it(&entry))?;
    let more = error.traceback.iter().filter(is_it).count() > 1;
    if more {
        return None;
    }
    let step = error.traceback[at].step;
    let step = step.map_or_else(String::new, |step| format!(", there by step {step}"));
    Some(format!("entry {} of the traceback{step}", at + 1))
}

/// Where the object of a value was made.
pub fn value_born(value: &UsedValue) -> Option<String> {
    let (step, line) = value.born?;
    Some(format!("the object was made on line {line} (step {step})"))
}

/// A value that failing code worked with.
pub fn used_value(value: &UsedValue) -> String {
    let kind = match (&value.value, &value.contents) {
        (Some(text), _) => format!("{text} ({})", value.type_name),
        (None, Some(contents)) if contents.count == 0 => format!("empty ({})", value.type_name),
        (None, Some(contents)) => {
            let what = match contents.are_keys {
                true => "the keys",
                false => "the items",
            };
            format!(
                "{} {} with {what} {}",
                value.type_name,
                value.object.0,
                listed(contents)
            )
        }
        (None, None) => format!("{} {}", value.type_name, value.object.0),
    };
    match &value.part {
        ValuePart::Name(name) => format!("{name} was {kind}"),
        ValuePart::ObjectOfAttribute => format!("the object asked for the attribute was {kind}"),
        ValuePart::Result { by, line, step } => {
            format!("{by}() had returned {kind} on line {line} (step {step})")
        }
        ValuePart::Key => format!("the key that was not there was {kind}"),
    }
}

/// The first things in a container, and how many more there are.
fn listed(contents: &Contents) -> String {
    let first = contents.first.join(", ");
    match contents.count - contents.first.len() {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Why a local variable may have no value on a line: it is local because of another line.
pub fn asked_early(asked: u32, bound: u32) -> String {
    match asked == bound {
        true => format!("local because line {bound} binds it, which asks for it first"),
        false => format!("local because line {bound} binds it; line {asked} asks for it before"),
    }
}

/// Why a local variable had no value.
pub fn unbound_name(unbound: &UnboundName) -> String {
    let UnboundName {
        name,
        function,
        asked,
        bound,
    } = unbound;
    let lines: Vec<String> = bound.iter().map(ToString::to_string).collect();
    let lines = match lines.as_slice() {
        [only] => format!("line {only}"),
        several => format!("lines {}", several.join(", ")),
    };
    format!(
        "{name} is local in all of {} because {lines} binds it there; line {asked} asked for it before it had a value",
        call_name(function)
    )
}

/// How a name came to its value.
pub fn value_origin(origin: &ValueOrigin) -> String {
    let ValueOrigin {
        line,
        name,
        function,
        step,
        ..
    } = origin;
    let inside = call_name(function);
    match &origin.how {
        OriginKind::Assigned => format!("{name} of {inside} got it on line {line} (step {step})"),
        OriginKind::Passed => {
            format!("{name} of {inside} got it by the call on line {line} (step {step})")
        }
        OriginKind::Given => {
            format!("{name} of {inside} was given by the library that called it (step {step})")
        }
        OriginKind::Returned { by, line: at } => format!(
            "{name} of {inside} got it on line {line} (step {step}): {by}() returned it on line {at}"
        ),
    }
}

/// What a printed line is made from.
pub fn printed_part(part: PrintedPart, error: &RaisedError) -> String {
    let number = |at: usize| at + 1;
    match part {
        PrintedPart::Where => "which thread or which __del__ it has left".to_owned(),
        PrintedPart::Header => "headline: the calls that were under way follow".to_owned(),
        PrintedPart::Entry(at) => error.traceback.get(at).map_or_else(String::new, |entry| {
            let name = call_name(&entry.place.function);
            format!(
                "entry {}: {name} was at line {}",
                number(at),
                entry.place.line
            )
        }),
        PrintedPart::Outer => "a call of the library's further out".to_owned(),
        PrintedPart::Source(at) => format!("entry {}: that line of the file", number(at)),
        PrintedPart::Marks(at) => format!("entry {}: the part that was at work", number(at)),
        PrintedPart::Repeated(times) => format!("{times} more entries like that one"),
        PrintedPart::Message => "what happened: type and text of the exception".to_owned(),
        PrintedPart::Note => "a note that was added to the exception".to_owned(),
        PrintedPart::Cause => "joins it to its cause: raise ... from".to_owned(),
        PrintedPart::Context => "joins it to the exception that was being handled".to_owned(),
        PrintedPart::Group => "the members of the group".to_owned(),
        PrintedPart::Empty => String::new(),
    }
}

/// The parts of the interpreter's that a printed line is read from.
pub fn printed_detail(part: PrintedPart, error: &RaisedError) -> Option<String> {
    Some(match part {
        PrintedPart::Entry(at) => {
            let offset = error.traceback.get(at)?.place.offset?;
            format!("frame, code object, line table at {offset}")
        }
        PrintedPart::Marks(_) => "columns of the instruction".to_owned(),
        PrintedPart::Message => format!("object {}", error.object.id.0),
        PrintedPart::Note => "__notes__".to_owned(),
        PrintedPart::Cause => "__cause__".to_owned(),
        PrintedPart::Context => "__context__".to_owned(),
        _ => return None,
    })
}

/// Plain words, and behind them in brackets what the interpreter calls it.
pub fn with_detail(words: String, detail: Option<String>) -> String {
    match detail {
        Some(detail) => format!("{words} [{detail}]"),
        None => words,
    }
}
