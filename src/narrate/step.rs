//! What each step did, in the program's own words: which names and references moved, what was made,
//! what a call gives back, what is no longer there.

use super::bindings::{Bindings, GivenBack};
use super::contents::change_of_contents;
use super::few::merged;
use super::nouns::{Nouns, as_sentence, short};
use super::paths::Paths;
use super::since::Since;
use crate::analyse::Ledger;
use crate::trace::{
    Event, FileId, Kind, ObjId, RootKind, State, Step, StepHead, Symbol, Trace, visible,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The most sentences that a step is told in.
const SENTENCES: usize = 4;
/// What a script says where counts are its point.
const WORDS_OF_COUNTS: [&str; 5] = ["gc", "weakref", "getrefcount", "__del__", "ctypes"];

/// Tells the steps of a trace, one after the other.
#[derive(Debug)]
pub struct StepNarrator {
    /// Of the step that is told, from 1.
    number: u32,
    before: State,
    /// What objects were called there, where that step was told.
    paths: Option<Paths>,
    thread: Option<u32>,
    unreachable: BTreeSet<ObjId>,
    /// What the call gave back that was left last, and which.
    returned: Option<GivenBack>,
    /// What objects were called that no name leads to any more.
    once: BTreeMap<ObjId, String>,
    counts: bool,
    /// What was told last says no more than which way the program goes.
    idle: bool,
    /// The last [`STEPS_BACK`] steps, the oldest first.
    earlier: VecDeque<Earlier>,
}

/// What is remembered of a step for those behind it, so that a run can be told without having it whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Earlier {
    pub(super) event: Event,
    pub(super) ran: Option<u32>,
    function: Symbol,
    file: FileId,
    raised: Option<ObjId>,
}

impl StepNarrator {
    /// Counts are told where the script is about them.
    pub fn new(trace: &Trace) -> StepNarrator {
        StepNarrator {
            number: 0,
            before: State::default(),
            paths: None,
            thread: None,
            unreachable: BTreeSet::new(),
            returned: None,
            once: BTreeMap::new(),
            counts: is_about_counts(trace),
            idle: false,
            earlier: VecDeque::new(),
        }
    }

    /// Goes over a step of which nothing is told, nor of the one behind it.
    pub fn pass(&mut self, step: &Step) {
        self.number += 1;
        self.paths = None;
        self.before.apply(step);
        self.thread = step.head.thread;
        self.note_returned(step);
        self.remember(&step.head);
    }

    /// Whether what was told last says no more than which way the program goes: nothing has changed.
    pub fn was_idle(&self) -> bool {
        self.idle
    }

    /// Says whether changes of counts are told from here on: they hold from step to step, which says
    /// nothing where several steps are told together.
    pub fn tell_counts(&mut self, are_told: bool) {
        self.counts = are_told;
    }

    /// What a step did, in whole sentences without a full stop, the most telling first. `state` is
    /// what the step led to; `drawn`, where there is a picture, what is shown in it, also of the dead.
    /// Where a step is given that it is held against, all steps since are told as one.
    pub fn tell(
        &mut self,
        trace: &Trace,
        step: &Step,
        state: &State,
        ledger: &Ledger,
        drawn: Option<&BTreeSet<ObjId>>,
        since: Option<&Since>,
    ) -> Vec<String> {
        self.number += 1;
        let is_garbage = |id: &&ObjId| {
            let info = trace.object(**id);
            info.born.is_some() && info.kind != Kind::Atom && !ledger.is_reachable(**id)
        };
        let unreachable: BTreeSet<ObjId> = state.heap.keys().filter(is_garbage).copied().collect();
        let old_paths = self.paths.take();
        let old_paths = old_paths.unwrap_or_else(|| Paths::at(trace, &self.before));
        let new_paths = Paths::at(trace, state);
        let now = Now {
            trace,
            state,
            paths: &new_paths,
            unreachable: &unreachable,
            drawn,
        };
        let before = Before {
            state: &self.before,
            paths: &old_paths,
            thread: self.thread,
            unreachable: &self.unreachable,
        };
        let (mut sentences, mut idle) = self.told(step, now, before);
        if let Some(since) = since {
            let before = Before {
                state: &since.state,
                paths: &Paths::at(trace, &since.state),
                thread: since.thread,
                unreachable: &since.unreachable,
            };
            let step = since.as_one(trace, self.number, state);
            let (as_one, is_idle) = self.told(&step, now, before);
            if !is_idle {
                (sentences, idle) = (as_one, false);
            }
        }
        self.idle = idle;
        self.before.apply(step);
        self.thread = step.head.thread;
        self.note_returned(step);
        self.once.retain(|id, _| unreachable.contains(id));
        for id in unreachable.difference(&self.unreachable) {
            if let Some(path) = old_paths.first(*id) {
                self.once.insert(*id, path.to_owned());
            }
        }
        self.unreachable = unreachable;
        self.paths = Some(new_paths);
        self.remember(&step.head);
        sentences
    }

