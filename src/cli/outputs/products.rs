//! The products that are made of pictures: drawn in parallel, written in order.

use super::choice::view_options;
use super::folder::Output;
use super::pages::{pair_page, strip_page};
use super::paths::{
    ASVG, BLANK_PNGS, BLANKS, DOTS, GIF, JSON, OutputPath, PDF, PLAYER, PNGS, PPTX, SHEET,
    SHEET_PNG, SNIPPET, SNIPPET_MD, STAGES_PAGE, STRIP, STRIP_PNG, SVGS, TIKZ, picture_file,
    places,
};
use super::pictures::{RunPictures, RunScenes, in_batches, progress};
use super::run_stages::stages_of_run;
use crate::analyse::whole_heap;
use crate::cli::args::{CropName, LayoutBy, ProductArgs};
use crate::cli::names::STAGES_PAGE_NAME;
use crate::cli::problem::Problem;
use crate::cli::saved::Recording;
use crate::cli::say::say;
use crate::layout::{PageOptions, Picture};
use crate::player::{Player, PlayerOptions};
use crate::render::{
    Animation, DotOptions, DrawError, Gif, Pdf, Pptx, Raster, RenderedSvg, Snippet, SvgOptions,
    SvgWriter, Theme, dot, sheet, svg, tikz, undrawable,
};
use crate::trace::Trace;
use crate::view::{Scenes, Style, ViewOptions};
use std::sync::Mutex;

/// A PNG is sharp on any screen, unless its size is asked for; a GIF fits into a page and is small.
const PNG_SCALE: f64 = 2.0;
const GIF_SCALE: f64 = 1.0;
const GIF_WIDTH: f64 = 960.0;
/// The player's pane for the picture on a screen of 1440 by 900, with letters as large as the page's;
/// and the height that a reader scrolls through without getting lost: two such panes.
const PANE_WIDTH: f64 = 1030.0;
const PANE_HEIGHT: f64 = 1300.0;

/// Draws a trace's steps and writes what is asked for. Returns what was written, in words.
pub(super) fn write_pictures(
    output: &Output,
    recording: &Recording,
    args: &ProductArgs,
) -> Result<Vec<String>, Problem> {
    let places = places(args);
    if places.iter().all(|place| *place == JSON) {
        return Ok(Vec::new());
    }
    let trace = &*recording.trace.shown();
    let view = view_options(trace, args)?;
    one_size(args, &places)?;
    let painter = FrameRenderer::new(trace, &view, args, &places);
    let direction = painter.page.direction;
    let mut products = Outputs::open(output, trace, args, &places)?;
    if places.contains(&STAGES_PAGE) {
        products.stages_page = stages_of_run(recording, trace);
    }
    let of_frames = |place| ![PLAYER, STAGES_PAGE, JSON, STRIP, STRIP_PNG].contains(place);
    if places.iter().any(of_frames) {
        draw_frames(trace, &view, &painter, &mut products)?;
    }
    if [SVGS, PNGS, STRIP]
        .into_iter()
        .any(|one| painter.wants(one))
    {
        products.strip = painter.strip();
    }
    if let Some(player) = &mut products.player {
        let _span = tracing::info_span!("player").entered();
        player.count_whole(&whole_heap(&recording.outside));
        // It is there to be explored: marked pictures are stops in it, among all other steps.
        let view = ViewOptions {
            style: Style::Memviz,
            count_titles: true,
            choice: view.choice.with_every_step(),
            ..view
        };
        let (scenes, plan) = RunScenes::laid_out(trace, direction, || Scenes::new(trace, &view));
        let plan = plan.within(PANE_WIDTH, PANE_HEIGHT);
        let mut pictures = plan.pictures();
        for scene in scenes.all() {
            player.add(&pictures.picture(&scene));
        }
    }
    let written = products.finish()?;
    note_undrawable();
    Ok(written)
}

