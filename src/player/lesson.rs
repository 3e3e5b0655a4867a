//! What the script's author has written for learners: prose and questions, at the steps that they
//! speak of.

use crate::analyse::{Directive, DirectiveKind, Place, directives};
use crate::trace::Trace;
use serde::Serialize;

/// Prose at a step, in Markdown.
#[derive(Debug, Serialize)]
pub(super) struct Prose(u32, String);

/// A question that is answered by a step: the step, the question, the answers; the first is right.
#[derive(Debug, Serialize)]
pub(super) struct Question(u32, String, Vec<String>);

/// The prose and the questions of a run, in the order of their steps.
pub(super) fn lesson(trace: &Trace) -> (Vec<Prose>, Vec<Question>) {
    let (mut prose, mut questions) = (Vec::new(), Vec::new());
    for Directive { place, says } in directives(trace).0 {
        match says {
            DirectiveKind::Text(text) => {
                let step = moment(trace, &place).or(is_first(&place).then_some(1));
                prose.extend(step.map(|step| Prose(step, text)));
            }
            DirectiveKind::Ask {
                question,
                right,
                wrong,
            } => {
                let answers = [vec![right], wrong].concat();
                let step = moment(trace, &place);
                questions.extend(step.map(|step| Question(step, question, answers)));
            }
            _ => {}
        }
    }
    prose.sort_by_key(|Prose(step, _)| *step);
    questions.sort_by_key(|Question(step, ..)| *step);
    (prose, questions)
}

/// Whether a mark stands above all statements: what it says comes before anything has run.
fn is_first(place: &Place) -> bool {
    place.statement.0 == 0 || place.line < place.statement.0
}

/// The step that shows memory when a mark's statement has run for the first time.
fn moment(trace: &Trace, place: &Place) -> Option<u32> {
    let heads = || trace.steps.iter().map(|step| &step.head);
    let before = std::iter::once(None).chain(heads().map(Some));
    let found = heads()
        .zip(before)
        .position(|(head, before)| place.has_run(head, before));
    found.map(|at| at as u32 + 1)
}
