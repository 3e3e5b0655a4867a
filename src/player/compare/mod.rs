//! The page of several runs side by side. It has no script: a table that can be read anywhere.

mod html;
mod walk;

use super::page::{BASE_STYLE, still_page};
use crate::analyse::{
    ComparedRun, Comparison, Difference, DifferenceKind, LifeEnd, LineInstructions, RunDifferences,
};
use crate::narrate;
use crate::trace::{Cause, visible};
use html::Html;
use std::collections::BTreeMap;

const FRAME: &str = include_str!("page.html");
const STYLE: &[&str] = &[BASE_STYLE, include_str!("page.css")];

/// Rows of a table that are written unasked.
const MOST: usize = 300;
/// Objects whose lives are told unasked.
const MOST_LIVES: usize = 60;

/// What stands on the page.
pub struct ComparePage<'c> {
    pub runs: &'c [ComparedRun<'c>],
    pub comparison: &'c Comparison,
    /// What each line was compiled to, where all runs tell it.
    pub instructions: &'c [LineInstructions],
    /// Why instructions are not compared; empty where they are.
    pub without_instructions: &'c str,
    /// Everything, however long that gets.
    pub all: bool,
}

/// The page of runs side by side.
pub fn compare_page(page: &ComparePage<'_>) -> String {
    let script = page.runs.first().map_or("", |run| &run.trace.header.script);
    let mut html = Html::default();
    page.head(&mut html, script);
    html.element("main", &[], |html| {
        page.runs_list(html);
        page.verdicts(html);
        page.lives(html);
        page.walk(html);
        page.differences(html);
        page.bytecode(html);
    });
    still_page(FRAME, STYLE, &visible(script), &html.finish())
}

