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

/// The numbers of the lines to show, at most `most`: the whole file, or the whole function, or what
/// is nearest to the step.
pub(super) fn shown_lines(listing: &Listing, most: usize) -> Vec<u32> {
    for range in [whole(listing), listing.scope] {
        let lines = tidy(listing, range, most);
        if lines.len() <= most {
            return lines;
        }
    }
    // What is further away than that is not among them.
    let far = 3 * most as u32;
    let (first, last) = listing.scope;
    let ran = listing.ran.unwrap_or(listing.at);
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
    let is_empty = |number: u32| {
        let line = listing.line(number);
        line.is_none_or(|line| line.text.trim().is_empty())
    };
    let mut after_empty = true;
    for number in first..=last {
        let named = [Some(listing.at), listing.ran, listing.next].contains(&Some(number));
        let is_docstring = listing.line(number).is_some_and(|line| line.is_docstring);
        let empty = is_empty(number);
        if named || !is_docstring && !(empty && after_empty) {
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

/// The lines nearest to the one that is at work and the one that has run, with a sign where some
/// are left out between them.
fn nearest(lines: &[u32], listing: &Listing, most: usize) -> Vec<u32> {
    let place = |line: u32| lines.iter().position(|one| *one >= line).unwrap_or(0);
    let at = place(listing.at);
    let ran = listing.ran.map_or(at, place);
    let mut by_distance: Vec<usize> = (0..lines.len()).collect();
    by_distance.sort_by_key(|line| {
        let distance = line.abs_diff(at).min(line.abs_diff(ran));
        (distance, *line)
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
