//! The words of a choice: what they lead to, and which lead to nothing.

use super::filter::Unknown;
use crate::analyse::{Place, Target, follow, instead, known, named};
use crate::trace::{NameKind, State, Trace};
use std::collections::BTreeSet;

/// What people call objects, and the type that they mean.
const CALLED: [(&str, &str); 13] = [
    ("class", "type"),
    ("classes", "type"),
    ("def", "function"),
    ("func", "function"),
    ("functions", "function"),
    ("lambda", "function"),
    ("methods", "method"),
    ("modules", "module"),
    ("import", "module"),
    ("string", "str"),
    ("integer", "int"),
    ("dictionary", "dict"),
    ("array", "list"),
];
/// Types that may be named although a run has no object of theirs.
const COMMON_TYPES: [&str; 12] = [
    "dict",
    "float",
    "function",
    "generator",
    "int",
    "list",
    "method",
    "module",
    "set",
    "str",
    "tuple",
    "type",
];

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
    // Said once is enough.
    let mut seen = BTreeSet::new();
    open.retain(|open| seen.insert((&open.word.text, open.word.or_type)));
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

    /// What may have been meant by a word that is no name.
    fn meant(&self, trace: &Trace, name: &str, names: &BTreeSet<&str>) -> String {
        let types = trace.objects.iter().map(|info| info.type_name);
        let types: BTreeSet<&str> = types.map(|of| trace.symbols.text(of)).collect();
        let called = CALLED.iter().find(|(word, _)| *word == name);
        let type_name = called.map_or(name, |(_, type_name)| type_name);
        let is_there = types.contains(type_name);
        let is_type = is_there || COMMON_TYPES.contains(&type_name);
        match (self.word.or_type, is_there) {
            _ if !is_type => {}
            (false, _) => {
                return format!(
                    "`{type_name}` is a type, and a name is wanted here that leads to an object"
                );
            }
            (true, true) => return format!("did you mean the type `{type_name}`?"),
            (true, false) => {
                return format!("the run has no object of the type `{type_name}`");
            }
        }
        // What the compiler names, nobody means who does not write it so.
        let is_own = |one: &&str| !one.starts_with("__") || name.starts_with('_');
        let mut all: BTreeSet<&str> = names.iter().copied().filter(is_own).collect();
        if self.word.or_type {
            all.extend(types);
        }
        let all: Vec<&str> = all.into_iter().collect();
        let what = if self.word.or_type {
            "names or types"
        } else {
            "names"
        };
        instead(name, what, &all)
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
                let what = if self.word.or_type {
                    "name or type"
                } else {
                    "name"
                };
                let error = format!("there is no {what} {name} at any step");
                (error, self.meant(trace, name, names))
            }
        };
        Unknown {
            mark: self.word.mark,
            error,
            hint,
        }
    }
}