/// Refuses pictures of their own sizes where a product needs one size for all.
fn one_size(args: &ProductArgs, places: &[OutputPath]) -> Result<(), Problem> {
    let moves = |place| [GIF, ASVG].contains(place);
    if args.page.crop == CropName::Step && places.iter().any(moves) {
        return Err(Problem::new(
            "the pictures of a gif or asvg have one size: --crop step gives each its own",
        )
        .hint("leave out --crop step"));
    }
    Ok(())
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

/// Draws the pictures.
fn draw_frames(
    trace: &Trace,
    view: &ViewOptions,
    painter: &FrameRenderer<'_>,
    products: &mut Outputs<'_>,
) -> Result<(), Problem> {
    let page = &painter.page;
    let mut pictures = RunPictures::new(trace, view, page);
    if painter.layout == LayoutBy::Dot {
        pictures = pictures.by_graphviz(page.direction.unwrap_or_default())?;
    }
    let _span = tracing::info_span!("render").entered();
    let progress = progress("drawing", trace.steps.len());
    in_batches(
        pictures.on_pages(page),
        |picture| painter.draw(picture),
        |drawn| {
            progress.set_position(u64::from(drawn.picture.number));
            products.add(drawn)
        },
    )?;
    progress.finish_and_clear();
    if let Some(sheet) = &mut products.sheet {
        sheet.extend(pictures.on_pages(&page.on_a_sheet()));
    }
    if let Some(pptx) = &mut products.pptx {
        for picture in pictures.on_pages(&page.on_slides()) {
            pptx.add(&picture);
        }
    }
    let (most, more) = pictures.left_out();
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
    /// With what was before it, where the author wants that.
    pair: Option<String>,
    /// Without what is to be found out.
    blank: Option<String>,
    blank_png: Option<Vec<u8>>,
    dot: Option<String>,
    tikz: Option<String>,
    png: Option<Vec<u8>>,
    /// For the GIF.
    raster: Option<Raster>,
    /// For the PDF.
    typeset: Option<RenderedSvg>,
}

/// Draws pictures, many at once.
struct FrameRenderer<'a> {
    trace: &'a Trace,
    view: &'a ViewOptions,
    page: PageOptions,
    places: &'a [OutputPath],
    layout: LayoutBy,
    theme: Theme,
    png_scale: f64,
    gif_scale: Option<f64>,
    /// Those that no thread works with.
    writers: Mutex<Vec<SvgWriter>>,
}

