//! Memory over the life of a program: what was alive at each step by type, what each line and each path
//! of calls made and let go, the peak, and what was left at the end.

mod amount;
mod paths;
mod series;
mod walk;

pub use amount::Amount;
pub use paths::{CallPaths, PathFrame, PathId};
pub use series::Series;

use super::growth::Line;
use crate::trace::{ObjId, Symbol, Trace};
use std::collections::{BTreeMap, BTreeSet};
use walk::Walk;

/// The objects of a run, over its steps. Unless something else is said, what is counted are objects
/// that were made in the run, while the program can reach them or the collector has not taken them yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryLife {
    /// How many steps there are.
    pub steps: u32,
    /// The largest at its own peak first.
    pub types: Vec<TypeLife>,
    /// All types together.
    pub all: Series,
    /// What the program has met of what was there before its first line, or is not its own: the
    /// library's modules, classes and functions, numbers and texts that live as long as the process.
    pub older: Series,
    /// Objects that were made.
    pub made: usize,
    /// Those of them that were gone before the next step. Their sizes are not known.
    pub fleeting: usize,
    /// Those of them that died in the run, the fleeting ones included.
    pub died: usize,
    /// Those that live, but to which the program does not refer any more.
    pub out_of_sight: usize,
    /// The first step with the most bytes.
    pub peak: Option<Peak>,
    /// The first step with the most objects, and how many.
    pub most_objects: Option<(u32, Amount)>,
    /// The most births or deaths first.
    pub lines: Vec<LineLife>,
    /// Which calls made what.
    pub paths: CallPaths,
    /// What became of what lived at the last step.
    pub end: EndOfRun,
}

/// The objects of one type.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeLife {
    /// The type's name.
    pub type_name: Symbol,
    /// What was alive at each step.
    pub alive: Series,
    /// Objects that were made.
    pub made: usize,
    /// Those that died in the run.
    pub died: usize,
}

/// What one line made, and what died while it ran.
#[derive(Debug, Clone, PartialEq)]
pub struct LineLife {
    pub line: Line,
    /// Objects that it made.
    pub born: usize,
    /// Objects that died while it ran, whoever had made them.
    pub died: usize,
    /// What it made and was alive at the peak.
    pub at_peak: Amount,
    /// What it made and was alive at the last step.
    pub left: Amount,
}

/// The step with the most bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Peak {
    pub step: u32,
    /// The line that had run; 0 where none is known.
    pub line: Line,
    pub alive: Amount,
    /// By type, the most bytes first.
    pub by_type: Vec<(Symbol, Amount)>,
    /// By the path of calls that made it.
    pub by_path: BTreeMap<(PathId, Symbol), Amount>,
}

/// What became of what lived at the last step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EndOfRun {
    /// Alive at the last step, by type, the most objects first.
    pub left: Vec<(Symbol, Amount)>,
    /// Died while the interpreter went, by type.
    pub freed: Vec<(Symbol, Amount)>,
    /// Was there when the process ended, by type. `None` where the interpreter's own end was not
    /// recorded, so that nothing is known of it.
    pub never_freed: Option<Vec<(Symbol, Amount)>>,
}

impl EndOfRun {
    /// The sum of such a list.
    pub fn sum(list: &[(Symbol, Amount)]) -> Amount {
        list.iter()
            .fold(Amount::default(), |sum, (_, amount)| sum.plus(*amount))
    }
}

/// Works out what a whole trace says about memory.
pub fn memory_life(trace: &Trace) -> MemoryLife {
    let mut walk = Walk::new(trace);
    let peak_step = walk.go_to_the_end();
    let mut life = MemoryLife {
        steps: trace.steps.len() as u32,
        ..MemoryLife::default()
    };
    let at_peak = Walk::alive_at(trace, peak_step);
    let at_end = Walk::alive_at(trace, life.steps);
    count_objects(trace, &at_end, &mut life);
    life.peak = (peak_step > 0).then(|| peak(trace, &walk, peak_step, &at_peak));
    life.lines = lines(trace, &walk, &at_peak, &at_end);
    life.end = end_of_run(trace, &at_end);
    let (made, died) = by_type(trace);
    for (type_name, alive) in walk.types {
        life.types.push(TypeLife {
            type_name,
            alive,
            made: made.get(&type_name).copied().unwrap_or(0),
            died: died.get(&type_name).copied().unwrap_or(0),
        });
    }
    life.types.sort_by_cached_key(|of| {
        let most = of.alive.most();
        let name = trace.symbols.text(of.type_name).to_owned();
        (std::cmp::Reverse((most.bytes, most.objects, of.made)), name)
    });
    life.most_objects = walk.all.first_with_most_objects();
    life.all = walk.all;
    life.older = walk.older;
    life.paths = walk.paths;
    life
}

