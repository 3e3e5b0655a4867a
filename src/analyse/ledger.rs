//! The reference ledger: for each object, whose references make up its count.

use crate::trace::{
    Count, Granularity, InterpreterRef, Kind, Label, NameKind, ObjId, ObjectInfo, ObjectState,
    State, Symbol, Symbols,
};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// How many references are said at most to be held by what only counts tell of: a trace may claim any
/// count.
const MOST_BY_COUNTS: u32 = 1 << 14;

/// Who holds a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Object(ObjId),
    /// A call frame, by its place in the call stack, oldest first.
    Frame(usize),
    /// A call frame of another thread: the thread's number, the frame's place in its call stack.
    OtherFrame(u32, usize),
    /// The interpreter itself: a value stack, a call under way, an exception being raised.
    Interpreter,
}

/// One strong reference to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub from: Source,
    pub label: OwnerLabel,
}

/// What a reference is called at its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerLabel {
    Edge(Label),
    Name(Symbol),
    /// An entry of the value stack of a function.
    ValueStack(Symbol),
    /// The call of a function, which holds the function.
    CallOf(Symbol),
    /// The run of a frame, which holds the frame.
    RunOf(Symbol),
    /// A class body that runs, which holds its namespace.
    BodyOf(Symbol),
    /// A code object, which holds its constants.
    Constant,
    /// One of several native calls under way: the innermost, or one of so many others.
    OneOf(Symbol, u32),
}

impl OwnerLabel {
    /// The label as the export contract writes it.
    pub fn display(self, symbols: &Symbols) -> String {
        match self {
            OwnerLabel::Edge(label) => label.display(symbols),
            OwnerLabel::Name(name) => symbols.text(name).to_owned(),
            OwnerLabel::ValueStack(function) => {
                format!("value stack of {}", symbols.text(function))
            }
            OwnerLabel::CallOf(function) => format!("call of {}", symbols.text(function)),
            OwnerLabel::BodyOf(class) => format!("body of class {}", symbols.text(class)),
            OwnerLabel::OneOf(innermost, others) => {
                format!(
                    "{} or {others} other calls under way",
                    symbols.text(innermost)
                )
            }
            OwnerLabel::Constant => "constant of a code object".to_owned(),
            OwnerLabel::RunOf(function) => format!("running frame of {}", symbols.text(function)),
        }
    }
}

/// The owners of every object of a state, and what is reachable.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// The living objects, by serial; all else is by place in this list.
    ids: Vec<ObjId>,
    places: FxHashMap<ObjId, u32>,
    /// The owners of one object after those of the other, and where those of each begin, with the end.
    owners: Vec<Owner>,
    starts: Vec<u32>,
    /// What was found since these were put in order, with the places of what is owned.
    found: Vec<(u32, Owner)>,
    /// How many owners each has, also of those.
    counts: Vec<u32>,
    reachable: Vec<bool>,
    /// What a weak reference leads to.
    weakly: Vec<bool>,
    /// How many owners are known by counts alone.
    by_counts: u32,
}

impl Ledger {
    /// The owners of an object, one per strong reference.
    pub fn owners(&self, id: ObjId) -> &[Owner] {
        self.place(id).map_or(&[], |place| self.owners_at(place))
    }

