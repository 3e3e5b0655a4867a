//! Which way a reference runs on the page. Where references form cycles, some must run back; three
//! witnesses say which: depth-first order from the names (a reference to what leads here runs
//! back), distance from the names, and age.

use crate::view::BoxKey;
use std::collections::VecDeque;

/// What each witness counts. Age decides where the other two differ and where distance says
/// nothing.
const ORDER: i64 = 10;
const DISTANCE: i64 = 10;
const AGE: i64 = 11;

/// The boxes of one step and what they refer to, frames first.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub keys: Vec<BoxKey>,
    pub frames: usize,
    /// For each box, the places of those that its rows refer to, in their order.
    pub out: Vec<Vec<usize>>,
}

/// What the witnesses say of the references of one step.
#[derive(Debug)]
pub(super) struct DirectionVotes<'s> {
    step: &'s Step,
    entered: Vec<usize>,
    left: Vec<usize>,
    distance: Vec<Option<usize>>,
}

impl Step {
    pub(super) fn witnesses(&self) -> DirectionVotes<'_> {
        let (entered, left) = self.depth_first();
        DirectionVotes {
            step: self,
            entered,
            left,
            distance: self.distances(),
        }
    }

    /// When each box is entered and left on a walk from the names, oldest frame first.
    fn depth_first(&self) -> (Vec<usize>, Vec<usize>) {
        let count = self.keys.len();
        let (mut entered, mut left) = (vec![usize::MAX; count], vec![usize::MAX; count]);
        let mut clock = 0;
        for root in 0..count {
            if entered[root] != usize::MAX {
                continue;
            }
            let mut path = vec![(root, 0)];
            entered[root] = clock;
            while let Some((node, next)) = path.last_mut() {
                clock += 1;
                let node = *node;
                match self.out[node].get(*next) {
                    Some(to) => {
                        *next += 1;
                        if entered[*to] == usize::MAX {
                            entered[*to] = clock;
                            path.push((*to, 0));
                        }
                    }
                    None => {
                        left[node] = clock;
                        path.pop();
                    }
                }
            }
        }
        (entered, left)
    }

    fn distances(&self) -> Vec<Option<usize>> {
        let mut distance = vec![None; self.keys.len()];
        let mut open: VecDeque<usize> = (0..self.frames).collect();
        distance[..self.frames].fill(Some(0));
        while let Some(node) = open.pop_front() {
            let next = distance[node].map(|d| d + 1);
            for to in &self.out[node] {
                if distance[*to].is_none() {
                    distance[*to] = next;
                    open.push_back(*to);
                }
            }
        }
        distance
    }
}

impl DirectionVotes<'_> {
    /// Above 0 where the reference runs forward.
    pub(super) fn say(&self, from: usize, to: usize) -> i64 {
        let leads_here = self.entered[to] <= self.entered[from] && self.left[from] <= self.left[to];
        let order = if leads_here { -ORDER } else { ORDER };
        let distance = match (self.distance[from], self.distance[to]) {
            (Some(a), Some(b)) if a < b => DISTANCE,
            (Some(a), Some(b)) if a > b => -DISTANCE,
            _ => 0,
        };
        let older = self.step.keys[from] < self.step.keys[to];
        order + distance + if older { AGE } else { -AGE }
    }
}
