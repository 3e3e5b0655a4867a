//! What each stage makes of ten small traces, held against what it made before. A difference names the
//! stage that has moved; none of it runs Python.
//!
//! `MEMVIZ_BLESS=1 cargo t --test goldens` takes what is made now for right;
//! `MEMVIZ_RECORD=1 cargo t --test goldens` records the traces anew first, which moves addresses only.

mod common;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::ZlibDecoder;
use memviz::analyse::ledger;
use memviz::export::{JsonOptions, write_json};
use memviz::layout::{PageOptions, Picture, plan};
use memviz::narrate::{self, StepNarrator};
use memviz::player::{Player, PlayerOptions};
use memviz::render::{DotOptions, SvgOptions, Theme, dot, svg};
use memviz::trace::{Trace, TraceFile};
use memviz::view::{Cell, Scene, Scenes, ViewOptions};
use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Once;

/// The traces, and what each is recorded from.
const TRACES: [(&str, &str); 10] = [
    ("aliasing", "scenarios/aliasing.py"),
    ("argument_passing", "scenarios/argument_passing.py"),
    ("collector_at_work", "scenarios/collector_at_work.py"),
    ("counter_closure", "scenarios/counter_closure.py"),
    ("exception_frames", "scenarios/exception_frames.py"),
    ("generator_life", "scenarios/generator_life.py"),
    ("killed", "tests/traces/killed.py"),
    ("late_binding", "scenarios/late_binding.py"),
    ("threads", "tests/traces/threads.py"),
    ("two_node_cycle", "scenarios/two_node_cycle.py"),
];

/// The pictures that the README shows: name, trace, step.
const GALLERY: [(&str, &str, u32); 5] = [
    ("aliasing", "aliasing", 5),
    ("closures", "late_binding", 17),
    ("cycle", "two_node_cycle", 16),
    ("exception", "exception_frames", 20),
    ("generator", "generator_life", 19),
];

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn trace(name: &str) -> Trace {
    static RECORDED: Once = Once::new();
    if is_set("MEMVIZ_RECORD") {
        RECORDED.call_once(record);
    }
    let path = project().join(format!("tests/traces/{name}.memviz"));
    TraceFile::open(&path)
        .and_then(TraceFile::read)
        .unwrap_or_else(|error| {
            panic!(
                "{}: {error}\nMEMVIZ_RECORD=1 cargo t --test goldens records it anew",
                path.display()
            )
        })
}

/// Records the traces.
fn record() {
    for (name, script) in TRACES {
        let folder = common::Folder::new();
        let out = folder.path().join("out");
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_memviz"))
            .args([script, "--format", "none", "--out"])
            .arg(&out)
            .current_dir(project())
            .output()
            .expect("the program starts");
        let recorded = out.join("trace.memviz");
        assert!(recorded.exists(), "{name}: {}", common::text(&done.stderr));
        let kept = project().join(format!("tests/traces/{name}.memviz"));
        fs::copy(recorded, kept).expect("it can be copied");
    }
}

/// What the trace itself says, step by step.
fn steps(trace: &Trace) -> String {
    let mut out = String::new();
    let symbols = &trace.symbols;
    for (number, step) in (1..).zip(&trace.steps) {
        let head = &step.head;
        let _ = writeln!(
            out,
            "{number} {} {} line {} ran {:?} frames {}+{}",
            head.event.name(),
            symbols.text(head.function),
            head.line,
            head.ran,
            step.frames_kept,
            step.frames.len()
        );
        for (id, state) in &step.entered {
            let kind = symbols.text(trace.object(*id).type_name);
            let value = state.value.map_or("", |value| symbols.text(value));
            let _ = write!(out, "  + #{} {kind} {value} {:?}", id.0, state.refcount);
            for reference in &state.refs {
                let _ = write!(
                    out,
                    " {}→#{}",
                    reference.label.display(symbols),
                    reference.to.0
                );
            }
            out.push('\n');
        }
        for (id, change) in &step.changed {
            let refs = change
                .refs
                .as_ref()
                .map(|splice| (splice.keep, splice.tail, splice.put.len()));
            let _ = writeln!(out, "  ~ #{} {:?} {refs:?}", id.0, change.refcount);
        }
        for id in &step.left {
            let _ = writeln!(out, "  - #{} {:?}", id.0, trace.object(*id).died);
        }
        for held in &head.held {
            let _ = writeln!(
                out,
                "  held #{} as {:?}: {}",
                held.to.0,
                held.kind,
                symbols.text(held.by)
            );
        }
        for run in &head.collections {
            let _ = writeln!(out, "  collector {run:?}");
        }
    }
    out
}

