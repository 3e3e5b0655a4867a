//! A picture in Graphviz's language, to be read and changed by hand: no places, which Graphviz
//! finds, one line a box or reference, and names that say what they stand for.

mod label;
mod statements;
mod words;

use super::SIGNATURE;
use crate::layout::{Direction, Picture, PictureArrow, PictureBox, PictureCell};
use crate::render::theme::Theme;
use crate::view::{BoxKey, Mark};
use graphviz_rust::dot_structures::{Attribute, GraphAttributes};
use label::label;
use statements::{attribute, defaults, edge, node};
use std::collections::BTreeMap;
use std::sync::Arc;
use words::{in_a_comment, in_quotes, name};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DotOptions {
    pub theme: Theme,
    pub direction: Direction,
}

/// Writes a picture as a DOT graph.
pub fn dot(picture: &Picture, options: DotOptions) -> String {
    let names = picture.boxes.iter().map(|one| (one.key, name(one)));
    let mut graph = DotGraph {
        picture,
        options,
        names: names.collect(),
        out: String::new(),
    };
    graph.head();
    graph.call_frames();
    graph.objects();
    graph.references();
    graph.out.push_str("}\n");
    graph.out
}

/// A graph that is being written.
struct DotGraph<'p> {
    picture: &'p Picture,
    options: DotOptions,
    names: BTreeMap<BoxKey, String>,
    out: String,
}

fn is_call(picture_box: &PictureBox) -> bool {
    matches!(picture_box.key, BoxKey::Call(_) | BoxKey::MoreCalls(_))
}

impl DotGraph<'_> {
    fn line(&mut self, indent: usize, text: &str) {
        self.out.push_str(&"  ".repeat(indent));
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// A comment with an empty line above it.
    fn group(&mut self, comment: &str) {
        self.line(0, "");
        self.line(1, &format!("// {comment}"));
    }

    fn head(&mut self) {
        let caption = &self.picture.caption;
        let palette = self.options.theme.palette();
        let rankdir = match self.options.direction {
            Direction::Right => "LR",
            Direction::Down => "TB",
        };
        let title = format!("{}: {}", caption.step, caption.event);
        let mut lines = vec![in_quotes(&title)];
        lines.extend(caption.words.iter().map(|line| in_quotes(line)));
        let file = in_a_comment(&caption.file);
        let (background, text, arrow) = (palette.background, palette.text, palette.arrow);
        self.line(0, &format!("// {SIGNATURE}"));
        self.line(0, &format!("// {file}, {}", in_a_comment(&title)));
        self.line(0, &format!("digraph step_{} {{", self.picture.number));
        let graph = GraphAttributes::Graph;
        let ranks = [("rankdir", rankdir), ("nodesep", "0.3"), ("ranksep", "0.7")];
        self.line(1, &defaults(graph, &ranks));
        // What keeps boxes apart where another program than dot lays them out.
        let apart = [
            ("overlap", "false"),
            ("sep", "\"+12\""),
            ("esep", "\"+1\""),
            ("splines", "true"),
        ];
        self.line(1, &defaults(graph, &apart));
        let quoted = |colour: &str| format!("\"{colour}\"");
        let (text, background, arrow) = (quoted(text), quoted(background), quoted(arrow));
        let font = [
            ("fontname", "\"DejaVu Sans Mono\""),
            ("fontsize", "10"),
            ("fontcolor", &text),
        ];
        let page = [
            ("bgcolor", background.as_str()),
            ("labelloc", "t"),
            ("labeljust", "l"),
        ];
        self.line(1, &defaults(graph, &[&font[..], &page].concat()));
        let table = [("shape", "plain")];
        self.line(
            1,
            &defaults(GraphAttributes::Node, &[&table, &font[..]].concat()),
        );
        let heads = [("arrowsize", "0.6"), ("color", arrow.as_str())];
        self.line(1, &defaults(GraphAttributes::Edge, &heads));
        self.line(1, &format!("label=\"{}\\l\"", lines.join("\\l")));
    }

    fn call_frames(&mut self) {
        let frames: Vec<&Arc<PictureBox>> =
            self.picture.boxes.iter().filter(|b| is_call(b)).collect();
        if frames.is_empty() {
            return;
        }
        let palette = self.options.theme.palette();
        self.group("call frames, the oldest first");
        self.line(1, "subgraph cluster_call_stack {");
        let looks = [
            ("label", "\"call stack\"".to_owned()),
            ("style", "rounded".to_owned()),
            ("color", format!("\"{}\"", palette.line)),
            ("fontcolor", format!("\"{}\"", palette.quiet)),
        ];
        let looks = looks.each_ref().map(|(key, value)| (*key, value.as_str()));
        self.line(2, &defaults(GraphAttributes::Graph, &looks));
        for frame in &frames {
            self.node(2, frame);
        }
        if frames.len() > 1 {
            let order: Vec<&str> = frames.iter().map(|b| self.names[&b.key].as_str()).collect();
            let order = format!(
                "{{ rank=same; {} [style=invis] }}  // in this order",
                order.join(" -> ")
            );
            self.line(2, &order);
        }
        self.line(1, "}");
    }

    fn objects(&mut self) {
        let objects: Vec<&Arc<PictureBox>> =
            self.picture.boxes.iter().filter(|b| !is_call(b)).collect();
        if objects.is_empty() {
            return;
        }
        self.group("objects");
        for object in objects {
            self.node(1, object);
        }
    }

    fn node(&mut self, indent: usize, picture_box: &PictureBox) {
        let table = label(picture_box, self.options.theme);
        let node = node(&self.names[&picture_box.key], &table);
        self.line(indent, &node);
    }

    fn references(&mut self) {
        if self.picture.arrows.is_empty() {
            return;
        }
        self.group("references");
        for arrow in &self.picture.arrows {
            if let (Some(row), Some(to)) = (self.tail(arrow), self.names.get(&arrow.to)) {
                let side = match self.options.direction {
                    Direction::Right => "w",
                    Direction::Down => "n",
                };
                let from = (self.names[&arrow.from].as_str(), row);
                let edge = edge(from, (to, side), self.looks(arrow));
                self.line(1, &edge);
            }
        }
    }

    /// The port that an arrow leaves from, if there is one: that of its dot.
    fn tail(&self, arrow: &PictureArrow) -> Option<Option<String>> {
        let owner = self.picture.boxes.iter().find(|b| b.key == arrow.from)?;
        let dot = PictureCell::Dot(arrow.start);
        Some(owner.rows.iter().enumerate().find_map(|(i, row)| {
            if row.value == dot {
                Some(format!("r{i}"))
            } else {
                (row.label == dot).then(|| format!("k{i}"))
            }
        }))
    }

    fn looks(&self, arrow: &PictureArrow) -> Vec<Attribute> {
        let palette = self.options.theme.palette();
        let colour = |colour: &str| attribute("color", &format!("\"{colour}\""));
        let mut looks = Vec::new();
        if arrow.weak {
            // The head is open, for paper without colours: what is freed is dashed, too.
            looks.push(attribute("style", "dashed"));
            looks.push(attribute("arrowhead", "vee"));
        } else if arrow.faded {
            looks.push(attribute("style", "dashed"));
        }
        if arrow.mark != Mark::None {
            looks.push(colour(palette.changed));
            looks.push(attribute("penwidth", "2"));
        } else if arrow.faded {
            looks.push(colour(palette.garbage));
        } else if arrow.weak {
            looks.push(colour(palette.weak));
        }
        looks
    }
}
