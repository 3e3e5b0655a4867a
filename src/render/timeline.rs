//! All steps of a run as one list of parts, each with the steps that show it. What several steps
//! have in common is kept once; the parts that a step shows stand in its own order of painting.

use super::svg::{Owner, Part};
use std::collections::{BTreeMap, HashMap};

/// Steps in a row, counted from 0; the second is the first that is not among them.
pub(super) type Run = (u32, u32);

/// A part and when it is shown.
#[derive(Debug)]
pub(super) struct Timed {
    pub layer: u8,
    pub owner: Owner,
    pub svg: String,
    pub shown: Vec<Run>,
}

#[derive(Debug, Default)]
pub(super) struct Timeline {
    parts: Vec<Timed>,
    /// Places in `parts`, in an order of painting that suits all steps.
    order: Vec<usize>,
    /// The parts with the same content, which several orders of painting may ask for.
    alike: HashMap<String, Vec<usize>>,
    owners: BTreeMap<Owner, Vec<Run>>,
    steps: u32,
}

/// Parts that are shown at the same steps and painted one after the other.
pub(super) struct Group<'t> {
    pub shown: &'t [Run],
    pub owner: Owner,
    pub parts: Vec<&'t str>,
}

fn show(runs: &mut Vec<Run>, step: u32) {
    match runs.last_mut() {
        Some((_, end)) if *end == step => *end += 1,
        Some((_, end)) if *end == step + 1 => {}
        _ => runs.push((step, step + 1)),
    }
}

pub(super) fn contains(runs: &[Run], step: u32) -> bool {
    runs.iter()
        .any(|(start, end)| (*start..*end).contains(&step))
}

impl Timeline {
    pub(super) fn steps(&self) -> u32 {
        self.steps
    }

    /// Adds a step.
    pub(super) fn add(&mut self, parts: Vec<Part>) {
        let step = self.steps;
        self.steps += 1;
        let mut place_in_order = vec![0; self.parts.len()];
        for (place, part) in self.order.iter().enumerate() {
            place_in_order[*part] = place;
        }
        let known: Vec<Option<usize>> = parts
            .iter()
            .map(|part| {
                let alike = self.alike.get(&part.svg)?;
                let free = |id: &&usize| !contains(&self.parts[**id].shown, step);
                let id = *alike.iter().find(free)?;
                Some(id)
            })
            .collect();
        let kept = longest_rise(&known, &place_in_order);
        // New parts, each with the places in the order between which it must stand.
        let mut added: Vec<(usize, usize, usize)> = Vec::new();
        let mut behind = 0;
        for ((part, known), kept) in parts.into_iter().zip(known).zip(kept) {
            show(self.owners.entry(part.owner).or_default(), step);
            if let Some(id) = known.filter(|_| kept) {
                show(&mut self.parts[id].shown, step);
                let place = place_in_order[id];
                close(&mut added, place);
                behind = place + 1;
                continue;
            }
            let id = self.parts.len();
            added.push((behind, self.order.len(), id));
            self.alike.entry(part.svg.clone()).or_default().push(id);
            self.parts.push(Timed {
                layer: part.layer,
                owner: part.owner,
                svg: part.svg,
                shown: vec![(step, step + 1)],
            });
        }
        self.insert(&added);
    }

    /// Puts new parts where they may stand, and there, among parts that other steps show, where
    /// pictures are wont to have them, so that later steps can use them again.
    fn insert(&mut self, added: &[(usize, usize, usize)]) {
        let mut order = Vec::with_capacity(self.parts.len());
        let mut taken = 0;
        for (behind, before, id) in added {
            let key = self.wont(*id);
            let from = taken.max(*behind);
            let place = (from..*before)
                .find(|place| self.wont(self.order[*place]) > key)
                .unwrap_or(*before);
            order.extend_from_slice(&self.order[taken..place]);
            order.push(*id);
            taken = place;
        }
        order.extend_from_slice(&self.order[taken..]);
        self.order = order;
    }

    /// Where in a picture a part stands as a rule: by layer and owner, and from top to bottom.
    fn wont(&self, id: usize) -> (u8, Owner, i64) {
        let part = &self.parts[id];
        let number = |text: &str| {
            let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-');
            let number: Option<f64> = text[..end.unwrap_or(text.len())].parse().ok();
            number.map(|number| (number * 10.0) as i64)
        };
        let top = part.svg.split_once(" y=\"").map_or_else(
            || part.svg.split_once(" d=\"M")?.1.split_once(' '),
            |(_, y)| Some(("", y)),
        );
        let top = top.and_then(|(_, y)| number(y)).unwrap_or_default();
        (part.layer, part.owner, top)
    }

