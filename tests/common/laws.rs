//! What holds for every trace, whatever the program did.

use super::{steps, type_of};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

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
            let died = object["died"]["step"].as_u64();
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

/// At every step every reference to an object that was born in the run has an owner.
pub fn of_counts(trace: &Value) -> Result<(), String> {
    let objects = trace["objects"].as_array().ok_or("no objects")?;
    for step in steps(trace) {
        for entry in step["heap"].as_array().ok_or("no heap")? {
            let id = entry["id"].as_u64().ok_or("no id")?;
            let object = objects.get(id as usize - 1).ok_or("an unknown object")?;
            if !object["born"].is_null() && entry["unexplained"] != 0 {
                return Err(format!(
                    "step {} line {}: {} {entry}",
                    step["step"], step["line"], object["type"]
                ));
            }
        }
    }
    Ok(())
}

/// What is left unexplained of objects born in the run: types and how often, the most frequent
/// first. For campaigns over programs of others.
pub fn unexplained(trace: &Value) -> Vec<(String, u64)> {
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in steps(trace)
        .iter()
        .filter_map(|step| step["heap"].as_array())
        .flatten()
    {
        let id = entry["id"].as_u64().unwrap_or(1);
        if !trace["objects"][id as usize - 1]["born"].is_null() && entry["unexplained"] != 0 {
            *types.entry(type_of(trace, id)).or_default() += 1;
        }
    }
    let mut types: Vec<_> = types
        .into_iter()
        .map(|(name, times)| (name.to_owned(), times))
        .collect();
    types.sort_by_key(|(name, times)| (u64::MAX - times, name.clone()));
    types
}
