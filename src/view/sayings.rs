//! What an author says about boxes and moments, and from where on it holds.

use super::scene::{BoxKey, Cell};
use crate::analyse::{Place, Target};
use crate::trace::{ObjId, StepHead};

/// What is said at one place.
#[derive(Debug)]
pub(super) enum Saying {
    /// In place of what has been outlined so far.
    Highlight(Vec<Target>),
    Label(Target, String),
    Note(String),
}

/// What is said, and where; `None`: from the start on.
#[derive(Debug)]
pub(super) struct Said {
    pub after: Option<Place>,
    /// The line of the script by which an option asks for it.
    pub line: Option<u32>,
    pub says: Saying,
}

impl Said {
    /// What it speaks of.
    pub(super) fn targets(&self) -> &[Target] {
        match &self.says {
            Saying::Highlight(targets) => targets,
            Saying::Label(target, _) => std::slice::from_ref(target),
            Saying::Note(_) => &[],
        }
    }
}

/// What has been said up to a step.
#[derive(Debug, Default)]
pub(super) struct Standing {
    begun: bool,
    pub outlined: Vec<Target>,
    pub labels: Vec<(Target, String)>,
    /// Those of this step.
    pub notes: Vec<String>,
}

impl Standing {
    /// Goes on to a step.
    pub(super) fn follow(&mut self, said: &[Said], head: &StepHead, before: Option<&StepHead>) {
        self.notes.clear();
        let mut outlined: Option<Vec<Target>> = None;
        for one in said {
            let holds = match one.after {
                // Above all statements.
                Some(place) if place.statement == (0, 0) => !self.begun,
                Some(place) => place.has_run(head, before),
                None => !self.begun,
            };
            match &one.says {
                _ if !holds => {}
                Saying::Highlight(targets) => {
                    outlined.get_or_insert_default().extend_from_slice(targets);
                }
                Saying::Label(target, words) => {
                    self.labels.retain(|(other, _)| other != target);
                    if !words.is_empty() {
                        self.labels.push((target.clone(), words.clone()));
                    }
                }
                Saying::Note(words) => self.notes.push(words.clone()),
            }
        }
        if let Some(outlined) = outlined {
            self.outlined = outlined;
        }
        self.begun = true;
    }
}

/// A row that stands for what a target leads to, where that is no box.
#[derive(Debug)]
pub(super) enum RowOf {
    /// Of this name, in any call frame.
    Name(String),
    /// Of this label, in one of these boxes.
    Part(Vec<ObjId>, String),
}

impl RowOf {
    pub(super) fn is(&self, key: BoxKey, label: &Cell) -> bool {
        let Cell::Text(label) = label else {
            return false;
        };
        match (self, key) {
            (RowOf::Name(name), BoxKey::Call(_)) => label == name,
            (RowOf::Part(owners, part), BoxKey::Object(id)) => {
                owners.contains(&id) && label == part
            }
            _ => false,
        }
    }
}

/// A path's way to the owner of its last reference, and what the row of that is called.
pub(super) fn last_part(rest: &str) -> Option<(&str, &str)> {
    let start = match rest.strip_suffix(']') {
        Some(open) => open.rfind('[')?,
        None => rest.rfind('.')?,
    };
    let (way, part) = rest.split_at(start);
    let part = part.strip_prefix('.').unwrap_or(part);
    let part = part.strip_prefix('[').unwrap_or(part);
    Some((way, part.strip_suffix(']').unwrap_or(part)))
}

/// What a highlighted target leads to at a step.
#[derive(Debug)]
pub(super) struct Outlined {
    pub objects: Vec<ObjId>,
    pub row: Option<RowOf>,
}

#[cfg(test)]
mod tests {
    use super::last_part;

    #[test]
    fn a_path_ends_with_what_its_row_is_called() {
        assert_eq!(last_part("[0]"), Some(("", "0")));
        assert_eq!(last_part(".b[0].c"), Some((".b[0]", "c")));
        assert_eq!(last_part(".d['a.b']"), Some((".d", "'a.b'")));
        assert_eq!(last_part(""), None);
    }
}
