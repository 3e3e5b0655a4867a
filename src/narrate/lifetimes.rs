//! Who has died and of what, what waits for the collector, what it did, whose count has changed.

use super::nouns::short;
use super::paths::is_of_program;
use super::step::Telling;
use crate::trace::{
    Cause, Count, Event, Incident, Kind, ObjId, ObjectState, Outcome, State, visible,
};

impl Telling<'_> {
    pub(super) fn deaths(&self, all: &mut Vec<String>) {
        for cause in [Cause::RefCount, Cause::Collector, Cause::Unknown] {
            let freed = self.step.head.freed.iter().filter(|id| {
                let died = self.trace.object(**id).died;
                self.before.heap.contains_key(id)
                    && self.is_data(**id)
                    && self.was_seen(**id)
                    && died.is_some_and(|death| death.cause == cause)
            });
            let freed: Vec<ObjId> = freed.copied().collect();
            let list = self.old.former(&freed);
            match (freed.len(), cause) {
                (0, _) => {}
                (1, Cause::RefCount) => {
                    all.push(format!("nothing refers to {list} any more: it is freed"));
                }
                (count, Cause::RefCount) => {
                    all.push(format!("{count} objects are freed, in this order: {list}"));
                }
                (1, Cause::Unknown) => all.push(format!("{list} is freed")),
                (_, Cause::Unknown) => all.push(format!("{list} are freed")),
                (_, _) => all.push(format!("the collector frees {list}")),
            }
        }
    }

    /// What is found no more, and may live on.
    pub(super) fn out_of_reach(&self, all: &mut Vec<String>) {
        let lost: Vec<ObjId> = (self.step.head.out_of_reach.iter().copied())
            .filter(|id| {
                self.before.heap.contains_key(id) && self.is_data(*id) && self.was_seen(*id)
            })
            .collect();
        if lost.is_empty() {
            return;
        }
        let pronoun = if lost.len() == 1 { "it is" } else { "they are" };
        all.push(format!(
            "no name leads any more to {}; whether {pronoun} freed is not known",
            self.old.former(&lost)
        ));
    }

    pub(super) fn lost(&self, lost: &[ObjId], all: &mut Vec<String>) {
        let lost: Vec<ObjId> = lost
            .iter()
            .copied()
            .filter(|id| self.is_data(*id) && self.was_seen(*id))
            .collect();
        if lost.is_empty() {
            return;
        }
        let waits = match (self.trace.header.knowledge.tells_lives(), lost.len()) {
            (true, 1) => "it waits for the collector",
            (true, _) => "they wait for the collector",
            (false, 1) => "it is not freed yet",
            (false, _) => "they are not freed yet",
        };
        all.push(format!(
            "no name leads any more to {}; {waits}",
            self.old.former(&lost)
        ));
    }

    /// The type of the exception that has ended the script, at its last step.
    pub(super) fn ended_by(&self) -> Option<&str> {
        match &self.trace.header.outcome {
            Outcome::Exception { type_name, .. } if self.step.head.event == Event::Exit => {
                Some(type_name)
            }
            _ => None,
        }
    }

    /// What follows on the last step, while the interpreter goes.
    pub(super) fn end(&self, all: &mut Vec<String>) {
        if self.step.head.event != Event::Exit {
            return;
        }
        if let Some(type_name) = self.ended_by() {
            all.push(format!(
                "nobody has caught the {type_name}: Python prints its traceback, and the script is over"
            ));
        }
        let at_exit = &self.trace.header.at_exit;
        if !at_exit.finalized.is_empty() {
            let list = self.new.list(&at_exit.finalized);
            all.push(format!(
                "as the interpreter goes, __del__ is called on {list}"
            ));
        }
        if let Some(first) = at_exit.stdout.lines().find(|line| !line.trim().is_empty()) {
            all.push(format!(
                "at exit, “{}” is printed",
                short(&visible(first.trim()))
            ));
        }
    }

    pub(super) fn collections(&self, all: &mut Vec<String>) {
        for run in &self.step.head.collections {
            let mut files = self.trace.header.files.iter();
            let is_asked = !run.automatic && files.any(|file| file.text.contains("gc.collect"));
            // What finds nothing of the program's data, and was not asked for, is no news.
            let is_news = |id: &ObjId| self.is_data(*id) && self.was_seen(*id);
            if run.candidates.is_empty() || !is_asked && !run.unreachable.iter().any(is_news) {
                continue;
            }
            let who = if is_asked {
                "gc.collect() runs"
            } else {
                "the collector runs by itself"
            };
            let found = match run.unreachable.len() {
                0 => "nothing is unreachable".to_owned(),
                1 => "1 object is unreachable".to_owned(),
                found => format!("{found} objects are unreachable"),
            };
            all.push(format!(
                "{who} on generation {}: of {} looked at, {found}",
                run.generation,
                run.candidates.len(),
            ));
        }
    }

    pub(super) fn incidents(&self, all: &mut Vec<String>) {
        for (what, id) in &self.step.head.incidents {
            // What the library's own classes do when their instances go is no news.
            let states = [self.before, self.after].into_iter();
            let mut objects = states.filter_map(|state| state.heap.get(id));
            let is_own = |object: &ObjectState| is_of_program(&object.refs, self.trace);
            if *what == Incident::Finalizer && !objects.any(is_own)
                || *what == Incident::Resurrection && !self.is_data(*id)
            {
                continue;
            }
            let noun = self.new.noun(*id);
            let old = self.old.former(&[*id]);
            all.push(match what {
                Incident::Finalizer => {
                    format!("nothing refers to {old} any more: its __del__ runs")
                }
                Incident::Close => format!("nothing refers to {old} any more: it is closed"),
                Incident::CollectorFinalizer => {
                    format!("the collector has called __del__ of {old}")
                }
                Incident::Resurrection => format!("{noun} is reachable again: it lives on"),
                Incident::WeakReferenceCleared => {
                    format!("{noun} has lost what it referred to")
                }
                Incident::FinalizeCall => format!("a weakref.finalize calls {noun}"),
            });
        }
    }

    /// Counts of the program's data that have changed.
    pub(super) fn count_changes(&self, all: &mut Vec<String>) {
        // What a call itself holds for as long as it begins or ends is no news.
        let is_module = self.text(self.step.head.function) == "<module>";
        let event = self.step.head.event;
        if event == Event::Exit || event.enters() || event.leaves() && !is_module {
            return;
        }
        for (id, change) in &self.step.changed {
            let is_told = matches!(
                self.trace.object(*id).kind,
                Kind::Sequence | Kind::Mapping | Kind::Set | Kind::Instance
            );
            let count = |state: &State| match state.heap.get(id)?.refcount {
                Count::Of(count) => Some(count),
                Count::Immortal | Count::Unknown => None,
            };
            let path = self.new.first_path(*id).unwrap_or_default();
            if is_told
                && !path.is_empty()
                && !path.contains(".__")
                && change.refcount.is_some()
                && let (Some(from), Some(to)) = (count(self.before), count(self.after))
                && from != to
            {
                let noun = self.new.noun(*id);
                all.push(format!("the count of {noun} goes from {from} to {to}"));
            }
        }
    }
}
