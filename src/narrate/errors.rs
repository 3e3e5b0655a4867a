//! What is said of an exception: how it came into being, its way, its end, and what a printed line is
//! made from.

use crate::analyse::{
    EnteredHandler, ErrorObject, HandlerKind, OriginKind, Passage, PassageOutcome, PrintedPart,
    RaisedError, RaisedHow, Raising, RaisingEnd, TracebackPart, UnboundName, UsedValue,
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

/// What raised it.
pub fn raised_how(how: &RaisedHow) -> String {
    match how {
        RaisedHow::Statement => "raised by a raise statement".to_owned(),
        RaisedHow::Instruction(name) => {
            format!("raised by the instruction {name}, which failed")
        }
        RaisedHow::Library => "raised in a library, which this line has called".to_owned(),
        RaisedHow::Thrown => "thrown into a generator that waits here".to_owned(),
        RaisedHow::Rest => "what no except* clause has taken".to_owned(),
        RaisedHow::Unknown => "raised".to_owned(),
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

/// What became of it in a call.
pub fn passage_outcome(passage: &Passage, errors: &[RaisedError]) -> String {
    let last = passage.handlers.iter().rev();
    let last = last.clone().find(|one| one.kind != HandlerKind::CleanUp);
    match passage.outcome {
        PassageOutcome::Left if passage.place.own.is_none() => "library: the call ends".to_owned(),
        PassageOutcome::Left if last.is_none() => "no handler: the call ends".to_owned(),
        PassageOutcome::Left => "no further handler: the call ends".to_owned(),
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
        RaisingEnd::Ignored { object } => {
            let info = trace.object(object);
            let of = trace.symbols.text(info.type_name);
            format!(
                "ignored: the interpreter drops what leaves a __del__ (of {of} {})",
                object.0
            )
        }
        RaisingEnd::EndedThread { .. } => {
            "not caught: it has ended its thread, the program goes on".to_owned()
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
    rows.extend(error.cause.iter().map(|one| ("__cause__", named(one))));
    let hidden = match error.suppresses_context {
        true => " (not printed)",
        false => "",
    };
    let context = error.context.iter();
    rows.extend(context.map(|one| ("__context__", format!("{}{hidden}", named(one)))));
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
    let kind = match &value.value {
        Some(text) => format!("{text} ({})", value.type_name),
        None => format!("{} {}", value.type_name, value.object.0),
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
    let entry = |at: usize| {
        let place = &error.traceback.get(at)?.place;
        Some((at + 1, place))
    };
    let of = |at: usize, what: &str| {
        entry(at).map_or_else(String::new, |(number, _)| {
            format!("{what} of entry {number}")
        })
    };
    match part {
        PrintedPart::Where => "who says so: the interpreter or the thread that it has left".to_owned(),
        PrintedPart::Header => "headline: what follows is the traceback".to_owned(),
        PrintedPart::Entry(at) => entry(at).map_or_else(String::new, |(number, place)| {
            let offset = place.offset.unwrap_or_default();
            format!(
                "entry {number}: frame of {}, its code object, line {} by the line table at {offset}",
                call_name(&place.function),
                place.line
            )
        }),
        PrintedPart::Outer => "a call of the library's below, which is no entry of the trace's".to_owned(),
        PrintedPart::Source(at) => of(at, "the source line"),
        PrintedPart::Marks(at) => of(at, "the columns of the instruction"),
        PrintedPart::Repeated(times) => format!("{times} more entries like that one"),
        PrintedPart::Message => format!(
            "type and text of the exception object {}",
            error.object.id.0
        ),
        PrintedPart::Note => "__notes__ of the exception object".to_owned(),
        PrintedPart::Cause => "__cause__: raise ... from".to_owned(),
        PrintedPart::Context => "__context__: what was being handled".to_owned(),
        PrintedPart::Group => "the members of the group".to_owned(),
        PrintedPart::Empty => String::new(),
    }
}