/// Who owns each reference, and what is left over.
fn owners(trace: &Trace) -> String {
    let mut out = String::new();
    let mut replay = trace.replay();
    while let Some((number, step, state)) = replay.next() {
        let ledger = ledger(
            state,
            &trace.objects,
            &step.head.held,
            trace.header.granularity,
        );
        let _ = writeln!(out, "step {number}");
        for (id, object) in &state.heap {
            let info = trace.object(*id);
            if !ledger.is_listed(*id, info, object) {
                continue;
            }
            let owners: Vec<String> = ledger
                .owners(*id)
                .iter()
                .map(|owner| format!("{:?} {}", owner.from, owner.label.display(&trace.symbols)))
                .collect();
            let _ = writeln!(
                out,
                "  #{} {:?} reachable {} unexplained {}: {}",
                id.0,
                object.refcount,
                ledger.is_reachable(*id),
                ledger.unexplained(*id, object.refcount),
                owners.join(", ")
            );
        }
    }
    out
}

/// What is said of each step, and of the end.
fn words(trace: &Trace) -> String {
    let mut out = String::new();
    let mut narrator = StepNarrator::new(trace);
    let mut replay = trace.replay();
    while let Some((number, step, state)) = replay.next() {
        let ledger = ledger(
            state,
            &trace.objects,
            &step.head.held,
            trace.header.granularity,
        );
        let told = narrator.tell(trace, step, state, &ledger, None, None);
        let _ = writeln!(out, "{number} {}", told.join(" | "));
    }
    if let Some(last) = trace.steps.last() {
        let _ = writeln!(
            out,
            "the program {}",
            narrate::outcome(&trace.header, &last.head, &trace.symbols)
        );
    }
    out
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Arrow(arrow) => format!(
            "{}→ {:?} {:?}",
            if arrow.weak { "weak " } else { "" },
            arrow.to,
            arrow.mark
        ),
    }
}

/// What is drawn of each step, before it has places.
fn scenes(scenes: &[Scene]) -> String {
    let mut out = String::new();
    for scene in scenes {
        let _ = writeln!(out, "step {}: {}", scene.number, scene.caption.event);
        for one in &scene.boxes {
            let _ = writeln!(
                out,
                "  {:?} [{}] {} {:?} {:?} {:?}",
                one.key, one.title, one.count, one.tone, one.status, one.mark
            );
            for row in &one.rows {
                let _ = writeln!(
                    out,
                    "    {} = {} {:?}",
                    cell(&row.label),
                    cell(&row.value),
                    row.mark
                );
            }
        }
    }
    out
}

/// Where it stands.
fn places(pictures: &[Picture]) -> String {
    let mut out = String::new();
    for picture in pictures {
        let _ = writeln!(
            out,
            "step {}: {} x {}",
            picture.number, picture.page.width, picture.page.height
        );
        for one in &picture.boxes {
            let rect = one.rect;
            let _ = writeln!(out, "  {:?} at {:?}", one.key, rect);
        }
        for arrow in &picture.arrows {
            let _ = writeln!(
                out,
                "  {:?} → {:?} from {:?} in {}",
                arrow.from,
                arrow.to,
                arrow.start,
                arrow.pieces.len()
            );
        }
    }
    out
}

/// What the page is given, one line for each part.
fn payload(trace: &Trace, pictures: &[Picture]) -> String {
    let mut player = Player::new(trace, PlayerOptions { quiz: false });
    pictures.iter().for_each(|picture| player.add(picture));
    let page = player.finish(None);
    let start = page.find("id=\"payload\">").expect("it is in the page") + "id=\"payload\">".len();
    let end = page[start..].find('<').expect("it ends") + start;
    let packed = BASE64_STANDARD
        .decode(page[start..end].trim())
        .expect("it is base64");
    let mut json = String::new();
    ZlibDecoder::new(&packed[..])
        .read_to_string(&mut json)
        .expect("it is deflated");
    let payload: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let mut out = String::new();
    for (name, value) in payload.as_object().expect("it is a record") {
        match value.as_array() {
            Some(list) => {
                let _ = writeln!(out, "{name}:");
                list.iter().for_each(|one| {
                    let _ = writeln!(out, "  {one}");
                });
            }
            None => {
                let _ = writeln!(out, "{name}: {value}");
            }
        }
    }
    out
}

