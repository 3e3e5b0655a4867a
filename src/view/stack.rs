//! The call stacks: which calls are drawn, and what their boxes say.

use super::calls::RunningCall;
use super::in_flight::UNNAMED;
use super::scene::{
    BoxKey, BoxKind, BoxRole, Cell, Emphasis, Mark, Row, SceneBox, Status, grouped, note_box,
};
use super::step_view::StepView;
use crate::analyse::{Owner, Source, Words};
use crate::trace::{CallFrame, Event, Kind, NameKind, ObjId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Calls that are drawn of a deep stack: the oldest, and the newest.
const OLDEST_CALLS: usize = 8;
const NEWEST_CALLS: usize = 3;
/// Places that one thread's calls take up at most.
const LEVELS: usize = OLDEST_CALLS + 1 + NEWEST_CALLS;

impl RunningCall<'_> {
    fn level(&self) -> usize {
        let level = if self.depth <= OLDEST_CALLS {
            self.depth
        } else {
            OLDEST_CALLS + 1 + self.depth % NEWEST_CALLS
        };
        (self.thread as usize - 1) * LEVELS + level
    }

    /// Whether it is left out, as one in the middle of a deep stack.
    fn is_hidden(&self) -> bool {
        self.of > OLDEST_CALLS + NEWEST_CALLS + 1
            && (OLDEST_CALLS..self.of - NEWEST_CALLS).contains(&self.depth)
    }
}

/// Which names a call frame shows.
#[derive(Clone, Copy)]
pub(super) enum Names<'f> {
    All,
    /// The first and last, where there are many.
    Shortened,
    /// Those that lead to one of these boxes, and the focus' own.
    InFocus(&'f BTreeMap<ObjId, Arc<SceneBox>>),
}

impl Names<'_> {
    /// Whether a row of what no name holds is shown.
    fn shows(self, row: &Row) -> bool {
        match (self, &row.value) {
            (Names::InFocus(drawn), Cell::Arrow(arrow)) => {
                matches!(arrow.to, BoxKey::Object(id) if drawn.contains_key(&id))
            }
            (Names::InFocus(_), Cell::Text(_)) => false,
            _ => true,
        }
    }
}