    fn owners_at(&self, place: usize) -> &[Owner] {
        &self.owners[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    fn place(&self, id: ObjId) -> Option<usize> {
        self.places.get(&id).map(|place| *place as usize)
    }

    /// Puts what was found behind the other owners of each object, in the order in which it was found.
    fn put_in_order(&mut self) {
        if self.found.is_empty() && !self.starts.is_empty() {
            return;
        }
        let mut ends = Vec::with_capacity(self.counts.len() + 1);
        let mut sum = 0;
        for count in &self.counts {
            ends.push(sum);
            sum += count;
        }
        ends.push(sum);
        let starts = ends.clone();
        let nobody = Owner {
            from: Source::Interpreter,
            label: OwnerLabel::Constant,
        };
        let mut owners = vec![nobody; sum as usize];
        if !self.starts.is_empty() {
            for (place, end) in ends.iter_mut().take(self.counts.len()).enumerate() {
                let known = self.owners_at(place);
                let from = *end as usize;
                owners[from..from + known.len()].copy_from_slice(known);
                *end += known.len() as u32;
            }
        }
        for (place, owner) in self.found.drain(..) {
            let end = &mut ends[place as usize];
            owners[*end as usize] = owner;
            *end += 1;
        }
        (self.owners, self.starts) = (owners, starts);
    }

    /// Whether an object can be reached from a name, or from a reference that the interpreter
    /// holds.
    pub fn is_reachable(&self, id: ObjId) -> bool {
        self.place(id).is_some_and(|place| self.reachable[place])
    }

    /// Whether an object belongs into a picture of the program: one that the program made does
    /// while it lives; one that was there before (a small int, a module) while something of the
    /// program refers to it, or it to something of the program.
    pub fn is_listed(&self, id: ObjId, info: &ObjectInfo, object: &ObjectState) -> bool {
        info.born.is_some()
            || !object.refs.is_empty()
            || self
                .place(id)
                .is_some_and(|place| self.counts[place] > 0 || self.weakly[place])
    }

    /// The part of an object's count that no owner explains; 0 for immortal objects. Negative
    /// where more owners were found than are counted, which must not be.
    pub fn unexplained(&self, id: ObjId, count: Count) -> i64 {
        match count {
            Count::Immortal | Count::Unknown => 0,
            Count::Of(count) => {
                let owners = self.place(id).map_or(0, |place| self.counts[place]);
                i64::from(count) - i64::from(owners)
            }
        }
    }
}

/// Finds the owners of every object of a state.
///
/// `objects` is the trace's table of objects.
pub fn ledger(
    state: &State,
    objects: &[ObjectInfo],
    held: &[InterpreterRef],
    granularity: Granularity,
) -> Ledger {
    let ids: Vec<ObjId> = state.heap.keys().copied().collect();
    let mut ledger = Ledger {
        places: ids.iter().copied().zip(0..).collect(),
        owners: Vec::new(),
        starts: Vec::new(),
        found: Vec::with_capacity(2 * ids.len()),
        counts: vec![0; ids.len()],
        reachable: vec![false; ids.len()],
        weakly: vec![false; ids.len()],
        by_counts: 0,
        ids,
    };
    let own = state.frames.iter().enumerate();
    let own = own.map(|(index, frame)| (Source::Frame(index), frame));
    let others = state.others.iter().flat_map(|stack| {
        let frames = stack.frames.iter().enumerate();
        frames.map(|(index, frame)| (Source::OtherFrame(stack.thread, index), frame))
    });
    for (source, frame) in own.chain(others) {
        for name in &frame.names {
            if name.kind == NameKind::Stack && granularity != Granularity::Instruction {
                let label = OwnerLabel::ValueStack(frame.function);
                ledger.add(name.to, Source::Interpreter, label);
            } else {
                ledger.add(name.to, source, OwnerLabel::Name(name.name));
            }
        }
    }
    for frame in state.all_frames() {
        if let Some(object) = frame.object {
            ledger.add(
                object,
                Source::Interpreter,
                OwnerLabel::RunOf(frame.function),
            );
        }
    }
    for held in held.iter().filter(|held| held.certain) {
        ledger.add(held.to, Source::Interpreter, OwnerLabel::Name(held.by));
    }
    for (id, object) in &state.heap {
        for reference in &object.refs {
            if reference.weak {
                if let Some(place) = ledger.place(reference.to) {
                    ledger.weakly[place] = true;
                }
            } else {
                let label = OwnerLabel::Edge(reference.label);
                ledger.add(reference.to, Source::Object(*id), label);
            }
        }
    }
    ledger.put_in_order();
    // A code object holds its constants as long as it lives itself, which is not recorded.
    for place in 0..ledger.ids.len() {
        let id = ledger.ids[place];
        for _ in 0..objects[id.0 as usize - 1].constant_of {
            if !ledger.explain(state, id, OwnerLabel::Constant) {
                break;
            }
        }
    }
    for held in held.iter().filter(|held| !held.certain) {
        ledger.explain(state, held.to, OwnerLabel::Name(held.by));
    }
    ledger.explain_calls(state, objects);
    ledger.explain_native_calls(state, objects);
    ledger.put_in_order();
    ledger.mark_reachable(state);
    ledger
}

impl Ledger {
    fn add(&mut self, to: ObjId, from: Source, label: OwnerLabel) {
        if let Some(place) = self.place(to) {
            self.counts[place] += 1;
            self.found.push((place as u32, Owner { from, label }));
        }
    }

    /// Names what calls under way hold: the function or what stands for it (a bound method, a
    /// property), the receiver and arguments where native code made the call, the namespace of a
    /// class body. Which of these a call holds depends on the way it was made; each is named only
    /// where a count is left that nothing else explains.
    fn explain_calls(&mut self, state: &State, objects: &[ObjectInfo]) {
        // A function that calls itself is asked once.
        let mut asked = BTreeSet::new();
        for frame in state.all_frames() {
            let label = OwnerLabel::CallOf(frame.function);
            if let Some(called) = frame.called.filter(|called| asked.insert(*called)) {
                self.explain_all(state, called, label);
                self.explain_owners(state, objects, called, label);
            }
            if let Some(object) = frame.object {
                // The generator or coroutine whose frame it is.
                let label = OwnerLabel::RunOf(frame.function);
                self.explain_all(state, object, label);
                self.explain_owners(state, objects, object, label);
            }
            for argument in frame.names.iter().take(frame.arguments as usize) {
                self.explain_all(state, argument.to, label);
            }
            if let Some(body) = frame.body {
                self.explain_all(state, body, OwnerLabel::BodyOf(frame.function));
            }
        }
    }

    /// Names native code that calls back as what holds what nothing else does. It keeps that to
    /// itself; where several such calls are under way, it is one of them.
    fn explain_native_calls(&mut self, state: &State, objects: &[ObjectInfo]) {
        let mut calls = Vec::new();
        for call in state.all_frames().flat_map(|frame| &frame.under_way) {
            if !calls.contains(call) {
                calls.push(*call);
            }
        }
        let label = match calls[..] {
            [] => return,
            [only] => OwnerLabel::Name(only),
            [.., innermost] => OwnerLabel::OneOf(innermost, calls.len() as u32 - 1),
        };
        for id in self.ids.clone() {
            // What is older is held by much that is no business of the program's.
            if objects[id.0 as usize - 1].born.is_some() {
                self.explain_all(state, id, label);
            }
        }
    }

    /// Explains the counts of what stands for an object: bound methods, properties, generators.
    fn explain_owners(
        &mut self,
        state: &State,
        objects: &[ObjectInfo],
        of: ObjId,
        label: OwnerLabel,
    ) {
        // What counts tell of is held by the interpreter, and by no object.
        for owner in self.owners(of).to_vec() {
            if let Source::Object(id) = owner.from
                && matches!(
                    objects[id.0 as usize - 1].kind,
                    Kind::Method | Kind::Generator | Kind::Other
                )
            {
                self.explain_all(state, id, label);
            }
        }
    }

    /// Adds an owner to an object whose count is not explained yet.
    fn explain(&mut self, state: &State, id: ObjId, label: OwnerLabel) -> bool {
        let count = state.heap.get(&id).map(|object| object.refcount);
        let unexplained = count.is_some_and(|count| self.unexplained(id, count) > 0);
        if !unexplained || self.by_counts == MOST_BY_COUNTS {
            return false;
        }
        self.by_counts += 1;
        self.add(id, Source::Interpreter, label);
        true
    }

    /// The same as often as the count goes.
    fn explain_all(&mut self, state: &State, id: ObjId, label: OwnerLabel) {
        while self.explain(state, id, label) {}
    }

    /// Marks everything that a name, the interpreter, or an owner that was not found holds on to.
    fn mark_reachable(&mut self, state: &State) {
        let mut open = Vec::new();
        for (place, object) in state.heap.values().enumerate() {
            let mut owners = self.owners_at(place).iter();
            let held_unseen = match object.refcount {
                Count::Immortal => true,
                Count::Of(count) => count as usize > owners.len(),
                Count::Unknown => false,
            };
            if held_unseen || owners.any(|owner| !matches!(owner.from, Source::Object(_))) {
                self.reachable[place] = true;
                open.push(object);
            }
        }
        while let Some(object) = open.pop() {
            for reference in object.refs.iter().filter(|reference| !reference.weak) {
                if let Some(place) = self.place(reference.to)
                    && !std::mem::replace(&mut self.reachable[place], true)
                    && let Some(object) = state.heap.get(&reference.to)
                {
                    open.push(object);
                }
            }
        }
    }
}
