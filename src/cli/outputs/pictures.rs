//! The pictures of a run, laid out by memviz or by Graphviz, and set on pages.

use crate::cli::problem::Problem;
use crate::layout::{
    Direction, GraphvizError, PageOptions, Picture, Plan, by_graphviz, plan_towards, set_on_pages,
};
use crate::trace::Trace;
use crate::view::{Scene, Scenes, ViewOptions};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::borrow::Cow;
use std::io::IsTerminal;

/// Pictures that are written unasked.
const MOST_PICTURES: usize = 300;
/// Pictures that are drawn at a time: enough for all cores, few enough for the memory.
const BATCH: usize = 32;

/// So many boxes are kept, over all scenes: 8 bytes each, beside what the boxes hold that several
/// scenes share.
const MOST_KEPT: usize = 4_000_000;

type Anew<'t> = Box<dyn Iterator<Item = Scene> + 't>;

/// The scenes of a run, which are gone through several times: kept where they are few enough, else
/// made anew each time.
pub(super) struct RunScenes<'t> {
    make: Box<dyn Fn() -> Anew<'t> + 't>,
    /// The first of them, or all.
    kept: Vec<Scene>,
    are_all: bool,
}

impl<'t> RunScenes<'t> {
    /// The scenes that `make` makes, and their places.
    pub(super) fn laid_out<S: Iterator<Item = Scene> + 't>(
        trace: &Trace,
        direction: Option<Direction>,
        make: impl Fn() -> S + 't,
    ) -> (Self, Plan) {
        let _span = tracing::info_span!("layout").entered();
        let progress = progress("laying out", trace.steps.len());
        let mut scenes = make().inspect(|_| progress.inc(1));
        let mut kept = Vec::new();
        let mut boxes = 0;
        while boxes <= MOST_KEPT
            && let Some(scene) = scenes.next()
        {
            boxes += scene.boxes.len();
            kept.push(scene);
        }
        let are_all = boxes <= MOST_KEPT;
        let plan = match are_all {
            true => plan_towards(kept.iter(), direction),
            false => {
                let scenes = std::mem::take(&mut kept).into_iter().chain(scenes);
                plan_towards(scenes, direction)
            }
        };
        progress.finish_and_clear();
        let scenes = RunScenes {
            make: Box::new(move || Box::new(make())),
            kept,
            are_all,
        };
        (scenes, plan)
    }

    /// All of them, from the first.
    pub(super) fn all(&self) -> impl Iterator<Item = Cow<'_, Scene>> {
        let kept = self.kept.iter().map(Cow::Borrowed);
        let anew = (!self.are_all).then(&self.make).into_iter().flatten();
        kept.chain(anew.map(Cow::Owned))
    }
}

/// The pictures of a run that are to be drawn, at most [`MOST_PICTURES`] of them where nobody has
/// said which.
pub(super) struct RunPictures<'t> {
    scenes: RunScenes<'t>,
    page: PageOptions,
    most: usize,
    places: RunPlaces,
}

/// Who has laid the pictures out.
enum RunPlaces {
    Memviz(Box<Plan>),
    /// All pictures, not yet on pages: only then is it known how large they are.
    Graphviz(Vec<Picture>),
}

impl<'t> RunPictures<'t> {
    pub(super) fn new(trace: &'t Trace, view: &'t ViewOptions, page: &'t PageOptions) -> Self {
        let most = match Scenes::keys(trace, view).are_keys() {
            true => MOST_PICTURES,
            false => usize::MAX,
        };
        let make = || Scenes::keys(trace, view).map(|scene| page.stripped(scene));
        let (scenes, plan) = RunScenes::laid_out(trace, page.direction, make);
        RunPictures {
            scenes,
            page: page.clone(),
            most,
            places: RunPlaces::Memviz(Box::new(plan)),
        }
    }

    /// The same, laid out by Graphviz.
    pub(super) fn by_graphviz(mut self, direction: Direction) -> Result<Self, Problem> {
        let _span = tracing::info_span!("graphviz").entered();
        let mut laid_out = Vec::new();
        let page = self.page.clone();
        in_batches(
            self.on_pages(&page),
            |picture| by_graphviz(picture, direction).map_err(graphviz_problem),
            |picture| {
                laid_out.push(picture);
                Ok(())
            },
        )?;
        self.places = RunPlaces::Graphviz(laid_out);
        Ok(self)
    }

    /// All of them, on pages of this kind.
    pub(super) fn on_pages(
        &mut self,
        options: &PageOptions,
    ) -> Box<dyn Iterator<Item = Picture> + '_> {
        let nothing = RunPlaces::Graphviz(Vec::new());
        self.places = match std::mem::replace(&mut self.places, nothing) {
            RunPlaces::Memviz(plan) => {
                let scenes = || self.scenes.all().take(self.most);
                RunPlaces::Memviz(Box::new(plan.on_pages(scenes, options.clone())))
            }
            RunPlaces::Graphviz(pictures) => RunPlaces::Graphviz(set_on_pages(pictures, options)),
        };
        match &self.places {
            RunPlaces::Memviz(plan) => {
                let mut pictures = plan.pictures();
                let scenes = self.scenes.all().take(self.most);
                Box::new(scenes.map(move |scene| pictures.picture(&scene)))
            }
            RunPlaces::Graphviz(pictures) => Box::new(pictures.iter().cloned()),
        }
    }

    /// The most that are drawn, and how many there are beside them.
    pub(super) fn left_out(&self) -> (usize, usize) {
        let all = self.scenes.all().count();
        (self.most, all.saturating_sub(self.most))
    }
}

/// Takes pictures through `work` on all cores, and hands the results over in order.
pub(super) fn in_batches<T: Send>(
    mut pictures: impl Iterator<Item = Picture>,
    work: impl Fn(Picture) -> Result<T, Problem> + Sync,
    mut hand_over: impl FnMut(T) -> Result<(), Problem>,
) -> Result<(), Problem> {
    loop {
        let batch: Vec<Picture> = pictures.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(());
        }
        let done: Vec<Result<T, Problem>> = batch.into_par_iter().map(&work).collect();
        for done in done {
            hand_over(done?)?;
        }
    }
}

fn graphviz_problem(error: GraphvizError) -> Problem {
    let problem = Problem::new(&error);
    match error {
        GraphvizError::Missing => problem
            .hint("install Graphviz, or leave out --layout dot: memviz lays pictures out itself"),
        _ => problem.hint("leave out --layout dot: memviz lays pictures out itself"),
    }
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn progress(what: &'static str, steps: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos} of {len} steps")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(steps as u64)
        .with_style(style)
        .with_message(what)
}
