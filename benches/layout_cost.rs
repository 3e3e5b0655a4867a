//! What it costs to lay out steps with 100 objects and to write them as SVG, and how the cost of a
//! step grows with the length of the run; what the player of a run costs, and a single picture of a
//! heap of 10,000 objects.
//!
//! Nothing is run here but the layout and the drawing: each trace is recorded once, beforehand. At
//! the end a table gives the time of a whole run, the share of the layout, the cost of a step, and
//! its ratio to a step of the shortest run: 1 where the cost grows with the steps and no faster.

use criterion::{BenchmarkId, Criterion, SamplingMode};
use memviz::layout::{PageOptions, plan};
use memviz::player::{Player, PlayerOptions};
use memviz::render::{SvgOptions, SvgWriter};
use memviz::trace::{Trace, TraceFile};
use memviz::view::{Scene, Scenes, ViewFilter, ViewOptions};
use std::cell::Cell;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const STEPS: [usize; 4] = [300, 1_000, 3_000, 10_000];
const OBJECTS: usize = 100;
/// A linked list of 50 nodes, each with a list of its own, which is turned over and over.
const SCRIPT: &str = "\
import sys
class Node:
    pass
nodes = [Node() for _ in range(50)]
for node in nodes: node.seen = []; node.next = None
for _ in range(int(sys.argv[1])):
    first = None
    for node in nodes:
        node.next = first
        first = node
        node.seen.append(first)
    for node in nodes:
        node.seen.pop()
    nodes.reverse()
";

/// A list of 5,000 instances, each with a list.
const HEAP: &str = "\
class Cell:
    def __init__(self):
        self.held = []
cells = [Cell() for _ in range(5000)]
first = cells[0]
";
/// A class, a function and a few objects, as lessons have them.
const LESSON: &str = "\
import sys
class Account:
    def __init__(self, owner):
        self.owner = owner
        self.history = []
    def deposit(self, amount):
        self.history.append(amount)
        return amount
accounts = [Account(name) for name in ('Ada', 'Bob', 'Cy')]
for turn in range(int(sys.argv[1])):
    total = 0
    for account in accounts:
        total = total + account.deposit(turn)
    summary = {'turn': turn, 'total': total}
";

fn recorded(folder: &Path, steps: usize) -> Trace {
    let trace = record(folder, SCRIPT, steps, steps / 200 + 2);
    assert_eq!(trace.steps.len(), steps);
    trace
}

/// The trace of a script, of so many steps at most; the script is given a number.
fn record(folder: &Path, text: &str, steps: usize, number: usize) -> Trace {
    let script = folder.join("script.py");
    std::fs::write(&script, text).expect("the script");
    let output = folder.join("output");
    let done = Command::new(env!("CARGO_BIN_EXE_memviz"))
        .args(["--format", "none", "--force", "--max-steps"])
        .arg(steps.to_string())
        .arg("--out")
        .args([&output, &script])
        .arg(number.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("memviz starts");
    assert!(done.success());
    TraceFile::open(&output.join("trace.memviz"))
        .and_then(|file| file.read())
        .expect("a trace was written")
}

/// Lays out and draws all steps; gives the time of the whole and of the layout alone.
fn draw(trace: &Trace, view: &ViewOptions) -> (Duration, Duration) {
    let begin = Instant::now();
    let scenes: Vec<Scene> = Scenes::new(trace, view).collect();
    let plan = plan(scenes.iter());
    let laid_out = begin.elapsed();
    let plan = plan.on_pages(|| scenes.iter(), PageOptions::default());
    let (mut pictures, mut writer) = (plan.pictures(), SvgWriter::new(&SvgOptions::default()));
    for scene in &scenes {
        black_box(writer.write(&pictures.picture(scene)));
    }
    (begin.elapsed(), laid_out)
}

/// Makes the player of a run.
fn play(trace: &Trace, view: &ViewOptions) -> String {
    let scenes: Vec<Scene> = Scenes::new(trace, view).collect();
    let plan = plan(scenes.iter());
    let mut pictures = plan.pictures();
    let mut player = Player::new(trace, PlayerOptions::default());
    for scene in &scenes {
        player.add(&pictures.picture(scene));
    }
    player.finish(None)
}

/// A lesson, a single picture of a large heap, and the player of a long run.
fn products(criterion: &mut Criterion, folder: &Path) {
    let mut group = criterion.benchmark_group("products");
    group.sampling_mode(SamplingMode::Flat);
    let lesson = record(folder, LESSON, 300, 100);
    let view = ViewOptions::default();
    group.bench_function("a lesson of 300 steps", |bencher| {
        bencher.iter(|| draw(&lesson, &view));
    });
    let heap = record(folder, HEAP, 20_000, 0);
    let last = heap.steps.len() as u32;
    let one = ViewOptions {
        choice: ViewFilter {
            steps: vec![(last - 1, last - 1)],
            ..ViewFilter::default()
        },
        ..ViewOptions::default()
    };
    let state = heap.state_at(last - 1);
    assert!(state.heap.len() >= 10_000);
    group.bench_function("a picture of 10,000 objects", |bencher| {
        bencher.iter(|| draw(&heap, &one));
    });
    let long = recorded(folder, 10_000);
    let wide = ViewOptions {
        max_objects: OBJECTS + 20,
        ..ViewOptions::default()
    };
    group.bench_function("the player of 10,000 steps", |bencher| {
        bencher.iter(|| play(&long, &wide));
    });
    group.finish();
}

fn main() {
    let folder = std::env::temp_dir().join(format!("memviz-layout-cost-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the script");
    let mut criterion = Criterion::default()
        .sample_size(10)
        .measurement_time(Duration::from_secs(5))
        .warm_up_time(Duration::from_millis(500))
        .configure_from_args();
    let view = ViewOptions {
        max_objects: OBJECTS + 20,
        ..ViewOptions::default()
    };
    let mut rows: Vec<(usize, usize, Duration, f64)> = Vec::new();
    let mut group = criterion.benchmark_group("layout and SVG");
    group.sampling_mode(SamplingMode::Flat);
    for steps in STEPS {
        let trace = recorded(&folder, steps);
        let objects = Scenes::new(&trace, &view)
            .map(|scene| scene.boxes.len())
            .max();
        let best = Cell::new((Duration::MAX, Duration::MAX));
        group.bench_function(BenchmarkId::from_parameter(steps), |bencher| {
            bencher.iter_custom(|rounds| {
                let mut sum = Duration::ZERO;
                for _ in 0..rounds {
                    let drawn = draw(&trace, &view);
                    best.set(best.get().min(drawn));
                    sum += drawn.0;
                }
                sum
            });
        });
        let (whole, layout) = best.get();
        if whole < Duration::MAX {
            let share = layout.as_secs_f64() / whole.as_secs_f64();
            rows.push((steps, objects.unwrap_or(0), whole, share));
        }
    }
    group.finish();
    products(&mut criterion, &folder);
    criterion.final_summary();
    println!("\n    steps   boxes        time   layout   a step   ratio");
    for (steps, boxes, whole, share) in &rows {
        let of_step = |steps: usize, whole: Duration| whole.as_secs_f64() * 1e6 / steps as f64;
        let (first, _, shortest, _) = rows[0];
        println!(
            "{steps:>9} {boxes:>7} {:>8.0} ms {:>6.0} % {:>5.0} us {:>7.2}",
            whole.as_secs_f64() * 1e3,
            100.0 * share,
            of_step(*steps, *whole),
            of_step(*steps, *whole) / of_step(first, shortest),
        );
    }
    let _ = std::fs::remove_dir_all(&folder);
}