impl StepView<'_> {
    /// The frames of the call stacks, without the middle of a deep one, and what the interpreter
    /// keeps beside them.
    pub(super) fn frame_boxes(&self, names: Names<'_>) -> Vec<SceneBox> {
        let mut boxes = Vec::new();
        for call in self.calls {
            if !call.is_hidden() {
                boxes.push(self.frame_box(call, names));
            } else if call.depth == OLDEST_CALLS {
                let hidden = call.of - OLDEST_CALLS - NEWEST_CALLS;
                let mut more = note_box(
                    BoxKey::MoreCalls(call.thread),
                    &format!("… {} more calls", grouped(hidden)),
                    Vec::new(),
                );
                more.depth = Some(call.level());
                boxes.push(more);
            }
        }
        if self.chosen.resolved.only.is_none()
            && let Some(mut interpreter) = self.interpreter_box()
        {
            interpreter.rows.retain(|row| names.shows(row));
            if !interpreter.rows.is_empty() {
                boxes.push(interpreter);
            }
        }
        boxes
    }

    fn frame_box(&self, call: &RunningCall<'_>, names: Names<'_>) -> SceneBox {
        let frame = call.frame;
        let rows = frame
            .names
            .iter()
            .filter(|name| {
                name.kind != NameKind::Stack || self.step.head.event == Event::Instruction
            })
            .filter(|name| !frame.is_compilers(name, &self.trace.symbols, self.state))
            .filter(|name| !self.hides_name(self.text(name.name)))
            .filter_map(|name| {
                Some(Row {
                    label: Cell::Text(self.text(name.name).to_owned()),
                    value: self.variable(name)?,
                    mark: Mark::None,
                    aside: false,
                })
            })
            .collect::<Vec<_>>();
        let passing = call.running.then(|| self.passing_row()).flatten();
        let passing = passing.filter(|row| names.shows(row));
        let rows = match names {
            Names::All => rows,
            Names::Shortened if passing.is_some() => self.shortened(rows, ""),
            Names::Shortened => self.shortened(rows, "no names yet"),
            Names::InFocus(drawn) => self.names_in_focus(rows, drawn),
        };
        let waiting = self.waiting_rows(frame, passing.as_ref());
        let waiting = waiting.into_iter().filter(|row| names.shows(row));
        let rows = rows.into_iter().chain(waiting).chain(passing).collect();
        SceneBox {
            key: BoxKey::Call(call.number),
            kind: BoxKind::Other,
            tone: if call.running {
                BoxRole::ActiveFrame
            } else {
                BoxRole::Frame
            },
            heading: self.frame_heading(),
            title: self.frame_title(call),
            serial: None,
            count_changed: false,
            count: if self.step.head.event == Event::Exit || self.is_textbook() {
                String::new()
            } else {
                format!("line {}", frame.line)
            },
            rows,
            status: Status::Alive,
            mark: Mark::None,
            emphasis: Emphasis::default(),
            depth: Some(call.level()),
        }
    }

    /// Rows for the program's data that only the value stack of a frame holds: what an expression has
    /// worked out so far, while the rest of it runs. `passing` has a row of its own.
    fn waiting_rows(&self, frame: &CallFrame, passing: Option<&Row>) -> Vec<Row> {
        if self.step.head.event == Event::Instruction {
            // The whole stack is shown.
            return Vec::new();
        }
        let mut rows: Vec<Row> = Vec::new();
        let stack = frame.names.iter().filter(|n| n.kind == NameKind::Stack);
        for id in stack.map(|name| name.to) {
            let value = self.cell(id, false);
            let is_shown = |row: &Row| row.value == value;
            if self.is_waiting(id) && !rows.iter().any(is_shown) && !passing.is_some_and(is_shown) {
                rows.push(Row {
                    label: Cell::Text(UNNAMED.to_owned()),
                    value,
                    mark: Mark::None,
                    aside: false,
                });
            }
        }
        rows
    }

    /// Whether an object of the program's data is held by no name and no other object.
    fn is_waiting(&self, id: ObjId) -> bool {
        let is_data = matches!(
            self.info(id).kind,
            Kind::Sequence
                | Kind::Mapping
                | Kind::Set
                | Kind::Instance
                | Kind::Generator
                | Kind::Function
                | Kind::Class
        );
        let frames = || self.state.all_frames();
        let is_named = |frame: &CallFrame| {
            let mut own = frame.names.iter().filter(|n| n.kind != NameKind::Stack);
            own.any(|name| name.to == id)
        };
        let by_object = |owner: &Owner| matches!(owner.from, Source::Object(_));
        is_data
            && self.info(id).born.is_some()
            && self.is_box(id)
            && !self.is_part(id)
            && !self.ledger.owners(id).iter().any(by_object)
            && !frames().any(is_named)
    }

    pub(super) fn frame_title(&self, call: &RunningCall) -> String {
        let title = match self.text(call.frame.function) {
            _ if self.is_textbook() => self.textbook_frame(call),
            "<module>" if call.depth == 0 => return "globals".to_owned(),
            "<module>" => {
                let file = self.trace.header.files.get(call.frame.file.0 as usize);
                let name = file.map_or("module", |file| file.name());
                format!("globals of {name}")
            }
            _ => {
                let title = call.frame.in_words(&self.trace.symbols);
                let title = title.strip_prefix("the ").unwrap_or(&title);
                if call.depth > OLDEST_CALLS {
                    format!("{title} at depth {}", call.depth)
                } else {
                    title.to_owned()
                }
            }
        };
        let words = Words {
            trace: self.trace,
            state: self.state,
            head: &self.step.head,
        };
        match words.thread(call.thread) {
            Some(thread) => format!("{title} in {thread}"),
            None => title,
        }
    }
}