    /// The step that was told last, to hold a later one against it.
    pub fn since(&self) -> Since {
        Since {
            number: self.number,
            state: self.before.clone(),
            thread: self.thread,
            unreachable: self.unreachable.clone(),
        }
    }

    fn told(&self, step: &Step, now: Now<'_>, before: Before<'_>) -> (Vec<String>, bool) {
        let trace = now.trace;
        let nouns = |state, paths| Nouns {
            trace,
            state,
            paths,
            once: &self.once,
        };
        let head = &step.head;
        let raised = head.held_as(RootKind::RaisedException);
        let telling = Telling {
            trace,
            step,
            before: before.state,
            after: now.state,
            thread: before.thread,
            old: nouns(before.state, before.paths),
            new: nouns(now.state, now.paths),
            returned: self.returned,
            last: self.earlier.back().copied(),
            last_here: (self.earlier.iter().rev().copied())
                .find(|one| (one.function, one.file) == (head.function, head.file)),
            raised_before: raised.is_some() && self.earlier.iter().any(|one| one.raised == raised),
            counts: self.counts,
            drawn: now.drawn,
            unreachable: before.unreachable,
        };
        let lost = now.unreachable.difference(before.unreachable);
        let lost: Vec<ObjId> = lost.copied().collect();
        telling.sentences(&lost)
    }

    fn remember(&mut self, head: &StepHead) {
        if self.earlier.len() == STEPS_BACK as usize {
            self.earlier.pop_front();
        }
        self.earlier.push_back(Earlier {
            event: head.event,
            ran: head.ran,
            function: head.function,
            file: head.file,
            raised: head.held_as(RootKind::RaisedException),
        });
    }

    fn note_returned(&mut self, step: &Step) {
        let head = &step.head;
        let value = match head.event {
            Event::Return => head.held_as(RootKind::ReturnValue),
            Event::Yield => {
                let running = self.before.frames.last();
                running.and_then(|frame| frame.yielded(head))
            }
            _ => None,
        };
        self.returned = value.map(|value| GivenBack {
            value,
            function: head.function,
            yielded: head.event == Event::Yield,
        });
    }
}

/// Whether a script is about counts, so that they are worth a word and a place in the pictures.
pub fn is_about_counts(trace: &Trace) -> bool {
    let files = trace.header.files.iter();
    let mut lines = files.flat_map(|file| file.text.lines());
    lines.any(|line| {
        let line = line.split('#').next().unwrap_or_default().trim();
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        // A name, not an entry or attribute.
        (line.starts_with("del ") && !line.contains(['.', '[']))
            || words.any(|word| WORDS_OF_COUNTS.contains(&word))
    })
}

/// Steps back at which a raise, or the line before, is looked for.
const STEPS_BACK: u32 = 400;

/// Whether the exception that is raised at a step was raised before, in a call that it has left or
/// in an earlier line: it is on its way.
pub fn raised_before(trace: &Trace, number: u32) -> bool {
    let raised = |number: u32| {
        let step = trace.steps.get(number as usize - 1)?;
        step.head.held_as(RootKind::RaisedException)
    };
    let Some(exception) = raised(number) else {
        return false;
    };
    let earlier = number.saturating_sub(STEPS_BACK).max(1)..number;
    earlier
        .rev()
        .any(|number| raised(number) == Some(exception))
}

/// What a step led to.
#[derive(Clone, Copy)]
struct Now<'t> {
    trace: &'t Trace,
    state: &'t State,
    paths: &'t Paths,
    unreachable: &'t BTreeSet<ObjId>,
    drawn: Option<&'t BTreeSet<ObjId>>,
}

/// What it is held against.
struct Before<'t> {
    state: &'t State,
    paths: &'t Paths,
    thread: Option<u32>,
    unreachable: &'t BTreeSet<ObjId>,
}

/// One step, while it is told.
pub(super) struct Telling<'t> {
    pub(super) trace: &'t Trace,
    pub(super) step: &'t Step,
    pub(super) before: &'t State,
    pub(super) after: &'t State,
    /// The thread whose step the one before was.
    pub(super) thread: Option<u32>,
    /// Objects as they were called at the step before, and as they are now.
    pub(super) old: Nouns<'t>,
    pub(super) new: Nouns<'t>,
    pub(super) returned: Option<GivenBack>,
    /// The step before, and the last of the same function.
    pub(super) last: Option<Earlier>,
    pub(super) last_here: Option<Earlier>,
    /// The exception of this step has been raised in an earlier one.
    pub(super) raised_before: bool,
    pub(super) counts: bool,
    pub(super) drawn: Option<&'t BTreeSet<ObjId>>,
    /// What nothing reached at the step before.
    pub(super) unreachable: &'t BTreeSet<ObjId>,
}

/// One of a program's standard streams.
enum Stream {
    Output,
    Errors,
    Input,
}

