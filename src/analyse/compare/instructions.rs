//! The instructions of each line, interpreter by interpreter.

use crate::trace::stages::Stages;
use std::collections::BTreeMap;

/// What a line of the source was compiled to, by each of several interpreters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineInstructions {
    /// From 1.
    pub line: u32,
    pub source: String,
    /// The names of its instructions, one list for each interpreter.
    pub names: Vec<Vec<String>>,
}

impl LineInstructions {
    /// Whether all have the same.
    pub fn agree(&self) -> bool {
        self.names.windows(2).all(|two| two[0] == two[1])
    }
}

/// The lines of a file that code was made of, as each of several interpreters has them.
pub fn line_instructions(all: &[&Stages]) -> Vec<LineInstructions> {
    let mut lines: BTreeMap<u32, Vec<Vec<String>>> = BTreeMap::new();
    for (place, stages) in all.iter().enumerate() {
        let instructions = stages.codes.iter().flat_map(|code| &code.instructions);
        for one in instructions {
            // What the compiler adds belongs to no line.
            let Some(line) = one.line else {
                continue;
            };
            let names = lines
                .entry(line)
                .or_insert_with(|| vec![Vec::new(); all.len()]);
            names[place].push(one.name.to_string());
        }
    }
    let source = all.first().map_or("", |stages| &stages.source);
    let texts: Vec<&str> = source.lines().collect();
    lines
        .into_iter()
        .map(|(line, names)| LineInstructions {
            line,
            source: texts
                .get((line as usize).wrapping_sub(1))
                .map_or(String::new(), |text| text.trim().to_owned()),
            names,
        })
        .collect()
}
