//! A trace as a log: segments that are written while the program runs.
//!
//! The file begins with eight bytes of its own and the format's version. Then come segments, each
//! readable by itself once those before it are known:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | tag: what it holds; a reader skips one that it does not know |
//! | 1 | version of that kind of segment |
//! | 8 | length of what follows the checksum |
//! | 4 | CRC-32 of the rest |
//! | 4 | length of the contents once inflated |
//! | 4 | the first step that it tells of, from 1; 0 where it tells of none |
//! | 4 | how many steps it tells of |
//! | ... | the contents: postcard, deflated |
//!
//! All numbers are little-endian. Where the run has ended well, an index and a trailer that points at
//! it come last; where they are missing, the segments are gone through up to the last whole one.

pub(super) mod index;
mod outside;
pub(super) mod reader;
pub(super) mod record;
pub(super) mod stages;
pub(super) mod writer;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

const MAGIC: &[u8; 8] = b"MEMVIZ\r\n";
const END: &[u8; 8] = b"MEMVIZ.\n";
const VERSION: u32 = 8;
/// Bytes of the file's head, of a segment's, and of the trailer.
const HEAD: u64 = 12;
const SEGMENT_HEAD: u64 = 26;
const TRAILER: u64 = 16;

/// Contents may be this much larger than what is stored of them, beside [`ANY_RATIO`]: what deflates
/// better is stored as it is. So a small file never becomes a large memory.
const LARGEST_RATIO: u64 = 64;
/// Contents up to this size may deflate as well as they do.
const ANY_RATIO: u64 = 1 << 20;
/// No segment holds more.
const LARGEST: u64 = 1 << 30;

/// What a segment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Tag {
    /// [`record::Run`]: who records what. The first of all.
    Run = 1,
    /// Source files, behind those that came before.
    Files = 2,
    /// [`Tables`]: texts, objects and deaths.
    Tables = 3,
    /// The [`super::State`] before a step.
    State = 4,
    /// Steps that follow each other.
    Steps = 5,
    /// [`record::End`]: how the run ended.
    End = 6,
    /// [`index::Index`].
    Index = 7,
    /// The [`Stages`](crate::trace::stages::Stages) of one of the files.
    Stages = 8,
    /// A list of [`Machine`](super::Machine)s: of the steps of the segment before.
    Machines = 9,
    /// [`OutsideFact`](super::OutsideFact)s, behind those that came before.
    Outside = 10,
}

impl Tag {
    fn of(byte: u8) -> Option<Tag> {
        let all = [
            Tag::Run,
            Tag::Files,
            Tag::Tables,
            Tag::State,
            Tag::Steps,
            Tag::End,
            Tag::Index,
            Tag::Stages,
            Tag::Machines,
            Tag::Outside,
        ];
        all.into_iter().find(|tag| *tag as u8 == byte)
    }

    /// The version of this kind of segment that is written and read.
    fn version(self) -> u8 {
        1
    }
}

/// What is known of texts and objects since the last such segment.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tables {
    /// The next symbols' texts.
    symbols: Vec<String>,
    /// The next objects.
    objects: Vec<super::ObjectInfo>,
    /// Who has died, also of those that came before.
    deaths: Vec<(super::ObjId, super::Death)>,
}

/// A segment's place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    tag: Tag,
    first: u32,
    count: u32,
    at: u64,
}

/// Why a file cannot be read as a trace.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file does not begin as a trace does.
    #[error("it is not a memviz trace")]
    NotATrace,
    /// The file's format is another one.
    #[error("it was written in format {0}, and this memviz reads format {VERSION}")]
    Version(u32),
    /// Not even its first segment is whole.
    #[error("it ends before its first step")]
    Truncated,
    /// It cannot be what a recorder wrote.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    /// The system's answer.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A segment, ready to be written.
