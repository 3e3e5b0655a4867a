//! What stands where: the places of the segments, and for each name the segments in which it comes to
//! lead to something else.

use super::{
    END, HEAD, Place, ReadError, SEGMENT_HEAD, SegmentHead, TRAILER, Tag, read_exact, read_segment,
};
use crate::trace::{CallFrame, Name, NameKind, State, Step, Symbol, ThreadStack};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, SeekFrom};

/// The last segment of a trace that has an end.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Index {
    /// Tag, first step, number of steps and place of each segment.
    segments: Vec<(u8, u32, u32, u64)>,
    names: NameIndex,
}

impl Index {
    pub(super) fn new(places: &[Place], names: NameIndex) -> Index {
        let entry = |place: &Place| (place.tag as u8, place.first, place.count, place.at);
        Index {
            segments: places.iter().map(entry).collect(),
            names,
        }
    }

    /// The index; `None` where the file has no end.
    pub(super) fn read(mut file: &File, length: u64) -> Result<Option<Index>, ReadError> {
        if length < HEAD + TRAILER {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(length - TRAILER))?;
        let mut trailer = [0; TRAILER as usize];
        read_exact(file, &mut trailer)?;
        let (at, end) = trailer.split_at(8);
        if end != END {
            return Ok(None);
        }
        let place = Place {
            tag: Tag::Index,
            first: 0,
            count: 0,
            at: u64::from_le_bytes(at.try_into().expect("eight bytes")),
        };
        read_segment(file, place, length).map(Some)
    }

    /// The segments of the kinds that this memviz knows, in their order; and the names.
    pub(super) fn parts(self) -> (Vec<Place>, NameIndex) {
        let known = |(tag, first, count, at)| {
            Some(Place {
                tag: Tag::of(tag)?,
                first,
                count,
                at,
            })
        };
        let places = self.segments.into_iter().filter_map(known);
        (places.collect(), self.names)
    }
}

/// The segments of a file without an index, up to the last whole one.
pub(super) fn scan(file: &File, length: u64) -> Result<Vec<Place>, ReadError> {
    let mut places = Vec::new();
    let mut at = HEAD;
    while let Some(head) = whole(file, at, length)? {
        if let Some(tag) = head.tag {
            places.push(Place {
                tag,
                first: head.first,
                count: head.count,
                at,
            });
        }
        at += SEGMENT_HEAD + head.stored;
    }
    Ok(places)
}

