//! Reads a trace: by its index, or by going through its segments where it has none.

use super::record::{End, Run};
use super::{
    END, HEAD, Index, IndexWithStages, MAGIC, Place, ReadError, SegmentHead, TRAILER, Tables, Tag,
    VERSION, WholeIndex,
};
use super::{outside, read_exact, stages};
use crate::trace::check::{Known, check};
use crate::trace::stages::Stages;
use crate::trace::{
    AtExit, Cause, Death, Header, Machine, Moment, ObjectInfo, Outcome, OutsideFact, SourceFile,
    State, Step, Symbols, Trace,
};
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;

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
    is_whole: bool,
    /// What was recorded, and how it ended.
    pub header: Header,
    /// All texts.
    pub symbols: Symbols,
    /// By serial: object 1 first.
    pub objects: Vec<ObjectInfo>,
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
        read_exact(&mut file, &mut head).map_err(|_| ReadError::NotATrace)?;
        if &head[..8] != MAGIC {
            return Err(ReadError::NotATrace);
        }
        let version = u32::from_le_bytes([head[8], head[9], head[10], head[11]]);
        if version != VERSION {
            return Err(ReadError::Version(version));
        }
        let length = file.seek(SeekFrom::End(0))?;
        let index = index(&mut file, length)?;
        let is_whole = index.is_some();
        let places = match index {
            Some(places) => places,
            None => scan(&mut file, length)?,
        };
        let mut reader = Reader { file, length };
        let mut parts = Parts::default();
        for place in &places {
            parts.add(&mut reader, *place)?;
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
            is_whole,
            header,
            symbols: parts.symbols,
            objects: parts.objects,
            runs,
        })
    }

    /// The version of the format that this memviz reads and writes.
    pub fn version() -> u32 {
        VERSION
    }

    /// Number of segments.
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// Whether its end is there.
    pub fn is_whole(&self) -> bool {
        self.is_whole
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
    pub fn step(&mut self, number: u32) -> Result<Option<(Step, State)>, ReadError> {
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
        &mut self,
        first: u32,
        last: u32,
        mut act: impl FnMut(u32, &Step, &State),
    ) -> Result<(), ReadError> {
        let first = first.max(1);
        let before = self.states.partition_point(|place| place.first <= first);
        let from = before.checked_sub(1).map(|at| self.states[at]);
        let known = Known(self.objects.len());
        let wrong = ReadError::Damaged("a step names an object that is not there");
        let mut state = match from {
            Some(place) => self.read_at::<State>(place)?,
            None => State::default(),
        };
        if !known.state(&state) {
            return Err(wrong);
        }
        let start = from.map_or(1, |place| place.first);
        let runs = self.runs.iter().copied();
        let runs: Vec<Place> = runs
            .filter(|run| run.first >= start && run.first <= last)
            .collect();
        if runs.first().is_some_and(|run| run.first != start) {
            return Err(ReadError::Damaged("a state stands before no step"));
        }
        for run in runs {
            let steps: Vec<Step> = self.read_at(run)?;
            if steps.len() != run.count as usize {
                return Err(ReadError::Damaged("steps are missing"));
            }
            for (number, step) in (run.first..=last).zip(&steps) {
                if !known.step(step) {
                    return Err(wrong);
                }
                state.apply(step);
                if number >= first {
                    act(number, step, &state);
                }
            }
        }
        Ok(())
    }

    /// The stages of the program's own files, in the order in which they were first run. None in a
    /// trace that was recorded without.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn stages(&mut self) -> Result<Vec<Stages>, ReadError> {
        let places = self.stages.clone();
        let all = places
            .into_iter()
            .map(|place| self.read_at::<Stages>(place));
        all.map(|stages| stages::checked(stages?)).collect()
    }

    /// What is known of modules, of what is open, and of the interpreter's end, in the order in which it
    /// was found. Nothing in a trace that was recorded without.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn outside(&mut self) -> Result<Vec<OutsideFact>, ReadError> {
        let mut all = Vec::new();
        for place in self.outside.clone() {
            all.extend(self.read_at::<Vec<OutsideFact>>(place)?);
        }
        outside::checked(all, &self.header, self.objects.len())
    }

    /// The machine at each step that is an instruction, in order. None where only lines were recorded,
    /// or by a recorder that does not tell of it.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn machines(&mut self) -> Result<Vec<Machine>, ReadError> {
        let known = Known(self.objects.len());
        let mut all: Vec<Machine> = Vec::new();
        for place in self.machines.clone() {
            all.extend(self.read_at::<Vec<Machine>>(place)?);
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

    fn read_at<T: DeserializeOwned>(&mut self, place: Place) -> Result<T, ReadError> {
        read(&mut self.file, place, self.length)
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
        let mut steps = Vec::new();
        let mut runs = std::mem::take(&mut self.runs);
        runs.retain(|run| run.first <= last);
        for place in runs {
            let run: Vec<Step> = self.read_at(place)?;
            if run.len() != place.count as usize {
                return Err(ReadError::Damaged("steps are missing"));
            }
            steps.extend(run);
        }
        steps.truncate(last as usize);
        let trace = Trace {
            header: self.header,
            symbols: self.symbols,
            objects: self.objects,
            steps,
        };
        check(&trace)?;
        Ok(trace)
    }
}

