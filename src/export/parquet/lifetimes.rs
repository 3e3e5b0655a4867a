//! What holds for a while: when it came and when it went.

use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Something that is there, and the step at which it came.
pub(super) type Since<T> = (T, u32);

/// The same things a step later: those that are still there keep the step at which they came. Those that
/// are not there any more are handed over, in the order in which they stood.
pub(super) fn carried<T: Copy + Eq + Hash>(
    old: &[Since<T>],
    now: &[T],
    step: u32,
    mut ended: impl FnMut(Since<T>),
) -> Vec<Since<T>> {
    let same = old.iter().zip(now).take_while(|(was, is)| was.0 == **is);
    let same = same.count();
    let mut carried = old[..same].to_vec();
    let (old, now) = (&old[same..], &now[same..]);
    if old.is_empty() {
        carried.extend(now.iter().map(|one| (*one, step)));
        return carried;
    }
    // The same thing may be there several times.
    let mut steps: FxHashMap<T, Vec<u32>> = FxHashMap::default();
    for (one, born) in old.iter().rev() {
        steps.entry(*one).or_default().push(*born);
    }
    for one in now {
        let born = steps.get_mut(one).and_then(Vec::pop);
        carried.push((*one, born.unwrap_or(step)));
    }
    for (one, _) in old {
        if let Some(born) = steps.get_mut(one).and_then(Vec::pop) {
            ended((*one, born));
        }
    }
    carried
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_keeps_the_step_at_which_it_came() {
        let old = [('a', 1), ('b', 2), ('c', 3), ('b', 4)];
        let mut ended = Vec::new();
        let now = carried(&old, &['a', 'c', 'b', 'd'], 9, |one| ended.push(one));
        assert_eq!(now, [('a', 1), ('c', 3), ('b', 2), ('d', 9)]);
        assert_eq!(ended, [('b', 4)]);
    }
}
