//! Symbol tables: a box for each scope, those inside it within, and arrows from names to the scope
//! whose variable they are.

use super::Excerpt;
use super::canvas::{Canvas, Look, lanes};
use crate::layout::{MARGIN, ROW_HEIGHT, TITLE_HEIGHT, text_width};
use crate::layout::{ROW_FONT, SMALL_FONT};
use crate::narrate;
use crate::render::xml::rounded;
use crate::trace::stages::{NameScope, Scope, Span, Stages, Symbol};
use crate::trace::visible;
use crate::view::{BoxRole, Color};
use std::collections::BTreeMap;

const INSET: f64 = 14.0;
const GAP: f64 = 8.0;
const LANE: f64 = 9.0;
/// Uses of a name that are written out.
const USES: usize = 8;

pub(super) fn names(stages: &Stages, excerpt: &Excerpt, canvas: &mut Canvas<'_>) {
    if stages.scopes.is_empty() {
        return;
    }
    let mut boxes = Boxes {
        stages,
        excerpt,
        rows: BTreeMap::new(),
    };
    let width = boxes.width(0, 0.0);
    boxes.draw(0, MARGIN, width, canvas);
    boxes.arrows(MARGIN + width, canvas);
    let hidden = stages.scopes.iter();
    let hidden = hidden.filter(|scope| stages.is_implicit(scope)).count();
    if hidden > 0 {
        canvas.note(&format!(
            "Left out: {hidden} of __annotate__, {}.",
            narrate::ANNOTATIONS
        ));
    }
}

struct Boxes<'s> {
    stages: &'s Stages,
    excerpt: &'s Excerpt,
    /// Right end and middle of the row of each name, by scope and name.
    rows: BTreeMap<(usize, &'s str), (f64, f64)>,
}

impl<'s> Boxes<'s> {
    /// The scopes in a scope that are drawn: what the interpreter puts in of its own says little.
    fn inside(&self, number: usize) -> Vec<usize> {
        let scopes = self.stages.scopes.iter().enumerate();
        let inside = scopes.filter(|(_, scope)| scope.parent == Some(number as u32));
        let wanted = inside.filter(|(_, scope)| {
            let node = scope
                .node
                .and_then(|node| self.stages.tree.get(node as usize));
            !self.stages.is_implicit(scope) && self.excerpt.takes(node.and_then(|node| node.span))
        });
        wanted.map(|(number, _)| number).collect()
    }

