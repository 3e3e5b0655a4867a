//! A file as one Python has it. Texts stand in it once; what there is much of stands in flat lists of
//! numbers, so many a row, with -1 for what is absent.

use crate::narrate;
use crate::player::texts::Texts;
use crate::trace::stages::{Code, Failure, Scope, Span, Stages};
use serde::Serialize;
use std::collections::BTreeMap;

/// About what, the fact, where.
type Fact = (&'static str, String, Option<(u32, u32)>);

#[derive(Debug, Serialize)]
pub(super) struct Sheet<'s> {
    path: &'s str,
    /// Whose stages these are, in a sentence and in short.
    engine: String,
    python: String,
    facts: Vec<Fact>,
    source: &'s str,
    starts: Vec<u32>,
    /// Kind, exact kind, start, end.
    tokens: Vec<i64>,
    /// Kind, parent, field, index, context, start, end, folded.
    tree: Vec<i64>,
    /// Node, field, value.
    values: Vec<i64>,
    scopes: Vec<ScopeEntry>,
    codes: Vec<CodeEntry>,
    /// What each instruction does.
    explanations: BTreeMap<u32, &'static str>,
    failure: Option<FailureEntry<'s>>,
    /// Last, when all of them are known.
    texts: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ScopeEntry {
    name: u32,
    kind: u32,
    parent: i64,
    line: u32,
    flags: Vec<u32>,
    node: i64,
    /// The compiler has made it, and the source names nothing in it.
    implicit: bool,
    symbols: Vec<SymbolEntry>,
}

#[derive(Debug, Serialize)]
struct SymbolEntry {
    name: u32,
    /// A word in the place of that, and an explanation.
    note: Option<(u32, u32)>,
    scope: &'static str,
    flags: Vec<u32>,
    owner: i64,
    /// Start, end, what, node.
    uses: Vec<i64>,
}

#[derive(Debug, Serialize)]
struct CodeEntry {
    name: u32,
    parent: i64,
    scope: i64,
    line: u32,
    flags: Vec<u32>,
    arguments: (u32, u32, u32),
    stack: u32,
    /// Its text, the code object that it is.
    constants: Vec<(u32, i64)>,
    names: Vec<u32>,
    locals: Vec<u32>,
    cells: Vec<u32>,
    free: Vec<u32>,
    /// Start, end, line.
    lines: Vec<i64>,
    /// Start, end, target, depth, whether it pushes the offset.
    handlers: Vec<i64>,
    /// Offset, name, argument, meaning, target, line, start, end.
    instructions: Vec<i64>,
}

#[derive(Debug, Serialize)]
struct FailureEntry<'s> {
    stage: &'static str,
    #[serde(rename = "type")]
    kind: &'s str,
    message: &'s str,
    line: u32,
    column: u32,
    span: Option<(u32, u32)>,
    printed: &'s str,
}

const ABSENT: i64 = -1;

fn or_absent(number: Option<u32>) -> i64 {
    number.map_or(ABSENT, i64::from)
}

fn ends(span: Option<Span>) -> [i64; 2] {
    span.map_or([ABSENT; 2], |span| [span.start.into(), span.end.into()])
}

fn pair(span: Span) -> (u32, u32) {
    (span.start, span.end)
}