impl ComparePage<'_> {
    fn names(&self) -> Vec<String> {
        let traces: Vec<_> = self.runs.iter().map(|run| run.trace).collect();
        narrate::run_names(&traces)
    }

    fn head(&self, html: &mut Html, script: &str) {
        html.element("header", &[("class", "top")], |html| {
            html.element("h1", &[("id", "script")], |html| html.text(script));
            let count = self.runs.len();
            html.of_text("p", "", &format!("{count} runs side by side"));
            html.element("nav", &[("aria-label", "Parts of the page")], |html| {
                for (target, words) in [
                    ("#lives", "Who frees what"),
                    ("#walk", "Side by side"),
                    ("#differences", "Differences"),
                    ("#bytecode", "Instructions"),
                ] {
                    html.element("a", &[("href", target)], |html| html.text(words));
                }
            });
        });
        html.end_line();
    }

    fn runs_list(&self, html: &mut Html) {
        html.element("section", &[("aria-label", "The runs")], |html| {
            html.element("ul", &[("class", "runs")], |html| {
                for (run, name) in self.runs.iter().zip(self.names()) {
                    let header = &run.trace.header;
                    html.element("li", &[], |html| {
                        html.of_text("b", "", &name);
                        let (python, steps) = (&header.python, header.steps);
                        let words = match header.engine.as_str() {
                            "CPython" => format!("{steps} steps"),
                            _ => format!("Python {python}, {steps} steps"),
                        };
                        html.of_text("span", "", &words);
                    });
                }
            });
        });
        html.end_line();
    }

    /// How each run differs from the first, in a sentence and a table.
    fn verdicts(&self, html: &mut Html) {
        let names = self.names();
        html.element("section", &[("id", "summary")], |html| {
            html.of_text("h2", "", "At a glance");
            let words = format!(
                "Each run is held against {}: how many differences there are of each kind, and how many of \
                 them no known reason explains.",
                names[0]
            );
            html.of_text("p", "lead", &words);
            html.element("div", &[("class", "wide")], |html| {
                html.element("table", &[("class", "stacks")], |html| {
                    html.element("thead", &[], |html| {
                        html.element("tr", &[], |html| {
                            html.of_text("th", "", "run");
                            for kind in DifferenceKind::ALL {
                                html.of_text("th", "", narrate::difference_kind(kind));
                            }
                            html.of_text("th", "", "first difference");
                        });
                    });
                    html.element("tbody", &[], |html| {
                        for (other, name) in self.comparison.others.iter().zip(&names[1..]) {
                            self.verdict(html, name, other);
                        }
                    });
                });
            });
        });
        html.end_line();
    }

    fn verdict(&self, html: &mut Html, name: &str, other: &RunDifferences) {
        html.element("tr", &[], |html| {
            html.of_text("th", "", name);
            for kind in DifferenceKind::ALL {
                let of_kind = other.differences.iter().filter(|one| one.kind == kind);
                let unexplained = of_kind.clone().filter(|one| one.reason.is_none()).count();
                let count = of_kind.count();
                let of = [
                    ("class", "number"),
                    ("data-of", narrate::difference_kind(kind)),
                ];
                html.element("td", &of, |html| match (count, unexplained) {
                    (0, _) => html.of_text("span", "quiet", "0"),
                    (count, 0) => html.text(&count.to_string()),
                    (count, unexplained) => {
                        html.text(&format!("{count}, "));
                        let words = format!("{unexplained} unexplained");
                        html.of_text("span", "unexplained", &words);
                    }
                });
            }
            html.element("td", &[("data-of", "first")], |html| {
                match other.first_seen() {
                    Some(first) => {
                        html.of_text("span", "place", &format!("line {}", self.place(first)));
                        html.text(" ");
                        html.text(&said(first));
                    }
                    None => html.of_text("span", "quiet", "none that the program shows"),
                }
            });
        });
    }

    /// Where a difference shows first.
    fn place(&self, one: &Difference) -> String {
        let place = self.comparison.place(self.runs, one.row);
        place.map_or(String::new(), |place| {
            let line = match one.kind {
                DifferenceKind::Steps => place.told,
                _ => place.line,
            };
            self.at(place.file, line)
        })
    }

    /// A line; with its file, where there are several.
    fn at(&self, file: &str, line: u32) -> String {
        let is_only = self
            .runs
            .iter()
            .all(|run| run.trace.header.files.len() == 1);
        match is_only {
            true => line.to_string(),
            false => format!("{file}:{line}"),
        }
    }

    /// Who frees what, and when.
    fn lives(&self, html: &mut Html) {
        let names = self.names();
        let lives = &self.comparison.lives;
        html.element("section", &[("id", "lives")], |html| {
            html.of_text("h2", "", "Who frees what, and when");
            if lives.is_empty() {
                html.of_text("p", "lead", "No object of the program's is found in several runs.");
                return;
            }
            let words = "Objects are known by the first name that led to them. The line is the one that ran \
                         when the object went; rows in which the runs differ are marked.";
            html.of_text("p", "lead", words);
            let shown = if self.all { lives.len() } else { MOST_LIVES };
            html.element("div", &[("class", "wide")], |html| {
                html.element("table", &[("class", "stacks spread")], |html| {
                    self.heads(html, &["object", "made"]);
                    html.element("tbody", &[], |html| {
                        for life in lives.iter().take(shown) {
                            let is_same = life.ends.iter().all(|end| alike(*end, life.ends[0]));
                            let class = if is_same { "same" } else { "apart" };
                            html.element("tr", &[("class", class)], |html| {
                                html.element("th", &[], |html| {
                                    html.of_text("span", "subject", &life.path);
                                    html.of_text("span", "quiet", &format!(" {}", life.type_name));
                                });
                                let of = [("class", "made"), ("data-of", "made")];
                                html.element("td", &of, |html| {
                                    html.text(&format!("line {}", life.line));
                                });
                                let ends: Vec<String> =
                                    life.ends.iter().map(|end| narrate::life_end(*end)).collect();
                                merged(html, &names, &ends, |html, end| html.text(end));
                            });
                            html.end_line();
                        }
                    });
                });
            });
            if lives.len() > shown {
                html.of_text("p", "lead", &format!("And {} more objects.", lives.len() - shown));
            }
        });
    }

    /// The head of a table with a column for each run.
    fn heads(&self, html: &mut Html, first: &[&str]) {
        html.element("thead", &[], |html| {
            html.element("tr", &[], |html| {
                for word in first {
                    html.element("th", &[("scope", "col")], |html| html.text(word));
                }
                for name in self.names() {
                    html.element("th", &[("scope", "col")], |html| html.text(&name));
                }
            });
        });
    }

    /// Every difference, run by run.
    fn differences(&self, html: &mut Html) {
        let names = self.names();
        html.element("section", &[("id", "differences")], |html| {
            html.of_text("h2", "", "Differences");
            for (other, name) in self.comparison.others.iter().zip(&names[1..]) {
                let title = format!("{} and {name}", names[0]);
                html.of_text("h3", "", &title);
                if other.differences.is_empty() {
                    html.of_text("p", "lead", "There is none.");
                    continue;
                }
                reasons(html, &other.differences);
                let is_open = self.runs.len() == 2;
                let attributes = [("open", "")];
                let attributes = if is_open { &attributes[..] } else { &[] };
                html.element("details", attributes, |html| {
                    let count = other.differences.len();
                    html.of_text("summary", "", &format!("{count} differences, one by one"));
                    self.difference_table(html, [&names[0], name], other);
                });
            }
        });
        html.end_line();
    }

    fn difference_table(&self, html: &mut Html, names: [&str; 2], other: &RunDifferences) {
        let shown = if self.all { usize::MAX } else { MOST };
        html.element("div", &[("class", "wide")], |html| {
            html.element("table", &[("class", "stacks")], |html| {
                html.element("thead", &[], |html| {
                    html.element("tr", &[], |html| {
                        for word in ["line", "what", names[0], names[1], "why"] {
                            html.element("th", &[("scope", "col")], |html| html.text(word));
                        }
                    });
                });
                html.element("tbody", &[], |html| {
                    for one in other.differences.iter().take(shown) {
                        self.difference(html, names, one);
                        html.end_line();
                    }
                });
            });
        });
        if other.differences.len() > shown {
            let more = other.differences.len() - shown;
            html.of_text("p", "lead", &format!("And {more} more."));
        }
    }

    fn difference(&self, html: &mut Html, names: [&str; 2], one: &Difference) {
        html.element("tr", &[], |html| {
            html.of_text("td", "place", &self.place(one));
            html.of_text("td", "subject", &narrate::difference_subject(one));
            for (fact, name) in one.facts.iter().zip(names) {
                let attributes = [("class", "code"), ("data-of", name)];
                html.element("td", &attributes, |html| {
                    html.text(&narrate::difference_fact(fact))
                });
            }
            html.element("td", &[("data-of", "why")], |html| reason(html, one));
        });
    }

    /// What each line was compiled to.
    fn bytecode(&self, html: &mut Html) {
        let names = self.names();
        html.element("section", &[("id", "bytecode")], |html| {
            html.of_text("h2", "", "Instructions");
            if !self.without_instructions.is_empty() {
                let words = format!("They are not compared: {}.", self.without_instructions);
                html.of_text("p", "lead", &words);
                return;
            }
            let differ: Vec<&LineInstructions> =
                self.instructions.iter().filter(|line| !line.agree()).collect();
            let words = format!(
                "Of {} lines of code, {} are compiled to other instructions. Each version has some of its own.",
                self.instructions.len(),
                differ.len()
            );
            html.of_text("p", "lead", &words);
            html.element("details", &[], |html| {
                html.of_text("summary", "", "Line by line");
                html.element("div", &[("class", "wide")], |html| {
                    html.element("table", &[("class", "stacks")], |html| {
                        self.heads(html, &["line"]);
                        html.element("tbody", &[], |html| {
                            for one in differ {
                                html.element("tr", &[], |html| {
                                    html.element("th", &[], |html| {
                                        html.of_text("span", "place", &format!("{} ", one.line));
                                        html.of_text("span", "source", &one.source);
                                    });
                                    merged(html, &names, &one.names, |html, names| {
                                        html.of_text("span", "code", &names.join(" "));
                                    });
                                });
                                html.end_line();
                            }
                        });
                    });
                });
            });
        });
    }
}

