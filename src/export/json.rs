//! The JSON of a trace: each step with its whole state. Written as it is made, so that a long
//! trace needs no more memory than one step.

use crate::analyse::{Ledger, Source, ledger};
use crate::narrate::{self, StepNarrator, signal_name};
use crate::trace::{
    CallFrame, Cause, Collection, Count, Event, Header, ImmortalReason, Label, Moment, NameKind,
    ObjId, ObjectInfo, ObjectState, Outcome, State, Step, Trace,
};
use serde::ser::{SerializeMap, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

const FORMAT: &str = "memviz-trace";
const VERSION: u32 = 1;
/// The generation of objects that `gc.freeze` has taken out of the collector's sight.
const FROZEN: u8 = 3;

/// What to write beside the contract's minimum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonOptions {
    /// Also the reference of each instance to its class.
    pub class_references: bool,
}

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
        document.serialize_field(
            "engine",
            &json!({
                "name": header.engine,
                "version": header.engine_version,
                "knows": header.knowledge.name(),
                "python": header.python,
            }),
        )?;
        document.serialize_field("script", &header.script)?;
        document.serialize_field("granularity", header.granularity.name())?;
        document.serialize_field("outcome", &outcome(self.trace))?;
        let sources: Vec<Value> = header
            .files
            .iter()
            .map(|file| json!({"file": file.path, "text": file.text}))
            .collect();
        document.serialize_field("sources", &sources)?;
        document.serialize_field("objects", &Objects(self))?;
        document.serialize_field("steps", &Steps(self))?;
        let at_exit = &header.at_exit;
        document.serialize_field(
            "at_exit",
            &json!({
                "stdout": at_exit.stdout,
                "stderr": at_exit.stderr,
                "finalized": ids(&at_exit.finalized),
                "freed": ids(&at_exit.freed),
            }),
        )?;
        document.end()
    }
}

fn outcome(trace: &Trace) -> Value {
    let header = &trace.header;
    let mut outcome = outcome_kind(header);
    if let (Some(last), Some(entry)) = (trace.steps.last(), outcome.as_object_mut()) {
        let words = narrate::outcome(header, &last.head, &trace.symbols);
        entry.insert("words".to_owned(), words.into());
    }
    outcome
}

fn outcome_kind(header: &Header) -> Value {
    let code = header.exit_code;
    match &header.outcome {
        Outcome::Finished => json!({"kind": "finished", "exit_code": code}),
        Outcome::Exit { .. } => json!({"kind": "exit", "exit_code": code}),
        Outcome::Interrupted => json!({"kind": "interrupted", "exit_code": code}),
        Outcome::Killed { signal } => json!({
            "kind": "crashed",
            "exit_code": code,
            "signal": signal,
            "signal_name": signal_name(*signal),
        }),
        Outcome::Left { code } => json!({"kind": "exit", "exit_code": code, "abrupt": true}),
        Outcome::CutOff => json!({"kind": "crashed", "cut_off": true}),
        Outcome::Limit { limit } => json!({"kind": "limit", "limit": limit}),
        Outcome::Exception {
            type_name,
            message,
            traceback,
        } => {
            let entries: Vec<Value> = traceback
                .iter()
                .map(|entry| {
                    json!({"file": entry.file, "line": entry.line, "function": entry.function})
                })
                .collect();
            json!({
                "kind": "exception",
                "exit_code": code,
                "type": type_name,
                "message": message,
                "traceback": entries,
            })
        }
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

fn moment(moment: Moment) -> Value {
    json!({"step": moment.step, "line": moment.line})
}

fn object_entry(id: u32, object: &ObjectInfo, trace: &Trace) -> Value {
    let died = object.died.and_then(|death| {
        let cause = match death.cause {
            Cause::RefCount => "refcount".into(),
            Cause::Collector => "collector".into(),
            Cause::Exit => "exit".into(),
            Cause::Unknown => Value::Null,
            Cause::OutOfReach => return None,
        };
        Some(json!({"step": death.at.step, "line": death.at.line, "cause": cause}))
    });
    let lost = (object.died).filter(|death| death.cause == Cause::OutOfReach);
    let mut entry = json!({
        "id": id,
        "type": trace.symbols.text(object.type_name),
        "address": format!("{:#x}", object.address),
        "size": object.size,
        "immortal": object.immortal,
        "kept": object.kept.map(ImmortalReason::name),
        "born": object.born.map(moment),
        "died": died,
    });
    if let Some(lost) = lost {
        entry["out_of_reach"] = moment(lost.at);
    }
    entry
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
            list.serialize_element(&StepEntry {
                document: self.0,
                number,
                step,
                state,
                ledger: &ledger,
                words: &words,
            })?;
        }
        list.end()
    }
}

struct StepEntry<'s> {
    document: &'s Document<'s>,
    number: u32,
    step: &'s Step,
    state: &'s State,
    ledger: &'s Ledger,
    words: &'s [String],
}

