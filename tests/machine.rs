//! The machine: what an instruction took from the value stack and left there agrees with the stacks
//! before and after it, in every scenario and in random programs.

mod common;

use common::Folder;
use common::random::Random;
use memviz::analyse::{Following, MachineStep, machine_steps};
use memviz::trace::stages::Stages;
use memviz::trace::{Event, Machine, NameKind, ObjId, StackEntry, State, Trace, TraceFile};
use std::path::Path;

/// Counts are looked at once in so many steps.
const COUNTED: u32 = 23;

struct Recorded {
    trace: Trace,
    machines: Vec<Machine>,
    stages: Vec<Stages>,
}

fn read(path: &Path) -> Recorded {
    let file = TraceFile::open(path).expect("it is a trace");
    let machines = file.machines().expect("they can be read");
    let stages = file.stages().expect("they can be read");
    let trace = file.read().expect("it can be read");
    Recorded {
        trace,
        machines,
        stages,
    }
}

/// Records a script of the folder by instruction.
fn recorded(folder: &Folder, script: &str) -> Recorded {
    let arguments = [
        "--step",
        "instruction",
        "--format",
        "none",
        "--max-steps",
        "4000",
        "--out",
        "out",
        script,
    ];
    let done = folder.memviz(&arguments);
    assert!(done.status.code().is_some(), "{script}: {done:?}");
    read(&folder.path().join("out/trace.memviz"))
}

/// What was looked at, so that a law that holds of nothing is noticed.
#[derive(Debug, Default)]
struct Seen {
    instructions: usize,
    placed: usize,
    followed: usize,
    reckoned: usize,
    borrowed: usize,
    empty: usize,
    counted: usize,
    unknown: usize,
}

impl Seen {
    /// Nothing was unknown, and the laws have held of most instructions.
    fn is_enough(&self) {
        assert_eq!(self.unknown, 0, "{self:?}");
        assert!(self.placed * 100 > self.instructions * 98, "{self:?}");
        assert!(
            self.followed * 2 > self.instructions && self.reckoned * 2 > self.followed,
            "{self:?}"
        );
    }
}

fn laws(name: &str, recorded: &Recorded, seen: &mut Seen) {
    let Recorded {
        trace,
        machines,
        stages,
    } = recorded;
    let of_instructions = trace
        .steps
        .iter()
        .filter(|step| step.head.event == Event::Instruction);
    assert_eq!(
        machines.len(),
        of_instructions.count(),
        "{name}: each instruction has its machine"
    );
    let steps = machine_steps(trace, machines, stages);
    let named = named_stacks(trace);
    for (step, machine) in steps.iter().zip(machines) {
        let at = format!(
            "{name}: step {} {:?}",
            step.step,
            step.instruction(stages).map(|one| &one.name)
        );
        assert_eq!(step.before, machine.stack, "{at}");
        seen.instructions += 1;
        seen.placed += usize::from(step.place.is_some());
        let is_unknown = |one: &&StackEntry| **one == StackEntry::Unknown;
        seen.unknown += step.before.iter().filter(is_unknown).count();
        seen.empty += step
            .before
            .iter()
            .filter(|one| **one == StackEntry::Empty)
            .count();
        let borrows = |one: &&StackEntry| matches!(one, StackEntry::Borrowed(_));
        seen.borrowed += step.before.iter().filter(borrows).count();
        let counted = step.before.iter().filter_map(|entry| match entry {
            StackEntry::Object(id) => Some(*id),
            _ => None,
        });
        let counted: Vec<ObjId> = counted.collect();
        assert_eq!(
            named[step.step as usize - 1],
            counted,
            "{at}: what counts is a name of the frame"
        );
        if let Some(place) = step.place {
            let code = &stages[place.file].codes[place.code];
            assert!(
                step.before.len() <= code.stack_size as usize,
                "{at}: deeper than the compiler says"
            );
        }
        let Following::Instruction(next) = step.following else {
            assert_eq!((step.took, step.put, &step.after), (0, 0, &None), "{at}");
            continue;
        };
        seen.followed += 1;
        let after = step.after.as_ref().expect("what follows has a stack");
        let following = machines
            .binary_search_by_key(&next, |one| one.step)
            .expect("it is there");
        assert_eq!(
            *after, machines[following].stack,
            "{at}: the next step's stack"
        );
        // Before, without what was taken, with what was left, is what is there afterwards.
        let mut made = step.before.clone();
        made.truncate(step.before.len() - step.taken().len());
        made.extend(step.left());
        assert_eq!(made, *after, "{at}");
        // Where nothing jumps, the compiler's reckoning is exact.
        if let Some(instruction) = step.instruction(stages)
            && instruction.target.is_none()
            && step.along.is_empty()
        {
            seen.reckoned += 1;
            let reckoned = (machine.takes as usize, machine.leaves as usize);
            // What it only looks at, it neither takes nor puts.
            let looked = machine.takes as usize - step.took;
            assert_eq!(
                (step.took + looked, step.put + looked),
                reckoned,
                "{at}: {:?} to {after:?}",
                step.before
            );
        }
        // Going to a step takes its time.
        if step.step % COUNTED == 0 {
            counts(trace, step, next, &at, seen);
        }
    }
}

