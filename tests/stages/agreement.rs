//! Tree, names and code are what the interpreter itself says by `ast`, `symtable` and `dis`.

use super::common::Folder;
use super::common::unchanged::LongTest;
use super::{embedded_python, library, scenarios, stages_of};
use memviz::record::stages::of_python;
use memviz::trace::stages::{Code, Constant, Node, Scope, Stages};
use std::fmt::Debug;
use std::path::{Path, PathBuf};

#[test]
fn lessons_are_as_the_interpreter_has_them() {
    agree(&scenarios());
}

#[test]
fn library_modules_are_as_the_interpreter_has_them() {
    let own = ["stages"];
    let Some(test) = LongTest::unless_unchanged("stages-agreement", &own, &[]) else {
        return;
    };
    let all = library();
    // Every so many, so that not one family of modules stands for all.
    let chosen: Vec<PathBuf> = all
        .iter()
        .step_by((all.len() / 60).max(1))
        .cloned()
        .collect();
    assert!(chosen.len() >= 60);
    agree(&chosen);
    test.passed();
}

fn agree(paths: &[PathBuf]) {
    let folder = Folder::new();
    let python = embedded_python(&folder);
    for path in paths {
        let bytes = std::fs::read(path).expect("the file is there");
        let own = stages_of(path);
        let said = of_python(&python, &path.to_string_lossy(), &bytes).expect("it answers");
        assert_eq!(own.source, said.source, "{}", path.display());
        same(path, &tree(&own), &tree(&said));
        same(path, &scopes(&own), &scopes(&said));
        same(
            path,
            &own.codes.iter().map(code).collect::<Vec<_>>(),
            &said.codes.iter().map(code).collect::<Vec<_>>(),
        );
        let kinds = |stages: &Stages| -> Vec<String> {
            // `tokenize` cuts the text of an f-string at `{{` and `}}`, and puts an empty part at the
            // end of a format: these parts aside.
            let all = stages.tokens.iter();
            let all = all.filter(|one| one.kind != "FSTRING_MIDDLE");
            all.map(|one| format!("{} {:?} {:?}", one.kind, one.exact, one.span))
                .collect()
        };
        let soft = |kinds: Vec<String>| -> Vec<String> {
            // `tokenize` does not tell where these words are names.
            kinds
                .into_iter()
                .map(|one| one.replace("Some(\"soft keyword\")", "None"))
                .collect()
        };
        same(path, &soft(kinds(&own)), &kinds(&said));
    }
}

/// Says where two lists part.
fn same<T: PartialEq + Debug>(path: &Path, own: &[T], said: &[T]) {
    for (number, (own, said)) in own.iter().zip(said).enumerate() {
        assert_eq!(own, said, "{}: number {number}", path.display());
    }
    assert_eq!(own.len(), said.len(), "{}", path.display());
}

/// The nodes, without places where `ast` has none.
fn tree(stages: &Stages) -> Vec<Node> {
    let nodes = stages.tree.iter().cloned();
    nodes
        .map(|mut node| {
            let places = ["comprehension", "withitem", "match_case", "arguments"];
            if places.contains(&&*node.kind) {
                node.span = None;
            }
            // The order of a node's values is that of its class.
            node.values.sort();
            node
        })
        .collect()
}

fn scopes(stages: &Stages) -> Vec<Scope> {
    let scopes = stages.scopes.iter().cloned();
    scopes
        .map(|mut scope| {
            // `symtable` tells of these flags alone.
            scope.flags.retain(|flag| flag == "nested");
            scope
        })
        .collect()
}

/// A code object whose sets stand in an order of their own.
fn code(code: &Code) -> Code {
    let mut code = code.clone();
    code.constants = code.constants.iter().map(ordered).collect();
    for one in &mut code.instructions {
        one.meaning = ordered_text(&one.meaning);
    }
    code
}

fn ordered(constant: &Constant) -> Constant {
    Constant {
        repr: ordered_text(&constant.repr),
        code: constant.code,
    }
}

fn ordered_text(repr: &str) -> String {
    let Some(inside) = repr
        .strip_prefix("frozenset({")
        .and_then(|rest| rest.strip_suffix("})"))
    else {
        return repr.to_owned();
    };
    let mut parts: Vec<&str> = inside.split(", ").collect();
    parts.sort_unstable();
    format!("frozenset({{{}}})", parts.join(", "))
}