fn segment(tag: Tag, first: u32, count: u32, contents: &impl Serialize) -> io::Result<Vec<u8>> {
    let raw = postcard::to_stdvec(contents).map_err(io::Error::other)?;
    if raw.len() as u64 > LARGEST {
        return Err(io::Error::other("a step is too large for a trace"));
    }
    let head = SEGMENT_HEAD as usize;
    let mut out = deflated(vec![0; head], &raw, Compression::fast())?;
    if raw.len() as u64 > most_of((out.len() - head) as u64) {
        out = deflated(vec![0; head], &raw, Compression::none())?;
    }
    for (at, number) in [(14, raw.len() as u32), (18, first), (22, count)] {
        out[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    let length = (out.len() - 14) as u64;
    let checksum = crc32fast::hash(&out[14..]);
    (out[0], out[1]) = (tag as u8, tag.version());
    out[2..10].copy_from_slice(&length.to_le_bytes());
    out[10..14].copy_from_slice(&checksum.to_le_bytes());
    Ok(out)
}

/// Puts deflated bytes behind others.
fn deflated(before: Vec<u8>, raw: &[u8], level: Compression) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(before, level);
    encoder.write_all(raw)?;
    encoder.finish()
}

/// The largest contents that so many stored bytes may hold.
fn most_of(stored: u64) -> u64 {
    LARGEST.min(ANY_RATIO + LARGEST_RATIO * stored)
}

/// A segment's head, as it stands in the file.
#[derive(Debug, Clone, Copy)]
struct SegmentHead {
    /// `None`: of a kind that this memviz does not know.
    tag: Option<Tag>,
    version: u8,
    /// Length of the deflated contents.
    stored: u64,
    checksum: u32,
    raw: u32,
    first: u32,
    count: u32,
}

impl SegmentHead {
    /// Reads the head of the segment at a place of the file, which is `length` long.
    fn read(mut file: &File, at: u64, length: u64) -> Result<SegmentHead, ReadError> {
        let mut bytes = [0; SEGMENT_HEAD as usize];
        file.seek(SeekFrom::Start(at))?;
        read_exact(file, &mut bytes)?;
        let word = |i: usize| u32::from_le_bytes(bytes[i..i + 4].try_into().expect("four bytes"));
        let rest = u64::from_le_bytes(bytes[2..10].try_into().expect("eight bytes"));
        let stored = rest.checked_sub(12);
        let stored = stored.ok_or(ReadError::Damaged("a segment is impossibly short"))?;
        if stored > length.saturating_sub(at + SEGMENT_HEAD) {
            return Err(ReadError::Truncated);
        }
        let head = SegmentHead {
            tag: Tag::of(bytes[0]),
            version: bytes[1],
            stored,
            checksum: word(10),
            raw: word(14),
            first: word(18),
            count: word(22),
        };
        if u64::from(head.raw) > most_of(stored) {
            return Err(ReadError::Damaged("a segment is impossibly large"));
        }
        Ok(head)
    }

    /// The deflated contents, which the file stands before.
    fn body(&self, file: &File) -> Result<Vec<u8>, ReadError> {
        let mut body = vec![0; self.stored as usize];
        read_exact(file, &mut body)?;
        let mut checksum = crc32fast::Hasher::new();
        for number in [self.raw, self.first, self.count] {
            checksum.update(&number.to_le_bytes());
        }
        checksum.update(&body);
        if checksum.finalize() != self.checksum {
            return Err(ReadError::Damaged("a checksum does not match"));
        }
        Ok(body)
    }

    /// What the contents say.
    fn contents<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, ReadError> {
        if self.tag.is_some_and(|tag| tag.version() != self.version) {
            return Err(ReadError::Damaged("a segment is of another version"));
        }
        let mut bytes = Vec::with_capacity(self.raw as usize);
        ZlibDecoder::new(body)
            .take(u64::from(self.raw) + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| ReadError::Damaged("a segment does not unpack"))?;
        if bytes.len() != self.raw as usize {
            return Err(ReadError::Damaged("a segment has another length"));
        }
        postcard::from_bytes(&bytes).map_err(|_| ReadError::Damaged("a segment has another form"))
    }
}

/// What the segment at a place says.
fn read_segment<T: DeserializeOwned>(
    file: &File,
    place: Place,
    length: u64,
) -> Result<T, ReadError> {
    let head = SegmentHead::read(file, place.at, length)?;
    if (head.tag, head.first, head.count) != (Some(place.tag), place.first, place.count) {
        return Err(ReadError::Damaged("its index does not fit its segments"));
    }
    let body = head.body(file)?;
    head.contents(&body)
}

fn read_exact(mut file: &File, bytes: &mut [u8]) -> Result<(), ReadError> {
    file.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => ReadError::Truncated,
        _ => ReadError::Io(error),
    })
}
