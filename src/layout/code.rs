//! Which lines of source a page shows.

use crate::view::Listing;

/// Stands for lines that are left out.
pub(super) const GAP: u32 = 0;
/// A file of so many lines is shown whole.
const WHOLE_FILE: usize = 36;
/// Lines that are wanted at least where there are so many.
const WANTED: usize = 12;

/// How many lines of its source a listing should show, if there is room.
pub(super) fn wanted_lines(listing: &Listing) -> usize {
    let file = tidy(listing, whole(listing), WHOLE_FILE).len();
    if file <= WHOLE_FILE {
        return file;
    }
    tidy(listing, listing.scope, WHOLE_FILE)
        .len()
        .clamp(WANTED, WHOLE_FILE)
}

/// The numbers of the lines to show, at most `most`: the whole file, or the whole function with what
/// stands around it, or what is nearest to the step.
pub(super) fn shown_lines(listing: &Listing, most: usize) -> Vec<u32> {
    let file = tidy(listing, whole(listing), most);
    if file.len() <= most {
        return file;
    }
    // What is further away than that is not among them.
    let far = 3 * most as u32;
    let ran = listing.ran.unwrap_or(listing.at);
    let (first, last) = listing.scope;
    if tidy(listing, listing.scope, most).len() <= most {
        let around = (first.saturating_sub(far).max(1), last + far);
        let lines = tidy(listing, around, usize::MAX);
        return around_scope(&lines, listing, most);
    }
    let first = first.max(listing.at.min(ran).saturating_sub(far));
    let last = last.min(listing.at.max(ran) + far);
    nearest(&tidy(listing, (first, last), usize::MAX), listing, most)
}

fn whole(listing: &Listing) -> (u32, u32) {
    (1, listing.source.lines.len() as u32)
}

/// A part of the file without the text that a module begins with, and without more than one empty
/// line in a row. Where it has more than `most` lines, not all of them.
fn tidy(listing: &Listing, (first, last): (u32, u32), most: usize) -> Vec<u32> {
    let mut numbers: Vec<u32> = Vec::new();
    let is_empty = |number: u32| is_empty(listing, number);
    let mut after_empty = true;
    for number in first..=last.min(listing.source.lines.len() as u32) {
        let named = [Some(listing.at), listing.ran, listing.next].contains(&Some(number));
        let is_docstring = listing.line(number).is_some_and(|line| line.is_docstring);
        let empty = is_empty(number);
        if named || !(is_docstring || empty && after_empty) {
            numbers.push(number);
            after_empty = empty;
            if numbers.len().saturating_sub(1) > most {
                break;
            }
        }
    }
    while numbers.len() <= most && numbers.last().is_some_and(|last| is_empty(*last)) {
        numbers.pop();
    }
    numbers
}

/// The whole function, and as much above and below it as there is room for.
fn around_scope(lines: &[u32], listing: &Listing, most: usize) -> Vec<u32> {
    let (first, last) = listing.scope;
    let mut start = lines.partition_point(|line| *line < first);
    let mut end = lines.partition_point(|line| *line <= last);
    while end - start < most && (start > 0 || end < lines.len()) {
        end += usize::from(end < lines.len());
        if end - start < most {
            start = start.saturating_sub(1);
        }
    }
    let is_empty = |place: usize| is_empty(listing, lines[place]);
    while start < end && is_empty(start) {
        start += 1;
    }
    while start < end && is_empty(end - 1) {
        end -= 1;
    }
    lines[start..end].to_vec()
}

fn is_empty(listing: &Listing, number: u32) -> bool {
    let line = listing.line(number);
    line.is_none_or(|line| line.text.trim().is_empty())
}

/// The lines nearest to the one that is at work and the one that has run, with a sign where some
/// are left out between them.
fn nearest(lines: &[u32], listing: &Listing, most: usize) -> Vec<u32> {
    let place = |line: u32| lines.iter().position(|one| *one >= line).unwrap_or(0);
    let at = place(listing.at);
    let ran = listing.ran.map_or(at, place);
    let mut by_distance: Vec<usize> = (0..lines.len()).collect();
    by_distance.sort_by_key(|line| {
        let (to_at, to_ran) = (line.abs_diff(at), line.abs_diff(ran));
        (to_at.min(to_ran), to_ran < to_at, *line)
    });
    let mut chosen: Vec<usize> = Vec::new();
    for line in by_distance {
        if chosen.len() == most {
            break;
        }
        let mut more = chosen.clone();
        more.push(line);
        more.sort_unstable();
        let gaps = more.windows(2).filter(|pair| pair[0] + 1 < pair[1]).count();
        if more.len() + gaps <= most {
            chosen = more;
        }
    }
    let mut shown = Vec::new();
    for (i, line) in chosen.iter().enumerate() {
        if i > 0 && chosen[i - 1] + 1 < *line {
            shown.push(GAP);
        }
        shown.push(lines[*line]);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{SourceLine, SourceText};
    use std::sync::Arc;

    /// Lines `1` to `count`; those that are named are empty.
    fn listing(count: u32, empty: &[u32], scope: (u32, u32), at: u32, ran: u32) -> Listing {
        let line = |number: u32| SourceLine {
            text: match empty.contains(&number) {
                true => String::new(),
                false => format!("line {number}"),
            },
            spans: Vec::new(),
            is_docstring: number == 1,
        };
        Listing {
            source: Arc::new(SourceText {
                lines: (1..=count).map(line).collect(),
            }),
            scope,
            at,
            ran: Some(ran),
            next: Some(at),
        }
    }

    #[test]
    fn a_file_that_fits_is_shown_without_what_says_nothing() {
        let listing = listing(9, &[2, 5, 6, 9], (1, 9), 7, 4);
        assert_eq!(shown_lines(&listing, 9), [3, 4, 5, 7, 8]);
        assert_eq!(wanted_lines(&listing), 5);
    }

    #[test]
    fn a_function_is_shown_with_what_stands_around_it() {
        let listing = listing(60, &[29], (30, 33), 32, 31);
        assert_eq!(shown_lines(&listing, 4), [30, 31, 32, 33]);
        assert_eq!(shown_lines(&listing, 7), [30, 31, 32, 33, 34, 35]);
        assert_eq!(shown_lines(&listing, 5), [30, 31, 32, 33, 34]);
    }

    #[test]
    fn a_long_function_is_shown_near_the_step_with_its_gaps_marked() {
        let listing = listing(60, &[], (1, 60), 50, 10);
        assert_eq!(shown_lines(&listing, 5), [10, GAP, 49, 50, 51]);
        let near = shown_lines(&listing, 9);
        assert_eq!(near.len(), 9);
        assert_eq!(near.iter().filter(|line| **line == GAP).count(), 1);
        assert!(near.contains(&10) && near.contains(&50));
    }
}
