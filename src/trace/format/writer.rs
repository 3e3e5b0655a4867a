//! Writes a trace while it is being recorded.

use super::index::{Index, NameIndex};
use super::record::{End, Record, StepRecord};
use super::{END, MAGIC, Place, Tables, Tag, VERSION, segment};
use crate::trace::stages::Stages;
use crate::trace::{Machine, OutsideFact, SourceFile, State, Step};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// A segment holds at most so many steps, ...
const STEPS: usize = 1_000;
/// ... is written so long after its first step at the latest, ...
const PATIENCE: Duration = Duration::from_secs(1);
/// ... and begun anew where its steps are larger than this, in bytes.
const SIZE: usize = 4 << 20;

/// Appends a recorder's records to a file, in segments.
#[derive(Debug)]
pub struct LogWriter<W> {
    out: W,
    at: u64,
    places: Vec<Place>,
    /// In which segments with steps names come to lead to something else.
    names: NameIndex,
    /// Facts that are not written yet.
    outside: Vec<OutsideFact>,
    files: Vec<SourceFile>,
    tables: Tables,
    /// Steps that are not written yet, how many bytes they are, and since when the first waits.
    steps: Vec<Step>,
    machines: Vec<Machine>,
    size: usize,
    waiting: Option<Instant>,
    /// Steps that are written.
    written: u32,
    /// Memory behind them.
    state: State,
    /// How much has changed since a state was written.
    changes: usize,
}

impl<W: Write> LogWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// What the writer says.
    pub fn new(mut out: W) -> io::Result<LogWriter<W>> {
        out.write_all(MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        Ok(LogWriter {
            out,
            at: super::HEAD,
            places: Vec::new(),
            names: NameIndex::default(),
            outside: Vec::new(),
            files: Vec::new(),
            tables: Tables::default(),
            steps: Vec::new(),
            machines: Vec::new(),
            size: 0,
            waiting: None,
            written: 0,
            state: State::default(),
            changes: 0,
        })
    }

    /// Takes the next record, which is `length` bytes long. [`Record::Limit`] and [`Record::Failed`]
    /// have no place in a file: they say how it is to be ended.
    ///
    /// # Errors
    /// What the writer says.
    pub fn add(&mut self, record: Record, length: usize) -> io::Result<()> {
        match record {
            Record::Run(run) => self.put(Tag::Run, 0, 0, &run),
            Record::File(file) => {
                self.files.push(file);
                Ok(())
            }
            Record::Step(step) => self.add_step(*step, length),
            Record::Outside(facts) => {
                self.outside.extend(facts);
                Ok(())
            }
            Record::Machine(machine) => {
                self.machines.push(machine);
                Ok(())
            }
            Record::Limit(_) | Record::Failed(_) => Ok(()),
            Record::End(end) => self.end(&end),
        }
    }

    /// Writes the stages of one of the program's files.
    ///
    /// # Errors
    /// What the writer says.
    pub fn add_stages(&mut self, stages: &Stages) -> io::Result<()> {
        self.put(Tag::Stages, 0, 0, stages)
    }

    /// Writes the facts that wait.
    fn write_outside(&mut self) -> io::Result<()> {
        let facts = std::mem::take(&mut self.outside);
        match facts.is_empty() {
            true => Ok(()),
            false => self.put(Tag::Outside, 0, 0, &facts),
        }
    }

    fn add_step(&mut self, record: StepRecord, length: usize) -> io::Result<()> {
        self.tables.symbols.extend(record.symbols);
        self.tables.objects.extend(record.objects);
        self.tables.deaths.extend(record.deaths);
        self.steps.push(record.step);
        self.size += length;
        self.waiting.get_or_insert_with(Instant::now);
        if self.steps.len() >= STEPS || self.size >= SIZE {
            self.write_waiting()?;
        }
        Ok(())
    }

    /// Writes what waits, where it has waited for long enough. True where something was written.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_late(&mut self) -> io::Result<bool> {
        let late = self
            .waiting
            .is_some_and(|since| since.elapsed() >= PATIENCE);
        if late {
            self.write_waiting()?;
        }
        Ok(late)
    }

    /// Writes all that waits.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_waiting(&mut self) -> io::Result<()> {
        self.waiting = None;
        self.size = 0;
        let files = std::mem::take(&mut self.files);
        if !files.is_empty() {
            self.put(Tag::Files, 0, 0, &files)?;
        }
        if self.steps.is_empty() {
            return Ok(());
        }
        let tables = std::mem::take(&mut self.tables);
        self.put(Tag::Tables, 0, 0, &tables)?;
        let first = self.written + 1;
        // Reading a step takes reading a state and the changes behind it: no more of them than the
        // state is large.
        if self.changes > size_of(&self.state) {
            let state = std::mem::take(&mut self.state);
            self.put(Tag::State, first, 0, &state)?;
            self.state = state;
            self.changes = 0;
        }
        let steps = std::mem::take(&mut self.steps);
        self.put(Tag::Steps, first, steps.len() as u32, &steps)?;
        self.names.begin_segment();
        for step in &steps {
            self.names.add(&self.state, step);
            self.state.apply(step);
            self.changes += 1 + step.changed.len() + step.entered.len() + step.frames.len();
        }
        self.written += steps.len() as u32;
        let machines = std::mem::take(&mut self.machines);
        if !machines.is_empty() {
            self.put(Tag::Machines, 0, 0, &machines)?;
        }
        // They tell of steps that are written.
        self.write_outside()?;
        self.out.flush()
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What the writer says.
    pub fn end(&mut self, end: &End) -> io::Result<()> {
        self.write_waiting()?;
        self.write_outside()?;
        self.put(Tag::End, 0, 0, end)?;
        let index_at = self.at;
        let (places, names) = (&self.places, std::mem::take(&mut self.names));
        let index = Index::new(places, names);
        self.put(Tag::Index, 0, 0, &index)?;
        self.out.write_all(&index_at.to_le_bytes())?;
        self.out.write_all(END)?;
        self.out.flush()
    }

    fn put(
        &mut self,
        tag: Tag,
        first: u32,
        count: u32,
        contents: &impl serde::Serialize,
    ) -> io::Result<()> {
        let segment = segment(tag, first, count, contents)?;
        self.out.write_all(&segment)?;
        let at = self.at;
        self.places.push(Place {
            tag,
            first,
            count,
            at,
        });
        self.at += segment.len() as u64;
        Ok(())
    }
}

/// How much a state holds, in the measure of [`LogWriter::changes`].
fn size_of(state: &State) -> usize {
    let objects = state.heap.values();
    let objects: usize = objects.map(|object| 1 + object.refs.len()).sum();
    objects + state.frames.len()
}
