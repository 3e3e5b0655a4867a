//! What holds for the stages of any file.

use super::{library, python_files, scenarios, stages, stages_of};
use memviz::trace::stages::{NameScope, Node, Span, Stages};
use std::path::Path;

#[test]
fn lessons_keep_the_laws() {
    for path in scenarios() {
        let found = stages_of(&path);
        assert_eq!(found.failure, None, "{}", path.display());
        hold(&found);
    }
}

#[test]
fn library_modules_keep_the_laws() {
    for path in library().iter().take(60) {
        hold(&stages_of(path));
    }
}

#[test]
fn modules_of_another_python_keep_the_laws() {
    let home = std::env::var_os("HOME").unwrap_or_default();
    let versions = Path::new(&home).join(".pyenv/versions");
    let installed = std::fs::read_dir(versions).into_iter().flatten().flatten();
    let mut folders = installed.map(|entry| entry.path().join("lib/python3.13"));
    let Some(folder) = folders.find(|folder| folder.is_dir()) else {
        eprintln!("left out: no sources of Python 3.13 on this machine");
        return;
    };
    let all = python_files(&folder);
    assert!(all.len() >= 60);
    for path in all.iter().rev().take(60) {
        hold(&stages_of(path));
    }
}

#[test]
fn odd_files_keep_the_laws() {
    let sources: [&[u8]; 14] = [
        b"",
        b"\n",
        b"   ",
        b"# nothing but this",
        b"\xef\xbb\xbfx = 1\n",
        b"x = 1\r\ny = '''a\r\nb'''\r\nif x:\r\n    y\r\n",
        b"x = 1\ry = 2\r",
        b"\x0cx = 1\n\x0c\nif x:\n\x0c    y = 2\n",
        b"if 1:\n\tx = 1\n\tif x:\n\t\ty = 2\n",
        b"x = 1 + \\\n  2\n",
        "# -*- coding: latin-1 -*-\nx = '\u{e4}'\n".as_bytes(),
        b"# -*- coding: latin-1 -*-\nx = '\xe4\xf6'\n",
        "\u{e4} = f'{\u{e4}!r:>{10}} \u{1f600} {{}}' 'b' f\"{1 + 1 = }\"\n".as_bytes(),
        b"x = 1;y = 2;  # end",
    ];
    for source in sources {
        let found = stages(source);
        assert_eq!(found.failure, None, "{:?}", String::from_utf8_lossy(source));
        hold(&found);
    }
}

pub fn hold(stages: &Stages) {
    let path = &stages.file.path;
    tokens_cover(stages, path);
    tree_nests(stages, path);
    instructions_stay_in_their_statements(stages, path);
    names_are_where_they_are_used(stages, path);
    codes_nest(stages, path);
}

fn tokens_cover(stages: &Stages, path: &str) {
    let mut end = 0;
    for token in &stages.tokens {
        assert!(
            token.span.start >= end,
            "{path}: {token:?} before byte {end}"
        );
        let between = stages.text(Span::new(end, token.span.start));
        let is_gap = |c: char| " \t\x0c\r\n\\".contains(c);
        assert!(
            between.chars().all(is_gap),
            "{path}: {between:?} is in no token"
        );
        if matches!(&*token.kind, "DEDENT") {
            assert!(token.span.is_empty(), "{path}: {token:?}");
        }
        end = token.span.end;
    }
    if stages.failure.is_none() {
        let rest = stages.text(Span::new(end, stages.source.len() as u32));
        assert_eq!(
            rest.trim_matches([' ', '\t', '\x0c', '\r', '\n']),
            "",
            "{path}"
        );
    }
}

fn tree_nests(stages: &Stages, path: &str) {
    for (number, node) in stages.tree.iter().enumerate() {
        let Some(parent) = node.parent else {
            assert_eq!(number, 0, "{path}: only the module stands alone");
            let whole = Span::new(0, stages.source.len() as u32);
            assert_eq!(node.span, Some(whole), "{path}");
            continue;
        };
        assert!((parent as usize) < number, "{path}: {node:?}");
        let around = stages.tree[parent as usize].span;
        if let Some(span) = node.span {
            assert!(span.start <= span.end, "{path}: {node:?}");
            assert!(
                around.is_some_and(|around| around.contains(span)),
                "{path}: {node:?} in {around:?}"
            );
            assert!(
                stages.source.get(span.range()).is_some(),
                "{path}: {node:?}"
            );
        }
        if node.kind == "Name" {
            // A name may be written in another form of the same letters.
            let text = stages.text(node.span.expect("a name has a place"));
            let same = Some(text) == node.value("id") || !text.is_ascii();
            assert!(same, "{path}: {node:?} is written {text:?}");
        }
    }
}

/// Whether a node is a statement.
fn is_statement(node: &Node) -> bool {
    let field = node.field();
    node.edge.as_ref().is_some_and(|edge| edge.index.is_some())
        && matches!(field, "body" | "orelse" | "finalbody")
}

fn instructions_stay_in_their_statements(stages: &Stages, path: &str) {
    let statements: Vec<Span> = stages
        .tree
        .iter()
        .filter(|node| is_statement(node))
        .filter_map(|node| node.span)
        .collect();
    let all = stages.codes.iter().flat_map(|code| &code.instructions);
    for one in all {
        let Some(span) = one.span.filter(|span| !span.is_empty()) else {
            continue;
        };
        assert!(stages.source.get(span.range()).is_some(), "{path}: {one:?}");
        // The innermost statement in which it begins.
        let around = statements
            .iter()
            .filter(|statement| statement.start <= span.start && span.start < statement.end);
        let innermost = around.min_by_key(|statement| statement.end - statement.start);
        assert!(
            innermost.is_some_and(|statement| statement.contains(span)),
            "{path}: {one:?} leaves its statement {innermost:?}"
        );
    }
}

fn names_are_where_they_are_used(stages: &Stages, path: &str) {
    for scope in &stages.scopes {
        for symbol in &scope.symbols {
            for one in &symbol.uses {
                let text = stages.text(one.span);
                let same = symbol.name == text
                    || symbol.name.ends_with(text) && text.starts_with("__")
                    || !text.is_ascii();
                assert!(same, "{path}: {symbol:?} is written {text:?}");
            }
            let free = symbol.scope == NameScope::Free;
            assert_eq!(
                symbol.owner.is_some(),
                free,
                "{path}: {symbol:?} in {}",
                scope.name
            );
        }
    }
}

fn codes_nest(stages: &Stages, path: &str) {
    for (number, code) in stages.codes.iter().enumerate() {
        assert_eq!(code.parent.is_none(), number == 0, "{path}: {}", code.name);
        let offsets: Vec<u32> = code.instructions.iter().map(|one| one.offset).collect();
        assert!(offsets.is_sorted(), "{path}: {}", code.name);
        for one in &code.instructions {
            if let Some(target) = one.target {
                let found = code.instruction_at(target);
                // A jump may lead to the prefix of an instruction.
                let prefix = offsets.iter().any(|at| *at > target && *at <= target + 6);
                assert!(
                    found.is_some() || prefix,
                    "{path}: {one:?} in {}",
                    code.name
                );
            }
        }
        for constant in code.constants.iter().filter_map(|constant| constant.code) {
            assert_eq!(stages.codes[constant as usize].parent, Some(number as u32));
        }
    }
}