/// What the names of the running frame say of its value stack, at each step.
fn named_stacks(trace: &Trace) -> Vec<Vec<ObjId>> {
    let mut all = Vec::new();
    let mut replay = trace.replay();
    while let Some((_, _, state)) = replay.next() {
        let names = state
            .frames
            .iter()
            .rev()
            .take(1)
            .flat_map(|frame| &frame.names);
        let names = names.filter(|name| name.kind == NameKind::Stack);
        all.push(names.map(|name| name.to).collect());
    }
    all
}

/// Changes of counts are those between the two memories.
fn counts(trace: &Trace, step: &MachineStep, next: u32, at: &str, seen: &mut Seen) {
    let (before, after) = (trace.state_at(step.step), trace.state_at(next));
    let of = |state: &State, id| state.heap.get(&id).map(|object| object.refcount);
    for change in &step.counts {
        seen.counted += 1;
        assert_eq!(change.before, of(&before, change.object), "{at}");
        assert_eq!(change.after, of(&after, change.object), "{at}");
    }
    if step.within > 0 {
        return;
    }
    let all = before.heap.keys().chain(after.heap.keys());
    let mut changed: Vec<_> = all
        .filter(|id| of(&before, **id) != of(&after, **id))
        .copied()
        .collect();
    changed.sort_unstable();
    changed.dedup();
    // What is older than the recording is not new where it is first met.
    changed.retain(|id| of(&before, *id).is_some() || trace.object(*id).born.is_some());
    let said: Vec<_> = step.counts.iter().map(|one| one.object).collect();
    assert_eq!(said, changed, "{at}");
}

#[test]
fn every_scenario_keeps_the_laws_of_the_machine() {
    let folder = Folder::new();
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut seen = Seen::default();
    let entries = std::fs::read_dir(&scenarios).expect("there are scenarios");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    paths.sort();
    for path in &paths {
        let name = path
            .file_name()
            .expect("it has a name")
            .to_string_lossy()
            .into_owned();
        folder.write(&name, std::fs::read(path).expect("it can be read"));
        laws(&name, &recorded(&folder, &name), &mut seen);
    }
    eprintln!("{} scenarios: {seen:?}", paths.len());
    seen.is_enough();
    assert!(
        seen.borrowed > 50 && seen.empty > 100 && seen.counted > 20,
        "{seen:?}"
    );
}

