//! The products that are made of pictures: drawn in parallel, written in order.

use super::choice::view_options;
use super::folder::Output;
use super::paths::{
    ASVG, DOTS, GIF, JSON, OutputPath, PDF, PLAYER, PNGS, SHEET, SHEET_PNG, SNIPPET, SNIPPET_MD,
    SVGS, numbered, places,
};
use crate::cli::args::{LayoutBy, ProductArgs};
use crate::cli::problem::Problem;
use crate::cli::say::say;
use crate::layout::{Picture, Plan, plan};
use crate::player::{Player, PlayerOptions};
use crate::render::{
    Animation, DrawError, Gif, GraphvizError, Pdf, Raster, RenderedSvg, Snippet, SvgOptions, Theme,
    dot, graphviz_svg, sheet, svg, undrawable,
};
use crate::trace::Trace;
use crate::view::{Scenes, ViewOptions};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::io::IsTerminal;

/// Pictures that are written unasked.
const MOST_PICTURES: usize = 300;
/// Pictures that are drawn at a time: enough for all cores, few enough for the memory.
const BATCH: usize = 32;

/// A PNG is sharp on any screen; a GIF fits into a page and is small.
const PNG_SCALE: f64 = 2.0;
const GIF_SCALE: f64 = 0.75;
const GIF_WIDTH: f64 = 900.0;

/// Draws a trace's steps and writes what is asked for. Returns what was written, in words.
pub(super) fn write_pictures(
    output: &Output,
    trace: &Trace,
    args: &ProductArgs,
) -> Result<Vec<String>, Problem> {
    let places = places(args);
    if places.iter().all(|place| *place == JSON) {
        return Ok(Vec::new());
    }
    let trace = &*trace.shown();
    let view = view_options(trace, args)?;
    let painter = FrameRenderer::new(args, &places)?;
    let mut products = Outputs::open(output, trace, args, &places)?;
    if places.iter().any(|place| ![PLAYER, JSON].contains(place)) {
        draw_frames(trace, &view, &painter, &mut products)?;
    }
    if let Some(player) = &mut products.player {
        let _span = tracing::info_span!("player").entered();
        let plan = laid_out(trace, || Scenes::new(trace, &view));
        for scene in Scenes::new(trace, &view) {
            player.add(&plan.picture(&scene));
        }
    }
    let written = products.finish()?;
    note_undrawable();
    Ok(written)
}

/// Says which characters no font has, of those that had to be drawn.
fn note_undrawable() {
    const NAMED: usize = 6;
    let missing = undrawable();
    let named: String = missing.iter().take(NAMED).collect();
    let more = match missing.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (what, are, them) = match missing.len() {
        0 => return,
        1 => ("", "it is drawn as an empty box", "it"),
        _ => (
            "such characters as ",
            "they are drawn as empty boxes",
            "them",
        ),
    };
    say!("note: no font on this machine has {what}{named}{more}; {are} in PNG, GIF and PDF");
    say!("hint: install a font that has {them}, as those of the Noto family have");
}

/// Finds places for scenes.
fn laid_out<'t>(trace: &Trace, scenes: impl Fn() -> Scenes<'t>) -> Plan {
    let _span = tracing::info_span!("layout").entered();
    let progress = progress("laying out", trace.steps.len());
    let plan = plan(scenes().inspect(|_| progress.inc(1)));
    progress.finish_and_clear();
    plan
}

/// Draws the pictures, at most [`MOST_PICTURES`] of them where nobody has said which.
fn draw_frames(
    trace: &Trace,
    view: &ViewOptions,
    painter: &FrameRenderer<'_>,
    products: &mut Outputs<'_>,
) -> Result<(), Problem> {
    let plan = laid_out(trace, || Scenes::keys(trace, view));
    let _span = tracing::info_span!("render").entered();
    let progress = progress("drawing", trace.steps.len());
    let scenes = Scenes::keys(trace, view);
    let most = match scenes.are_keys() {
        true => MOST_PICTURES,
        false => usize::MAX,
    };
    let mut pictures = scenes.map(|scene| plan.picture(&scene));
    let mut first = pictures.by_ref().take(most);
    loop {
        let batch: Vec<Picture> = first.by_ref().take(BATCH).collect();
        let Some(last) = batch.last().map(|picture| picture.number) else {
            break;
        };
        let drawn: Vec<Result<RenderedFrame, Problem>> = batch
            .into_par_iter()
            .map(|picture| painter.draw(picture))
            .collect();
        for drawn in drawn {
            products.add(drawn?)?;
        }
        progress.set_position(u64::from(last));
    }
    progress.finish_and_clear();
    let more = pictures.count();
    if more > 0 {
        say!(
            "memviz: the first {most} pictures are drawn; {more} more with --steps all, a part with --steps N-M"
        );
    }
    Ok(())
}

