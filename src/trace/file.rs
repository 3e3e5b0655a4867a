//! The trace in memory and on disk.
//!
//! A file is a magic word and a version, then blocks (tag, lengths, checksum, deflated body): runs
//! of steps, each with the full state before it, then symbols, objects, header and index, and last
//! a trailer that points at the index. So any step is reached by reading one run of steps, whose
//! changes together are no larger than the state they start from.

use super::changes::{State, Step};
use super::check::check;
use super::model::{Header, ObjId, ObjectInfo, Symbols};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"MEMVIZ\r\n";
const END: &[u8; 8] = b"MEMVIZ.\n";
const VERSION: u32 = 3;
/// A run of steps is at least this long, however small the state.
const SHORTEST_RUN: usize = 32;
/// No block of a well-formed trace is larger than this.
const LARGEST_BLOCK: u32 = 1 << 31;

/// Why a file cannot be read as a trace.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("it is not a memviz trace")]
    NotATrace,
    #[error("it was written in format {0}, and this memviz reads format {VERSION}")]
    Version(u32),
    #[error("it ends too early: the end of the recording is missing")]
    Truncated,
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A whole recording in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    pub header: Header,
    pub symbols: Symbols,
    /// By serial: object 1 first.
    pub objects: Vec<ObjectInfo>,
    pub steps: Vec<Step>,
}

impl PartialEq for Symbols {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
    }
}

impl Trace {
    /// The unchanging facts about an object.
    ///
    /// # Panics
    /// If the serial is not one of this trace.
    pub fn object(&self, id: ObjId) -> &ObjectInfo {
        &self.objects[id.0 as usize - 1]
    }

    /// Goes through the steps from the first.
    pub fn replay(&self) -> Replay<'_> {
        Replay {
            steps: &self.steps,
            state: State::default(),
            number: 0,
        }
    }

    /// Memory at step `number`, from 1; the empty state where there is no such step.
    pub fn state_at(&self, number: u32) -> State {
        let mut replay = self.replay();
        for _ in 0..number {
            replay.next();
        }
        replay.state
    }

    /// Writes the trace in its file format.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let mut out = Counted { to, written: 0 };
        out.write_all(MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        let mut index = Index::default();
        let mut state = State::default();
        let mut rest = &self.steps[..];
        let mut first = 1;
        while !rest.is_empty() {
            let run = &rest[..run_length(&state, rest)];
            index.runs.push((first, out.written));
            write_block(&mut out, &(&state, run))?;
            for step in run {
                state.apply(step);
            }
            first += run.len() as u32;
            rest = &rest[run.len()..];
        }
        index.steps = first - 1;
        index.symbols = out.written;
        write_block(&mut out, &self.symbols)?;
        index.objects = out.written;
        write_block(&mut out, &self.objects)?;
        index.header = out.written;
        write_block(&mut out, &self.header)?;
        let index_at = out.written;
        write_block(&mut out, &index)?;
        out.write_all(&index_at.to_le_bytes())?;
        out.write_all(END)
    }
}

/// A walk through the steps of a trace. Each call of [`Replay::next`] goes on by one.
#[derive(Debug)]
pub struct Replay<'t> {
    steps: &'t [Step],
    state: State,
    number: u32,
}

impl<'t> Replay<'t> {
    /// The next step: its number from 1, what it says, and memory there.
    #[allow(clippy::should_implement_trait)] // The state is lent, which an iterator cannot do.
    pub fn next(&mut self) -> Option<(u32, &'t Step, &State)> {
        let step = self.steps.get(self.number as usize)?;
        self.state.apply(step);
        self.number += 1;
        Some((self.number, step, &self.state))
    }
}

/// How many of `steps` go into one run after `state`.
fn run_length(state: &State, steps: &[Step]) -> usize {
    let size: usize = state
        .heap
        .values()
        .map(|object| 1 + object.refs.len())
        .sum();
    let mut changes = 0;
    for (index, step) in steps.iter().enumerate() {
        changes += step.changed.len() + step.entered.len() + step.frames.len();
        if index >= SHORTEST_RUN && changes > size {
            return index;
        }
    }
    steps.len()
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    /// First step and place of each run of steps.
    runs: Vec<(u32, u64)>,
    steps: u32,
    symbols: u64,
    objects: u64,
    header: u64,
}

impl Index {
    /// The runs begin with step 1 and follow each other.
    fn check(&self) -> Result<(), ReadError> {
        let firsts = || self.runs.iter().map(|(first, _)| *first);
        let begins = firsts().next().is_none_or(|first| first == 1);
        let empty = self.runs.is_empty() && self.steps > 0;
        let follow = firsts().zip(firsts().skip(1)).all(|(one, next)| one < next);
        let within = firsts().all(|first| first <= self.steps);
        if begins && follow && within && !empty {
            Ok(())
        } else {
            Err(ReadError::Damaged("its index does not fit its steps"))
        }
    }
}

struct Counted<'w, W> {
    to: &'w mut W,
    written: u64,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn write_block(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let raw = postcard::to_stdvec(value).map_err(io::Error::other)?;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&raw)?;
    let body = encoder.finish()?;
    out.write_all(&(body.len() as u32).to_le_bytes())?;
    out.write_all(&(raw.len() as u32).to_le_bytes())?;
    out.write_all(&crc32fast::hash(&body).to_le_bytes())?;
    out.write_all(&body)
}

