//! What a recorder says while the program runs: records, one behind the other in a stream of bytes.
//! A recorder in another process speaks the same language.

use crate::trace::{
    AtExit, Death, Granularity, Knowledge, Machine, ObjId, ObjectInfo, Outcome, OutsideFact,
    SourceFile, Step,
};
use serde::{Deserialize, Serialize};
use std::io;

/// One thing that a recorder says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// The first record of all.
    Run(Run),
    /// A further source file of the program's.
    File(SourceFile),
    /// A further step.
    Step(Box<StepRecord>),
    /// The recording has reached a bound, and takes no more steps.
    Limit(String),
    /// The last record: how the run has ended.
    End(End),
    /// The last record: why nothing can be recorded.
    Failed(String),
    /// The machine at the step that came last.
    Machine(Machine),
    /// Facts about what stands around the objects, found since the last ones.
    Outside(Vec<OutsideFact>),
}

/// Who records what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The interpreter's name.
    pub engine: String,
    /// The interpreter's own version.
    pub engine_version: String,
    /// The version of Python that it implements.
    pub python: String,
    /// What the recording can tell.
    pub knowledge: Knowledge,
    /// The script, as the user named it.
    pub script: String,
    /// What a step is.
    pub granularity: Granularity,
}

/// A step, with what it is the first to name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The next symbols' texts.
    pub symbols: Vec<String>,
    /// The next objects.
    pub objects: Vec<ObjectInfo>,
    /// The objects that have died since the step before, in order.
    pub deaths: Vec<(ObjId, Death)>,
    /// The step itself.
    pub step: Step,
}

/// How a run has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// What ended it.
    pub outcome: Outcome,
    /// The exit code, as a shell has it.
    pub exit_code: i32,
    /// What happened behind the last step.
    pub at_exit: AtExit,
    /// The line behind which that was, from 1; 0 where it is not known.
    pub line: u32,
}

impl Record {
    /// Puts the record behind what stands in `out`: its length in four bytes, and the record.
    ///
    /// # Errors
    /// Where it is longer than four bytes can say.
    pub fn encode(&self, out: Vec<u8>) -> io::Result<Vec<u8>> {
        let at = out.len();
        let mut out = out;
        out.extend([0; 4]);
        let mut out = postcard::to_extend(self, out).map_err(io::Error::other)?;
        let length = u32::try_from(out.len() - at - 4).map_err(io::Error::other)?;
        out[at..at + 4].copy_from_slice(&length.to_le_bytes());
        Ok(out)
    }
}

/// Puts records together again from the bytes of a stream.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
    /// How many of them have been used up.
    used: usize,
}

impl Decoder {
    /// Takes the next bytes, however they are cut.
    pub fn add(&mut self, bytes: &[u8]) {
        if self.used == self.bytes.len() {
            self.bytes.clear();
            self.used = 0;
        } else if self.used > 1 << 16 && self.used * 2 > self.bytes.len() {
            self.bytes.drain(..self.used);
            self.used = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next record, where all of it is there, and its length.
    ///
    /// # Errors
    /// Where the bytes are no record.
    pub fn next_record(&mut self) -> io::Result<Option<(Record, usize)>> {
        let rest = &self.bytes[self.used..];
        let Some((length, rest)) = rest.split_at_checked(4) else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
        let Some(record) = rest.get(..length) else {
            return Ok(None);
        };
        let record = postcard::from_bytes(record).map_err(io::Error::other)?;
        self.used += 4 + length;
        Ok(Some((record, length)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_survive_however_the_stream_is_cut() {
        let records = [
            Record::Limit("steps".to_owned()),
            Record::Failed(String::new()),
            Record::File(SourceFile {
                path: "a.py".to_owned(),
                text: "x = 1\n".repeat(50),
            }),
        ];
        let mut stream = Vec::new();
        for record in &records {
            stream = record.encode(stream).expect("it is short");
        }
        for size in [1, 3, 7, 400] {
            let mut decoder = Decoder::default();
            let mut found = Vec::new();
            for piece in stream.chunks(size) {
                decoder.add(piece);
                while let Some((record, _)) = decoder.next_record().expect("it is a record") {
                    found.push(record);
                }
            }
            assert_eq!(found, records, "in pieces of {size}");
        }
    }
}
