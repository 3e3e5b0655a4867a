//! A picture for each stage of a file, for paper: what the page of the stages shows in columns.

mod bytecode;
mod canvas;
mod code;
mod end;
mod errors;
mod imports;
mod lists;
mod machine;
mod names;
mod tree;

use super::{DRAFT, Drawing, Head};
use crate::layout::MARGIN;
use crate::narrate;
use crate::render::Theme;
use crate::trace::stages::{Span, StageKind, Stages};
use crate::trace::{Trace, visible};
use canvas::Canvas;
pub use end::end_picture;
pub use imports::imports_picture;

pub use errors::errors_picture;
pub use machine::machine_picture;

/// Lines of a file of which all is drawn.
const SHORT: u32 = 40;

/// The pictures of some stages, each behind its name: of what touches `within`, else of a short file
/// as a whole, else of the first statements of a long one.
pub fn stages_pictures(
    stages: &Stages,
    kinds: &[StageKind],
    within: Option<Span>,
    theme: Theme,
) -> Vec<(&'static str, String)> {
    let excerpt = Excerpt::of(stages, within);
    let drawing = Drawing::new(theme);
    let wanted = StageKind::ALL
        .into_iter()
        .filter(|kind| kinds.contains(kind));
    wanted
        .map(|kind| {
            let picture = named(|prefix| picture(stages, kind, &excerpt, &drawing, prefix));
            (kind.name(), picture)
        })
        .collect()
}

/// A picture whose own names are no other's: they begin with what it is made of.
fn named(picture: impl Fn(&str) -> String) -> String {
    let hash = crc32fast::hash(picture(DRAFT).as_bytes());
    picture(&format!("{DRAFT}{hash:08x}"))
}

/// A picture of a run: title, whose run it is, and what draws the rest.
fn run_picture(title: &str, trace: &Trace, theme: Theme, draw: impl Fn(&mut Canvas<'_>)) -> String {
    let drawing = Drawing::new(theme);
    let header = &trace.header;
    let title = format!("{title}: {}", visible(&header.script));
    let engine = format!(
        "{} {}, Python {}",
        header.engine, header.engine_version, header.python
    );
    let paper = Paper {
        title: &title,
        engine: &engine,
        description: &engine,
    };
    named(|prefix| paper.picture(&drawing, prefix, &draw))
}

/// What a picture says of itself.
struct Paper<'w> {
    title: &'w str,
    engine: &'w str,
    description: &'w str,
}

impl Paper<'_> {
    fn picture(
        &self,
        drawing: &Drawing,
        prefix: &str,
        draw: impl FnOnce(&mut Canvas<'_>),
    ) -> String {
        let mut canvas = Canvas::new(drawing, prefix);
        canvas.heading(self.title, self.engine);
        draw(&mut canvas);
        let (width, height, body) = canvas.finish(MARGIN);
        let head = Head {
            prefix,
            width,
            height,
            scale: 1.0,
            text_colour: drawing.palette.text,
            title: self.title,
            description: self.description,
        };
        head.document(|xml| {
            drawing.arrow_heads(xml);
            drawing.fill(xml, (0.0, 0.0), (width, height), false);
            xml.raw(&body);
        })
    }
}

/// What of a file is drawn.
#[derive(Debug)]
struct Excerpt {
    within: Option<Span>,
    /// What is not, in words.
    left_out: Option<String>,
}

impl Excerpt {
    fn of(stages: &Stages, within: Option<Span>) -> Excerpt {
        let lines = stages.lines();
        let count = lines.count() as u32;
        if let Some(span) = within {
            let (first, last) = (lines.line(span.start), last_line(stages, span));
            let words = match first == last {
                true => format!("Only what stands on line {first} of {count}."),
                false => format!("Only what stands on lines {first} to {last} of {count}."),
            };
            return Excerpt {
                within,
                left_out: Some(words),
            };
        }
        if count <= SHORT {
            return Excerpt {
                within: None,
                left_out: None,
            };
        }
        let statements = stages.tree.iter().filter(|node| node.parent == Some(0));
        let whole = statements
            .filter_map(|node| Some(last_line(stages, node.span?)))
            .take_while(|last| *last <= SHORT)
            .last();
        let last = whole.unwrap_or(SHORT);
        let end = lines.span(last).map_or(0, |line| line.end);
        Excerpt {
            within: Some(Span::new(0, end)),
            left_out: Some(format!("Lines {} to {count} are left out.", last + 1)),
        }
    }

    /// Whether something that stands there, if anywhere, is drawn.
    fn takes(&self, span: Option<Span>) -> bool {
        match (self.within, span) {
            (None, _) => true,
            (Some(within), Some(span)) => within.touches(span),
            (Some(_), None) => false,
        }
    }
}

fn last_line(stages: &Stages, span: Span) -> u32 {
    stages.lines().line(span.end.max(span.start + 1) - 1)
}

fn title(kind: StageKind) -> &'static str {
    match kind {
        StageKind::File => "File",
        StageKind::Tokens => "Tokens",
        StageKind::Tree => "Syntax tree",
        StageKind::Names => "Names",
        StageKind::Code => "Code objects",
        StageKind::Bytecode => "Bytecode",
    }
}

fn picture(
    stages: &Stages,
    kind: StageKind,
    excerpt: &Excerpt,
    drawing: &Drawing,
    prefix: &str,
) -> String {
    let path = visible(&stages.file.path).into_owned();
    let title = format!("{}: {path}", title(kind));
    let engine = narrate::stages_engine(&stages.engine);
    let description = format!(
        "{engine}. {}",
        excerpt.left_out.as_deref().unwrap_or("All of it.")
    );
    let paper = Paper {
        title: &title,
        engine: &engine,
        description: &description,
    };
    paper.picture(drawing, prefix, |canvas| {
        if failure(stages, kind, canvas) {
            content(stages, kind, excerpt, canvas);
        }
    })
}

fn content(stages: &Stages, kind: StageKind, excerpt: &Excerpt, canvas: &mut Canvas<'_>) {
    match kind {
        StageKind::File => lists::file(stages, canvas),
        StageKind::Tokens => lists::tokens(stages, excerpt, canvas),
        StageKind::Tree => tree::tree(stages, excerpt, canvas),
        StageKind::Names => names::names(stages, excerpt, canvas),
        StageKind::Code => code::codes(stages, excerpt, canvas),
        StageKind::Bytecode => bytecode::bytecode(stages, excerpt, canvas),
    }
    if let (Some(words), true) = (&excerpt.left_out, kind != StageKind::File) {
        canvas.note(words);
    }
}

/// Says where a stage has failed, or was not reached. Whether there is something of it to draw.
fn failure(stages: &Stages, kind: StageKind, canvas: &mut Canvas<'_>) -> bool {
    let Some(failure) = &stages.failure else {
        return true;
    };
    if kind > failure.stage {
        let failed = title(failure.stage).to_lowercase();
        canvas.note(&format!("Not reached: {failed} failed."));
        return false;
    }
    if kind == failure.stage {
        for line in failure.printed.lines() {
            canvas.alarm(&visible(line));
        }
    }
    true
}
