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

/// What stands above a picture that is marked: the step, the words.
#[derive(Debug, Serialize)]
pub(super) struct Caption(u32, String);

/// What an author says in a run, each kind in the order of its steps.
#[derive(Debug, Default)]
pub(super) struct Lesson {
    pub prose: Vec<Prose>,
    pub captions: Vec<Caption>,
    pub questions: Vec<Question>,
}

/// The lesson of a run.
pub(super) fn lesson(trace: &Trace) -> Lesson {
    let mut lesson = Lesson::default();
    for Directive { place, says } in directives(trace).0 {
        let mut moments = moments(trace, &place);
        match says {
            DirectiveKind::Text(text) => {
                let step = moments.next().or(is_first(&place).then_some(1));
                lesson.prose.extend(step.map(|step| Prose(step, text)));
            }
            // A picture is drawn each time.
            DirectiveKind::Picture(picture) if !picture.caption.is_empty() => {
                let caption = |step| Caption(step, picture.caption.clone());
                lesson.captions.extend(moments.map(caption));
            }
            DirectiveKind::Ask {
                question,
                right,
                wrong,
            } => {
                let answers = [vec![right], wrong].concat();
                let step = moments.next();
                let question = step.map(|step| Question(step, question, answers));
                lesson.questions.extend(question);
            }
            _ => {}
        }
    }
    lesson.prose.sort_by_key(|Prose(step, _)| *step);
    lesson.captions.sort_by_key(|Caption(step, _)| *step);
    lesson.questions.sort_by_key(|Question(step, ..)| *step);
    lesson
}

/// Whether a mark stands above all statements: what it says comes before anything has run.
fn is_first(place: &Place) -> bool {
    place.statement.0 == 0 || place.line < place.statement.0
}

/// The steps that show memory when a mark's statement has run.
fn moments(trace: &Trace, place: &Place) -> impl Iterator<Item = u32> {
    let heads = || trace.steps.iter().map(|step| &step.head);
    let before = std::iter::once(None).chain(heads().map(Some));
    let place = *place;
    (1..)
        .zip(heads().zip(before))
        .filter(move |(_, (head, before))| place.has_run(head, *before))
        .map(|(number, _)| number)
}
