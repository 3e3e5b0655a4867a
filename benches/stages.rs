//! What each stage costs on a lesson of 300 steps and on a run of 3,000 steps of 100 objects, by itself:
//! recording (a process of its own, its start included), reading, analysis, words, scenes, layout, SVG,
//! PNG, the player, and the exports.

use criterion::{BatchSize, Criterion, SamplingMode};
use memviz::analyse::ledger;
use memviz::export::{JsonOptions, write_json, write_jsonl, write_parquet};
use memviz::layout::{PageOptions, plan};
use memviz::narrate::StepNarrator;
use memviz::player::{Player, PlayerOptions};
use memviz::render::{RenderedSvg, SvgOptions, SvgWriter, svg};
use memviz::trace::{Trace, TraceFile};
use memviz::view::{Scene, Scenes, ViewOptions};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A class, a function and a few objects, as lessons have them.
const LESSON: &str = "\
class Account:
    def __init__(self, owner):
        self.owner = owner
        self.history = []
    def deposit(self, amount):
        self.history.append(amount)
        return amount
accounts = [Account(name) for name in ('Ada', 'Bob', 'Cy')]
for turn in range(100):
    total = 0
    for account in accounts:
        total = total + account.deposit(turn)
    summary = {'turn': turn, 'total': total}
";
/// A linked list of 50 nodes, each with a list of its own, which is turned over and over.
const LONG: &str = "\
class Node:
    pass
nodes = [Node() for _ in range(50)]
for node in nodes: node.seen = []; node.next = None
for _ in range(30):
    first = None
    for node in nodes:
        node.next = first
        first = node
        node.seen.append(first)
    for node in nodes:
        node.seen.pop()
    nodes.reverse()
";

/// Records a script, and says where its trace is.
fn record(folder: &Path, script: &Path, steps: u32) -> PathBuf {
    let out = folder.join("recorded");
    let done = Command::new(env!("CARGO_BIN_EXE_memviz"))
        .args(["--format", "none", "--force", "--max-steps"])
        .arg(steps.to_string())
        .arg("--out")
        .args([&out, script])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("memviz starts");
    assert!(done.success());
    out.join("trace.memviz")
}

fn open(path: &Path) -> TraceFile {
    TraceFile::open(path).expect("it is a trace")
}

/// Goes through all steps with who owns what, and tells them where that is asked for.
fn walk(trace: &Trace, tells: bool) {
    let mut teller = StepNarrator::new(trace);
    let mut replay = trace.replay();
    while let Some((_, step, state)) = replay.next() {
        let (held, granularity) = (&step.head.held, trace.header.granularity);
        let owners = ledger(state, &trace.objects, held, granularity);
        if tells {
            black_box(teller.tell(trace, step, state, &owners, None, None));
        }
        black_box(owners);
    }
}

fn stages(criterion: &mut Criterion, name: &str, text: &str, steps: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.py");
    std::fs::write(&script, text).expect("the script");
    let mut group = criterion.benchmark_group(name);
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function("record", |bencher| {
        bencher.iter(|| record(folder.path(), &script, steps));
    });
    let path = record(folder.path(), &script, steps);
    group.bench_function("read", |bencher| {
        bencher.iter(|| open(&path).read().expect("it is whole"));
    });
    let trace = open(&path).read().expect("it is whole");
    assert_eq!(trace.steps.len(), steps as usize);
    group.bench_function("analyse", |bencher| bencher.iter(|| walk(&trace, false)));
    group.bench_function("analyse and narrate", |bencher| {
        bencher.iter(|| walk(&trace, true));
    });
    let view = ViewOptions {
        max_objects: 120,
        ..ViewOptions::default()
    };
    let scenes = || -> Vec<Scene> { Scenes::new(&trace, &view).collect() };
    group.bench_function("scenes", |bencher| bencher.iter(scenes));
    let scenes = scenes();
    let plan = || plan(scenes.iter());
    group.bench_function("layout", |bencher| bencher.iter(plan));
    let paged = plan().on_pages(|| scenes.iter(), PageOptions::default());
    group.bench_function("pictures", |bencher| {
        bencher.iter(|| {
            let mut pictures = paged.pictures();
            scenes.iter().for_each(|scene| {
                black_box(pictures.picture(scene));
            });
        });
    });
    let mut pictures = paged.pictures();
    let drawn: Vec<_> = scenes.iter().map(|scene| pictures.picture(scene)).collect();
    group.bench_function("SVG", |bencher| {
        bencher.iter(|| {
            let mut writer = SvgWriter::new(&SvgOptions::default());
            drawn.iter().for_each(|picture| {
                black_box(writer.write(picture));
            });
        });
    });
    group.bench_function("player", |bencher| {
        bencher.iter(|| {
            let mut player = Player::new(&trace, PlayerOptions::default());
            drawn.iter().for_each(|picture| player.add(picture));
            player.finish(None)
        });
    });
    exports(&mut group, &path, &trace);
    group.finish();
}

fn exports(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    path: &Path,
    trace: &Trace,
) {
    let options = JsonOptions::default();
    group.bench_function("export as JSON", |bencher| {
        bencher.iter(|| write_json(trace, options, &mut std::io::sink()));
    });
    group.bench_function("export as lines of JSON", |bencher| {
        bencher.iter(|| write_jsonl(&open(path), options, &mut std::io::sink()));
    });
    group.bench_function("export as tables", |bencher| {
        bencher.iter_batched(
            || tempfile::tempdir().expect("a folder"),
            |tables| write_parquet(&open(path), tables.path()).map(|_| tables),
            BatchSize::PerIteration,
        );
    });
}

/// A picture as pixels: of the last step of a lesson.
fn pixels(criterion: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces/collector_at_work.memviz");
    let trace = open(&path).read().expect("it is whole");
    let scenes: Vec<Scene> = Scenes::new(&trace, &ViewOptions::default()).collect();
    let plan = plan(scenes.iter()).on_pages(|| scenes.iter(), PageOptions::default());
    let last = scenes.last().expect("there is a step");
    let document = svg(&plan.picture(last), &SvgOptions::default());
    criterion.bench_function("PNG of a picture", |bencher| {
        bencher.iter(|| {
            let rendered = RenderedSvg::new(&document).expect("it is SVG");
            let raster = rendered.raster(1.0).expect("it is small enough");
            raster.png().expect("it can be written")
        });
    });
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .measurement_time(Duration::from_secs(3))
        .warm_up_time(Duration::from_millis(300))
        .configure_from_args();
    stages(&mut criterion, "a lesson of 300 steps", LESSON, 300);
    stages(&mut criterion, "3,000 steps of 100 objects", LONG, 3_000);
    pixels(&mut criterion);
    criterion.final_summary();
}
