//! A picture in Graphviz's language: HTML labels with ports, and our own places, so that `dot`
//! lays it out anew and `neato -n2` draws it as we do.

use super::SIGNATURE;
use crate::layout::{
    Picture, PictureArrow, PictureBox, PictureCell, Piece, Point, ROW_HEIGHT, Rect, TITLE_HEIGHT,
};
use crate::render::theme::Theme;
use crate::view::{BoxKey, Status};
use graphviz_rust::dot_structures::{
    Attribute, Edge, EdgeTy, Graph, GraphAttributes, Id, Node, NodeId, Port, Stmt, Vertex,
};
use graphviz_rust::printer::{DotPrinter, PrinterContext};
use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Points per inch over pixels per inch, as Graphviz and browsers have it.
const POINTS: f64 = 0.75;
/// Length of an arrow's head, in pixels.
const HEAD: f64 = 8.0;

/// Writes a picture as a DOT graph.
pub fn dot(picture: &Picture) -> String {
    let mut statements = vec![
        graph_attributes(
            "graph",
            &[
                ("rankdir", "LR"),
                ("splines", "true"),
                ("nodesep", "0.3"),
                ("ranksep", "0.7"),
            ],
        ),
        graph_attributes(
            "node",
            &[
                ("shape", "plain"),
                ("fontname", quoted("DejaVu Sans Mono").as_str()),
                ("fontsize", "9"),
            ],
        ),
        graph_attributes("edge", &[("arrowsize", "0.6")]),
        Stmt::Attribute(attribute(
            "label",
            &quoted(&format!(
                "{}, {}: {}",
                picture.caption.file, picture.caption.step, picture.caption.event
            )),
        )),
        Stmt::Attribute(attribute("fontname", &quoted("DejaVu Sans Mono"))),
    ];
    for picture_box in &picture.boxes {
        statements.push(Stmt::Node(Node::new(
            NodeId(node_id(picture_box.key), None),
            vec![
                attribute("label", &label(picture_box)),
                attribute(
                    "pos",
                    &quoted(&position(picture_box.rect, picture.page.height)),
                ),
            ],
        )));
    }
    for arrow in &picture.arrows {
        let port = picture
            .boxes
            .iter()
            .find(|candidate| candidate.key == arrow.from)
            .and_then(|owner| {
                owner.rows.iter().position(|row| {
                    [&row.label, &row.value]
                        .iter()
                        .any(|cell| **cell == PictureCell::Dot(arrow.start))
                })
            });
        let from = NodeId(
            node_id(arrow.from),
            port.map(|row| Port(Some(Id::Plain(format!("r{row}"))), Some("e".to_owned()))),
        );
        let to = NodeId(
            node_id(arrow.to),
            Some(Port(
                Some(Id::Plain("title".to_owned())),
                Some("w".to_owned()),
            )),
        );
        let way = quoted(&way(arrow, picture.page.height));
        let mut attributes = vec![attribute("pos", &way)];
        if arrow.weak {
            attributes.push(attribute("style", "dotted"));
        } else if arrow.faded {
            attributes.push(attribute("style", "dashed"));
        }
        statements.push(Stmt::Edge(Edge {
            ty: EdgeTy::Pair(Vertex::N(from), Vertex::N(to)),
            attributes,
        }));
    }
    let graph = Graph::DiGraph {
        id: Id::Plain(format!("step_{}", picture.number)),
        strict: false,
        stmts: statements,
    };
    let printed = graph.print(&mut PrinterContext::default());
    format!("// {SIGNATURE}\n{printed}\n")
}

fn attribute(key: &str, value: &str) -> Attribute {
    Attribute(Id::Plain(key.to_owned()), Id::Plain(value.to_owned()))
}

fn graph_attributes(of: &str, attributes: &[(&str, &str)]) -> Stmt {
    let attributes = attributes
        .iter()
        .map(|(key, value)| attribute(key, value))
        .collect();
    Stmt::GAttribute(GraphAttributes::new(of, attributes))
}

fn node_id(key: BoxKey) -> Id {
    Id::Plain(match key {
        BoxKey::Call(n) => format!("call{n}"),
        BoxKey::Object(id) => format!("object{}", id.0),
        BoxKey::MoreCalls(thread) => format!("more_calls_{thread}"),
        BoxKey::MoreObjects => "more_objects".to_owned(),
        BoxKey::Interpreter => "interpreter".to_owned(),
    })
}

/// A place in points, upwards.
fn place(at: Point, height: f64) -> String {
    format!("{:.1},{:.1}", at.x * POINTS, (height - at.y) * POINTS)
}

/// The middle of a box.
fn position(rect: Rect, height: f64) -> String {
    let middle = Point {
        x: rect.x + rect.width / 2.0,
        y: rect.y + rect.height / 2.0,
    };
    place(middle, height)
}

