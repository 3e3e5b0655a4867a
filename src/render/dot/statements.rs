//! Statements of the language: a line each.

use graphviz_rust::dot_structures::{
    Attribute, Edge, EdgeTy, Graph, GraphAttributes, Id, Node, NodeId, Port, Stmt, Vertex,
};
use graphviz_rust::printer::{DotPrinter, PrinterContext};

/// An attribute, its value as the language writes it: with quotes where it needs them.
pub(super) fn attribute(key: &str, value: &str) -> Attribute {
    Attribute(Id::Plain(key.to_owned()), Id::Plain(value.to_owned()))
}

/// What holds for a graph, for its nodes or for its edges.
pub(super) fn defaults(of: fn(Vec<Attribute>) -> GraphAttributes, all: &[(&str, &str)]) -> String {
    let all = all.iter().map(|(key, value)| attribute(key, value));
    line(&Stmt::GAttribute(of(all.collect())))
}

/// A node whose label is a table.
pub(super) fn node(name: &str, label: &str) -> String {
    let label = Attribute(
        Id::Plain("label".to_owned()),
        Id::Html(format!("<{label}>")),
    );
    line(&Stmt::Node(Node {
        id: NodeId(Id::Plain(name.to_owned()), None),
        attributes: vec![label],
    }))
}

/// An edge between ports of nodes.
pub(super) fn edge(
    (from, row): (&str, Option<String>),
    (to, side): (&str, &str),
    attributes: Vec<Attribute>,
) -> String {
    let plain = |name: &str| Id::Plain(name.to_owned());
    let port = row.map(|row| Port(Some(Id::Plain(row)), None));
    let head = Port(Some(plain("title")), Some(side.to_owned()));
    line(&Stmt::Edge(Edge {
        ty: EdgeTy::Pair(
            Vertex::N(NodeId(plain(from), port)),
            Vertex::N(NodeId(plain(to), Some(head))),
        ),
        attributes,
    }))
}

/// A statement of a directed graph on one line: what the printer writes between its braces.
fn line(statement: &Stmt) -> String {
    let graph = Graph::DiGraph {
        id: Id::Plain("one".to_owned()),
        strict: false,
        stmts: vec![statement.clone()],
    };
    let mut context = PrinterContext::default();
    let printed = graph.print(context.with_semi().with_inline_size(usize::MAX));
    let inside = printed
        .split_once('{')
        .and_then(|(_, rest)| rest.rsplit_once('}'));
    inside.map_or("", |(inside, _)| inside.trim()).to_owned()
}