/// The head of the segment at a place, where all of it is there as it was written.
fn whole(file: &File, at: u64, length: u64) -> Result<Option<SegmentHead>, ReadError> {
    let head = SegmentHead::read(file, at, length);
    let whole = head.and_then(|head| head.body(file).map(|_| head));
    match whole {
        Ok(head) => Ok(Some(head)),
        Err(ReadError::Truncated | ReadError::Damaged(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// For each name the segments with steps, counted from 0, in which what it leads to changes: it comes
/// to lead to another object, or a call frame that has it comes or goes. In all others it leads to
/// what it did before. One that is named where nothing changes costs time and no truth.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct NameIndex {
    segments: BTreeMap<Symbol, Vec<u32>>,
    /// Segments that were begun.
    #[serde(skip)]
    begun: u32,
}

impl NameIndex {
    /// All names, by their symbols.
    pub(super) fn names(&self) -> impl Iterator<Item = Symbol> {
        self.segments.keys().copied()
    }

    /// The segments of a name.
    pub(super) fn of(&self, name: Symbol) -> &[u32] {
        self.segments.get(&name).map_or(&[], Vec::as_slice)
    }

    /// A further segment begins.
    pub(super) fn begin_segment(&mut self) {
        self.begun += 1;
    }

    /// Adds what a step changes; `before` is memory before it.
    pub(super) fn add(&mut self, before: &State, step: &Step) {
        let kept = before.frames.len().min(step.frames_kept as usize);
        self.add_frames(&before.frames[kept..], &step.frames);
        let Some(others) = &step.others else {
            return;
        };
        for stack in others {
            self.add_frames(frames_of(&before.others, stack.thread), &stack.frames);
        }
        for old in &before.others {
            if others.iter().all(|stack| stack.thread != old.thread) {
                self.add_frames(&old.frames, &[]);
            }
        }
    }

    fn add_frames(&mut self, old: &[CallFrame], new: &[CallFrame]) {
        for place in 0..old.len().max(new.len()) {
            self.add_names(names_of(old, place), names_of(new, place));
        }
    }

    fn add_names(&mut self, old: &[Name], new: &[Name]) {
        let same = |(a, b): &(&Name, &Name)| a == b;
        let start = old.iter().zip(new).take_while(same).count();
        let (old, new) = (&old[start..], &new[start..]);
        let end = old
            .iter()
            .rev()
            .zip(new.iter().rev())
            .take_while(same)
            .count();
        let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
        let in_place = old.len() == new.len();
        for place in 0..old.len().max(new.len()) {
            let (old, new) = (old.get(place), new.get(place));
            if in_place && old == new {
                continue;
            }
            for name in [old, new].into_iter().flatten() {
                if name.kind != NameKind::Stack {
                    self.note(name.name);
                }
            }
        }
    }

    fn note(&mut self, name: Symbol) {
        let segment = self.begun.saturating_sub(1);
        let segments = self.segments.entry(name).or_default();
        if segments.last() != Some(&segment) {
            segments.push(segment);
        }
    }
}

fn frames_of(stacks: &[ThreadStack], thread: u32) -> &[CallFrame] {
    let stack = stacks.iter().find(|stack| stack.thread == thread);
    stack.map_or(&[], |stack| &stack.frames)
}

fn names_of(frames: &[CallFrame], place: usize) -> &[Name] {
    frames.get(place).map_or(&[], |frame| &frame.names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{ObjId, TraceFile};
    use std::collections::BTreeSet;
    use std::path::Path;

    /// What a name leads to in the newest frame that has it, and where that stands.
    fn sight(state: &State, name: Symbol) -> Option<(Option<u32>, usize, ObjId)> {
        let own = state.frames.iter().enumerate().rev();
        let own = own.map(|(place, frame)| (None, place, frame));
        let others = state.others.iter().flat_map(|stack| {
            let frames = stack.frames.iter().enumerate().rev();
            frames.map(|(place, frame)| (Some(stack.thread), place, frame))
        });
        own.chain(others).find_map(|(thread, place, frame)| {
            let is_it = |one: &&Name| one.name == name && one.kind != NameKind::Stack;
            Some((thread, place, frame.names.iter().find(is_it)?.to))
        })
    }

    #[test]
    fn a_name_changes_nowhere_but_where_the_index_says() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
        for name in [
            "threads",
            "generator_life",
            "counter_closure",
            "exception_frames",
        ] {
            let file = TraceFile::open(&folder.join(format!("{name}.memviz")));
            let trace = file.and_then(TraceFile::read).expect("it is a trace");
            // Each step as a segment of its own.
            let (mut index, mut state) = (NameIndex::default(), State::default());
            let (mut states, mut named) = (vec![state.clone()], BTreeSet::new());
            for step in &trace.steps {
                index.begin_segment();
                index.add(&state, step);
                state.apply(step);
                let names = state.all_frames().flat_map(|frame| &frame.names);
                let names = names.filter(|name| name.kind != NameKind::Stack);
                named.extend(names.map(|name| name.name));
                states.push(state.clone());
            }
            assert_eq!(index.names().collect::<BTreeSet<_>>(), named);
            let (mut changes, mut listed) = (0, 0);
            for symbol in named {
                let text = trace.symbols.text(symbol);
                for (at, pair) in (0..).zip(states.windows(2)) {
                    let is_listed = index.of(symbol).contains(&at);
                    let changed = sight(&pair[0], symbol) != sight(&pair[1], symbol);
                    assert!(is_listed || !changed, "{name}: {text} at step {}", at + 1);
                    changes += u32::from(changed);
                    listed += u32::from(is_listed);
                }
            }
            // Not far more is listed than changes.
            assert!(
                changes > 5 && listed < 3 * changes,
                "{name}: {listed} for {changes}"
            );
        }
    }
}
