//! `memviz life`: the birth, the counts and the death of one object.

use super::ask::{Question, cause_in_words, print, source_line};
use crate::analyse::{LifeEvent, LifeEventKind, life};
use crate::cli::args::AskArgs;
use crate::cli::problem::Problem;
use crate::trace::{Cause, Count, Incident};

pub(in crate::cli) fn run(args: &AskArgs) -> Result<(), Problem> {
    let question = Question::new(args)?;
    let file = &question.file;
    let turns = life(file, question.found.id).map_err(|error| question.unread(error))?;
    let mut out = format!("{}\n\nstep  line  count\n", question.said);
    for turn in &turns {
        let line = match turn.line {
            0 => String::new(),
            line => line.to_string(),
        };
        let told = tell(&question, turn);
        out.push_str(&format!("{:>4}  {line:>4}  {told}\n", turn.step));
    }
    let lives = turns.last().is_some_and(|turn| {
        !matches!(
            turn.what,
            LifeEventKind::Died | LifeEventKind::Fleeting | LifeEventKind::OutOfSight
        )
    });
    if lives {
        let steps = file.steps();
        let end = match file.trace.object(question.found.id).died {
            Some(death) if death.cause == Cause::Exit => ", and dies when the interpreter goes",
            Some(_) => "",
            None => "",
        };
        out.push_str(&format!("it lives at the last step, {steps}{end}\n"));
    }
    out.push_str(&question.others());
    question.log_reading();
    print(&out)
}

fn tell(question: &Question, turn: &LifeEvent) -> String {
    let trace = &question.file.trace;
    let (count, words) = match turn.what {
        LifeEventKind::Born(count) => {
            let source = source_line(trace, turn.file.0 as usize, turn.line)
                .map_or(String::new(), |source| format!(" by `{source}`"));
            let made = match trace.header.knowledge.tells_lives() {
                true => "made",
                false => "found for the first time, made or come into reach",
            };
            (short(count), format!("{made}{source}"))
        }
        LifeEventKind::Seen(count) => (
            short(count),
            "older than the recording, and now in sight".to_owned(),
        ),
        LifeEventKind::Count(old, new) => (format!("{}→{}", short(old), short(new)), String::new()),
        LifeEventKind::Unreachable => (
            String::new(),
            match trace.header.knowledge.tells_lives() {
                true => "nothing reaches it: it waits for the collector",
                false => "no name leads to it any more; it is not freed yet",
            }
            .to_owned(),
        ),
        LifeEventKind::Reachable => (String::new(), "something reaches it again".to_owned()),
        LifeEventKind::Incident(incident) => {
            (String::new(), incident_in_words(incident).to_owned())
        }
        LifeEventKind::OutOfSight => {
            let died = trace.object(question.found.id).died;
            let words = match died.map(|death| death.cause) {
                Some(cause @ Cause::OutOfReach) => cause_in_words(cause),
                _ => "the program no longer refers to it",
            };
            (String::new(), words.to_owned())
        }
        LifeEventKind::Died | LifeEventKind::Fleeting => {
            let death = trace.object(question.found.id).died;
            let cause = death.map_or("", |death| cause_in_words(death.cause));
            let made = if turn.what == LifeEventKind::Fleeting {
                "made and dead within one step"
            } else {
                "dead"
            };
            let count = match trace.header.knowledge.tells_lives() {
                true => Count::Of(0),
                false => Count::Unknown,
            };
            (short(count), format!("{made}: {cause}"))
        }
    };
    let mut parts: Vec<String> = Vec::new();
    parts.extend((!words.is_empty()).then_some(words));
    parts.extend(turn.came.iter().map(|owner| format!("+ {owner}")));
    parts.extend(turn.went.iter().map(|owner| format!("- {owner}")));
    format!("{count:<8}  {}", parts.join("; "))
        .trim_end()
        .to_owned()
}

fn incident_in_words(incident: Incident) -> &'static str {
    match incident {
        Incident::Finalizer => "its count fell to 0, and its __del__ ran",
        Incident::Close => "its count fell to 0, and it was closed",
        Incident::CollectorFinalizer => "the collector ran its __del__",
        Incident::Resurrection => "its finalizer has made it reachable again",
        Incident::WeakReferenceCleared => "what it refers to weakly is gone",
        Incident::FinalizeCall => "a weakref.finalize calls it",
    }
}

fn short(count: Count) -> String {
    match count {
        Count::Immortal => "immortal".to_owned(),
        Count::Of(count) => count.to_string(),
        Count::Unknown => "-".to_owned(),
    }
}