/// The segments that the index lists; `None` where the file has no end.
fn index(file: &mut File, length: u64) -> Result<Option<Vec<Place>>, ReadError> {
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
    let at = u64::from_le_bytes(at.try_into().expect("eight bytes"));
    let place = Place {
        tag: Tag::Index,
        first: 0,
        count: 0,
        at,
    };
    let (index, stages, further) = whole_index(file, place, length)?;
    let stages = stages.into_iter().map(|at| (Tag::Stages as u8, at));
    let apart = stages.chain(further).filter_map(|(tag, at)| {
        Some(Place {
            tag: Tag::of(tag)?,
            first: 0,
            count: 0,
            at,
        })
    });
    Ok(Some(index.segments.into_iter().chain(apart).collect()))
}

/// The index, also of a trace that was written without what came to it later.
fn whole_index(file: &mut File, place: Place, length: u64) -> Result<WholeIndex, ReadError> {
    if let Ok(whole) = read::<WholeIndex>(file, place, length) {
        return Ok(whole);
    }
    if let Ok((index, stages)) = read::<IndexWithStages>(file, place, length) {
        return Ok((index, stages, Vec::new()));
    }
    let index = read::<Index>(file, place, length)?;
    Ok((index, Vec::new(), Vec::new()))
}

/// The segments up to the last whole one.
fn scan(file: &mut File, length: u64) -> Result<Vec<Place>, ReadError> {
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
        at += super::SEGMENT_HEAD + head.stored;
    }
    Ok(places)
}

/// The head of the segment at a place, where all of it is there as it was written.
fn whole(file: &mut File, at: u64, length: u64) -> Result<Option<SegmentHead>, ReadError> {
    let head = SegmentHead::read(file, at, length);
    let whole = head.and_then(|head| head.body(file).map(|_| head));
    match whole {
        Ok(head) => Ok(Some(head)),
        Err(ReadError::Truncated | ReadError::Damaged(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn read<T: DeserializeOwned>(file: &mut File, place: Place, length: u64) -> Result<T, ReadError> {
    let head = SegmentHead::read(file, place.at, length)?;
    if (head.tag, head.first, head.count) != (Some(place.tag), place.first, place.count) {
        return Err(ReadError::Damaged("its index does not fit its segments"));
    }
    let body = head.body(file)?;
    head.contents(&body)
}

struct Reader {
    file: File,
    length: u64,
}

impl Reader {
    fn read<T: DeserializeOwned>(&mut self, place: Place) -> Result<T, ReadError> {
        read(&mut self.file, place, self.length)
    }

    /// Whether a segment is there as it was written.
    fn verify(&mut self, place: Place) -> Result<(), ReadError> {
        let head = SegmentHead::read(&mut self.file, place.at, self.length)?;
        if head.tag != Some(place.tag) || head.version != place.tag.version() {
            return Err(ReadError::Damaged("its index does not fit its segments"));
        }
        if (head.first, head.count) != (place.first, place.count) {
            return Err(ReadError::Damaged("its index does not fit its segments"));
        }
        head.body(&mut self.file).map(drop)
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
    fn add(&mut self, reader: &mut Reader, place: Place) -> Result<(), ReadError> {
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
