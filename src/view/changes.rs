//! What is new in a scene, and what has changed since the one before.

use super::scene::{BoxKey, BoxMap, Cell, Mark, SceneBox};
use crate::trace::Trace;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Marks what is new or has changed since the step `since`. `now` and `before` are the whole of
/// memory now and then, whatever of it is drawn: what merely comes into the picture has not
/// changed.
pub(super) fn mark_changes(
    boxes: &mut [Arc<SceneBox>],
    now: &BoxMap,
    before: &BoxMap,
    since: u32,
    trace: &Trace,
) {
    if since == 0 {
        return;
    }
    for drawn in boxes {
        let Some(old) = before.get(&drawn.key) else {
            if is_new(drawn.key, since, trace) {
                Arc::make_mut(drawn).mark = Mark::New;
            }
            continue;
        };
        let new = now.get(&drawn.key);
        if new.is_some_and(|new| Arc::ptr_eq(drawn, new) && is_same(new, old)) {
            continue;
        }
        let drawn = Arc::make_mut(drawn);
        if drawn.serial.is_some() && drawn.count != old.count {
            drawn.count = count_with_change(&old.count, &drawn.count);
            drawn.count_changed = true;
        }
        let new_values = new.map(|new| values(new)).unwrap_or_default();
        let old_values = values(old);
        for row in drawn.rows.iter_mut().filter(|row| !row.aside) {
            let key = row_key(&row.label);
            let new = new_values.get(&key).copied().unwrap_or(&row.value);
            let old = old_values.get(&key);
            if old.is_none_or(|old| !same_content(old, new)) {
                row.mark = Mark::Changed;
                if let Cell::Arrow(arrow) = &mut row.value {
                    arrow.mark = Mark::Changed;
                }
            }
        }
    }
}

/// Whether nothing that is marked has changed.
fn is_same(new: &Arc<SceneBox>, old: &Arc<SceneBox>) -> bool {
    Arc::ptr_eq(new, old)
        || (new.serial.is_none() || new.count == old.count) && new.rows == old.rows
}

/// The values of a box by what their rows are called.
fn values(of: &SceneBox) -> BTreeMap<String, &Cell> {
    let rows = of.rows.iter();
    rows.map(|row| (row_key(&row.label), &row.value)).collect()
}

/// Whether a box that was not drawn before stands for something new: an older object may just
/// have come into sight.
fn is_new(key: BoxKey, since: u32, trace: &Trace) -> bool {
    match key {
        BoxKey::Object(id) => trace.object(id).born.is_some_and(|born| born.step > since),
        BoxKey::Call(_) => true,
        BoxKey::MoreCalls(_) | BoxKey::MoreObjects | BoxKey::Interpreter => false,
    }
}

/// Whether two steps show the same of memory. That a call has gone on to another line is no
/// change of memory.
pub(super) fn same_memory(a: &BoxMap, b: &BoxMap) -> bool {
    let same = |a: &Arc<SceneBox>, b: &Arc<SceneBox>| {
        let counts = a.serial.is_none() || a.count == b.count;
        Arc::ptr_eq(a, b)
            || counts
                && a.key == b.key
                && a.title == b.title
                && a.status == b.status
                && a.rows == b.rows
    };
    a.len() == b.len() && a.values().zip(b.values()).all(|(a, b)| same(a, b))
}

fn row_key(label: &Cell) -> String {
    match label {
        Cell::Text(text) => text.clone(),
        Cell::Arrow(arrow) => format!("{:?}", arrow.to),
    }
}

fn same_content(a: &Cell, b: &Cell) -> bool {
    match (a, b) {
        (Cell::Text(a), Cell::Text(b)) => a == b,
        (Cell::Arrow(a), Cell::Arrow(b)) => a.to == b.to,
        _ => false,
    }
}

/// `1→2 refs`, where a count was another at the step before.
fn count_with_change(before: &str, now: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split(' ').collect(), now.split(' ').collect());
    if old.len() != new.len() {
        return now.to_owned();
    }
    let words = old.iter().zip(&new).map(|(old, new)| {
        let (old_word, new_word) = (old.trim_end_matches(','), new.trim_end_matches(','));
        let number = |word: &str| word.parse::<u32>().is_ok() || word == "immortal";
        if old_word != new_word && number(old_word) && number(new_word) {
            format!("{old_word}→{new}")
        } else {
            (*new).to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
