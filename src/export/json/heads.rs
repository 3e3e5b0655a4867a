//! A step as it is written, but for what it says of memory as a whole.

use super::entries::{JsonOptions, ids};
use crate::analyse::{Ledger, Owner, Source};
use crate::trace::{
    CallFrame, Collection, Count, Event, Label, NameKind, ObjId, ObjectState, Reference, State,
    Step, Trace,
};
use serde::ser::SerializeMap;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The generation of objects that `gc.freeze` has taken out of the collector's sight.
const FROZEN: u8 = 3;

/// A step, and all that is known of it.
#[derive(Clone, Copy)]
pub(super) struct Told<'s> {
    pub(super) trace: &'s Trace,
    pub(super) options: JsonOptions,
    pub(super) number: u32,
    pub(super) step: &'s Step,
    pub(super) state: &'s State,
    pub(super) ledger: &'s Ledger,
    pub(super) words: &'s [String],
}

impl<'s> Told<'s> {
    /// Where and when: what stands before the call stack.
    pub(super) fn write_head<M: SerializeMap>(&self, entry: &mut M) -> Result<(), M::Error> {
        let trace = self.trace;
        let head = &self.step.head;
        let text = |symbol| trace.symbols.text(symbol);
        entry.serialize_entry("step", &self.number)?;
        entry.serialize_entry("event", head.event.name())?;
        if let Some(passage) = head.event.passage() {
            entry.serialize_entry("passage", passage)?;
        }
        let file = trace.header.files.get(head.file.0 as usize);
        entry.serialize_entry("file", file.map_or("", |file| &file.path))?;
        entry.serialize_entry("function", text(head.function))?;
        entry.serialize_entry("line", &head.line)?;
        entry.serialize_entry("ran", &head.ran)?;
        if head.event == Event::Instruction {
            entry.serialize_entry("opcode", &head.opcode.map(text))?;
            entry.serialize_entry("columns", &head.columns)?;
        }
        if let Some(thread) = head.thread {
            entry.serialize_entry("thread", &thread)?;
        }
        entry.serialize_entry("offset", &head.offset)?;
        entry.serialize_entry("stdout", &head.stdout)?;
        entry.serialize_entry("stderr", &head.stderr)?;
        if head.stdin.is_empty() {
            return Ok(());
        }
        let read = head.stdin.iter().map(|read| {
            let behind = head.stdout.floor_char_boundary(read.behind as usize);
            json!({"behind": head.stdout[..behind].chars().count(), "text": read.text})
        });
        entry.serialize_entry("stdin", &read.collect::<Vec<_>>())
    }

    /// What happened: what stands behind the heap, but for the bytes.
    pub(super) fn write_happenings<M: SerializeMap>(&self, entry: &mut M) -> Result<(), M::Error> {
        let (trace, head) = (self.trace, &self.step.head);
        entry.serialize_entry("allocated", &ids(&head.allocated))?;
        entry.serialize_entry("freed", &ids(&head.freed))?;
        if !trace.header.knowledge.tells_lives() {
            entry.serialize_entry("out_of_reach", &ids(&head.out_of_reach))?;
        }
        let incidents: Vec<Value> = head
            .incidents
            .iter()
            .map(|(what, id)| json!({"event": what.name(), "object": id.0}))
            .collect();
        entry.serialize_entry("events", &incidents)?;
        entry.serialize_entry("words", self.words)?;
        let collections: Vec<Value> = head.collections.iter().map(collection).collect();
        entry.serialize_entry("gc", &collections)
    }

    pub(super) fn frame(&self, frame: &CallFrame) -> Value {
        let instructions = self.step.head.event == Event::Instruction;
        let names = frame.names.iter();
        let names = names.filter(|name| instructions || name.kind != NameKind::Stack);
        let names: Vec<Value> = names
            .map(|name| {
                json!({
                    "name": self.trace.symbols.text(name.name),
                    "kind": name.kind.name(),
                    "to": name.to.0,
                })
            })
            .collect();
        json!({
            "function": self.trace.symbols.text(frame.function),
            "line": frame.line,
            "names": names,
        })
    }

    /// The call stacks of the threads whose step it is not.
    pub(super) fn other_threads(&self) -> Vec<Value> {
        let stacks = self.state.others.iter();
        stacks
            .map(|stack| {
                let frames: Vec<Value> = stack.frames.iter().map(|f| self.frame(f)).collect();
                json!({"thread": stack.thread, "call_stack": frames})
            })
            .collect()
    }