impl Serialize for StepEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trace = self.document.trace;
        let head = &self.step.head;
        let text = |symbol| trace.symbols.text(symbol);
        let mut entry = serializer.serialize_map(None)?;
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
        entry.serialize_entry("call_stack", &self.call_stack(&self.state.frames))?;
        if !self.state.others.is_empty() {
            let stacks = self.state.others.iter();
            let stacks: Vec<Value> = stacks
                .map(|stack| {
                    let frames = self.call_stack(&stack.frames);
                    json!({"thread": stack.thread, "call_stack": frames})
                })
                .collect();
            entry.serialize_entry("other_threads", &stacks)?;
        }
        entry.serialize_entry("heap", &Heap(self))?;
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
        entry.serialize_entry("bytes", &self.bytes())?;
        let collections: Vec<Value> = head.collections.iter().map(collection).collect();
        entry.serialize_entry("gc", &collections)?;
        entry.end()
    }
}

fn ids(list: &[ObjId]) -> Vec<u32> {
    list.iter().map(|id| id.0).collect()
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

impl StepEntry<'_> {
    fn call_stack(&self, frames: &[CallFrame]) -> Vec<Value> {
        let trace = self.document.trace;
        let instructions = self.step.head.event == Event::Instruction;
        frames
            .iter()
            .map(|frame| {
                let names: Vec<Value> = frame
                    .names
                    .iter()
                    .filter(|name| instructions || name.kind != NameKind::Stack)
                    .map(|name| {
                        json!({
                            "name": trace.symbols.text(name.name),
                            "kind": name_kind(name.kind),
                            "to": name.to.0,
                        })
                    })
                    .collect();
                json!({
                    "function": trace.symbols.text(frame.function),
                    "line": frame.line,
                    "names": names,
                })
            })
            .collect()
    }

    /// Bytes of all objects that are listed, in all and by type, as far as sizes are known.
    fn bytes(&self) -> Value {
        let trace = self.document.trace;
        let mut by_type: BTreeMap<&str, u64> = BTreeMap::new();
        for (id, object) in &self.state.heap {
            let info = trace.object(*id);
            if self.ledger.is_listed(*id, info, object) {
                let size = object.size.map_or(0, u64::from);
                *by_type
                    .entry(trace.symbols.text(info.type_name))
                    .or_default() += size;
            }
        }
        json!({"total": by_type.values().sum::<u64>(), "by_type": by_type})
    }

    fn shows(&self, label: Label) -> bool {
        self.document.options.class_references
            || !matches!(label, Label::Named(name)
                if self.document.trace.symbols.text(name) == "__class__")
    }

    fn object(&self, id: ObjId, object: &ObjectState) -> Value {
        let symbols = &self.document.trace.symbols;
        let refs: Vec<Value> = object
            .refs
            .iter()
            .filter(|reference| self.shows(reference.label))
            .map(|reference| {
                json!({
                    "label": reference.label.display(symbols),
                    "strength": if reference.weak { "weak" } else { "strong" },
                    "to": reference.to.0,
                })
            })
            .collect();
        let owners: Vec<Value> = self
            .ledger
            .owners(id)
            .iter()
            .map(|owner| {
                let from = match owner.from {
                    Source::Object(id) => id.0.into(),
                    Source::Frame(index) => format!("frame {index}").into(),
                    Source::OtherFrame(thread, index) => {
                        format!("thread {thread} frame {index}").into()
                    }
                    Source::Interpreter => Value::from("interpreter"),
                };
                json!({"from": from, "label": owner.label.display(symbols)})
            })
            .collect();
        let (refcount, unexplained) = match object.refcount {
            Count::Immortal => (Value::from("immortal"), 0.into()),
            Count::Of(count) => {
                let unexplained = i64::from(count) - owners.len() as i64;
                (count.into(), unexplained.into())
            }
            Count::Unknown => (Value::Null, Value::Null),
        };
        let mut entry = json!({
            "id": id.0,
            "refcount": refcount,
            "generation": object.generation.filter(|generation| *generation <= 2),
            "reachable": self.ledger.is_reachable(id),
            "value": object.value.map(|value| symbols.text(value)),
            "refs": refs,
            "owners": owners,
            "unexplained": unexplained,
        });
        if let Some(size) = object.size {
            entry["size"] = size.into();
        }
        if object.generation == Some(FROZEN) {
            entry["frozen"] = true.into();
        }
        if let Some(name) = object.name {
            entry["name"] = symbols.text(name).into();
        }
        if let Some(length) = object.true_length {
            entry["true_length"] = length.into();
        }
        entry
    }
}

struct Heap<'e>(&'e StepEntry<'e>);

impl Serialize for Heap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for (id, object) in &self.0.state.heap {
            if self
                .0
                .ledger
                .is_listed(*id, self.0.document.trace.object(*id), object)
            {
                list.serialize_element(&self.0.object(*id, object))?;
            }
        }
        list.end()
    }
}

fn name_kind(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Global => "global",
        NameKind::Local => "local",
        NameKind::Cell => "cell",
        NameKind::Free => "free",
        NameKind::Stack => "stack",
    }
}
