//! The collector at work: each of its runs as a sequence of scenes, one a phase.

use super::filter::ViewFilter;
use super::options::{Counts, ViewOptions};
use super::scene::{BoxKey, Cell, Mark, Scene, SceneBox, Status};
use super::scenes::Scenes;
use crate::trace::{Cause, Collection, ObjId, Trace};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One run of the collector.
#[derive(Debug)]
pub struct CollectorRun {
    /// The step in which it ended.
    pub step: u32,
    /// Its phases in their order, with a short word for each.
    pub phases: Vec<(&'static str, Scene)>,
}

/// The runs of a trace that looked at objects of the program. The boxes are those of the step before
/// a run, the numbers those that the collector found.
pub fn collector_runs(trace: &Trace, options: &ViewOptions) -> Vec<CollectorRun> {
    let options = ViewOptions {
        choice: ViewFilter {
            no_marks: true,
            ..ViewFilter::default()
        },
        counts: Counts::Always,
        ..options.clone()
    };
    let mut runs = Vec::new();
    let mut before: Option<Scene> = None;
    for scene in Scenes::new(trace, &options) {
        let step = scene.number;
        let head = &trace.steps[step as usize - 1].head;
        if let Some(before) = &before {
            let looked = |run: &&Collection| !run.candidates.is_empty();
            for run in head.collections.iter().filter(looked) {
                runs.push(CollectorRun {
                    step,
                    phases: Phases::new(run, before, &scene).all(),
                });
            }
        }
        before = Some(scene);
    }
    runs
}

/// A run and the scene that its phases are drawn on.
struct Phases<'r> {
    run: &'r Collection,
    base: Scene,
    counts: BTreeMap<ObjId, u32>,
    gc_refs: BTreeMap<ObjId, u32>,
}

/// What one phase says of a candidate.
type Saying<'p> = dyn Fn(ObjId) -> (String, Status) + 'p;

fn unmark(one: &mut SceneBox) {
    one.mark = Mark::None;
    one.count_changed = false;
    if let Some((_, now)) = one.count.split_once('→') {
        one.count = now.to_owned();
    }
    for row in &mut one.rows {
        row.mark = Mark::None;
        for cell in [&mut row.label, &mut row.value] {
            if let Cell::Arrow(arrow) = cell {
                arrow.mark = Mark::None;
            }
        }
    }
}

impl<'r> Phases<'r> {
    fn new(run: &'r Collection, before: &Scene, after: &Scene) -> Phases<'r> {
        let mut base = before.clone();
        base.number = after.number;
        base.caption = after.caption.clone();
        base.caption.words = Vec::new();
        base.boxes
            .retain(|one| !matches!(one.status, Status::Dead(_)));
        base.boxes.iter_mut().map(Arc::make_mut).for_each(unmark);
        Phases {
            run,
            base,
            counts: run.counts.iter().copied().collect(),
            gc_refs: run.gc_refs.iter().copied().collect(),
        }
    }

    fn all(&self) -> Vec<(&'static str, Scene)> {
        let run = self.run;
        let of = |list: &[ObjId]| list.iter().copied().collect::<BTreeSet<ObjId>>();
        let (unreachable, collected) = (of(&run.unreachable), of(&run.collected));
        let count = |id: ObjId| self.counts.get(&id).copied().unwrap_or(0);
        let left = |id: ObjId| self.gc_refs.get(&id).copied().unwrap_or(0);
        let both = |id: ObjId| format!("ref_count {}, gc_refs {}", count(id), left(id));
        let how = if run.automatic {
            "by itself"
        } else {
            "because the program asks"
        };
        let first = format!(
            "the collector runs {how} and copies the counts of {} objects",
            run.candidates.len()
        );
        let suspect = |id| match left(id) {
            0 => Status::TentativelyUnreachable,
            _ => Status::Alive,
        };
        let rescued = |id| match (unreachable.contains(&id), left(id)) {
            (true, _) => Status::Unreachable,
            (false, 0) => Status::ReachedFromOutside,
            (false, _) => Status::Alive,
        };
        let freed = |id| match collected.contains(&id) {
            true => Status::Dead(Cause::Collector),
            false => Status::Alive,
        };
        let mut phases = vec![
            self.phase("counts", &first, &|id| {
                (format!("ref_count {}", count(id)), Status::Alive)
            }),
            self.phase(
                "subtracted",
                "references from these objects to each other are taken off: gc_refs are left",
                &|id| (both(id), Status::Alive),
            ),
            self.phase(
                "suspects",
                "where gc_refs is 0, nothing from outside is known: tentatively unreachable",
                &|id| (both(id), suspect(id)),
            ),
            self.phase(
                "rescued",
                "what is held from outside rescues all that it reaches; the rest is unreachable",
                &|id| (both(id), rescued(id)),
            ),
        ];
        if !run.unreachable.is_empty() {
            phases.push(self.phase("freed", &self.ending(), &|id| (both(id), freed(id))));
        }
        phases
    }

    /// What was done with the unreachable.
    fn ending(&self) -> String {
        let run = self.run;
        let mut words = Vec::new();
        let mut say = |list: &[ObjId], one: &str, many: &str| match list.len() {
            0 => {}
            1 => words.push(format!("1 {one}")),
            count => words.push(format!("{count} {many}")),
        };
        say(
            &run.weakrefs_cleared,
            "weak reference is cleared",
            "weak references are cleared",
        );
        say(
            &run.finalized,
            "finalizer is called",
            "finalizers are called",
        );
        say(
            &run.resurrected,
            "object is brought back",
            "objects are brought back",
        );
        say(&run.collected, "object is freed", "objects are freed");
        words.join(", ")
    }

    fn phase(&self, name: &'static str, words: &str, saying: &Saying<'_>) -> (&'static str, Scene) {
        let mut scene = self.base.clone();
        scene.caption.event = words.to_owned();
        for one in scene.boxes.iter_mut().map(Arc::make_mut) {
            match one.key {
                BoxKey::Object(id) if self.gc_refs.contains_key(&id) => {
                    (one.count, one.status) = saying(id);
                }
                _ => one.status = Status::Alive,
            }
        }
        (name, scene)
    }
}
