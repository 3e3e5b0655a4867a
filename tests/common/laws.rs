//! What holds for every trace, whatever the program did.

use super::{steps, type_of};
use serde_json::Value;
use std::collections::BTreeSet;

/// Kinds whose counts are explained to the last reference.
const EXPLAINED: [&str; 13] = [
    "list",
    "dict",
    "set",
    "frozenset",
    "Node",
    "Slotted",
    "Final",
    "Phoenix",
    "function",
    "cell",
    "generator",
    "method",
    "ValueError",
];

/// Lives have an order, nothing has more owners than its count, nothing dead is listed, every
/// reference ends at something that is there.
pub fn of_lives(trace: &Value) -> Result<(), String> {
    let objects = trace["objects"].as_array().ok_or("no objects")?;
    for object in objects {
        let (born, died) = (
            object["born"]["step"].as_u64(),
            object["died"]["step"].as_u64(),
        );
        if let (Some(born), Some(died)) = (born, died)
            && born > died
        {
            return Err(format!("dead before it was born: {object}"));
        }
    }
    for step in steps(trace) {
        let number = step["step"].as_u64().ok_or("no number")?;
        let heap = step["heap"].as_array().ok_or("no heap")?;
        let there: BTreeSet<u64> = heap
            .iter()
            .filter_map(|entry| entry["id"].as_u64())
            .collect();
        for entry in heap {
            let id = entry["id"].as_u64().ok_or("no id")?;
            let object = objects.get(id as usize - 1).ok_or("an unknown object")?;
            if entry["unexplained"].as_i64().ok_or("no ledger")? < 0 {
                return Err(format!("step {number}: more owners than counted: {entry}"));
            }
            // What is left at the last step goes with the interpreter.
            let in_the_run = object["died"]["cause"] != "exit";
            let died = object["died"]["step"].as_u64().filter(|_| in_the_run);
            if died.is_some_and(|died| died <= number) {
                return Err(format!("step {number}: #{id} is listed after its death"));
            }
            for reference in entry["refs"].as_array().into_iter().flatten() {
                let to = reference["to"].as_u64().unwrap_or(0);
                if !there.contains(&to) {
                    return Err(format!(
                        "step {number}: #{id} refers to #{to}, which is not there"
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Between the lines of the module every reference to an object of the program's is explained.
pub fn of_counts(trace: &Value) -> Result<(), String> {
    let objects = trace["objects"].as_array().ok_or("no objects")?;
    for step in steps(trace) {
        // Native code that calls back keeps what it works on to itself; between the lines of
        // the module none is under way.
        if step["event"] != "line" || step["function"] != "<module>" {
            continue;
        }
        for entry in step["heap"].as_array().ok_or("no heap")? {
            let id = entry["id"].as_u64().ok_or("no id")?;
            let object = objects.get(id as usize - 1).ok_or("an unknown object")?;
            let own = !object["born"].is_null() && EXPLAINED.contains(&type_of(trace, id));
            // The dict of a running module is held by frames and functions of the interpreter's.
            let namespace = entry["name"] == "__main__";
            if own && !namespace && entry["unexplained"] != 0 {
                return Err(format!(
                    "step {} line {}: {entry}",
                    step["step"], step["line"]
                ));
            }
        }
    }
    Ok(())
}