impl Telling<'_> {
    /// The sentences, and whether they say no more than which way the program goes.
    fn sentences(self, lost: &[ObjId]) -> (Vec<String>, bool) {
        let mut all = Vec::new();
        self.collections(&mut all);
        self.incidents(&mut all);
        let event = self.step.head.event;
        if self.is_same_thread() && event == Event::Call {
            self.ended_calls(&mut all);
        }
        self.names(&mut all);
        self.references(&mut all);
        // What was printed was printed before the call is left, or the exception raised.
        self.streams(&mut all);
        self.in_flight(&mut all);
        self.deaths(&mut all);
        self.lost(lost, &mut all);
        self.out_of_reach(&mut all);
        if self.is_same_thread() && all.is_empty() && !event.enters() {
            self.ended_calls(&mut all);
        }
        let idle = all.is_empty();
        if idle {
            all.extend(self.returned_nothing().or_else(|| self.flow()));
        }
        if self.counts {
            self.count_changes(&mut all);
        }
        self.end(&mut all);
        let mut all = merged(all);
        if all.len() > SENTENCES {
            let more = all.len() - SENTENCES + 1;
            all.truncate(SENTENCES - 1);
            all.push(format!("{more} more things change"));
        }
        let sentences = all.iter().map(|sentence| as_sentence(sentence));
        (sentences.collect(), idle)
    }

    /// Whether the thread goes on whose step the one before was.
    pub(super) fn is_same_thread(&self) -> bool {
        self.thread == self.step.head.thread
    }

    /// The line that has run, without its indentation.
    pub(super) fn line_that_ran(&self) -> &str {
        let head = &self.step.head;
        let file = self.trace.header.files.get(head.file.0 as usize);
        let line = head
            .ran
            .and_then(|ran| file?.text.lines().nth((ran as usize).checked_sub(1)?));
        line.unwrap_or_default().trim_start()
    }

    pub(super) fn text(&self, symbol: Symbol) -> &str {
        self.trace.symbols.text(symbol)
    }

    /// Whether an object is one that a picture shows as a box of the program's data.
    pub(super) fn is_data(&self, id: ObjId) -> bool {
        matches!(
            self.trace.object(id).kind,
            Kind::Sequence
                | Kind::Mapping
                | Kind::Set
                | Kind::Instance
                | Kind::Method
                | Kind::Exception
                | Kind::WeakRef
                | Kind::Generator
        )
    }

    /// Whether an object that is gone has been seen: drawn, or called by a name.
    pub(super) fn was_seen(&self, id: ObjId) -> bool {
        match self.drawn {
            Some(drawn) => drawn.contains(&id),
            None => self.old.paths.first(id).is_some() || self.unreachable.contains(&id),
        }
    }

    pub(super) fn bindings(&self) -> Bindings<'_> {
        Bindings {
            old: self.old,
            new: self.new,
            allocated: &self.step.head.allocated,
            line: self.line_that_ran(),
            imports: self.imports(),
            returned: self.returned,
        }
    }

    /// Whether the line that has run is an import.
    fn imports(&self) -> bool {
        let line = self.line_that_ran();
        line.starts_with("import ") || line.starts_with("from ")
    }

    /// What has become of what objects hold.
    fn references(&self, all: &mut Vec<String>) {
        for (id, change) in &self.step.changed {
            if let Some(Some(value)) = change.value
                && let Some(path) = self.new.first_path(*id)
            {
                all.push(format!("{path} is now {}", short(self.text(value))));
            }
            if change.refs.is_none() {
                continue;
            }
            let kind = self.trace.object(*id).kind;
            let told = match kind {
                Kind::Class | Kind::Cell | Kind::Function => true,
                _ => self.is_data(*id) && kind != Kind::Generator,
            };
            if told {
                all.extend(change_of_contents(
                    *id,
                    self.old,
                    self.new,
                    &self.bindings(),
                ));
            }
        }
    }

    /// What the program has printed and read since the step before: the first line of each stream.
    fn streams(&self, all: &mut Vec<String>) {
        let head = &self.step.head;
        // What Python itself prints of an exception that nobody has caught is told as that.
        let errors = match self.ended_by() {
            Some(_) => "",
            None => head.stderr.as_str(),
        };
        let read: String = head.stdin.iter().map(|read| read.text.as_str()).collect();
        let streams = [
            (head.stdout.as_str(), Stream::Output),
            // The library and the interpreter write there as well.
            (errors, Stream::Errors),
            (read.as_str(), Stream::Input),
        ];
        for (text, stream) in streams {
            let text = text.trim_end();
            let Some(first) = text.lines().find(|line| !line.trim().is_empty()) else {
                continue;
            };
            let more = if text.lines().count() > 1 {
                " and more"
            } else {
                ""
            };
            let first = short(&visible(first.trim()));
            all.push(match stream {
                Stream::Output => format!("the program prints “{first}”{more}"),
                Stream::Errors => format!("“{first}”{more} is printed to standard error"),
                Stream::Input => format!("“{first}”{more} is read from standard input"),
            });
        }
    }
}