fn json(trace: &Trace) -> String {
    let mut bytes = Vec::new();
    write_json(trace, JsonOptions::default(), &mut bytes).expect("memory takes everything");
    let text = String::from_utf8(bytes).expect("it is text");
    let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let mut out = String::new();
    for (name, value) in value.as_object().expect("it is a record") {
        // The steps are long: those at the end tell enough of the form.
        let list = value
            .as_array()
            .filter(|_| name == "steps" || name == "objects");
        match list {
            Some(list) => {
                let _ = writeln!(out, "{name}: {}", list.len());
                list.iter().rev().take(2).for_each(|one| {
                    let _ = writeln!(out, "  {one}");
                });
            }
            None => {
                let _ = writeln!(out, "{name}: {value}");
            }
        }
    }
    out
}

/// What each stage makes of a trace, in the order of the stages.
fn all_stages(trace: &Trace) -> Vec<(&'static str, String)> {
    let options = ViewOptions::default();
    let drawn: Vec<Scene> = Scenes::new(trace, &options).collect();
    let plan = plan(drawn.iter().cloned());
    let plan = plan.on_pages(|| drawn.iter().cloned(), PageOptions::default());
    let pictures: Vec<Picture> = drawn.iter().map(|scene| plan.picture(scene)).collect();
    let last = pictures.last().expect("there are steps");
    vec![
        ("trace", steps(trace)),
        ("analyse", owners(trace)),
        ("narrate", words(trace)),
        ("view", scenes(&drawn)),
        ("layout", places(&pictures)),
        (
            "render",
            svg(
                last,
                &SvgOptions {
                    theme: Theme::Light,
                },
            ),
        ),
        ("render-dot", dot(last, DotOptions::default())),
        ("export", json(trace)),
        ("player", payload(trace, &pictures)),
    ]
}

/// Addresses are another at each recording.
fn without_addresses(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("0x") {
        let (before, behind) = rest.split_at(at);
        let end = behind[2..]
            .find(|c: char| !c.is_ascii_hexdigit())
            .map_or(behind.len(), |end| end + 2);
        out.push_str(before);
        out.push_str("0x…");
        rest = &behind[end..];
    }
    out + rest
}

fn golden(stage: &str, name: &str) -> PathBuf {
    project().join(format!("tests/goldens/{stage}/{name}.txt"))
}

#[test]
fn each_stage_makes_what_it_made_before() {
    let bless = is_set("MEMVIZ_BLESS") || is_set("MEMVIZ_RECORD");
    let mut moved: Vec<String> = Vec::new();
    for (name, _) in TRACES {
        for (stage, made) in all_stages(&trace(name)) {
            let made = without_addresses(&made);
            let path = golden(stage, name);
            if bless {
                fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
                fs::write(&path, &made).expect("it can be written");
                continue;
            }
            let before = fs::read_to_string(&path).unwrap_or_default();
            if before != made {
                let line = before.lines().zip(made.lines()).position(|(a, b)| a != b);
                let line = line.unwrap_or_else(|| before.lines().count().min(made.lines().count()));
                let at = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_owned();
                moved.push(format!(
                    "{stage}: {name}, line {}\n  before: {}\n  now:    {}",
                    line + 1,
                    at(&before),
                    at(&made)
                ));
                // What later stages make of it follows from that.
                break;
            }
        }
    }
    assert!(
        moved.is_empty(),
        "the first stage that has moved, by trace:\n{}\nwhere that is right: MEMVIZ_BLESS=1 cargo t --test goldens",
        moved.join("\n")
    );
}

#[test]
fn the_gallery_is_what_is_drawn_now() {
    for (picture, name, step) in GALLERY {
        let trace = trace(name);
        let options = ViewOptions::default();
        let plan = plan(Scenes::new(&trace, &options));
        let mut scenes = Scenes::new(&trace, &options);
        let scene = scenes
            .find(|scene| scene.number == step)
            .expect("it is there");
        let alone = || std::iter::once(scene.clone());
        let plan = plan.on_pages(alone, PageOptions::default());
        let made = svg(
            &plan.picture(&scene),
            &SvgOptions {
                theme: Theme::Light,
            },
        );
        let path = project().join(format!("output/gallery/{picture}.svg"));
        if is_set("MEMVIZ_BLESS") {
            fs::write(&path, &made).expect("it can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == made,
            "{} is not what is drawn now; where that is right: MEMVIZ_BLESS=1 cargo t --test goldens",
            path.display()
        );
    }
}
