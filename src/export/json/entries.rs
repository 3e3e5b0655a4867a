//! What stands around the steps: the engine, the sources, the objects, the run's end.

use crate::narrate::{self, signal_name};
use crate::trace::{
    Cause, Header, ImmortalReason, Moment, ObjId, ObjectInfo, Outcome, StepHead, Trace,
};
use serde_json::{Value, json};

pub(super) const FORMAT: &str = "memviz-trace";
pub(super) const VERSION: u32 = 1;

/// What to write beside the contract's minimum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonOptions {
    /// Also the reference of each instance to its class.
    pub class_references: bool,
}

pub(super) fn engine(header: &Header) -> Value {
    json!({
        "name": header.engine,
        "version": header.engine_version,
        "knows": header.knowledge.name(),
        "python": header.python,
    })
}

pub(super) fn sources(header: &Header) -> Vec<Value> {
    let files = header.files.iter();
    files
        .map(|file| json!({"file": file.path, "text": file.text}))
        .collect()
}

pub(super) fn at_exit(header: &Header) -> Value {
    let at_exit = &header.at_exit;
    json!({
        "stdout": at_exit.stdout,
        "stderr": at_exit.stderr,
        "finalized": ids(&at_exit.finalized),
        "freed": ids(&at_exit.freed),
    })
}

/// How the run has ended; `last` is its last step.
pub(super) fn outcome(trace: &Trace, last: Option<&StepHead>) -> Value {
    let header = &trace.header;
    let mut outcome = outcome_kind(header);
    if let (Some(last), Some(entry)) = (last, outcome.as_object_mut()) {
        let words = narrate::outcome(header, last, &trace.symbols);
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

fn moment(moment: Moment) -> Value {
    json!({"step": moment.step, "line": moment.line})
}

pub(super) fn object_entry(id: u32, object: &ObjectInfo, trace: &Trace) -> Value {
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

pub(super) fn ids(list: &[ObjId]) -> Vec<u32> {
    list.iter().map(|id| id.0).collect()
}