/// The same end, as far as the program is concerned.
fn alike(one: LifeEnd, other: LifeEnd) -> bool {
    let plain = |end: LifeEnd| match end {
        LifeEnd::Freed { line, cause, .. } => (Some((line, cause == Cause::Collector)), 0),
        LifeEnd::AtExit | LifeEnd::Left => (None, 1),
        LifeEnd::OutOfReach { .. } => (None, 2),
        LifeEnd::Reached => (None, 3),
        LifeEnd::NotFound => (None, 4),
    };
    plain(one) == plain(other)
}

/// Cells of a row, one for each run; of neighbours with the same there is one.
fn merged<T: PartialEq>(
    html: &mut Html,
    names: &[String],
    cells: &[T],
    mut write: impl FnMut(&mut Html, &T),
) {
    let mut at = 0;
    while at < cells.len() {
        let alike = cells[at..]
            .iter()
            .take_while(|cell| **cell == cells[at])
            .count();
        let width = alike.to_string();
        let of = match alike == cells.len() && alike > 2 {
            true => "all".to_owned(),
            false => names[at..at + alike].join(", "),
        };
        let attributes = [("data-of", of.as_str()), ("colspan", width.as_str())];
        let kept = if alike == 1 { 1 } else { 2 };
        html.element("td", &attributes[..kept], |html| write(html, &cells[at]));
        at += alike;
    }
}

/// A difference in a line.
fn said(one: &Difference) -> String {
    let [left, right] = one.facts.each_ref().map(narrate::difference_fact);
    format!("{}: {left} | {right}", narrate::difference_subject(one))
}

fn reason(html: &mut Html, one: &Difference) {
    match one.reason {
        Some(reason) => {
            let (name, words) = narrate::difference_reason(reason);
            html.element("span", &[("class", "reason"), ("title", words)], |html| {
                html.text(name)
            });
        }
        None => html.of_text("span", "unexplained", "unexplained"),
    }
    if one.times > 1 && one.kind != DifferenceKind::Steps {
        html.of_text("span", "quiet", &format!(" {} times", one.times));
    }
}

/// What the reasons mean that were given.
fn reasons(html: &mut Html, differences: &[Difference]) {
    let mut given = BTreeMap::new();
    for reason in differences.iter().filter_map(|one| one.reason) {
        *given.entry(reason).or_insert(0_usize) += 1;
    }
    html.element("ul", &[("class", "told notes")], |html| {
        for (reason, count) in given {
            let (name, words) = narrate::difference_reason(reason);
            html.element("li", &[], |html| {
                html.of_text("b", "", &format!("{name} ({count})"));
                html.text(&format!(": {words}"));
            });
        }
    });
}
