//! The JSON of a trace in lines: one of what holds for the whole run, then one for each step, with what
//! has changed in memory since the step before. Docs: `docs/trace-jsonl.md`.

use super::entries::{
    FORMAT, JsonOptions, VERSION, at_exit, engine, object_entry, outcome, sources,
};
use super::heads::Told;
use crate::analyse::{Ledger, ledger};
use crate::export::ExportError;
use crate::narrate::StepNarrator;
use crate::trace::{Event, ObjId, State, Step, TraceFile};
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// Writes a trace as lines of JSON. Reads it as it writes: in memory are its tables of texts and objects,
/// the steps that stand in one segment of the file, and the states before and after one step.
///
/// # Errors
/// Where the trace cannot be read, and what the writer says.
pub fn write_jsonl(
    file: &TraceFile,
    options: JsonOptions,
    to: &mut impl Write,
) -> Result<(), ExportError> {
    let trace = &file.trace;
    let header = &trace.header;
    let last = file.step(file.steps())?;
    let first = json!({
        "format": FORMAT,
        "version": VERSION,
        "states": "changes",
        "engine": engine(header),
        "script": header.script,
        "granularity": header.granularity.name(),
        "outcome": outcome(trace, last.as_ref().map(|(step, _)| &step.head)),
        "sources": sources(header),
        "step_count": file.steps(),
        "object_count": trace.objects.len(),
        "at_exit": at_exit(header),
    });
    line(&first, to)?;
    let mut before = Before::default();
    let mut teller = StepNarrator::new(trace);
    file.try_each_in(1, file.steps(), |number, step, state| {
        let (held, granularity) = (&step.head.held, header.granularity);
        let ledger = ledger(state, &trace.objects, held, granularity);
        let words = teller.tell(trace, step, state, &ledger, None, None);
        let told = Told {
            trace,
            options,
            number,
            step,
            state,
            ledger: &ledger,
            words: &words,
        };
        let is_last = number == file.steps();
        line(&before.changes(&told, is_last)?, to)?;
        before.go_on(step, ledger);
        Ok(())
    })
}

fn line(value: &impl serde::Serialize, to: &mut impl Write) -> Result<(), ExportError> {
    serde_json::to_writer(&mut *to, value).map_err(std::io::Error::from)?;
    Ok(to.write_all(b"\n")?)
}

/// What was written of the step before.
#[derive(Default)]
struct Before {
    state: State,
    ledger: Ledger,
    /// Entries of the stack of values are names where an instruction is about to run.
    was_instruction: bool,
    frames: Vec<Value>,
    others: Vec<Value>,
    bytes: BTreeMap<String, u64>,
    /// How many entries of the table of objects have been written.
    objects: usize,
}