    /// The parts in their order of painting, those together that are shown together.
    pub(super) fn groups(&self, wanted: impl Fn(Owner) -> bool) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for part in self.by_owner() {
            if !wanted(part.owner) {
                continue;
            }
            match groups.last_mut() {
                Some(group)
                    if *group.shown == part.shown
                        && self.fades(group.owner, &part.shown)
                            == self.fades(part.owner, &part.shown) =>
                {
                    group.parts.push(&part.svg);
                }
                _ => groups.push(Group {
                    shown: &part.shown,
                    owner: part.owner,
                    parts: vec![&part.svg],
                }),
            }
        }
        groups
    }

    /// The parts in their order of painting, less what is free in it: the words of one owner do
    /// not overlap and stand above its shapes, so those shown together may stand together.
    fn by_owner(&self) -> Vec<&Timed> {
        let mut all = Vec::with_capacity(self.parts.len());
        let parts: Vec<&Timed> = self.order.iter().map(|id| &self.parts[*id]).collect();
        for of_one in parts.chunk_by(|a, b| (a.layer, a.owner) == (b.layer, b.owner)) {
            let is_text = |part: &&&Timed| part.svg.starts_with("<text");
            all.extend(of_one.iter().copied().filter(|part| !is_text(&part)));
            let mut texts: Vec<&Timed> = of_one
                .iter()
                .copied()
                .filter(|part| is_text(&part))
                .collect();
            texts.sort_by(|a, b| a.shown.cmp(&b.shown));
            all.extend(texts);
        }
        all
    }

    /// For each run: whether what the part belongs to appears with it, and goes with it.
    pub(super) fn fades(&self, owner: Owner, shown: &[Run]) -> Vec<(bool, bool)> {
        let there = |step: u32| {
            self.owners
                .get(&owner)
                .is_some_and(|runs| contains(runs, step))
        };
        shown
            .iter()
            .map(|(start, end)| {
                let lives = matches!(owner, Owner::Box(_) | Owner::Arrow(..));
                (
                    lives && *start > 0 && !there(start - 1),
                    lives && *end < self.steps && !there(*end),
                )
            })
            .collect()
    }

    /// How many parts each step shows.
    pub(super) fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.steps as usize];
        for part in &self.parts {
            for (start, end) in &part.shown {
                for size in &mut sizes[*start as usize..*end as usize] {
                    *size += 1;
                }
            }
        }
        sizes
    }
}

/// Says of the parts added last that they stand before a place.
fn close(added: &mut [(usize, usize, usize)], place: usize) {
    for (_, before, _) in added.iter_mut().rev() {
        if *before <= place {
            break;
        }
        *before = place;
    }
}

/// Which of the known parts can stay: the most whose places rise.
fn longest_rise(known: &[Option<usize>], places: &[usize]) -> Vec<bool> {
    // For each length of a rise, the entry with the lowest last place; and whom each entry follows.
    let mut ends: Vec<usize> = Vec::new();
    let mut follows: Vec<Option<usize>> = vec![None; known.len()];
    let place = |entry: usize| known[entry].map(|id| places[id]);
    for entry in 0..known.len() {
        if known[entry].is_none() {
            continue;
        }
        let length = ends.partition_point(|end| place(*end) < place(entry));
        follows[entry] = length.checked_sub(1).map(|before| ends[before]);
        if length == ends.len() {
            ends.push(entry);
        } else {
            ends[length] = entry;
        }
    }
    let mut kept = vec![false; known.len()];
    let mut at = ends.last().copied();
    while let Some(entry) = at {
        kept[entry] = true;
        at = follows[entry];
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(words: &str) -> Vec<Part> {
        words
            .split_whitespace()
            .map(|word| Part {
                layer: 0,
                owner: Owner::Page,
                svg: word.to_owned(),
            })
            .collect()
    }

    #[test]
    fn each_step_shows_its_parts_in_its_own_order() {
        let steps = [
            "a b c d", "a c d e", "d c b a", "", "a b b c", "e d b", "a b c d",
        ];
        let mut timeline = Timeline::default();
        for step in steps {
            timeline.add(parts(step));
        }
        for (number, step) in steps.iter().enumerate() {
            let shown: Vec<&str> = timeline
                .groups(|_| true)
                .iter()
                .filter(|group| contains(group.shown, number as u32))
                .flat_map(|group| group.parts.clone())
                .collect();
            assert_eq!(shown.join(" "), *step, "step {number}");
        }
        let sizes: Vec<usize> = steps
            .iter()
            .map(|step| step.split_whitespace().count())
            .collect();
        assert_eq!(timeline.sizes(), sizes);
    }

    #[test]
    fn what_steps_share_is_kept_once() {
        let mut timeline = Timeline::default();
        for step in ["a b c", "a x b c", "a b y c"] {
            timeline.add(parts(step));
        }
        assert_eq!(timeline.parts.len(), 5);
    }
}
