//! What a choice means at one step: where the drawing starts, what is hidden and what is folded.

use super::resolved_filter::ResolvedFilter;
use super::sayings::{Outlined, RowOf, Said, Standing, last_part};
use crate::analyse::{Target, follow, named};
use crate::trace::{ObjId, State, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// A choice over the steps: what its names led to last, for when they are gone.
#[derive(Debug)]
pub(super) struct FocusTracker {
    pub resolved: ResolvedFilter,
    last: BTreeMap<String, Vec<ObjId>>,
    standing: Standing,
    /// What the wishes for shapes have led to at any step so far: the last wish for each.
    shaped: BTreeMap<ObjId, usize>,
}

impl FocusTracker {
    pub(super) fn new(resolved: ResolvedFilter) -> FocusTracker {
        FocusTracker {
            resolved,
            last: BTreeMap::new(),
            standing: Standing::default(),
            shaped: BTreeMap::new(),
        }
    }

    /// Goes on to a step. Every step must be gone through: a name that is gone stands for what it
    /// led to last, while that lives.
    pub(super) fn at(&mut self, trace: &Trace, number: u32, state: &State) -> Chosen<'_> {
        let FocusTracker {
            resolved,
            last,
            standing,
            shaped,
        } = self;
        let head = |number: u32| Some(&trace.steps.get(number.checked_sub(1)? as usize)?.head);
        if let Some(now) = head(number) {
            standing.follow(&resolved.said, now, head(number - 1));
        }
        let mut objects = |targets: &[Target]| -> Vec<ObjId> {
            targets
                .iter()
                .flat_map(|target| leads_to(trace, state, target, last))
                .collect()
        };
        let focus = match &resolved.only {
            Some(only) => Some(only.objects.iter().copied().collect()),
            None => (!resolved.focus.is_empty()).then(|| objects(&resolved.focus)),
        };
        let hidden = objects(&resolved.hidden.targets).into_iter().collect();
        let folded = objects(&resolved.folded.targets).into_iter().collect();
        // Also of those that are not said yet, for when the name is gone then.
        for target in resolved.said.iter().flat_map(Said::targets) {
            objects(std::slice::from_ref(target));
        }
        let colors = resolved.colors.iter();
        let colors = colors
            .map(|(which, _)| objects(&which.targets).into_iter().collect())
            .collect();
        for (number, wish) in resolved.shapes.iter().enumerate() {
            for id in objects(std::slice::from_ref(&wish.target)) {
                let last = shaped.entry(id).or_insert(number);
                *last = number.max(*last);
            }
        }
        let labels = standing.labels.iter();
        let labels = labels
            .map(|(target, words)| (objects(std::slice::from_ref(target)), words.clone()))
            .collect();
        let outlined = standing.outlined.iter();
        let outlined = outlined
            .map(|target| Outlined {
                objects: objects(std::slice::from_ref(target)),
                row: row_of(target, &mut objects),
            })
            .collect();
        Chosen {
            resolved,
            focus,
            hidden,
            folded,
            outlined,
            labels,
            colors,
            shaped,
            notes: &standing.notes,
        }
    }
}

impl FocusTracker {
    /// The place among the wishes of the one that holds for an object.
    pub(super) fn wish_number(&self, id: ObjId) -> Option<usize> {
        self.shaped.get(&id).copied()
    }
}

/// The row that holds what a target leads to.
fn row_of(target: &Target, objects: &mut impl FnMut(&[Target]) -> Vec<ObjId>) -> Option<RowOf> {
    let Target::Path { name, rest } = target else {
        return None;
    };
    let Some((way, part)) = last_part(rest) else {
        return Some(RowOf::Name(name.clone()));
    };
    let owner = Target::Path {
        name: name.clone(),
        rest: way.to_owned(),
    };
    Some(RowOf::Part(objects(&[owner]), part.to_owned()))
}

/// What a target leads to, in any call frame.
fn leads_to(
    trace: &Trace,
    state: &State,
    target: &Target,
    last: &mut BTreeMap<String, Vec<ObjId>>,
) -> Vec<ObjId> {
    let (name, rest) = match target {
        Target::Object(id) => return vec![*id],
        Target::Path { name, rest } => (name, rest),
    };
    let found: Vec<ObjId> = state
        .all_frames()
        .filter_map(|frame| named(trace, frame, name))
        .filter_map(|from| follow(trace, state, from, rest).ok())
        .collect();
    let last = last.entry(target.to_string()).or_default();
    if !found.is_empty() {
        last.clone_from(&found);
    }
    last.clone()
}

/// A choice at one step.
#[derive(Debug)]
pub(super) struct Chosen<'r> {
    pub resolved: &'r ResolvedFilter,
    /// Where the drawing starts; `None`: at the names.
    pub focus: Option<Vec<ObjId>>,
    pub hidden: BTreeSet<ObjId>,
    pub folded: BTreeSet<ObjId>,
    pub outlined: Vec<Outlined>,
    /// What bears which words.
    pub labels: Vec<(Vec<ObjId>, String)>,
    /// What has a colour beside the types, in the order of [`ResolvedFilter::colors`].
    pub colors: Vec<BTreeSet<ObjId>>,
    /// What shapes are asked for, by the place in [`ResolvedFilter::shapes`].
    pub shaped: &'r BTreeMap<ObjId, usize>,
    /// What the author says at this step.
    pub notes: &'r [String],
}

impl Chosen<'_> {
    /// Whether less may be drawn than what the names reach.
    pub(super) fn is_partial(&self) -> bool {
        let folded = &self.resolved.folded;
        self.focus.is_some()
            || self.resolved.depth.is_some()
            || !folded.targets.is_empty()
            || !folded.types.is_empty()
    }
}