/// A picture in the forms that are asked for.
struct RenderedFrame {
    picture: Picture,
    svg: String,
    dot: Option<String>,
    png: Option<Vec<u8>>,
    /// For the GIF.
    raster: Option<Raster>,
    /// For the PDF.
    typeset: Option<RenderedSvg>,
}

/// Draws pictures, many at once.
struct FrameRenderer<'a> {
    places: &'a [OutputPath],
    layout: LayoutBy,
    theme: Theme,
    png_scale: f64,
    gif_scale: Option<f64>,
}

impl<'a> FrameRenderer<'a> {
    fn new(args: &ProductArgs, places: &'a [OutputPath]) -> Result<FrameRenderer<'a>, Problem> {
        let whole = [GIF, ASVG, SHEET, SNIPPET];
        if args.layout == LayoutBy::Dot && places.iter().any(|place| whole.contains(place)) {
            return Err(Problem::new(
                "Graphviz draws each step by itself: there is no gif, asvg, sheet or html-snippet",
            )
            .hint("leave out --layout dot, or choose among svg, png, pdf and dot"));
        }
        Ok(FrameRenderer {
            places,
            layout: args.layout,
            theme: args.theme.into(),
            png_scale: args.scale.unwrap_or(PNG_SCALE),
            gif_scale: args.scale,
        })
    }

    fn wants(&self, place: OutputPath) -> bool {
        self.places.contains(&place)
    }

    fn draw(&self, picture: Picture) -> Result<RenderedFrame, Problem> {
        let dot = (self.wants(DOTS) || self.layout == LayoutBy::Dot).then(|| dot(&picture));
        let from_svg = [SVGS, PNGS, GIF, PDF, SNIPPET];
        let svg = match (&dot, self.layout) {
            _ if !from_svg.into_iter().any(|place| self.wants(place)) => String::new(),
            (Some(dot), LayoutBy::Dot) => graphviz_svg(dot).map_err(graphviz_problem)?,
            _ => svg(&picture, &SvgOptions { theme: self.theme }),
        };
        let mut drawn = RenderedFrame {
            picture,
            svg,
            dot,
            png: None,
            raster: None,
            typeset: None,
        };
        self.paint(&mut drawn).map_err(draw_problem)?;
        Ok(drawn)
    }

    /// What is made from the SVG.
    fn paint(&self, drawn: &mut RenderedFrame) -> Result<(), DrawError> {
        if ![PNGS, GIF, PDF].into_iter().any(|place| self.wants(place)) {
            return Ok(());
        }
        let typeset = RenderedSvg::new(&drawn.svg)?;
        if self.wants(PNGS) {
            drawn.png = Some(typeset.raster(self.png_scale)?.png()?);
        }
        if self.wants(GIF) {
            let usual = || GIF_SCALE.min(GIF_WIDTH / drawn.picture.width);
            drawn.raster = Some(typeset.raster(self.gif_scale.unwrap_or_else(usual))?);
        }
        if self.wants(PDF) {
            drawn.typeset = Some(typeset);
        }
        Ok(())
    }
}

/// The files under way.
struct Outputs<'a> {
    output: &'a Output,
    args: &'a ProductArgs,
    places: &'a [OutputPath],
    count: usize,
    gif: Option<Gif>,
    animation: Option<Animation>,
    pdf: Option<Pdf>,
    sheet: Option<Vec<Picture>>,
    snippet: Option<Snippet>,
    player: Option<Player<'a>>,
}

