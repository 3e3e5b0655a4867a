//! Reads a trace: by its index, or by going through its segments where it has none.

use super::index::{Index, NameIndex, scan};
use super::record::{End, Run};
use super::{HEAD, MAGIC, Place, ReadError, SegmentHead, Tables, Tag, VERSION};
use super::{outside, read_exact, read_segment, stages};
use crate::trace::check::{Known, check};
use crate::trace::stages::Stages;
use crate::trace::{
    AtExit, Cause, Death, Header, Machine, Moment, NameKind, ObjectInfo, Outcome, OutsideFact,
    SourceFile, State, Step, Symbol, Symbols, Trace,
};
use serde::de::DeserializeOwned;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;

const UNKNOWN_OBJECT: ReadError = ReadError::Damaged("a step names an object that is not there");

/// A trace on disk, opened but not read: any step can be asked for.
#[derive(Debug)]
pub struct TraceFile {
    file: File,
    length: u64,
    /// The segments with steps.
    runs: Vec<Place>,
    /// Those with the state before a step.
    states: Vec<Place>,
    /// Those with the stages of a file.
    stages: Vec<Place>,
    /// Those with facts about what stands around the objects.
    outside: Vec<Place>,
    /// Those with machines.
    machines: Vec<Place>,
    segments: usize,
    steps: u32,
    /// `None`: the file has no end.
    names: Option<NameIndex>,
    /// How many segments with steps or states have been read.
    read: Cell<usize>,
    /// All that is known without a step: it has none.
    pub trace: Trace,
}

impl TraceFile {
    /// Opens a trace. One whose end is missing is read up to its last whole segment; its outcome
    /// says so.
    ///
    /// # Errors
    /// Where the file cannot be read, is none of ours, is of another version, or is damaged.
    pub fn open(path: &Path) -> Result<TraceFile, ReadError> {
        let mut file = File::open(path)?;
        let mut head = [0; HEAD as usize];
        read_exact(&file, &mut head).map_err(|_| ReadError::NotATrace)?;
        if &head[..8] != MAGIC {
            return Err(ReadError::NotATrace);
        }
        let version = u32::from_le_bytes([head[8], head[9], head[10], head[11]]);
        if version != VERSION {
            return Err(ReadError::Version(version));
        }
        let length = file.seek(SeekFrom::End(0))?;
        let index = Index::read(&file, length)?.map(Index::parts);
        let (places, names) = match index {
            Some((places, names)) => (places, Some(names)),
            None => (scan(&file, length)?, None),
        };
        let reader = Reader { file, length };
        let mut parts = Parts::default();
        for place in &places {
            parts.add(&reader, *place)?;
        }
        let of = |tag| places.iter().copied().filter(move |place| place.tag == tag);
        let runs: Vec<Place> = of(Tag::Steps).collect();
        let mut next = 1;
        for run in &runs {
            if run.first != next || run.count == 0 {
                return Err(ReadError::Damaged("its steps do not follow each other"));
            }
            next = run.first.saturating_add(run.count);
        }
        let steps = next - 1;
        if steps == 0 {
            return Err(ReadError::Truncated);
        }
        let header = parts.header(steps)?;
        Ok(TraceFile {
            file: reader.file,
            length,
            states: of(Tag::State).collect(),
            stages: of(Tag::Stages).collect(),
            outside: of(Tag::Outside).collect(),
            machines: of(Tag::Machines).collect(),
            segments: places.len(),
            steps,
            names,
            read: Cell::new(0),
            trace: Trace {
                header,
                symbols: parts.symbols,
                objects: parts.objects,
                steps: Vec::new(),
            },
            runs,
        })
    }

    /// The version of the format that this memviz reads and writes.
    pub fn version() -> u32 {
        VERSION
    }

    /// How many segments with steps or states have been read since it was opened.
    pub fn segments_read(&self) -> usize {
        self.read.get()
    }

    /// Number of segments.
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// Whether its end is there.
    pub fn is_whole(&self) -> bool {
        self.names.is_some()
    }

