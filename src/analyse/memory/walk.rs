//! The walk through the steps in which all is counted.

use super::{Amount, CallPaths, PathId, Series};
use crate::analyse::growth::Line;
use crate::trace::{CallFrame, Death, FileId, Moment, ObjId, StepHead, Symbol, Trace};
use std::collections::BTreeMap;

/// Whether a death is one of the run, not of its end.
pub(super) fn in_run(death: Death) -> bool {
    death.cause.is_in_run()
}

pub(super) struct Walk<'t> {
    trace: &'t Trace,
    pub types: BTreeMap<Symbol, Series>,
    pub all: Series,
    pub older: Series,
    pub paths: CallPaths,
    /// The path on which each object was made.
    pub births: Vec<PathId>,
    /// The line that had run at each step.
    pub lines_run: Vec<Line>,
    /// The file of the call that had run at each step.
    files_run: Vec<FileId>,
    now: BTreeMap<Symbol, Amount>,
    alive: Amount,
    alive_older: Amount,
    /// The size of each object in sight, by serial; the outer `None` for one that is not in sight.
    sizes: Vec<Option<Option<u32>>>,
    /// The objects that each step has made.
    born: Vec<Vec<ObjId>>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(trace: &'t Trace) -> Walk<'t> {
        let mut born = vec![Vec::new(); trace.steps.len() + 1];
        for (serial, info) in (1..).zip(&trace.objects) {
            let step = info.born.map_or(0, |born| born.step as usize);
            if let Some(list) = born.get_mut(step).filter(|_| step > 0) {
                list.push(ObjId(serial));
            }
        }
        Walk {
            trace,
            types: BTreeMap::new(),
            all: Series::default(),
            older: Series::default(),
            paths: CallPaths::default(),
            births: vec![PathId::default(); trace.objects.len()],
            lines_run: Vec::with_capacity(trace.steps.len()),
            files_run: Vec::with_capacity(trace.steps.len()),
            now: BTreeMap::new(),
            alive: Amount::default(),
            alive_older: Amount::default(),
            sizes: vec![None; trace.objects.len()],
            born,
        }
    }

    /// Goes through all steps; returns the first with the most bytes, 0 where nothing was made.
    pub(super) fn go_to_the_end(&mut self) -> u32 {
        let mut frames: Vec<CallFrame> = Vec::new();
        let mut before: Option<&StepHead> = None;
        let trace = self.trace;
        for (number, step) in (1..).zip(&trace.steps) {
            self.note_births(number, &frames, before, &step.head);
            for id in &step.left {
                self.leave(*id);
            }
            for (id, change) in &step.changed {
                if let Some(size) = change.size {
                    self.resize(*id, size);
                }
            }
            for (id, state) in &step.entered {
                self.enter(*id, state.size);
            }
            self.note_amounts(number);
            frames.truncate(step.frames_kept as usize);
            frames.extend(step.frames.iter().cloned());
            before = Some(&step.head);
        }
        self.all.first_with_most_bytes()
    }

    /// What was made on the way to a step was made by the calls that were under way at the one before;
    /// where that left a call, by its caller. Where another thread has taken over, it is not known by
    /// which of them.
    fn note_births(
        &mut self,
        number: u32,
        frames: &[CallFrame],
        before: Option<&StepHead>,
        head: &StepHead,
    ) {
        let is_left = before.is_some_and(|before| before.event.leaves());
        let running = &frames[..frames.len().saturating_sub(usize::from(is_left))];
        let same = before.is_some_and(|before| thread(before) == thread(head));
        let file = running.last().map_or(head.file, |frame| frame.file);
        self.files_run.push(file);
        let line = head.ran.or(running.last().map(|frame| frame.line));
        self.lines_run.push(Line {
            file,
            line: line.unwrap_or(0),
        });
        let mut path: Option<(u32, PathId)> = None;
        for id in std::mem::take(&mut self.born[number as usize]) {
            let info = self.trace.object(id);
            let line = info.born.map_or(0, |born| born.line);
            let known = path.filter(|(of, _)| *of == line).map(|(_, path)| path);
            let running = if same { running } else { &[] };
            let symbols = &self.trace.symbols;
            let at = known.unwrap_or_else(|| self.paths.intern(running, line, symbols));
            path = Some((line, at));
            self.births[id.0 as usize - 1] = at;
            *self.paths.made.entry((at, info.type_name)).or_default() += 1;
        }
    }

    /// The line of a birth or death, with the file that it stands in.
    pub(super) fn line_of(&self, at: Moment) -> Line {
        let step = (at.step as usize).checked_sub(1);
        let file = step.and_then(|step| self.files_run.get(step));
        Line {
            file: file.copied().unwrap_or(FileId(0)),
            line: at.line,
        }
    }

    fn enter(&mut self, id: ObjId, size: Option<u32>) {
        self.leave(id);
        self.sizes[id.0 as usize - 1] = Some(size);
        self.amount(id, |amount| amount.add(size));
    }

    fn leave(&mut self, id: ObjId) {
        if let Some(size) = self.sizes[id.0 as usize - 1].take() {
            self.amount(id, |amount| amount.remove(size));
        }
    }

    fn resize(&mut self, id: ObjId, size: Option<u32>) {
        if self.sizes[id.0 as usize - 1].is_some() {
            self.enter(id, size);
        }
    }

    fn amount(&mut self, id: ObjId, change: impl Fn(&mut Amount)) {
        let info = self.trace.object(id);
        if info.born.is_none() {
            change(&mut self.alive_older);
            return;
        }
        change(&mut self.alive);
        change(self.now.entry(info.type_name).or_default());
    }

    fn note_amounts(&mut self, step: u32) {
        self.all.note(step, self.alive);
        self.older.note(step, self.alive_older);
        for (type_name, amount) in &self.now {
            self.types
                .entry(*type_name)
                .or_default()
                .note(step, *amount);
        }
    }

    /// What was made in the run and is in sight at a step, with its size.
    pub(super) fn alive_at(trace: &Trace, step: u32) -> BTreeMap<ObjId, Option<u32>> {
        let mut alive = BTreeMap::new();
        for step in &trace.steps[..step as usize] {
            for id in &step.left {
                alive.remove(id);
            }
            for (id, change) in &step.changed {
                if let (Some(size), Some(known)) = (change.size, alive.get_mut(id)) {
                    *known = size;
                }
            }
            for (id, state) in &step.entered {
                if trace.object(*id).born.is_some() {
                    alive.insert(*id, state.size);
                }
            }
        }
        alive
    }
}

fn thread(head: &StepHead) -> u32 {
    head.thread.unwrap_or(1)
}