impl<'a> Outputs<'a> {
    fn open(
        output: &'a Output,
        trace: &'a Trace,
        args: &'a ProductArgs,
        places: &'a [OutputPath],
    ) -> Result<Outputs<'a>, Problem> {
        let wants = |place| places.contains(&place);
        Ok(Outputs {
            output,
            args,
            places,
            count: 0,
            gif: wants(GIF).then(|| Gif::new(args.delay)),
            animation: wants(ASVG).then(|| Animation::new(args.theme.into(), args.delay)),
            pdf: wants(PDF).then(Pdf::default),
            sheet: wants(SHEET).then(Vec::new),
            snippet: wants(SNIPPET).then(Snippet::default),
            player: wants(PLAYER).then(|| {
                let quiz = args.quiz;
                Player::new(trace, PlayerOptions { quiz })
            }),
        })
    }

    /// Takes the next picture.
    fn add(&mut self, drawn: RenderedFrame) -> Result<(), Problem> {
        self.count += 1;
        for (place, content) in [
            (SVGS, Some(drawn.svg.as_bytes())),
            (PNGS, drawn.png.as_deref()),
            (DOTS, drawn.dot.as_ref().map(String::as_bytes)),
        ] {
            if let (OutputPath::Numbered(folder, extension), Some(content)) = (place, content)
                && self.places.contains(&place)
            {
                let name = numbered(folder, drawn.picture.number, extension);
                self.output.write(&name, content)?;
            }
        }
        let picture = &drawn.picture;
        if let (Some(gif), Some(raster)) = (&mut self.gif, drawn.raster) {
            gif.add(raster).map_err(draw_problem)?;
        }
        if let (Some(pdf), Some(typeset)) = (&mut self.pdf, &drawn.typeset) {
            pdf.add(typeset, &picture.caption).map_err(draw_problem)?;
        }
        if let Some(animation) = &mut self.animation {
            animation.add(picture);
        }
        if let Some(snippet) = &mut self.snippet {
            let extension = if self.places.contains(&SVGS) {
                "svg"
            } else {
                "png"
            };
            let file = numbered("frames", picture.number, extension);
            snippet.add(picture, &drawn.svg, &file);
        }
        if let Some(sheet) = &mut self.sheet {
            sheet.push(drawn.picture);
        }
        Ok(())
    }

    /// Writes what is made of all pictures; returns what was written, in words.
    fn finish(self) -> Result<Vec<String>, Problem> {
        let mut files: Vec<(OutputPath, Vec<u8>)> = Vec::new();
        if let Some(gif) = &self.gif {
            files.push((GIF, gif.finish().map_err(draw_problem)?));
        }
        if let Some(animation) = &self.animation {
            files.push((ASVG, animation.finish().into_bytes()));
        }
        if let Some(pdf) = self.pdf {
            files.push((PDF, pdf.finish().map_err(draw_problem)?));
        }
        if let Some(pictures) = &self.sheet {
            let sheet = sheet(pictures, self.args.theme.into());
            if self.places.contains(&SHEET_PNG) {
                let scale = self.args.scale.unwrap_or(1.0);
                let png = RenderedSvg::new(&sheet)
                    .and_then(|typeset| typeset.raster(scale)?.png())
                    .map_err(draw_problem)?;
                files.push((SHEET_PNG, png));
            }
            files.push((SHEET, sheet.into_bytes()));
        }
        if let Some(snippet) = &self.snippet {
            files.push((SNIPPET, snippet.html().as_bytes().to_vec()));
            files.push((SNIPPET_MD, snippet.markdown().as_bytes().to_vec()));
        }
        if let Some(player) = self.player {
            files.push((PLAYER, player.finish().into_bytes()));
        }
        let mut written = Vec::new();
        for place in self.places {
            if let OutputPath::Numbered(folder, extension) = place {
                let folder = self.output.folder().join(folder);
                written.push(format!("{} ({} {extension})", folder.display(), self.count));
            }
        }
        for (place, content) in files {
            if let OutputPath::File(name) = place {
                written.push(self.output.write(name, content)?.display().to_string());
            }
        }
        Ok(written)
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

fn draw_problem(error: DrawError) -> Problem {
    let problem = Problem::new(&error);
    match error {
        DrawError::TooLarge(..) => problem
            .hint("choose a smaller --scale, draw fewer objects with --max-objects, or use svg"),
        DrawError::Svg(_) | DrawError::Encoder(_) => problem.hint("use --format svg"),
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress(what: &'static str, steps: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos} of {len} steps")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(steps as u64)
        .with_style(style)
        .with_message(what)
}
