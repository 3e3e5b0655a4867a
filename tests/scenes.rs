//! What a scene shows does not depend on which others are made: boxes that are kept from step to step
//! are what they would be if they were made anew.

use memviz::trace::{Trace, TraceFile};
use memviz::view::{Scene, Scenes, ViewFilter, ViewOptions};
use std::path::Path;

fn traces() -> Vec<(String, Trace)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "memviz"));
    paths.sort();
    let read = |path: &Path| TraceFile::open(path).and_then(TraceFile::read);
    paths
        .iter()
        .map(|path| (path.display().to_string(), read(path).expect("a trace")))
        .collect()
}

fn alone(trace: &Trace, step: u32, options: &ViewOptions) -> Option<Scene> {
    let choice = ViewFilter {
        steps: vec![(step, step)],
        ..options.choice.clone()
    };
    let options = ViewOptions {
        choice,
        ..options.clone()
    };
    Scenes::new(trace, &options).next()
}

#[test]
fn a_scene_is_the_same_whichever_others_are_made() {
    let all = traces();
    assert!(all.len() >= 10);
    for shows_all in [false, true] {
        let options = ViewOptions {
            internals: shows_all,
            classes: shows_all,
            ..ViewOptions::default()
        };
        let mut compared = 0;
        for (name, trace) in &all {
            for scene in Scenes::new(trace, &options) {
                let step = scene.number;
                let alone = alone(trace, step, &options).expect("a scene of that step");
                assert_eq!(scene.boxes, alone.boxes, "{name}, step {step}");
                compared += 1;
            }
        }
        assert!(compared > 100, "{compared} scenes");
    }
}
