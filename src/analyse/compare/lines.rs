//! Which line of a file is which of another version of it.

use crate::trace::{SourceFile, Trace};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Lines that are not in the first run's file stand behind all of its.
const OWN: u32 = 1 << 24;

/// A file of a run, by the lines of the first run's.
pub(super) struct LineMap<'t> {
    /// What both call the file.
    pub(super) name: &'t str,
    /// By line, from 1; empty where both files are the same.
    lines: Vec<u32>,
}

impl<'t> LineMap<'t> {
    /// One for each file of `trace`.
    pub(super) fn of(first: &'t Trace, trace: &'t Trace) -> Vec<LineMap<'t>> {
        let files = trace.header.files.iter();
        files
            .map(|file| match counterpart(first, trace, file) {
                Some(known) if known.text == file.text => LineMap {
                    name: &known.path,
                    lines: Vec::new(),
                },
                Some(known) => LineMap {
                    name: &known.path,
                    lines: mapped(&known.text, &file.text),
                },
                None => LineMap {
                    name: &file.path,
                    lines: Vec::new(),
                },
            })
            .collect()
    }

    /// The line by which a line is known.
    pub(super) fn line(&self, line: u32) -> u32 {
        let at = (line as usize).checked_sub(1);
        let known = at.and_then(|at| self.lines.get(at).copied());
        known.unwrap_or(line)
    }
}

/// The file of the first run that is the same: the script, or one of the same path.
pub(super) fn counterpart<'t>(
    first: &'t Trace,
    trace: &Trace,
    file: &SourceFile,
) -> Option<&'t SourceFile> {
    let of = |trace: &'t Trace, path: &str| trace.header.files.iter().find(|one| one.path == path);
    if file.path == trace.header.script {
        return of(first, &first.header.script);
    }
    of(first, &file.path)
}

fn mapped(known: &str, text: &str) -> Vec<u32> {
    let split = |text: &str| text.lines().map(str::trim_end).map(str::to_owned).collect();
    let (known, own): (Vec<String>, Vec<String>) = (split(known), split(text));
    let mut map: Vec<u32> = (1..).take(own.len()).map(|line| OWN + line).collect();
    let is_turned = own < known;
    let ops = match is_turned {
        true => capture_diff_slices(Algorithm::Myers, &own, &known),
        false => capture_diff_slices(Algorithm::Myers, &known, &own),
    };
    for op in ops {
        let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        else {
            continue;
        };
        let (in_known, in_own) = match is_turned {
            true => (new_index, old_index),
            false => (old_index, new_index),
        };
        for at in 0..len {
            map[in_own + at] = (in_known + at + 1) as u32;
        }
    }
    map
}