/// A trace on disk, opened but not read: any step can be asked for.
#[derive(Debug)]
pub struct TraceFile {
    file: File,
    index: Index,
    pub header: Header,
    pub symbols: Symbols,
    pub objects: Vec<ObjectInfo>,
}

impl TraceFile {
    /// Opens a trace.
    ///
    /// # Errors
    /// Where the file cannot be read, is none of ours, is of another version, or is damaged.
    pub fn open(path: &Path) -> Result<TraceFile, ReadError> {
        let mut file = File::open(path)?;
        let mut head = [0; 12];
        read_exact(&mut file, &mut head).map_err(|_| ReadError::NotATrace)?;
        if &head[..8] != MAGIC {
            return Err(ReadError::NotATrace);
        }
        let version = u32::from_le_bytes([head[8], head[9], head[10], head[11]]);
        if version != VERSION {
            return Err(ReadError::Version(version));
        }
        let length = file.seek(SeekFrom::End(0))?;
        if length < 12 + 16 {
            return Err(ReadError::Truncated);
        }
        file.seek(SeekFrom::Start(length - 16))?;
        let mut trailer = [0; 16];
        read_exact(&mut file, &mut trailer)?;
        let (index_at, end) = trailer.split_at(8);
        if end != END {
            return Err(ReadError::Truncated);
        }
        let index_at = u64::from_le_bytes(index_at.try_into().expect("eight bytes"));
        let index: Index = read_block(&mut file, index_at)?;
        index.check()?;
        Ok(TraceFile {
            header: read_block(&mut file, index.header)?,
            symbols: read_block(&mut file, index.symbols)?,
            objects: read_block(&mut file, index.objects)?,
            index,
            file,
        })
    }

    /// The version of the format that this memviz reads and writes.
    pub fn version() -> u32 {
        VERSION
    }

    /// Number of runs of steps, each of which can be read alone.
    pub fn segments(&self) -> usize {
        self.index.runs.len()
    }

    /// Number of steps.
    pub fn steps(&self) -> u32 {
        self.index.steps
    }

    /// Step `number`, from 1, and memory there; `None` where there is no such step. Reads one run
    /// of steps.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn step(&mut self, number: u32) -> Result<Option<(Step, State)>, ReadError> {
        if number == 0 || number > self.index.steps {
            return Ok(None);
        }
        let run = self
            .index
            .runs
            .partition_point(|(first, _)| *first <= number)
            - 1;
        let (first, at) = self.index.runs[run];
        let (mut state, steps): (State, Vec<Step>) = read_block(&mut self.file, at)?;
        let wanted = (number - first) as usize;
        for (index, step) in steps.into_iter().enumerate() {
            state.apply(&step);
            if index == wanted {
                return Ok(Some((step, state)));
            }
        }
        Err(ReadError::Damaged("a run of steps is too short"))
    }

    /// Reads everything.
    ///
    /// # Errors
    /// Where the file cannot be read or is damaged.
    pub fn read(mut self) -> Result<Trace, ReadError> {
        let mut steps = Vec::new();
        for (_, at) in std::mem::take(&mut self.index.runs) {
            let (_, run): (State, Vec<Step>) = read_block(&mut self.file, at)?;
            steps.extend(run);
        }
        if steps.len() != self.index.steps as usize {
            return Err(ReadError::Damaged("steps are missing"));
        }
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

fn read_exact(file: &mut File, bytes: &mut [u8]) -> Result<(), ReadError> {
    file.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => ReadError::Truncated,
        _ => ReadError::Io(error),
    })
}

fn read_block<T: DeserializeOwned>(file: &mut File, at: u64) -> Result<T, ReadError> {
    file.seek(SeekFrom::Start(at))?;
    let mut lengths = [0; 12];
    read_exact(file, &mut lengths)?;
    let word =
        |i: usize| u32::from_le_bytes([lengths[i], lengths[i + 1], lengths[i + 2], lengths[i + 3]]);
    let (stored, raw, checksum) = (word(0), word(4), word(8));
    if stored > LARGEST_BLOCK || raw > LARGEST_BLOCK {
        return Err(ReadError::Damaged("a block is impossibly large"));
    }
    let mut body = Vec::new();
    Read::by_ref(file)
        .take(u64::from(stored))
        .read_to_end(&mut body)?;
    if body.len() != stored as usize {
        return Err(ReadError::Truncated);
    }
    if crc32fast::hash(&body) != checksum {
        return Err(ReadError::Damaged("a checksum does not match"));
    }
    let mut bytes = Vec::new();
    ZlibDecoder::new(&body[..])
        .take(u64::from(raw))
        .read_to_end(&mut bytes)
        .map_err(|_| ReadError::Damaged("a block does not unpack"))?;
    if bytes.len() != raw as usize {
        return Err(ReadError::Damaged("a block has another length"));
    }
    postcard::from_bytes(&bytes).map_err(|_| ReadError::Damaged("a block has another form"))
}
