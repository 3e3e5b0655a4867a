//! One moment of a run, in the form that both interpreters' records are read into.

use serde_json::Value;
use std::collections::BTreeMap;

/// A number that stands for an object within its own run.
pub type Id = u64;

#[derive(Debug)]
pub struct Moment {
    pub event: String,
    pub function: String,
    /// The line about to run, at `line` events.
    pub line: Option<u64>,
    /// The line of this function that has just run, as memviz says.
    pub ran: Option<u64>,
    /// Oldest first.
    pub frames: Vec<Frame>,
    pub objects: BTreeMap<Id, Object>,
}

#[derive(Debug)]
pub struct Frame {
    pub function: String,
    pub names: Vec<Name>,
}

#[derive(Debug)]
pub struct Name {
    pub name: String,
    /// What the name leads to; where it stands for a cell, what the cell holds, because a running
    /// frame's cells are hidden in CPython.
    pub to: Id,
}

#[derive(Debug)]
pub struct Object {
    pub type_name: String,
    /// Of an atom, as Python writes it; of a class, a function or a module its name.
    pub value: Option<String>,
    pub count: Count,
    /// Made while the script ran. Who holds what is older is the interpreter's own affair.
    pub young: bool,
    /// Labelled strong references; `None` for what was not looked into.
    pub refs: Option<Vec<(String, Id)>>,
    pub weak: Option<Id>,
    /// Those of its owners that are not objects or names of the script.
    pub held_by: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Immortal,
    Of(i64),
}

impl std::fmt::Display for Count {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Count::Immortal => to.write_str("immortal"),
            Count::Of(count) => count.fmt(to),
        }
    }
}

/// The moments of a trace that memviz exported.
pub fn of_memviz(trace: &Value) -> Vec<Moment> {
    let table = list(&trace["objects"]);
    list(&trace["steps"])
        .iter()
        .map(|step| {
            let heap = list(&step["heap"]);
            let objects: BTreeMap<Id, Object> = heap
                .iter()
                .map(|entry| {
                    let id = number(&entry["id"]);
                    (id, memviz_object(entry, &table[id as usize - 1]))
                })
                .collect();
            let frames = list(&step["call_stack"])
                .iter()
                .map(|frame| memviz_frame(frame, &objects))
                .collect();
            let event = text(&step["event"]);
            Moment {
                function: text(&step["function"]),
                line: (event == "line").then(|| number(&step["line"])),
                ran: step["ran"].as_u64(),
                event,
                frames,
                objects,
            }
        })
        .collect()
}

fn memviz_object(entry: &Value, info: &Value) -> Object {
    let reference = |reference: &Value| {
        let label = text(&reference["label"]);
        let label = if label.starts_with("cell") {
            "cell".to_owned()
        } else {
            label
        };
        (label, number(&reference["to"]))
    };
    let type_name = text(&info["type"]);
    let named = ["type", "function", "builtin_function_or_method", "module"];
    let name = entry["name"]
        .as_str()
        .filter(|_| named.contains(&type_name.as_str()));
    let refs = list(&entry["refs"]);
    let strong = refs.iter().filter(|r| r["strength"] == "strong");
    let weak = refs.iter().find(|r| r["strength"] == "weak");
    Object {
        type_name,
        value: entry["value"].as_str().or(name).map(str::to_owned),
        count: entry["refcount"]
            .as_i64()
            .map_or(Count::Immortal, Count::Of),
        young: !info["born"].is_null(),
        refs: Some(strong.map(reference).collect()),
        weak: weak.map(|r| number(&r["to"])),
        held_by: list(&entry["owners"])
            .iter()
            .filter(|owner| owner["from"] == "interpreter")
            .map(|owner| text(&owner["label"]))
            .collect(),
    }
}

fn memviz_frame(frame: &Value, objects: &BTreeMap<Id, Object>) -> Frame {
    let names = list(&frame["names"]);
    let names = names.iter().filter(|name| name["kind"] != "stack");
    Frame {
        function: text(&frame["function"]),
        names: names
            .filter_map(|name| {
                let to = number(&name["to"]);
                let to = if name["kind"] == "cell" || name["kind"] == "free" {
                    let refs = objects.get(&to)?.refs.as_ref()?;
                    refs.iter().find(|(label, _)| label == "cell")?.1
                } else {
                    to
                };
                Some(Name {
                    name: text(&name["name"]),
                    to,
                })
            })
            .filter(|name| !is_dunder(&name.name))
            .collect(),
    }
}

fn is_dunder(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}

/// The moments of a run that the tracer noted on CPython.
pub fn of_cpython(run: &Value) -> Vec<Moment> {
    list(&run["steps"])
        .iter()
        .map(|step| {
            let counts = list(&step["counts"]);
            let objects = list(&step["objects"]).iter().zip(counts).enumerate();
            Moment {
                event: text(&step["event"]),
                function: text(&step["function"]),
                line: step["line"].as_u64(),
                ran: None,
                frames: list(&step["frames"]).iter().map(cpython_frame).collect(),
                objects: objects
                    .map(|(at, (entry, count))| (at as Id, cpython_object(entry, count)))
                    .collect(),
            }
        })
        .collect()
}

fn cpython_object(entry: &Value, count: &Value) -> Object {
    Object {
        type_name: text(&entry["type"]),
        value: entry["value"].as_str().map(str::to_owned),
        count: count.as_i64().map_or(Count::Immortal, Count::Of),
        young: true,
        refs: entry["refs"].as_array().map(|refs| {
            refs.iter()
                .map(|reference| (text(&reference[0]), number(&reference[1])))
                .collect()
        }),
        weak: entry["weak"].as_u64(),
        held_by: Vec::new(),
    }
}

fn cpython_frame(frame: &Value) -> Frame {
    Frame {
        function: text(&frame["function"]),
        names: list(&frame["names"])
            .iter()
            .map(|name| Name {
                name: text(&name[0]),
                to: number(&name[1]),
            })
            .collect(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("this field is a list")
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("this field is a number")
}

fn text(value: &Value) -> String {
    value.as_str().expect("this field is a text").to_owned()
}
