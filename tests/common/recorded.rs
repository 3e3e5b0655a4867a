//! A recorded script, what is drawn of it, and what questions about it are answered with.

use super::{Folder, after_line, find_object, steps, text, type_of};
use roxmltree::Document;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Takes out what differs between two runs of the same program: addresses.
pub fn without_addresses(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("address");
            fields.values_mut().for_each(without_addresses);
        }
        Value::Array(items) => items.iter_mut().for_each(without_addresses),
        _ => {}
    }
}

/// A recorded script.
pub struct Recorded {
    pub folder: Folder,
    pub json: Value,
}

impl Recorded {
    pub fn new(source: &str) -> Recorded {
        let folder = Folder::new();
        let json = folder.trace(source);
        Recorded { folder, json }
    }

    pub fn lesson(name: &str) -> Recorded {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{name}.py"));
        Recorded::new(&std::fs::read_to_string(path).expect("the lesson is there"))
    }

    /// Its JSON with each instance's reference to its class.
    pub fn with_classes(&self) -> Value {
        let arguments = ["export", "out", "--format", "json", "--class-references"];
        serde_json::from_str(&self.ask(&arguments)).expect("it is JSON")
    }

    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let done = self.folder.memviz(arguments);
        let code = done.status.code().expect("it ends by itself");
        (code, text(&done.stdout), text(&done.stderr))
    }

    /// The pictures that `render` draws with these options, by step.
    pub fn frames(&self, options: &[&str]) -> BTreeMap<u32, String> {
        let mut arguments = vec!["render", "out", "--out", "pictures", "--force"];
        arguments.extend(options);
        let (code, _, errors) = self.run(&arguments);
        assert_eq!(code, 0, "{options:?}: {errors}");
        frames_in(&self.folder.path().join("pictures/frames"))
    }

    /// What a question about the trace is answered with.
    pub fn ask(&self, arguments: &[&str]) -> String {
        let (code, answer, errors) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {errors}");
        answer
    }

    /// The error and hint with which something is refused.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let (code, _, errors) = self.run(arguments);
        assert_eq!(code, 2, "{arguments:?}: {errors}");
        let words = errors.contains("error: ") && errors.contains("hint: ");
        assert!(words && !errors.contains("panicked"), "{errors}");
        errors
    }

    /// The step, counted from 1, after a line of the module has run.
    pub fn after(&self, line: u64) -> u32 {
        number(after_line(&self.json, line))
    }

    pub fn step(&self, number: u32) -> &Value {
        &steps(&self.json)[number as usize - 1]
    }
}

pub fn number(step: &Value) -> u32 {
    step["step"].as_u64().expect("steps have numbers") as u32
}

pub fn frames_in(folder: &Path) -> BTreeMap<u32, String> {
    std::fs::read_dir(folder)
        .expect("there are frames")
        .flatten()
        .map(|entry| {
            let path = entry.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let number = stem.and_then(|stem| stem.parse().ok());
            let picture = std::fs::read_to_string(&path).expect("frames are text");
            (number.expect("frames are numbered"), picture)
        })
        .collect()
}

/// The texts of each box of a picture, by the box's name: `object12`, `call0`, `more-objects`.
pub fn boxes(picture: &str) -> BTreeMap<String, Vec<String>> {
    let document = Document::parse(picture).expect("pictures are XML");
    document
        .descendants()
        .filter(|node| node.has_tag_name("g"))
        .filter_map(|group| {
            let name = group.attribute("id")?.split_once('-')?.1.to_owned();
            let texts = group.descendants().filter(|node| node.has_tag_name("text"));
            let texts = texts.filter_map(|node| node.text().map(str::to_owned));
            Some((name, texts.collect()))
        })
        .collect()
}

/// The serials of the objects that are drawn.
pub fn drawn(picture: &str) -> BTreeSet<u64> {
    let names = boxes(picture).into_keys();
    names
        .filter_map(|name| name.strip_prefix("object")?.parse().ok())
        .collect()
}

pub fn drawn_types(json: &Value, picture: &str) -> Vec<String> {
    drawn(picture)
        .into_iter()
        .map(|id| type_of(json, id).to_owned())
        .collect()
}

/// What an object reaches by strong and weak references, itself included, in the JSON of a step.
pub fn reached(step: &Value, from: u64) -> BTreeSet<u64> {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        let refs = find_object(step, id).and_then(|object| object["refs"].as_array());
        for reference in refs.into_iter().flatten() {
            let to = reference["to"].as_u64().expect("references lead somewhere");
            if seen.insert(to) {
                open.push(to);
            }
        }
    }
    seen
}

/// The objects that have no value of their own to stand in a row.
pub fn containers(step: &Value, ids: &BTreeSet<u64>) -> BTreeSet<u64> {
    let is_container = |id: &u64| find_object(step, *id).is_some_and(|o| o["value"].is_null());
    ids.iter().copied().filter(is_container).collect()
}