impl Before {
    /// The line of a step.
    fn changes(&mut self, told: &Told<'_>, is_last: bool) -> Result<Value, ExportError> {
        let failed = |error: serde_json::Error| ExportError::Write(error.into());
        let mut entry = serde_json::value::Serializer
            .serialize_map(None)
            .map_err(failed)?;
        told.write_head(&mut entry).map_err(failed)?;
        told.write_happenings(&mut entry).map_err(failed)?;
        let Value::Object(mut entry) = entry.end().map_err(failed)? else {
            return Ok(Value::Null);
        };
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                entry.insert(name.to_owned(), value);
            }
        };
        add("objects", self.new_objects(told, is_last));
        add("call_stack", self.call_stack(told));
        let others = told.other_threads();
        if others != self.others {
            add("other_threads", Some(others.clone().into()));
            self.others = others;
        }
        add("heap", self.heap(told));
        add("bytes", self.changed_bytes(told));
        Ok(Value::Object(entry))
    }

    fn go_on(&mut self, step: &Step, ledger: Ledger) {
        self.state.apply(step);
        self.ledger = ledger;
        self.was_instruction = step.head.event == Event::Instruction;
    }

    /// The next entries of the table of objects, up to the last that this step names as new.
    fn new_objects(&mut self, told: &Told<'_>, is_last: bool) -> Option<Value> {
        let step = told.step;
        let entered = step.entered.iter().map(|(id, _)| id);
        let named = entered.chain(&step.head.allocated).chain(&step.head.freed);
        let newest = match is_last {
            true => told.trace.objects.len(),
            false => named.map(|id| id.0 as usize).max().unwrap_or(0),
        };
        if newest <= self.objects {
            return None;
        }
        let all = told.trace.objects[..newest].iter().zip(1..);
        let new = all.skip(self.objects);
        let new: Vec<Value> = new
            .map(|(object, id)| object_entry(id, object, told.trace))
            .collect();
        self.objects = newest;
        Some(new.into())
    }

    fn call_stack(&mut self, told: &Told<'_>) -> Option<Value> {
        let is_instruction = told.step.head.event == Event::Instruction;
        let kept = match is_instruction == self.was_instruction {
            true => (told.step.frames_kept as usize).min(self.frames.len()),
            false => 0,
        };
        let now: Vec<Value> = told.state.frames[kept.min(told.state.frames.len())..]
            .iter()
            .map(|frame| told.frame(frame))
            .collect();
        let old = self.frames.split_off(kept);
        let same = old.iter().zip(&now).take_while(|(a, b)| a == b).count();
        let is_same = same == old.len() && same == now.len();
        let changed = (!is_same).then(|| {
            let put: Vec<Value> = (same..now.len())
                .map(|at| changed_frame(old.get(at), &now[at]))
                .collect();
            json!({"keep": kept + same, "put": put})
        });
        self.frames.extend(now);
        changed
    }

    /// Objects that are listed no more, that are now, and that have changed.
    fn heap(&self, told: &Told<'_>) -> Option<Value> {
        let was = Told {
            state: &self.state,
            ledger: &self.ledger,
            ..*told
        };
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        let mut old = was.listed().peekable();
        let mut gone: Vec<u32> = Vec::new();
        for (id, object) in told.listed() {
            while let Some((passed, _)) = old.next_if(|(old, _)| *old < id) {
                gone.push(passed.0);
            }
            match old.next_if(|(old, _)| *old == id) {
                None => new.push(Value::Object(told.object(id, object))),
                Some((_, before)) => {
                    let is_same = object == before
                        && told.ledger.owners(id) == self.ledger.owners(id)
                        && told.ledger.is_reachable(id) == self.ledger.is_reachable(id);
                    if !is_same {
                        changed.extend(changed_object(&was, told, id));
                    }
                }
            }
        }
        gone.extend(old.map(|(id, _)| id.0));
        let is_same = gone.is_empty() && new.is_empty() && changed.is_empty();
        (!is_same).then(|| json!({"gone": gone, "new": new, "changed": changed}))
    }

    fn changed_bytes(&mut self, told: &Told<'_>) -> Option<Value> {
        let now = told.bytes_by_type();
        let mut by_type = Map::new();
        for (name, bytes) in &now {
            if self.bytes.get(*name) != Some(bytes) {
                by_type.insert((*name).to_owned(), (*bytes).into());
            }
        }
        for name in self.bytes.keys() {
            if !now.contains_key(name.as_str()) {
                by_type.insert(name.clone(), Value::Null);
            }
        }
        if by_type.is_empty() && !self.bytes.is_empty() {
            return None;
        }
        let total: u64 = now.values().sum();
        let now = now.into_iter();
        self.bytes = now.map(|(name, bytes)| (name.to_owned(), bytes)).collect();
        Some(json!({"total": total, "by_type": by_type}))
    }
}

/// A frame whose names stand as changes where the frame at its place had nearly the same.
fn changed_frame(old: Option<&Value>, now: &Value) -> Value {
    let names = |frame: &Value| frame["names"].as_array().cloned();
    let (Some(was), Some(is)) = (old.and_then(names), names(now)) else {
        return now.clone();
    };
    let splice = Splice::between(&was, &is);
    if splice.put.len() + 1 >= is.len() {
        return now.clone();
    }
    let mut frame = now.clone();
    frame["names"] = splice.entry(Value::clone);
    frame
}

fn changed_object(was: &Told<'_>, told: &Told<'_>, id: ObjId) -> Option<Value> {
    let (old, now) = (was.state.heap.get(&id)?, told.state.heap.get(&id)?);
    let before = was.facts(id, old);
    let mut entry = Map::new();
    let facts = told.facts(id, now);
    let gone = before.keys().filter(|name| !facts.contains_key(*name));
    entry.extend(gone.map(|name| (name.clone(), Value::Null)));
    let new = facts.into_iter();
    entry.extend(new.filter(|(name, fact)| before.get(name) != Some(fact)));
    let (from, to) = (was.references(old), told.references(now));
    if from != to {
        let splice = Splice::between(&from, &to);
        entry.insert("refs".to_owned(), splice.entry(|one| told.reference(one)));
    }
    let (from, to) = (was.ledger.owners(id), told.ledger.owners(id));
    if from != to {
        let splice = Splice::between(from, to);
        entry.insert("owners".to_owned(), splice.entry(|one| told.owner(one)));
    }
    if entry.is_empty() {
        return None;
    }
    entry.insert("id".to_owned(), id.0.into());
    Some(Value::Object(entry))
}

/// A list as a change: what stands between the first `keep` and the last `tail` is replaced.
struct Splice<'l, T> {
    keep: usize,
    tail: usize,
    put: &'l [T],
}

impl<'l, T: PartialEq> Splice<'l, T> {
    fn between(old: &[T], now: &'l [T]) -> Splice<'l, T> {
        let same = |(a, b): &(&T, &T)| a == b;
        let keep = old.iter().zip(now).take_while(same).count();
        let rest = old[keep..].iter().rev().zip(now[keep..].iter().rev());
        let tail = rest.take_while(same).count();
        Splice {
            keep,
            tail,
            put: &now[keep..now.len() - tail],
        }
    }

    fn entry(&self, write: impl Fn(&T) -> Value) -> Value {
        let put: Vec<Value> = self.put.iter().map(write).collect();
        json!({"keep": self.keep, "tail": self.tail, "put": put})
    }
}
