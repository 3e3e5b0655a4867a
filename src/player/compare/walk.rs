//! The rows of the walk: what happened line by line, run beside run.

use super::html::Html;
use super::{ComparePage, MOST, merged};
use crate::narrate;
use std::collections::BTreeSet;

/// Rows around one that differs.
const AROUND: usize = 1;

/// A cell: what happened in a row of a run; nothing where it has no such step.
type Cell = Option<Vec<String>>;

impl ComparePage<'_> {
    /// All runs side by side: rows that differ, with those around them; the rest is counted.
    pub(super) fn walk(&self, html: &mut Html) {
        html.element("section", &[("id", "walk")], |html| {
            html.of_text("h2", "", "Side by side");
            let words = "Steps stand side by side that are at the same place of the source, called the same way. \
                         Where the same happened to neighbours, it is told once; rows in which something else \
                         happens are marked.";
            html.of_text("p", "lead", words);
            html.element("div", &[("class", "wide")], |html| {
                html.element("table", &[("class", "stacks")], |html| {
                    self.heads(html, &["line", "source"]);
                    html.element("tbody", &[], |html| self.rows(html));
                });
            });
        });
        html.end_line();
    }

    fn rows(&self, html: &mut Html) {
        let last = self.comparison.rows.len();
        let mut shown = BTreeSet::new();
        let apart = self.apart();
        for row in &apart {
            shown.extend(row.saturating_sub(AROUND)..=(row + AROUND).min(last.saturating_sub(1)));
        }
        if !self.all {
            shown = shown.into_iter().take(MOST).collect();
        }
        let mut next = 0;
        for row in shown.iter().copied().chain([last]) {
            if row > next {
                self.alike(html, next, row, &apart);
            }
            if row < last {
                self.row(html, row, apart.contains(&row));
            }
            next = row + 1;
        }
    }

    /// Rows in which something else happens.
    fn apart(&self) -> BTreeSet<usize> {
        let rows = 0..self.comparison.rows.len();
        rows.filter(|row| self.comparison.groups(*row).len() > 1)
            .collect()
    }

    /// Rows that are left out.
    fn alike(&self, html: &mut Html, from: usize, to: usize, apart: &BTreeSet<usize>) {
        let differing = apart.range(from..to).count();
        let count = to - from;
        let rows = if count == 1 { "row" } else { "rows" };
        let words = match differing {
            0 => format!("{count} {rows} alike"),
            differing => format!("{count} more {rows}, {differing} of them differ"),
        };
        let width = (self.runs.len() + 2).to_string();
        html.element("tr", &[("class", "alike")], |html| {
            html.element("td", &[("colspan", &width)], |html| html.text(&words));
        });
        html.end_line();
    }

    fn row(&self, html: &mut Html, row: usize, is_apart: bool) {
        let Some(place) = self.comparison.place(self.runs, row) else {
            return;
        };
        let class = if is_apart { "apart" } else { "same" };
        html.element("tr", &[("class", class)], |html| {
            html.of_text("td", "place", &self.at(place.file, place.line));
            html.element("td", &[("class", "source")], |html| {
                html.text(place.source);
                let event = place.event.name();
                if event != "line" {
                    html.of_text("span", "quiet", &format!(" {event}"));
                }
            });
            let cells: Vec<Cell> = (0..self.runs.len())
                .map(|run| self.cell(row, run))
                .collect();
            merged(html, &self.names(), &cells, told);
        });
        html.end_line();
    }

    fn cell(&self, row: usize, run: usize) -> Cell {
        self.comparison.rows[row].steps[run]?;
        let all = &self.comparison.happenings[run][row];
        Some(all.iter().map(narrate::happening).collect())
    }
}

fn told(html: &mut Html, cell: &Cell) {
    match cell.as_deref() {
        None => html.of_text("span", "absent", "no such step"),
        Some([]) => html.of_text("span", "quiet", "·"),
        Some(all) => html.element("ul", &[("class", "told")], |html| {
            for words in all {
                html.of_text("li", "code", words);
            }
        }),
    }
}
