//! The words of a choice: what they lead to, and which lead to nothing.

use super::filter::Unknown;
use crate::analyse::{Place, Target, follow, instead, known, named};
use crate::trace::{NameKind, State, Trace};
use std::collections::BTreeSet;

/// A word that names or points at an object, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// `None`: on the command line.
    pub mark: Option<Place>,
    pub text: String,
    /// Whether a type may stand there, too.
    pub or_type: bool,
}

/// A word that has led to nothing yet, and why at its last sight.
struct Open<'w> {
    word: &'w Word,
    target: Target,
    why: Option<String>,
}

/// Which of the words never lead to anything, and what may have been meant.
pub(super) fn unknown(trace: &Trace, words: &[Word]) -> Vec<Unknown> {
    let open = |word| Open {
        word,
        target: Target::new(&word.text),
        why: None,
    };
    let mut open: Vec<Open<'_>> = words.iter().map(open).collect();
    open.retain(|open| !matches!(open.target, Target::Object(id) if known(trace, id).is_ok()));
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut replay = trace.replay();
    while let Some((_, _, state)) = replay.next()
        && !open.is_empty()
    {
        for frame in state.all_frames() {
            let own = frame.names.iter().filter(|n| n.kind != NameKind::Stack);
            names.extend(own.map(|name| trace.symbols.text(name.name)));
        }
        open.retain_mut(|open| !open.leads_somewhere(trace, state));
    }
    open.iter()
        .map(|open| open.in_words(trace, &names))
        .collect()
}

impl Open<'_> {
    fn leads_somewhere(&mut self, trace: &Trace, state: &State) -> bool {
        let Target::Path { name, rest } = &self.target else {
            return false;
        };
        for frame in state.all_frames() {
            match named(trace, frame, name).map(|from| follow(trace, state, from, rest)) {
                Some(Ok(_)) => return true,
                Some(Err(problem)) => self.why = Some(problem),
                None => {}
            }
        }
        false
    }

    fn in_words(&self, trace: &Trace, names: &BTreeSet<&str>) -> Unknown {
        let (error, hint) = match (&self.target, &self.why) {
            (Target::Object(id), _) => {
                let problem = known(trace, *id).err().unwrap_or_default();
                let (error, hint) = problem.split_once(": ").unwrap_or((&problem, ""));
                (error.to_owned(), hint.to_owned())
            }
            (_, Some(problem)) => (
                format!("{} never leads to anything", self.word.text),
                format!("at its last sight {problem}"),
            ),
            (Target::Path { name, .. }, None) => {
                let mut all: BTreeSet<&str> = names.clone();
                if self.word.or_type {
                    let types = trace.objects.iter().map(|info| info.type_name);
                    all.extend(types.map(|type_name| trace.symbols.text(type_name)));
                }
                let all: Vec<&str> = all.into_iter().collect();
                let what = if self.word.or_type {
                    "name or type"
                } else {
                    "name"
                };
                let hint = match name.as_str() {
                    // What people call it is not what its type is called.
                    "class" | "classes" if self.word.or_type => {
                        "the type of classes is `type`".to_owned()
                    }
                    _ => instead(name, &format!("{what}s"), &all),
                };
                (format!("there is no {what} {name} at any step"), hint)
            }
        };
        Unknown {
            mark: self.word.mark,
            error,
            hint,
        }
    }
}
