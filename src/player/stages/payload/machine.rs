//! The column of the machine: each instruction of the run with its stacks.

use crate::narrate::{EntryWords, MachineFacts, NO_INSTRUCTIONS, instruction};
use crate::player::texts::Texts;
use crate::render::TONES;
use crate::trace::StackEntry;
use crate::trace::stages::Stages;
use crate::view::BoxRole;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
pub(super) struct MachineColumn {
    /// Why there is nothing, where instructions were not recorded.
    note: Option<&'static str>,
    /// Kind, object, type, value, path, tone; each entry once.
    entries: Vec<i64>,
    tones: Vec<&'static str>,
    steps: Vec<StepEntry>,
    texts: Vec<String>,
}

#[derive(Debug, Serialize)]
struct StepEntry {
    step: u32,
    code: u32,
    name: u32,
    offset: u32,
    /// Code object and instruction among the stages, where they are known.
    at: Option<(usize, usize)>,
    before: Vec<u32>,
    after: Option<Vec<u32>>,
    took: usize,
    left: usize,
    words: Vec<u32>,
    /// What such an instruction does.
    explained: u32,
    /// Entry, what has become of its count.
    counts: Vec<(u32, u32)>,
}

const ABSENT: i64 = -1;

/// Entries, each once, by number.
#[derive(Default)]
struct Entries {
    rows: Vec<i64>,
    index: BTreeMap<[i64; 6], u32>,
}

impl Entries {
    fn number(&mut self, entry: &EntryWords, texts: &mut Texts) -> u32 {
        let kind = match entry.entry {
            StackEntry::Object(_) => 0,
            StackEntry::Borrowed(_) => 1,
            StackEntry::Empty => 2,
            StackEntry::Unknown => 3,
        };
        let tone = entry.kind.map(BoxRole::of);
        let tone = tone.and_then(|tone| TONES.iter().position(|(role, _)| *role == tone));
        let path = entry.path.as_ref().map(|path| texts.intern(path));
        let row = [
            kind,
            entry.entry.object().map_or(ABSENT, |id| id.0.into()),
            texts.intern(&entry.type_name).into(),
            texts.intern(&entry.value).into(),
            path.map_or(ABSENT, i64::from),
            tone.map_or(ABSENT, |tone| tone as i64),
        ];
        let next = self.index.len() as u32;
        *self.index.entry(row).or_insert_with(|| {
            self.rows.extend(row);
            next
        })
    }

    fn all(&mut self, entries: &[EntryWords], texts: &mut Texts) -> Vec<u32> {
        let numbers = entries.iter().map(|entry| self.number(entry, texts));
        numbers.collect()
    }
}

impl MachineColumn {
    pub(super) fn new(all: &[Stages], facts: Option<&[MachineFacts]>) -> MachineColumn {
        let mut texts = Texts::default();
        let mut entries = Entries::default();
        let mut step = |one: &MachineFacts| StepEntry {
            step: one.step.step,
            code: texts.intern(&one.code),
            name: texts.intern(&one.opcode),
            offset: one.offset,
            at: one.step.place.map(|place| (place.code, place.instruction)),
            before: entries.all(&one.before, &mut texts),
            after: (one.step.after.as_ref()).map(|_| entries.all(&one.after, &mut texts)),
            took: one.step.took,
            left: one.step.put,
            words: one
                .sentences(all)
                .iter()
                .map(|one| texts.intern(one))
                .collect(),
            explained: texts.intern(instruction(&one.opcode).unwrap_or_default()),
            counts: one
                .counts
                .iter()
                .map(|count| {
                    let entry = entries.number(&count.object, &mut texts);
                    (entry, texts.intern(&count.in_words()))
                })
                .collect(),
        };
        let steps = facts.unwrap_or_default().iter().map(&mut step).collect();
        MachineColumn {
            note: facts.is_none().then_some(NO_INSTRUCTIONS),
            entries: entries.rows,
            tones: TONES.iter().map(|(_, name)| *name).collect(),
            steps,
            texts: texts.list,
        }
    }
}