    /// Number of steps.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Step `number`, from 1, and memory there; `None` where there is no such step. Reads the last
    /// state before it and the steps from there.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn step(&self, number: u32) -> Result<Option<(Step, State)>, ReadError> {
        let mut found = None;
        self.each_in(number, number, |_, step, state| {
            found = Some((step.clone(), state.clone()));
        })?;
        Ok(found)
    }

    /// Goes through the steps from `first` to `last`, from 1: hands over the number of each, what it
    /// says, and memory there. Reads the last state before the first and the steps from there.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn each_in(
        &self,
        first: u32,
        last: u32,
        mut act: impl FnMut(u32, &Step, &State),
    ) -> Result<(), ReadError> {
        self.try_each_in(first, last, |number, step, state| {
            act(number, step, state);
            Ok::<(), ReadError>(())
        })
    }

    /// The same, up to the first step at which `act` fails.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged, and what `act` says.
    pub fn try_each_in<E: From<ReadError>>(
        &self,
        first: u32,
        last: u32,
        mut act: impl FnMut(u32, &Step, &State) -> Result<(), E>,
    ) -> Result<(), E> {
        let first = first.max(1);
        let from = self.last_state(first);
        let state = self.state(from)?;
        self.walk(from, state, last, |number, step, state| {
            match number >= first {
                true => act(number, step, state),
                false => Ok(()),
            }
        })
    }

    /// Goes through memory at the steps from `first` to `last`, from 1. Of the segment before a state
    /// nothing is read where `first` is its last step.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn states_in(
        &self,
        first: u32,
        last: u32,
        mut act: impl FnMut(u32, &State),
    ) -> Result<(), ReadError> {
        let first = first.max(1);
        if first > last {
            return Ok(());
        }
        let from = self.last_state(first.saturating_add(1));
        let state = self.state(from)?;
        if from.is_some_and(|place| place.first > first) {
            act(first, &state);
            if first == last {
                return Ok(());
            }
        }
        self.walk(from, state, last, |number, _, state| {
            if number >= first {
                act(number, state);
            }
            Ok(())
        })
    }

    /// The last state before a step.
    fn last_state(&self, step: u32) -> Option<Place> {
        let before = self.states.partition_point(|place| place.first <= step);
        before.checked_sub(1).map(|at| self.states[at])
    }

    /// A state, or the empty one before the first step.
    fn state(&self, from: Option<Place>) -> Result<State, ReadError> {
        let Some(place) = from else {
            return Ok(State::default());
        };
        self.read.set(self.read.get() + 1);
        let state = self.read_at::<State>(place)?;
        match Known(self.trace.objects.len()).state(&state) {
            true => Ok(state),
            false => Err(UNKNOWN_OBJECT),
        }
    }

    /// Goes through the steps behind a state, up to `last`.
    fn walk<E: From<ReadError>>(
        &self,
        from: Option<Place>,
        mut state: State,
        last: u32,
        mut act: impl FnMut(u32, &Step, &State) -> Result<(), E>,
    ) -> Result<(), E> {
        let known = Known(self.trace.objects.len());
        let start = from.map_or(1, |place| place.first);
        let runs = self.runs.iter();
        let mut runs = runs.filter(|run| run.first >= start && run.first <= last);
        if runs.clone().next().is_some_and(|run| run.first != start) {
            return Err(ReadError::Damaged("a state stands before no step").into());
        }
        runs.try_for_each(|run| {
            for (number, step) in (run.first..=last).zip(&self.steps_of(*run)?) {
                if !known.step(step) {
                    return Err(UNKNOWN_OBJECT.into());
                }
                state.apply(step);
                act(number, step, &state)?;
            }
            Ok(())
        })
    }

    fn steps_of(&self, run: Place) -> Result<Vec<Step>, ReadError> {
        self.read.set(self.read.get() + 1);
        let steps: Vec<Step> = self.read_at(run)?;
        match steps.len() == run.count as usize {
            true => Ok(steps),
            false => Err(ReadError::Damaged("steps are missing")),
        }
    }

    /// The steps, cut where they can be read from: first and last step of each stretch between two
    /// states.
    pub fn stretches(&self) -> Vec<(u32, u32)> {
        self.stretches_with(self.runs.iter())
    }

    /// The stretches in which what a name leads to changes, each up to the last segment in which it
    /// does: at all other steps it leads to what it did before. All of them where the file has no
    /// index.
    pub fn stretches_of(&self, name: &str) -> Vec<(u32, u32)> {
        let Some(index) = &self.names else {
            return self.stretches();
        };
        let is_it = |symbol: &Symbol| self.trace.symbols.text(*symbol) == name;
        let symbols = index.names().filter(is_it);
        let segments: BTreeSet<u32> = symbols
            .flat_map(|symbol| index.of(symbol))
            .copied()
            .collect();
        let runs = segments.iter().filter_map(|at| self.runs.get(*at as usize));
        self.stretches_with(runs)
    }

    fn stretches_with<'r>(&self, runs: impl Iterator<Item = &'r Place>) -> Vec<(u32, u32)> {
        let mut stretches: Vec<(u32, u32)> = Vec::new();
        for run in runs {
            let first = self.last_state(run.first).map_or(1, |place| place.first);
            let last = run.first + (run.count - 1);
            match stretches.last_mut().filter(|stretch| stretch.0 == first) {
                Some(stretch) => stretch.1 = last,
                None => stretches.push((first, last)),
            }
        }
        stretches
    }

    /// All names that a call frame ever has, in the order of the alphabet. Without an index all steps
    /// are read.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn names(&self) -> Result<Vec<&str>, ReadError> {
        let mut symbols: BTreeSet<Symbol> = BTreeSet::new();
        match &self.names {
            Some(index) => symbols.extend(index.names()),
            None => self.each_in(1, self.steps, |_, _, state| {
                let names = state.all_frames().flat_map(|frame| &frame.names);
                let names = names.filter(|name| name.kind != NameKind::Stack);
                symbols.extend(names.map(|name| name.name));
            })?,
        }
        let texts = symbols.iter().map(|name| self.trace.symbols.text(*name));
        let texts: BTreeSet<&str> = texts.collect();
        Ok(texts.into_iter().collect())
    }

    /// The stages of the program's own files, in the order in which they were first run. None in a
    /// trace that was recorded without.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn stages(&self) -> Result<Vec<Stages>, ReadError> {
        let all = self.stages.iter();
        let all = all.map(|place| self.read_at::<Stages>(*place));
        all.map(|stages| stages::checked(stages?)).collect()
    }

    /// What is known of modules, of what is open, and of the interpreter's end, in the order in which it
    /// was found. Nothing in a trace that was recorded without.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn outside(&self) -> Result<Vec<OutsideFact>, ReadError> {
        let mut all = Vec::new();
        for place in &self.outside {
            all.extend(self.read_at::<Vec<OutsideFact>>(*place)?);
        }
        outside::checked(all, &self.trace.header, self.trace.objects.len())
    }

    /// The machine at each step that is an instruction, in order. None where only lines were recorded,
    /// or by a recorder that does not tell of it.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn machines(&self) -> Result<Vec<Machine>, ReadError> {
        let known = Known(self.trace.objects.len());
        let mut all: Vec<Machine> = Vec::new();
        for place in &self.machines {
            all.extend(self.read_at::<Vec<Machine>>(*place)?);
        }
        let mut last = 0;
        for machine in &all {
            let objects = machine.stack.iter().filter_map(|entry| entry.object());
            let is_next = machine.step > std::mem::replace(&mut last, machine.step);
            if !is_next || machine.step > self.steps || !known.each(objects) {
                return Err(ReadError::Damaged("a value stack belongs to no step"));
            }
        }
        Ok(all)
    }

    fn read_at<T: DeserializeOwned>(&self, place: Place) -> Result<T, ReadError> {
        read_segment(&self.file, place, self.length)
    }

    /// Reads everything.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn read(self) -> Result<Trace, ReadError> {
        self.read_until(u32::MAX)
    }

    /// Reads the steps up to `last`, from 1. What the trace says of objects and of the run is as it is
    /// with all of them.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn read_until(mut self, last: u32) -> Result<Trace, ReadError> {
        for run in self.runs.iter().filter(|run| run.first <= last) {
            let steps = self.steps_of(*run)?;
            self.trace.steps.extend(steps);
        }
        self.trace.steps.truncate(last as usize);
        check(&self.trace)?;
        Ok(self.trace)
    }
}

