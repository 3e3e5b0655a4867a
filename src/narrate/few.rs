//! Many sentences in few.

use super::nouns::enumerated;
use std::collections::BTreeSet;

/// What is said of several one after the other, at the end of each sentence.
const ALIKE: [&str; 2] = [" is defined", " is imported"];
/// What adds nothing to the word that a generator goes on.
const BEHIND_YIELD: &str = "The generator goes on behind its yield";
/// What is worth a word where there is no other.
const NOTHING: [&str; 2] = ["Nothing in memory changes", "No name changes"];
/// Subjects that one sentence names.
const SUBJECTS: usize = 5;

/// The sentences of several steps, at most `most`: without those that another one says as well. What
/// the last steps have done is told rather than what led there.
pub fn in_few(mut told: Vec<String>, most: usize) -> Vec<String> {
    let mut said = BTreeSet::new();
    told.retain(|sentence| said.insert(sentence.clone()));
    let returned: BTreeSet<String> = told
        .iter()
        .filter_map(|one| Some(one.split_once(" returns ")?.0.to_owned()))
        .collect();
    told.retain(|sentence| {
        let ended = sentence.strip_suffix(" has ended");
        ended.is_none_or(|call| !returned.contains(call))
    });
    let goes_on = told
        .iter()
        .any(|one| one.ends_with(" goes on where it was"));
    told.retain(|sentence| !goes_on || sentence != BEHIND_YIELD);
    if told.len() > 1 {
        told.retain(|sentence| !NOTHING.contains(&sentence.as_str()));
    }
    let mut told = merged(told);
    if told.len() > most {
        let first = (most - 1) / 2;
        let last = most - 1 - first;
        let between = first..told.len() - last;
        let more = format!("{} more things happen", between.len());
        told.splice(between, [more]);
    }
    told
}

/// Sentences that say the same of one subject after the other are one.
pub(super) fn merged(told: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut subjects: Vec<String> = Vec::new();
    let mut end = "";
    for sentence in told {
        let is_alike = |end: &&&str| sentence.ends_with(**end);
        let this = ALIKE.iter().find(is_alike).copied().unwrap_or_default();
        if this != end {
            all.extend(together(&mut subjects, end));
            end = this;
        }
        match sentence.strip_suffix(this) {
            Some(subject) if !this.is_empty() => subjects.push(subject.to_owned()),
            _ => all.push(sentence),
        }
    }
    all.extend(together(&mut subjects, end));
    all
}

/// `f() and g() are defined`.
fn together(subjects: &mut Vec<String>, end: &str) -> Option<String> {
    let mut subjects = std::mem::take(subjects);
    match subjects.len() {
        0 => return None,
        1 => return Some(format!("{}{end}", subjects[0])),
        count if count > SUBJECTS => {
            subjects.truncate(SUBJECTS - 1);
            subjects.push(format!("{} more", count + 1 - SUBJECTS));
        }
        _ => {}
    }
    Some(format!(
        "{}{}",
        enumerated(&subjects),
        end.replacen(" is ", " are ", 1)
    ))
}

#[cfg(test)]
mod tests {
    use super::in_few;

    fn few(told: &[&str]) -> Vec<String> {
        in_few(told.iter().map(|one| (*one).to_owned()).collect(), 3)
    }

    #[test]
    fn the_first_and_the_last_are_kept() {
        let told = few(&["a is 1", "b is 2", "c is 3", "d is 4", "e is 5"]);
        assert_eq!(told, ["a is 1", "3 more things happen", "e is 5"]);
    }

    #[test]
    fn what_is_said_of_several_is_said_once() {
        let told = few(&["f() is defined", "g() is defined", "x is 1", "x is 1"]);
        assert_eq!(told, ["f() and g() are defined", "x is 1"]);
    }

    #[test]
    fn a_call_that_has_returned_a_value_has_ended() {
        let told = few(&["f() returns 1", "f() has ended", "g() has ended"]);
        assert_eq!(told, ["f() returns 1", "g() has ended"]);
    }
}
