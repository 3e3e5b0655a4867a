//! The syntax tree, a node a row, with the fields on the edges.

use super::Excerpt;
use super::canvas::{Canvas, Look, cut};
use crate::layout::{MARGIN, ROW_HEIGHT};
use crate::trace::stages::{Node, Stages};
use crate::trace::visible;
use crate::view::Color;

const STEP: f64 = 22.0;

pub(super) fn tree(stages: &Stages, excerpt: &Excerpt, canvas: &mut Canvas<'_>) {
    let mut depths: Vec<usize> = Vec::with_capacity(stages.tree.len());
    let mut gone: Vec<bool> = Vec::with_capacity(stages.tree.len());
    // Where the last row of each depth has its edges begin.
    let mut trunks: Vec<f64> = Vec::new();
    for node in &stages.tree {
        let around = node.parent.map(|parent| parent as usize);
        let depth = around.map_or(0, |around| depths[around] + 1);
        let is_gone =
            around.is_some_and(|around| gone[around] || stages.tree[around].folded.is_some());
        depths.push(depth);
        gone.push(is_gone);
        if !excerpt.takes(node.span.or(stages.tree[around.unwrap_or_default()].span)) {
            continue;
        }
        trunks.truncate(depth);
        if let Some(top) = trunks.last().copied() {
            edge(canvas, depth, top);
            trunks[depth - 1] = canvas.y + ROW_HEIGHT / 2.0;
        }
        trunks.push(canvas.y + ROW_HEIGHT - 3.0);
        row(canvas, node, depth, is_gone);
        canvas.y += ROW_HEIGHT + 1.0;
    }
}

/// The corner from a node's trunk to its row.
fn edge(canvas: &mut Canvas<'_>, depth: usize, top: f64) {
    let x = MARGIN + (depth as f64 - 1.0) * STEP + 7.0;
    let (middle, colour) = (canvas.y + ROW_HEIGHT / 2.0, canvas.drawing.palette.line);
    canvas.line((x, top), (x, middle), colour, 1.0);
    canvas.line((x, middle), (x + STEP - 10.0, middle), colour, 1.0);
}

fn row(canvas: &mut Canvas<'_>, node: &Node, depth: usize, is_gone: bool) {
    let y = canvas.y;
    let mut x = MARGIN + depth as f64 * STEP;
    if let Some(edge) = &node.edge {
        let index = edge.index.map_or_else(String::new, |at| format!("[{at}]"));
        x = canvas.write(x, y, Look::Quiet, &format!("{}{index}:", edge.field)) + 7.0;
    }
    let (kind, value) = match is_gone || node.folded.is_some() {
        true => (Look::Struck, Look::Struck),
        false => (Look::Bold, Look::Plain),
    };
    x = canvas.write(x, y, kind, &node.kind);
    for (field, text) in &node.values {
        x = canvas.write(x + 8.0, y, Look::Quiet, &format!("{field}="));
        x = canvas.write(x, y, value, &cut(&visible(text), 60));
    }
    if let Some(context) = &node.context {
        let color = match &**context {
            "Store" => Color::Orange,
            "Del" => Color::Red,
            _ => Color::Blue,
        };
        x = canvas.pill(x + 8.0, y, color, context);
    }
    if let Some(constant) = &node.folded {
        let words = format!("→ {}", cut(&visible(constant), 50));
        canvas.write(x + 8.0, y, Look::Bold, &words);
    }
}
