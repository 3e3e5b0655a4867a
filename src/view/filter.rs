//! What the user wants to see: focus, hidden and folded things, chosen steps. Options of the
//! command line come first; where they say nothing, the marks in the script's comments do.

use super::scene::{Color, Shape};
use crate::analyse::{PictureMark, Place};
use crate::trace::ObjId;
use std::collections::BTreeSet;

/// What to draw, as the user says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ViewFilter {
    /// Draw these and what they reach.
    pub focus: Vec<String>,
    /// Draw only what is at most this many references away from a name, or from the focus.
    pub depth: Option<usize>,
    /// Leave these out: names, objects or types.
    pub hide: Vec<String>,
    /// Draw these without their contents: names, objects or types.
    pub fold: Vec<String>,
    /// Outline what these lead to.
    pub highlight: Vec<String>,
    /// Put words above what these lead to.
    pub labels: Vec<(String, String)>,
    /// Give a colour to these: names, objects or types.
    pub colors: Vec<(String, Color)>,
    /// Set what these names lead to in these shapes.
    pub shapes: Vec<(Shape, String)>,
    /// Say something in the pictures of the moments when a line of the script has run.
    pub notes: Vec<(u32, String)>,
    /// Draw the moments when these lines of the script have run.
    pub pictures: Vec<(u32, PictureMark)>,
    /// Draw these steps on one page.
    pub strip: Vec<u32>,
    /// Draw these steps, first and last of each run.
    pub steps: Vec<(u32, u32)>,
    /// Draw the steps at which a line from here on has run.
    pub from_line: Option<u32>,
    /// Draw the steps at which a line up to here has run.
    pub to_line: Option<u32>,
    /// Draw only steps at which what is drawn has changed.
    pub only_changes: bool,
    /// Pay no heed to marks in the script's comments.
    pub no_marks: bool,
    /// Draw these objects alone.
    pub only: Option<Subset>,
}

impl ViewFilter {
    /// The same where no marked picture leaves out other steps.
    pub fn with_every_step(mut self) -> ViewFilter {
        if self.steps.is_empty() && self.from_line.is_none() && self.to_line.is_none() {
            self.steps = vec![(1, u32::MAX)];
        }
        self
    }
}

/// A word of the user's that says nothing in this trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The line of the mark; `None`: it stands on the command line.
    pub mark: Option<Place>,
    pub error: String,
    pub hint: String,
}

impl Unknown {
    /// A problem in words, what to do behind the colon.
    pub(super) fn at(mark: Option<Place>, problem: &str) -> Unknown {
        let (error, hint) = problem.split_once(": ").unwrap_or((problem, ""));
        Unknown {
            mark,
            error: error.to_owned(),
            hint: hint.to_owned(),
        }
    }
}

/// The objects that alone are drawn, with the rows that lead from one to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subset {
    pub objects: BTreeSet<ObjId>,
    /// The one that the picture is about: all its values are shown.
    pub about: Option<ObjId>,
    /// What the interpreter itself holds of them, and by what.
    pub held: Vec<(String, ObjId)>,
}
