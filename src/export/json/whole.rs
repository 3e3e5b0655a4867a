//! The JSON of a trace: each step with its whole state. Written as it is made, so that a long
//! trace needs no more memory than one step.

use super::entries::{
    FORMAT, JsonOptions, VERSION, at_exit, engine, object_entry, outcome, sources,
};
use super::heads::Told;
use crate::analyse::ledger;
use crate::narrate::StepNarrator;
use crate::trace::Trace;
use serde::ser::{SerializeMap, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::io::Write;

/// Writes a trace as one JSON object.
///
/// # Errors
/// What the writer says.
pub fn write_json(
    trace: &Trace,
    options: JsonOptions,
    to: &mut impl Write,
) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *to, &Document { trace, options })?;
    to.write_all(b"\n").map_err(serde_json::Error::io)
}

struct Document<'t> {
    trace: &'t Trace,
    options: JsonOptions,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let header = &self.trace.header;
        let mut document = serializer.serialize_struct("Trace", 10)?;
        document.serialize_field("format", FORMAT)?;
        document.serialize_field("version", &VERSION)?;
        document.serialize_field("engine", &engine(header))?;
        document.serialize_field("script", &header.script)?;
        document.serialize_field("granularity", header.granularity.name())?;
        let last = self.trace.steps.last().map(|step| &step.head);
        document.serialize_field("outcome", &outcome(self.trace, last))?;
        document.serialize_field("sources", &sources(header))?;
        document.serialize_field("objects", &Objects(self))?;
        document.serialize_field("steps", &Steps(self))?;
        document.serialize_field("at_exit", &at_exit(header))?;
        document.end()
    }
}

struct Objects<'d>(&'d Document<'d>);

impl Serialize for Objects<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trace = self.0.trace;
        let mut list = serializer.serialize_seq(Some(trace.objects.len()))?;
        for (index, object) in trace.objects.iter().enumerate() {
            list.serialize_element(&object_entry(index as u32 + 1, object, trace))?;
        }
        list.end()
    }
}

struct Steps<'d>(&'d Document<'d>);

impl Serialize for Steps<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.trace.steps.len()))?;
        let mut teller = StepNarrator::new(self.0.trace);
        let mut replay = self.0.trace.replay();
        while let Some((number, step, state)) = replay.next() {
            let ledger = ledger(
                state,
                &self.0.trace.objects,
                &step.head.held,
                self.0.trace.header.granularity,
            );
            let words = teller.tell(self.0.trace, step, state, &ledger, None, None);
            list.serialize_element(&StepEntry(Told {
                trace: self.0.trace,
                options: self.0.options,
                number,
                step,
                state,
                ledger: &ledger,
                words: &words,
            }))?;
        }
        list.end()
    }
}

struct StepEntry<'s>(Told<'s>);

impl Serialize for StepEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let told = &self.0;
        let mut entry = serializer.serialize_map(None)?;
        told.write_head(&mut entry)?;
        let frames = told.state.frames.iter();
        let frames: Vec<Value> = frames.map(|frame| told.frame(frame)).collect();
        entry.serialize_entry("call_stack", &frames)?;
        if !told.state.others.is_empty() {
            entry.serialize_entry("other_threads", &told.other_threads())?;
        }
        entry.serialize_entry("heap", &Heap(told))?;
        told.write_happenings(&mut entry)?;
        let by_type = told.bytes_by_type();
        let bytes = json!({"total": by_type.values().sum::<u64>(), "by_type": by_type});
        entry.serialize_entry("bytes", &bytes)?;
        entry.end()
    }
}

struct Heap<'e>(&'e Told<'e>);

impl Serialize for Heap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for (id, object) in self.0.listed() {
            list.serialize_element(&self.0.object(id, object))?;
        }
        list.end()
    }
}