impl<'a> FrameRenderer<'a> {
    fn new(
        trace: &'a Trace,
        view: &'a ViewOptions,
        args: &ProductArgs,
        places: &'a [OutputPath],
    ) -> FrameRenderer<'a> {
        FrameRenderer {
            trace,
            view,
            page: args.page_options(),
            places,
            layout: args.layout,
            theme: args.theme(),
            png_scale: args.scale.or(args.page.scale()).unwrap_or(PNG_SCALE),
            gif_scale: args.scale.or(args.page.scale()),
            writers: Mutex::default(),
        }
    }

    fn svg(&self, picture: &Picture) -> String {
        let free = self.writers.lock().ok().and_then(|mut free| free.pop());
        let mut writer = free.unwrap_or_else(|| SvgWriter::new(&SvgOptions { theme: self.theme }));
        let svg = writer.write(picture);
        if let Ok(mut free) = self.writers.lock() {
            free.push(writer);
        }
        svg
    }

    fn wants(&self, place: OutputPath) -> bool {
        self.places.contains(&place)
    }

    fn draw(&self, picture: Picture) -> Result<RenderedFrame, Problem> {
        let of_dot = DotOptions {
            theme: self.theme,
            direction: self.page.direction.unwrap_or_default(),
        };
        let dot = self.wants(DOTS).then(|| dot(&picture, of_dot));
        let tikz = self.wants(TIKZ).then(|| tikz(&picture, self.theme));
        let from_svg = [SVGS, PNGS, GIF, PDF, SNIPPET];
        let options = SvgOptions { theme: self.theme };
        let blank = (self.wants(BLANKS)).then(|| svg(&picture.blank(), &options));
        let svg = match from_svg.into_iter().any(|place| self.wants(place)) {
            true => self.svg(&picture),
            false => String::new(),
        };
        let steps = picture.before.map(|before| (before, picture.number));
        let pair = steps
            .filter(|_| self.layout == LayoutBy::Memviz)
            .filter(|_| self.wants(SVGS) || self.wants(PNGS))
            .map(|steps| pair_page(self.trace, self.view, steps, &self.page, self.theme));
        let mut drawn = RenderedFrame {
            picture,
            svg,
            pair,
            blank,
            blank_png: None,
            dot,
            tikz,
            png: None,
            raster: None,
            typeset: None,
        };
        self.paint(&mut drawn).map_err(draw_problem)?;
        Ok(drawn)
    }

    /// The page of the steps that the author wants on one.
    fn strip(&self) -> Option<String> {
        let is_own = self.layout == LayoutBy::Memviz;
        is_own.then(|| strip_page(self.trace, self.view, &self.page, self.theme))?
    }

    /// What is made from the SVG.
    fn paint(&self, drawn: &mut RenderedFrame) -> Result<(), DrawError> {
        if ![PNGS, GIF, PDF].into_iter().any(|place| self.wants(place)) {
            return Ok(());
        }
        let typeset = RenderedSvg::new(&drawn.svg)?;
        if self.wants(PNGS) {
            let pair = drawn.pair.as_deref().map(RenderedSvg::new).transpose()?;
            let shown = pair.as_ref().unwrap_or(&typeset);
            drawn.png = Some(shown.raster(self.png_scale)?.png()?);
        }
        if let Some(blank) = drawn.blank.as_ref().filter(|_| self.wants(BLANK_PNGS)) {
            let blank = RenderedSvg::new(blank)?;
            drawn.blank_png = Some(blank.raster(self.png_scale)?.png()?);
        }
        if self.wants(GIF) {
            let page = &drawn.picture.page;
            let usual = || GIF_SCALE.min(GIF_WIDTH / (page.width * page.scale));
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
    pptx: Option<Pptx>,
    sheet: Option<Vec<Picture>>,
    strip: Option<String>,
    snippet: Option<Snippet>,
    player: Option<Player<'a>>,
    stages_page: Option<String>,
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
            animation: wants(ASVG).then(|| Animation::new(args.theme(), args.delay)),
            pdf: wants(PDF).then(Pdf::default),
            pptx: wants(PPTX).then(|| Pptx::new(args.theme())),
            sheet: wants(SHEET).then(Vec::new),
            strip: None,
            snippet: wants(SNIPPET).then(Snippet::default),
            player: wants(PLAYER).then(|| {
                let quiz = args.quiz;
                Player::new(trace, PlayerOptions { quiz })
            }),
            stages_page: None,
        })
    }

    /// Takes the next picture.
    fn add(&mut self, drawn: RenderedFrame) -> Result<(), Problem> {
        self.count += 1;
        for (place, content) in [
            (
                SVGS,
                Some(drawn.pair.as_ref().unwrap_or(&drawn.svg).as_bytes()),
            ),
            (PNGS, drawn.png.as_deref()),
            (BLANKS, drawn.blank.as_ref().map(String::as_bytes)),
            (BLANK_PNGS, drawn.blank_png.as_deref()),
            (DOTS, drawn.dot.as_ref().map(String::as_bytes)),
            (TIKZ, drawn.tikz.as_ref().map(String::as_bytes)),
        ] {
            if let (OutputPath::Numbered(folder, extension), Some(content)) = (place, content)
                && self.places.contains(&place)
            {
                let name = picture_file(folder, &drawn.picture, extension);
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
            let file = picture_file("frames", picture, extension);
            snippet.add(picture, &drawn.svg, &file);
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
        if let Some(pptx) = &self.pptx {
            files.push((PPTX, pptx.finish().map_err(draw_problem)?));
        }
        if let Some(pictures) = &self.sheet {
            let sheet = sheet(pictures, self.args.theme());
            if self.places.contains(&SHEET_PNG) {
                let scale = self.args.scale.unwrap_or(1.0);
                files.push((SHEET_PNG, png(&sheet, scale)?));
            }
            files.push((SHEET, sheet.into_bytes()));
        }
        if let Some(strip) = self.strip {
            if self.places.contains(&PNGS) || self.places.contains(&STRIP_PNG) {
                let scale = self.args.scale.unwrap_or(1.0);
                files.push((STRIP_PNG, png(&strip, scale)?));
            }
            files.push((STRIP, strip.into_bytes()));
        }
        if let Some(snippet) = &self.snippet {
            files.push((SNIPPET, snippet.html().as_bytes().to_vec()));
            files.push((SNIPPET_MD, snippet.markdown().as_bytes().to_vec()));
        }
        if let Some(player) = self.player {
            let stages = self.stages_page.as_ref().map(|_| STAGES_PAGE_NAME);
            files.push((PLAYER, player.finish(stages).into_bytes()));
        }
        if let Some(page) = self.stages_page {
            files.push((STAGES_PAGE, page.into_bytes()));
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

fn png(svg: &str, scale: f64) -> Result<Vec<u8>, Problem> {
    let typeset = RenderedSvg::new(svg).map_err(draw_problem)?;
    let raster = typeset.raster(scale).map_err(draw_problem)?;
    raster.png().map_err(draw_problem)
}

fn draw_problem(error: DrawError) -> Problem {
    let problem = Problem::new(&error);
    match error {
        DrawError::TooLarge(..) => problem
            .hint("choose a smaller --scale, draw fewer objects with --max-objects, or use svg"),
        DrawError::Svg(_) | DrawError::Encoder(_) => problem.hint("use --format svg"),
    }
}