    fn symbols(&self, number: usize) -> impl Iterator<Item = &'s Symbol> {
        let excerpt = self.excerpt;
        let wanted = move |one: &&Symbol| {
            excerpt.within.is_none() || one.uses.iter().any(|one| excerpt.takes(Some(one.span)))
        };
        self.stages.scopes[number].symbols.iter().filter(wanted)
    }

    /// How wide a box must be for its rows and the boxes inside it.
    fn width(&self, number: usize, least: f64) -> f64 {
        let scope = &self.stages.scopes[number];
        let title = text_width(&title(number, scope), ROW_FONT) + 20.0;
        let rows = self.symbols(number).map(|symbol| {
            let words = text_width(&self.word(scope, symbol), SMALL_FONT) + 12.0;
            let name = text_width(&visible(&symbol.name), ROW_FONT);
            let early = self
                .early(scope, symbol)
                .map_or(0.0, |early| text_width(&early, ROW_FONT) + 10.0);
            name + words + text_width(&self.uses(scope, symbol), SMALL_FONT) + early + 44.0
        });
        let inside = self.inside(number).into_iter();
        let inside = inside.map(|number| self.width(number, 0.0) + 2.0 * INSET);
        rows.chain(inside).fold(title.max(least), f64::max)
    }

    /// Where a name is looked for, in a word.
    fn word(&self, scope: &Scope, symbol: &Symbol) -> String {
        let note = narrate::name_note(self.stages, scope, symbol);
        note.map_or_else(|| word(symbol), |(word, _)| word.to_owned())
    }

    /// The lines that use it, and what is to be said of it else.
    fn uses(&self, scope: &Scope, symbol: &Symbol) -> String {
        let note = narrate::name_note(self.stages, scope, symbol);
        let note = note.map(|(_, words)| words);
        let lines = self.stages.lines();
        let uses = symbol.uses.iter().take(USES);
        let mut words: Vec<String> = uses
            .map(|one| format!("{} {}", one.what, lines.line(one.span.start)))
            .collect();
        if symbol.uses.len() > USES {
            words.push(format!("+{}", symbol.uses.len() - USES));
        }
        words.extend(note);
        words.join("  ")
    }

    /// Why a function's variable that is asked for above all that binds it may have no value there.
    fn early(&self, scope: &Scope, symbol: &Symbol) -> Option<String> {
        if self.stages.inlined_in(scope, symbol).is_some() {
            return None;
        }
        let (asked, bound) = scope.asked_before_bound(symbol)?;
        let lines = self.stages.lines();
        let line = |span: Span| lines.line(span.start);
        Some(narrate::asked_early(line(asked.span), line(bound.span)))
    }

    fn draw(&mut self, number: usize, x: f64, width: f64, canvas: &mut Canvas<'_>) {
        let scope = &self.stages.scopes[number];
        let top = canvas.y;
        let inside = self.inside(number);
        let height = self.height(number);
        let palette = &canvas.drawing.palette;
        let (row, line) = (palette.row, palette.line);
        canvas.rect((x, top), (width, height), row, line, false);
        let role = match &*scope.kind {
            "function" | "lambda" | "comprehension" => BoxRole::Function,
            "class" => BoxRole::Class,
            _ => BoxRole::Frame,
        };
        let tone = canvas.tone(role);
        canvas.rect((x, top), (width, TITLE_HEIGHT), tone, line, false);
        canvas.write(x + 10.0, top, Look::Bold, &title(number, scope));
        canvas.y += TITLE_HEIGHT + 2.0;
        let symbols: Vec<&'s Symbol> = self.symbols(number).collect();
        for symbol in symbols {
            self.row(number, symbol, x, width, canvas);
        }
        for inner in inside {
            canvas.y += GAP;
            self.draw(inner, x + INSET, width - 2.0 * INSET, canvas);
        }
        canvas.y = top + height;
    }

    fn height(&self, number: usize) -> f64 {
        let rows = self.symbols(number).count() as f64 * ROW_HEIGHT;
        let inside = self.inside(number).into_iter();
        let inside: f64 = inside.map(|number| self.height(number) + GAP).sum();
        let end = if inside > 0.0 { GAP } else { 3.0 };
        TITLE_HEIGHT + 2.0 + rows + inside + end
    }

    fn row(
        &mut self,
        number: usize,
        symbol: &'s Symbol,
        x: f64,
        width: f64,
        canvas: &mut Canvas<'_>,
    ) {
        let y = canvas.y;
        let end = canvas.write(x + 10.0, y, Look::Bold, &visible(&symbol.name));
        let scope = &self.stages.scopes[number];
        let is_noted = narrate::name_note(self.stages, scope, symbol).is_some();
        let color = match symbol.scope {
            _ if is_noted => Color::Grey,
            NameScope::Local => Color::Green,
            NameScope::Cell | NameScope::Free => Color::Purple,
            NameScope::GlobalExplicit | NameScope::GlobalImplicit => Color::Blue,
            NameScope::Unknown => Color::Grey,
        };
        let end = canvas.pill(end + 8.0, y, color, &self.word(scope, symbol));
        let end = canvas.write(end + 8.0, y, Look::Small, &self.uses(scope, symbol));
        if let Some(early) = self.early(scope, symbol) {
            canvas.write(end + 10.0, y, Look::Alarm, &early);
        }
        let place = (x + width, y + ROW_HEIGHT / 2.0);
        self.rows.insert((number, &symbol.name), place);
        canvas.y += ROW_HEIGHT;
    }

    /// From each name that is another scope's to the row of its owner.
    fn arrows(&self, edge: f64, canvas: &mut Canvas<'_>) {
        let mut arrows = Vec::new();
        for ((number, name), from) in &self.rows {
            let scope = &self.stages.scopes[*number];
            let Some(symbol) = scope.symbols.iter().find(|one| one.name == *name) else {
                continue;
            };
            let owner = match symbol.scope {
                NameScope::Free => symbol.owner.map(|owner| owner as usize),
                NameScope::GlobalExplicit | NameScope::GlobalImplicit if *number > 0 => Some(0),
                _ => None,
            };
            // What the file does not bind is looked for among what is built in.
            let is_bound = |owner: &usize| {
                let symbols = &self.stages.scopes[*owner].symbols;
                let of_owner = symbols.iter().find(|one| one.name == *name);
                of_owner.is_some_and(|one| one.scope != NameScope::GlobalImplicit)
            };
            let owner = owner.filter(is_bound);
            let to = owner.and_then(|owner| self.rows.get(&(owner, *name)));
            arrows.extend(to.map(|to| (*from, *to, symbol.scope == NameScope::Free)));
        }
        let stretches: Vec<(f64, f64)> = arrows
            .iter()
            .map(|(from, to, _)| (from.1.min(to.1), from.1.max(to.1)))
            .collect();
        for ((from, to, is_free), lane) in arrows.iter().zip(lanes(&stretches)) {
            let x = edge + 12.0 + lane as f64 * LANE;
            let way = format!(
                "M{} {}H{}V{}H{}",
                rounded(from.0),
                rounded(from.1),
                rounded(x),
                rounded(to.1 + 2.0),
                rounded(to.0 + 1.0)
            );
            let palette = &canvas.drawing.palette;
            let (colour, head) = match is_free {
                true => (palette.weak, "weak"),
                false => (palette.arrow, "head"),
            };
            canvas.arrow(&way, colour, head, !is_free);
            canvas.right = canvas.right.max(x);
        }
    }
}

fn title(number: usize, scope: &Scope) -> String {
    match number {
        0 => "module".to_owned(),
        _ => format!(
            "{} {}, line {}",
            scope.kind,
            visible(&scope.name),
            scope.line
        ),
    }
}

fn word(symbol: &Symbol) -> String {
    let is_nonlocal = symbol.flags.iter().any(|flag| flag == "declared nonlocal");
    match (symbol.scope, is_nonlocal) {
        (NameScope::Free, true) => "free nonlocal".to_owned(),
        (scope, _) => scope.name().to_owned(),
    }
}