impl<'s> Sheet<'s> {
    pub(super) fn new(stages: &'s Stages) -> Sheet<'s> {
        let mut texts = Texts::default();
        // Number 0 says nothing.
        texts.intern("");
        let facts = narrate::file_facts(stages).into_iter();
        Sheet {
            path: &stages.file.path,
            engine: narrate::stages_engine(&stages.engine),
            python: format!("{} {}", stages.engine.name, stages.engine.version),
            facts: facts
                .map(|fact| (fact.about, fact.words, fact.span.map(pair)))
                .collect(),
            source: &stages.source,
            starts: stages.lines().starts().to_vec(),
            tokens: tokens(stages, &mut texts),
            tree: tree(stages, &mut texts),
            values: values(stages, &mut texts),
            scopes: stages
                .scopes
                .iter()
                .map(|one| scope(stages, one, &mut texts))
                .collect(),
            codes: stages
                .codes
                .iter()
                .map(|one| code(one, &mut texts))
                .collect(),
            explanations: explanations(stages, &mut texts),
            failure: stages.failure.as_ref().map(failure),
            texts: texts.list,
        }
    }
}

fn tokens(stages: &Stages, texts: &mut Texts) -> Vec<i64> {
    let mut rows = Vec::with_capacity(stages.tokens.len() * 4);
    for token in &stages.tokens {
        let words = token.exact.as_deref();
        let words = words.or_else(|| narrate::token_words(token));
        let exact = words.map(|words| texts.intern(words));
        rows.extend([texts.intern(&token.kind).into(), or_absent(exact)]);
        rows.extend(ends(Some(token.span)));
    }
    rows
}

fn tree(stages: &Stages, texts: &mut Texts) -> Vec<i64> {
    let mut rows = Vec::with_capacity(stages.tree.len() * 8);
    for node in &stages.tree {
        let context = node.context.as_ref().map(|context| texts.intern(context));
        let folded = node.folded.as_ref().map(|folded| texts.intern(folded));
        let index = node.edge.as_ref().and_then(|edge| edge.index);
        rows.extend([
            texts.intern(&node.kind).into(),
            or_absent(node.parent),
            texts.intern(node.field()).into(),
            or_absent(index),
            or_absent(context),
        ]);
        rows.extend(ends(node.span));
        rows.push(or_absent(folded));
    }
    rows
}

fn values(stages: &Stages, texts: &mut Texts) -> Vec<i64> {
    let mut rows = Vec::new();
    for (number, node) in stages.tree.iter().enumerate() {
        for (field, value) in &node.values {
            let (field, value) = (texts.intern(field), texts.intern(value));
            rows.extend([number as i64, field.into(), value.into()]);
        }
    }
    rows
}

fn all(words: &[impl AsRef<str>], texts: &mut Texts) -> Vec<u32> {
    words
        .iter()
        .map(|word| texts.intern(word.as_ref()))
        .collect()
}

fn scope(stages: &Stages, scope: &Scope, texts: &mut Texts) -> ScopeEntry {
    let symbols = scope.symbols.iter().map(|symbol| {
        let uses = symbol.uses.iter().flat_map(|one| {
            let [start, end] = ends(Some(one.span));
            [start, end, texts.intern(&one.what).into(), one.node.into()]
        });
        let uses = uses.collect();
        let note = narrate::name_note(stages, scope, symbol);
        SymbolEntry {
            note: note.map(|(word, words)| (texts.intern(word), texts.intern(&words))),
            name: texts.intern(&symbol.name),
            scope: symbol.scope.name(),
            flags: all(&symbol.flags, texts),
            owner: or_absent(symbol.owner),
            uses,
        }
    });
    let symbols = symbols.collect();
    ScopeEntry {
        name: texts.intern(&scope.name),
        kind: texts.intern(&scope.kind),
        parent: or_absent(scope.parent),
        line: scope.line,
        flags: all(&scope.flags, texts),
        node: or_absent(scope.node),
        implicit: stages.is_implicit(scope),
        symbols,
    }
}

fn code(code: &Code, texts: &mut Texts) -> CodeEntry {
    let constants = code.constants.iter();
    let constants = constants.map(|one| (texts.intern(&one.repr), or_absent(one.code)));
    let constants = constants.collect();
    let mut instructions = Vec::with_capacity(code.instructions.len() * 8);
    for one in &code.instructions {
        instructions.extend([
            one.offset.into(),
            texts.intern(&one.name).into(),
            or_absent(one.argument),
            texts.intern(&one.meaning).into(),
            or_absent(one.target),
            or_absent(one.line),
        ]);
        instructions.extend(ends(one.span));
    }
    CodeEntry {
        name: texts.intern(code.shown_name()),
        parent: or_absent(code.parent),
        scope: or_absent(code.scope),
        line: code.first_line,
        flags: all(&code.flags, texts),
        arguments: (code.arguments, code.positional_only, code.keyword_only),
        stack: code.stack_size,
        constants,
        names: all(&code.names, texts),
        locals: all(&code.local_names, texts),
        cells: all(&code.cell_names, texts),
        free: all(&code.free_names, texts),
        lines: code
            .lines
            .iter()
            .flat_map(|one| [one.start.into(), one.end.into(), or_absent(one.line)])
            .collect(),
        handlers: code
            .handlers
            .iter()
            .flat_map(|row| {
                let numbers = [
                    row.start,
                    row.end,
                    row.target,
                    row.depth,
                    row.pushes_offset.into(),
                ];
                numbers.map(i64::from)
            })
            .collect(),
        instructions,
    }
}

fn explanations(stages: &Stages, texts: &mut Texts) -> BTreeMap<u32, &'static str> {
    let all = stages.codes.iter().flat_map(|code| &code.instructions);
    all.filter_map(|one| Some((texts.intern(&one.name), narrate::instruction(&one.name)?)))
        .collect()
}

fn failure(failure: &Failure) -> FailureEntry<'_> {
    FailureEntry {
        stage: failure.stage.name(),
        kind: &failure.kind,
        message: &failure.message,
        line: failure.line,
        column: failure.column,
        span: failure.span.map(pair),
        printed: &failure.printed,
    }
}