const STATEMENTS: [&str; 40] = [
    "a = [1, 2.5, 'x']",
    "b = {'k': a, 2: None}",
    "a.append(b)",
    "c, *d = a",
    "for i in a[:3]:\n    if i == 2.5:\n        continue\n    n += 1",
    "while n < 5:\n    n += 2\nelse:\n    n -= 1",
    "try:\n    {}['missing']\nexcept KeyError as error:\n    n = len(str(error))\nfinally:\n    n += 1",
    "try:\n    fail(3)\nexcept (TypeError, ValueError):\n    pass",
    "s = f'{n:>4} {a!r} {len(a)}'",
    "t = (n, s, *a)",
    "e = {x: y for x, y in zip(range(3), 'abc')}",
    "g = list(x for x in numbers(3) if x)",
    "h = sorted(a[:2], key=lambda item: str(item), reverse=True)",
    "with Manager() as m:\n    m.value = n",
    "try:\n    with Manager():\n        fail(1)\nexcept ValueError:\n    n = 0",
    "k = (lambda x, y=2: x + y)(n)",
    "k = n if n % 2 else -n",
    "k = 1 < n <= 30 and not a or s",
    "n, k = k, n",
    "b['z'] = b.get('z', 0)\nb['z'] += 1",
    "del b[2]\nb[2] = 1",
    "q = Point(1, y=n)\nq.x += 3\nr = q.moved(2)",
    "r = closure(n)()",
    "r = fib(4)",
    "match a:\n    case [1, second, *_]:\n        r = second\n    case _:\n        r = None",
    "match b:\n    case {'k': [first, *_]}:\n        r = first",
    "match Point(1, 2):\n    case Point(x=1, y=w):\n        r = w",
    "assert n is not None, 'never'",
    "global_count += 1",
    "r = max(*a[:1], 4, key=int)",
    "r = both(**{'x': 1, 'y': 2})",
    "import math\nr = math.floor(2.5)",
    "from os import path as p\nr = p.join('a', 'b')",
    "r = [x * y for x in range(2) for y in range(2)]",
    "r = {*range(3)} | {9}",
    "r = a[0:2]\nr[0:1] = [7, 8]",
    "z = numbers(5)\nr = next(z) + next(z)\nz.close()",
    "r = list(chained())",
    "class Local(Point):\n    kind = 'local'\n    def moved(self, by):\n        return super().moved(by + 1)\nr = Local(1, 2).moved(1).x",
    "try:\n    try:\n        fail(1)\n    except ValueError as v:\n        raise KeyError(1) from v\nexcept KeyError:\n    pass",
];

const PRELUDE: &str = r#"
class Manager:
    def __enter__(self):
        return self
    def __exit__(self, *error):
        return False
class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y=0):
        self.x = x
        self.y = y
    def moved(self, by):
        return Point(self.x + by, self.y)
def fail(n):
    raise ValueError(n)
def numbers(n):
    for each in range(n):
        yield each
def chained():
    got = yield from numbers(2)
    yield got
def closure(start):
    def inner(by=1):
        nonlocal start
        start += by
        return start
    return inner
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def both(x, y):
    return x + y
global_count = 0
"#;

/// A program of statements in any order, in a function or in the module.
fn program(random: &mut Random) -> String {
    let mut body = String::from("a = [3, 1, 2.5]\nb = {'k': a, 2: 0}\nn = k = 1\ns = r = ''\n");
    for _ in 0..12 {
        body.push_str(random.pick(&STATEMENTS));
        body.push('\n');
    }
    if random.one_in(2) {
        return format!("{PRELUDE}{body}");
    }
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    format!("{PRELUDE}def main():\n    global global_count\n{body}\nmain()\n")
}

#[test]
fn random_programs_keep_the_laws_of_the_machine() {
    let folder = Folder::new();
    let mut random = Random(41);
    let mut seen = Seen::default();
    for number in 0..40 {
        let source = program(&mut random);
        folder.write("random.py", &source);
        laws(
            &format!("program {number}:\n{source}\n"),
            &recorded(&folder, "random.py"),
            &mut seen,
        );
    }
    eprintln!("{seen:?}");
    seen.is_enough();
    assert!(
        seen.borrowed > 1000 && seen.empty > 1000 && seen.counted > 150,
        "{seen:?}"
    );
}