struct Reader {
    file: File,
    length: u64,
}

impl Reader {
    fn read<T: DeserializeOwned>(&self, place: Place) -> Result<T, ReadError> {
        read_segment(&self.file, place, self.length)
    }

    /// Whether a segment is there as it was written.
    fn verify(&self, place: Place) -> Result<(), ReadError> {
        let head = SegmentHead::read(&self.file, place.at, self.length)?;
        if head.tag != Some(place.tag) || head.version != place.tag.version() {
            return Err(ReadError::Damaged("its index does not fit its segments"));
        }
        if (head.first, head.count) != (place.first, place.count) {
            return Err(ReadError::Damaged("its index does not fit its segments"));
        }
        head.body(&self.file).map(drop)
    }
}

/// What is put together of all segments but those with steps.
#[derive(Default)]
struct Parts {
    run: Option<Run>,
    files: Vec<SourceFile>,
    symbols: Symbols,
    objects: Vec<ObjectInfo>,
    end: Option<End>,
}

impl Parts {
    fn add(&mut self, reader: &Reader, place: Place) -> Result<(), ReadError> {
        match place.tag {
            Tag::Run => self.run = Some(reader.read(place)?),
            Tag::Files => self.files.extend(reader.read::<Vec<SourceFile>>(place)?),
            Tag::Tables => {
                let tables: Tables = reader.read(place)?;
                self.symbols.extend(tables.symbols);
                self.objects.extend(tables.objects);
                for (id, death) in tables.deaths {
                    let at = (id.0 as usize).checked_sub(1);
                    let object = at.and_then(|at| self.objects.get_mut(at));
                    let object = object.ok_or(ReadError::Damaged("an object is not there"))?;
                    object.died = Some(death);
                }
            }
            Tag::End => self.end = Some(reader.read(place)?),
            // They are read where they are asked for, and have to be whole all the same.
            Tag::Stages | Tag::Machines | Tag::Outside => reader.verify(place)?,
            Tag::State | Tag::Steps | Tag::Index => {}
        }
        Ok(())
    }

    /// What was recorded and how it ended; what was left at the last step has died behind it.
    fn header(&mut self, steps: u32) -> Result<Header, ReadError> {
        let run = self.run.take().ok_or(ReadError::Truncated)?;
        let end = self.end.take().unwrap_or(End {
            outcome: Outcome::CutOff,
            exit_code: 0,
            at_exit: AtExit::default(),
            line: 0,
        });
        let AtExit {
            freed, finalized, ..
        } = &end.at_exit;
        let known = Known(self.objects.len());
        if !known.all(freed) || !known.all(finalized) {
            return Err(ReadError::Damaged(
                "its end names an object that is not there",
            ));
        }
        let (step, line) = (steps, end.line);
        for id in freed {
            self.objects[id.0 as usize - 1].died = Some(Death {
                at: Moment { step, line },
                cause: Cause::Exit,
            });
        }
        Ok(Header {
            engine: run.engine,
            engine_version: run.engine_version,
            knowledge: run.knowledge,
            python: run.python,
            script: run.script,
            granularity: run.granularity,
            steps,
            outcome: end.outcome,
            exit_code: end.exit_code,
            at_exit: end.at_exit,
            files: std::mem::take(&mut self.files),
        })
    }
}
