//! The list of what is known to differ, and why.

use super::compare::What;
use super::moment::Count;
use super::runs::Found;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Kinds of differences, by name.
pub type Differences = BTreeMap<String, Kind>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Why the two differ; the same words stand in the documentation.
    pub why: String,
    pub cases: Vec<Case>,
}

/// Which disagreements are meant. What is not given may be anything; `*` at either end of a
/// text stands for anything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub script: Option<String>,
    /// The event at which it shows, and the function.
    pub event: Option<String>,
    pub function: Option<String>,
    pub path: Option<String>,
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    /// What of the interpreter's own must hold the object in memviz.
    pub held_by: Option<String>,
    #[serde(flatten)]
    pub what: Shape,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// By how much memviz's count is above CPython's; `null` for any number.
    Count(Option<i64>),
    /// The label of what only memviz has.
    OnlyMemviz(String),
    OnlyCpython(String),
    /// memviz's value and CPython's.
    Value(String, String),
    /// Who sees two objects where the other sees one.
    Apart(Side),
}

#[derive(Debug, Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Memviz,
    Cpython,
}

pub fn read() -> Differences {
    serde_json::from_str(include_str!("differences.json")).expect("the list can be read")
}

impl Case {
    pub fn covers(&self, script: &str, found: &Found) -> bool {
        let of = |wanted: &Option<String>, text: &str| {
            wanted.as_ref().is_none_or(|wanted| fits(wanted, text))
        };
        let disagreement = &found.disagreement;
        let held = self.held_by.as_ref().is_none_or(|wanted| {
            let mut owners = disagreement.held_by.iter();
            owners.any(|owner| fits(wanted, owner))
        });
        of(&self.script, script)
            && of(&self.event, &found.event)
            && of(&self.function, &found.function)
            && of(&self.path, &disagreement.path)
            && of(&self.type_name, &disagreement.type_name)
            && held
            && self.what.is(&disagreement.what)
    }
}

impl Shape {
    fn is(&self, what: &What) -> bool {
        match (self, what) {
            (
                Shape::Count(above),
                What::Count {
                    memviz: Count::Of(memviz),
                    cpython: Count::Of(cpython),
                },
            ) => above.is_none_or(|above| memviz - cpython == above),
            (Shape::OnlyMemviz(wanted), What::OnlyMemviz { label, .. })
            | (Shape::OnlyCpython(wanted), What::OnlyCpython { label, .. }) => fits(wanted, label),
            (Shape::Value(here, there), What::Value { memviz, cpython }) => {
                fits(here, memviz) && fits(there, cpython)
            }
            (Shape::Apart(side), What::Identity { memviz, cpython }) => match side {
                Side::Memviz => memviz.is_none() && cpython.is_some(),
                Side::Cpython => memviz.is_some() && cpython.is_none(),
            },
            _ => false,
        }
    }
}

fn fits(wanted: &str, text: &str) -> bool {
    match (wanted.strip_prefix('*'), wanted.strip_suffix('*')) {
        (Some(end), None) => text.ends_with(end),
        (_, Some(start)) => text.starts_with(start),
        (None, None) => wanted == text,
    }
}
