//! What an open page can ask for: the last run's pages, and what has happened since it asked.

use crate::player::live_page;
use serde::Serialize;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a page is told. Each change has a number of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(in crate::cli) struct News {
    pub number: u32,
    /// The run whose player can be asked for; 0 where there is none yet.
    pub run: u32,
    /// The script runs, or is being drawn.
    pub running: bool,
    /// Why the script as it stands has no player.
    pub problem: Option<String>,
}

#[derive(Debug, Default)]
struct Shown {
    news: News,
    player: Option<Arc<str>>,
    stages: Option<Arc<str>>,
}

/// What is shown; many may wait for it to change.
#[derive(Debug, Default)]
pub(in crate::cli) struct Board {
    shown: Mutex<Shown>,
    changed: Condvar,
}

impl Board {
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Shown)) {
        let mut shown = self.shown();
        let before = shown.news.clone();
        change(&mut shown);
        if shown.news != before {
            shown.news.number += 1;
            self.changed.notify_all();
        }
    }

    /// The script has begun to run.
    pub(in crate::cli) fn begins(&self) {
        self.change(|shown| shown.news.running = true);
    }

    /// A run has been drawn: its player, and the page of its files' stages.
    pub(in crate::cli) fn show(&self, player: &str, stages: Option<String>) {
        self.change(|shown| {
            let run = shown.news.run + 1;
            shown.player = Some(live_page(player, run).into());
            shown.stages = stages.map(Into::into);
            shown.news.run = run;
            shown.news.running = false;
            shown.news.problem = None;
        });
    }

    /// The script has no player as it stands; the last one stays.
    pub(in crate::cli) fn explain(&self, problem: &str) {
        self.change(|shown| {
            shown.news.running = false;
            shown.news.problem = Some(problem.to_owned());
        });
    }

    pub(super) fn player(&self) -> Option<Arc<str>> {
        self.shown().player.clone()
    }

    pub(super) fn stages(&self) -> Option<Arc<str>> {
        self.shown().stages.clone()
    }

    pub(super) fn news(&self) -> News {
        self.shown().news.clone()
    }

    /// The news that come after `number`, or what there is when `patience` is at its end.
    pub(super) fn wait(&self, number: u32, patience: Duration) -> News {
        let waits = |shown: &mut Shown| shown.news.number <= number;
        let waited = self
            .changed
            .wait_timeout_while(self.shown(), patience, waits);
        let (shown, _) = waited.unwrap_or_else(PoisonError::into_inner);
        shown.news.clone()
    }
}