fn count_objects(trace: &Trace, at_end: &BTreeMap<ObjId, Option<u32>>, life: &mut MemoryLife) {
    for (serial, info) in (1..).zip(&trace.objects) {
        let Some(born) = info.born else { continue };
        life.made += 1;
        if let Some(death) = info.died.filter(|death| walk::in_run(*death)) {
            life.died += 1;
            life.fleeting += usize::from(death.at.step == born.step);
        } else {
            life.out_of_sight += usize::from(!at_end.contains_key(&ObjId(serial)));
        }
    }
}

/// Births and deaths in the run, by type.
fn by_type(trace: &Trace) -> (BTreeMap<Symbol, usize>, BTreeMap<Symbol, usize>) {
    let (mut made, mut died) = (BTreeMap::new(), BTreeMap::new());
    for info in trace.objects.iter().filter(|info| info.born.is_some()) {
        *made.entry(info.type_name).or_default() += 1;
        if info.died.is_some_and(walk::in_run) {
            *died.entry(info.type_name).or_default() += 1;
        }
    }
    (made, died)
}

fn peak(trace: &Trace, walk: &Walk<'_>, step: u32, alive: &BTreeMap<ObjId, Option<u32>>) -> Peak {
    let mut by_type: BTreeMap<Symbol, Amount> = BTreeMap::new();
    let mut by_path: BTreeMap<(PathId, Symbol), Amount> = BTreeMap::new();
    let mut all = Amount::default();
    for (id, size) in alive {
        let type_name = trace.object(*id).type_name;
        by_type.entry(type_name).or_default().add(*size);
        let path = walk.births[id.0 as usize - 1];
        by_path.entry((path, type_name)).or_default().add(*size);
        all.add(*size);
    }
    Peak {
        step,
        line: walk.lines_run[step as usize - 1],
        alive: all,
        by_type: largest_first(trace, by_type, |amount| (amount.bytes, amount.objects)),
        by_path,
    }
}

fn lines(
    trace: &Trace,
    walk: &Walk<'_>,
    at_peak: &BTreeMap<ObjId, Option<u32>>,
    at_end: &BTreeMap<ObjId, Option<u32>>,
) -> Vec<LineLife> {
    let mut lines: BTreeMap<Line, LineLife> = BTreeMap::new();
    let life = |line: Line| LineLife {
        line,
        born: 0,
        died: 0,
        at_peak: Amount::default(),
        left: Amount::default(),
    };
    for (serial, info) in (1..).zip(&trace.objects) {
        let id = ObjId(serial);
        if let Some(born) = info.born {
            let line = walk.line_of(born);
            let of = lines.entry(line).or_insert_with(|| life(line));
            of.born += 1;
            if let Some(size) = at_peak.get(&id) {
                of.at_peak.add(*size);
            }
            if let Some(size) = at_end.get(&id) {
                of.left.add(*size);
            }
            if let Some(death) = info.died.filter(|death| walk::in_run(*death)) {
                let line = walk.line_of(death.at);
                lines.entry(line).or_insert_with(|| life(line)).died += 1;
            }
        }
    }
    let mut lines: Vec<LineLife> = lines.into_values().collect();
    lines.sort_by_key(|of| (std::cmp::Reverse((of.born.max(of.died), of.born)), of.line));
    lines
}

fn end_of_run(trace: &Trace, at_end: &BTreeMap<ObjId, Option<u32>>) -> EndOfRun {
    let dead: BTreeSet<ObjId> = trace.header.at_exit.freed.iter().copied().collect();
    let [mut left, mut freed, mut kept] = [(); 3].map(|()| BTreeMap::<Symbol, Amount>::new());
    for (id, size) in at_end {
        let type_name = trace.object(*id).type_name;
        let list = if dead.contains(id) {
            &mut freed
        } else {
            &mut kept
        };
        list.entry(type_name).or_default().add(*size);
        left.entry(type_name).or_default().add(*size);
    }
    let is_seen = trace.header.is_ended() && trace.steps.len() == trace.header.steps as usize;
    let sorted = |list| largest_first(trace, list, |amount| (amount.objects as u64, 0));
    EndOfRun {
        left: sorted(left),
        freed: sorted(freed),
        never_freed: is_seen.then(|| sorted(kept)),
    }
}

fn largest_first<K: Ord>(
    trace: &Trace,
    list: BTreeMap<Symbol, Amount>,
    key: impl Fn(&Amount) -> K,
) -> Vec<(Symbol, Amount)> {
    let mut list: Vec<(Symbol, Amount)> = list.into_iter().collect();
    list.sort_by(|(a, a_amount), (b, b_amount)| {
        let sizes = key(b_amount).cmp(&key(a_amount));
        sizes.then_with(|| trace.symbols.text(*a).cmp(trace.symbols.text(*b)))
    });
    list
}