/// The way of an arrow as one curve, and before it the tip of its head.
fn way(arrow: &PictureArrow, height: f64) -> String {
    let mut at = arrow.start;
    let mut points = vec![at];
    for piece in &arrow.pieces {
        match *piece {
            Piece::Line(to) => {
                let between = |share: f64| Point {
                    x: at.x + (to.x - at.x) * share,
                    y: at.y + (to.y - at.y) * share,
                };
                points.extend([between(1.0 / 3.0), between(2.0 / 3.0), to]);
                at = to;
            }
            Piece::Curve(first, second, to) => {
                points.extend([first, second, to]);
                at = to;
            }
        }
    }
    // The curve ends where the head begins, from the side as all arrows do.
    if let [.., second, end] = &mut points[..] {
        second.x = second.x.min(end.x) - HEAD;
        end.x -= HEAD;
    }
    let mut out = format!("e,{}", place(at, height));
    for point in points {
        out.push(' ');
        out.push_str(&place(point, height));
    }
    out
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// Text for an HTML label. Graphviz ends a label at the first `>>`, so `>` is always written out.
fn html(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '[' => out.push_str("&#91;"),
            ']' => out.push_str("&#93;"),
            c if c.is_control() => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

fn label(picture_box: &PictureBox) -> String {
    let serial = picture_box
        .serial
        .map_or(String::new(), |n| format!(" #{n}"));
    let status = match picture_box.status {
        Status::Alive => "",
        Status::TentativelyUnreachable => " (tentatively unreachable)",
        Status::ReachedFromOutside => " (rescued)",
        Status::Unreachable => " (unreachable)",
        Status::Dead(_) => " (freed)",
    };
    let rect = picture_box.rect;
    let mut out = format!(
        "<<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"1\"><TR><TD \
         PORT=\"title\" COLSPAN=\"2\" BGCOLOR=\"{}\"{}><B>{}</B>{serial}{status} {}</TD></TR>",
        Theme::Light.title(picture_box.tone),
        size(rect.width, TITLE_HEIGHT),
        html(&picture_box.title),
        html(&picture_box.count)
    );
    for (i, row) in picture_box.rows.iter().enumerate() {
        let cell = |cell: &PictureCell| match cell {
            PictureCell::Empty => String::new(),
            PictureCell::Text(text) => html(text),
            PictureCell::Dot(_) => "&#8226;".to_owned(),
        };
        let (label, value) = (cell(&row.label), cell(&row.value));
        let at = |dot: bool| if dot { "RIGHT" } else { "LEFT" };
        let value_at = at(matches!(row.value, PictureCell::Dot(_)));
        if row.label_area.width == 0.0 {
            let size = size(rect.width, ROW_HEIGHT);
            out.push_str(&format!(
                "<TR><TD COLSPAN=\"2\" ALIGN=\"{value_at}\" PORT=\"r{i}\"{size}>{label}{value}</TD></TR>"
            ));
        } else {
            let label_at = at(matches!(row.label, PictureCell::Dot(_)));
            let label_size = size(row.label_area.width, ROW_HEIGHT);
            let value_size = size(row.value_area.width, ROW_HEIGHT);
            out.push_str(&format!(
                "<TR><TD ALIGN=\"{label_at}\"{label_size}>{label}</TD>\
                 <TD ALIGN=\"{value_at}\" PORT=\"r{i}\"{value_size}>{value}</TD></TR>"
            ));
        }
    }
    out.push_str("</TABLE>>");
    out
}

/// The least size of a cell: with our font, and most others, its size.
fn size(width: f64, height: f64) -> String {
    let points = |length: f64| (length * POINTS).round();
    format!(" WIDTH=\"{}\" HEIGHT=\"{}\"", points(width), points(height))
}

/// Why Graphviz drew nothing.
#[derive(Debug, thiserror::Error)]
pub enum GraphvizError {
    #[error("there is no Graphviz on this machine")]
    Missing,
    #[error("Graphviz could not be run: {0}")]
    Io(#[from] io::Error),
    #[error("Graphviz took longer than {0} seconds for one step")]
    TooLong(u64),
    #[error("Graphviz gave up: {0}")]
    Failed(String),
}

const SECONDS: u64 = 60;

/// Has an installed Graphviz lay out a DOT graph and draw it as SVG.
///
/// # Errors
/// Where there is no `dot`, where it fails, and where it does not end.
pub fn graphviz_svg(source: &str) -> Result<String, GraphvizError> {
    graphviz(source, "-Tsvg")
}

/// Has an installed Graphviz lay out a DOT graph and say where everything stands, in its plain
/// format.
///
/// # Errors
/// As for [`graphviz_svg`].
pub fn graphviz_plain(source: &str) -> Result<String, GraphvizError> {
    graphviz(source, "-Tplain")
}

fn graphviz(source: &str, format: &str) -> Result<String, GraphvizError> {
    let mut child = Command::new("dot")
        .arg(format)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => GraphvizError::Missing,
            _ => GraphvizError::Io(error),
        })?;
    let (mut input, output, errors) =
        match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(input), Some(output), Some(errors)) => (input, output, errors),
            _ => {
                return Err(GraphvizError::Failed(
                    "it has no input or output".to_owned(),
                ));
            }
        };
    let source = source.to_owned();
    let feed = std::thread::spawn(move || io::Write::write_all(&mut input, source.as_bytes()));
    let read = |mut from: Box<dyn io::Read + Send>| {
        std::thread::spawn(move || {
            let mut text = String::new();
            from.read_to_string(&mut text).map(|_| text)
        })
    };
    let (drawn, said) = (read(Box::new(output)), read(Box::new(errors)));
    let deadline = Instant::now() + Duration::from_secs(SECONDS);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            return Err(GraphvizError::TooLong(SECONDS));
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let failed = |_| GraphvizError::Failed("its output could not be read".to_owned());
    let _ = feed.join();
    let drawn = drawn.join().map_err(failed)??;
    let said = said.join().map_err(failed)??;
    if status.success() {
        Ok(format!("{drawn}<!-- {SIGNATURE} -->\n"))
    } else {
        Err(GraphvizError::Failed(
            said.lines().next().unwrap_or("no reason given").to_owned(),
        ))
    }
}