    /// The objects that are listed, by serial.
    pub(super) fn listed(&self) -> impl Iterator<Item = (ObjId, &'s ObjectState)> {
        let (trace, ledger) = (self.trace, self.ledger);
        let heap = self.state.heap.iter().map(|(id, object)| (*id, object));
        heap.filter(move |(id, object)| ledger.is_listed(*id, trace.object(*id), object))
    }

    /// Bytes of all objects that are listed, by type, as far as sizes are known.
    pub(super) fn bytes_by_type(&self) -> BTreeMap<&'s str, u64> {
        let mut by_type: BTreeMap<&str, u64> = BTreeMap::new();
        for (id, object) in self.listed() {
            let name = self.trace.object(id).type_name;
            let size = object.size.map_or(0, u64::from);
            *by_type.entry(self.trace.symbols.text(name)).or_default() += size;
        }
        by_type
    }

    /// What an object refers to, as far as it is written.
    pub(super) fn references(&self, object: &ObjectState) -> Vec<Reference> {
        let refs = object.refs.iter().copied();
        refs.filter(|reference| self.shows(reference.label))
            .collect()
    }

    fn shows(&self, label: Label) -> bool {
        self.options.class_references
            || !matches!(label, Label::Named(name)
                if self.trace.symbols.text(name) == "__class__")
    }

    pub(super) fn reference(&self, reference: &Reference) -> Value {
        json!({
            "label": reference.label.display(&self.trace.symbols),
            "strength": if reference.weak { "weak" } else { "strong" },
            "to": reference.to.0,
        })
    }

    pub(super) fn owner(&self, owner: &Owner) -> Value {
        let from = match owner.from {
            Source::Object(id) => id.0.into(),
            Source::Frame(index) => format!("frame {index}").into(),
            Source::OtherFrame(thread, index) => format!("thread {thread} frame {index}").into(),
            Source::Interpreter => Value::from("interpreter"),
        };
        json!({"from": from, "label": owner.label.display(&self.trace.symbols)})
    }

    /// All that is said of an object but its references and owners.
    pub(super) fn facts(&self, id: ObjId, object: &ObjectState) -> Map<String, Value> {
        let symbols = &self.trace.symbols;
        let owners = self.ledger.owners(id).len();
        let (refcount, unexplained) = match object.refcount {
            Count::Immortal => (Value::from("immortal"), 0.into()),
            Count::Of(count) => {
                let unexplained = i64::from(count) - owners as i64;
                (count.into(), unexplained.into())
            }
            Count::Unknown => (Value::Null, Value::Null),
        };
        let mut facts = Map::new();
        let mut add = |name: &str, fact: Value| facts.insert(name.to_owned(), fact);
        add("refcount", refcount);
        let generation = object.generation.filter(|generation| *generation <= 2);
        add("generation", generation.into());
        add("reachable", self.ledger.is_reachable(id).into());
        let value = object.value.map(|value| symbols.text(value));
        add("value", value.into());
        add("unexplained", unexplained);
        if let Some(size) = object.size {
            add("size", size.into());
        }
        if object.generation == Some(FROZEN) {
            add("frozen", true.into());
        }
        if let Some(name) = object.name {
            add("name", symbols.text(name).into());
        }
        if let Some(length) = object.true_length {
            add("true_length", length.into());
        }
        facts
    }

    /// All that is said of an object.
    pub(super) fn object(&self, id: ObjId, object: &ObjectState) -> Map<String, Value> {
        let mut entry = self.facts(id, object);
        let refs = self.references(object);
        let refs: Vec<Value> = refs.iter().map(|one| self.reference(one)).collect();
        let owners = self.ledger.owners(id).iter();
        let owners: Vec<Value> = owners.map(|owner| self.owner(owner)).collect();
        entry.insert("id".to_owned(), id.0.into());
        entry.insert("refs".to_owned(), refs.into());
        entry.insert("owners".to_owned(), owners.into());
        entry
    }
}

fn collection(run: &Collection) -> Value {
    let by_id = |counts: &[(ObjId, u32)]| {
        let counts = counts.iter();
        let counts = counts.map(|(id, count)| (id.0.to_string(), Value::from(*count)));
        counts.collect::<serde_json::Map<String, Value>>()
    };
    json!({
        "generation": run.generation,
        "trigger": if run.automatic { "automatic" } else { "explicit" },
        "candidates": ids(&run.candidates),
        "counts": by_id(&run.counts),
        "gc_refs": by_id(&run.gc_refs),
        "unreachable": ids(&run.unreachable),
        "weakrefs_cleared": ids(&run.weakrefs_cleared),
        "finalized": ids(&run.finalized),
        "resurrected": ids(&run.resurrected),
        "collected": ids(&run.collected),
    })
}
