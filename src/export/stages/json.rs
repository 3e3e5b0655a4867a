//! The stages as one JSON object; `docs/stages-json.md` is its contract.

use super::StagesChoice;
use crate::narrate;
use crate::trace::stages::{
    Code, EncodingSource, Failure, FileFacts, Instruction, Lines, Node, Scope, Span, StageKind,
    Stages, Symbol, Token,
};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::iter;

const FORMAT: &str = "memviz-stages";
const VERSION: u32 = 1;

/// Writes stages as JSON: one object, or a list of them where there are several. `runs`: for each of
/// them the fields that tell of a run.
///
/// # Errors
/// What the writer says.
pub fn write_stages_json(
    all: &[Stages],
    choice: &StagesChoice,
    runs: Vec<Map<String, Value>>,
    to: &mut impl Write,
) -> Result<(), serde_json::Error> {
    let runs = runs.into_iter().chain(iter::repeat_with(Map::new));
    let documents = all.iter().zip(runs);
    let documents: Vec<Document<'_>> = documents
        .map(|(one, run)| document(one, choice, run))
        .collect();
    match documents.as_slice() {
        [only] => serde_json::to_writer(&mut *to, only)?,
        several => serde_json::to_writer(&mut *to, several)?,
    }
    to.write_all(b"\n").map_err(serde_json::Error::io)
}

#[derive(Serialize)]
struct Document<'s> {
    format: &'static str,
    version: u32,
    engine: Value,
    file: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_starts: Option<Vec<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<Items<'s, Token>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tree: Option<Items<'s, Node>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Items<'s, Scope>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    codes: Option<Items<'s, Code>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    explanations: BTreeMap<&'s str, &'static str>,
    failure: Option<Value>,
    #[serde(flatten)]
    run: Map<String, Value>,
}

fn document<'s>(
    stages: &'s Stages,
    choice: &'s StagesChoice,
    run: Map<String, Value>,
) -> Document<'s> {
    let has = |stage| choice.has(stage);
    let lines = stages.lines();
    let context = Context { stages, choice };
    let codes = has(StageKind::Code) || has(StageKind::Bytecode);
    Document {
        format: FORMAT,
        version: VERSION,
        engine: json!({
            "name": stages.engine.name,
            "version": stages.engine.version,
            "python": stages.engine.python,
        }),
        file: file(&stages.file, stages.is_decoded().then_some(&lines)),
        source: has(StageKind::File).then_some(stages.source.as_str()),
        line_starts: has(StageKind::File).then(|| lines.starts().to_vec()),
        tokens: has(StageKind::Tokens).then_some(Items {
            items: &stages.tokens,
            context,
        }),
        tree: has(StageKind::Tree).then_some(Items {
            items: &stages.tree,
            context,
        }),
        scopes: has(StageKind::Names).then_some(Items {
            items: &stages.scopes,
            context,
        }),
        codes: codes.then_some(Items {
            items: &stages.codes,
            context,
        }),
        explanations: explanations(stages, choice),
        failure: stages.failure.as_ref().map(failure),
        run,
    }
}

/// What each instruction does that is written.
fn explanations<'s>(stages: &'s Stages, choice: &StagesChoice) -> BTreeMap<&'s str, &'static str> {
    if !choice.has(StageKind::Bytecode) {
        return BTreeMap::new();
    }
    let all = stages.codes.iter().flat_map(|code| &code.instructions);
    let wanted = all.filter(|one| choice.takes(one.span));
    wanted
        .filter_map(|one| Some((&*one.name, narrate::instruction(&one.name)?)))
        .collect()
}

#[derive(Clone, Copy)]
struct Context<'s> {
    stages: &'s Stages,
    choice: &'s StagesChoice,
}

/// The wanted ones of a list, each with its place in the whole list as `id`.
struct Items<'s, T> {
    items: &'s [T],
    context: Context<'s>,
}

impl<T: Item> Serialize for Items<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for (id, item) in self.items.iter().enumerate() {
            if let Some(value) = item.value(id, self.context) {
                list.serialize_element(&value)?;
            }
        }
        list.end()
    }
}

/// What stands in a list. Each gives an object, or nothing where it is not wanted.
trait Item {
    fn value(&self, id: usize, context: Context<'_>) -> Option<Value>;
}

impl Item for Token {
    fn value(&self, id: usize, context: Context<'_>) -> Option<Value> {
        context.choice.takes(Some(self.span)).then(|| {
            json!({
                "id": id,
                "kind": self.kind,
                "exact": self.exact,
                "span": span(Some(self.span)),
                "text": context.stages.text(self.span),
            })
        })
    }
}

impl Item for Node {
    fn value(&self, id: usize, context: Context<'_>) -> Option<Value> {
        context.choice.takes(self.span).then(|| {
            let values = self.values.iter();
            let values: Map<String, Value> = values
                .map(|(name, value)| (name.to_string(), json!(value)))
                .collect();
            json!({
                "id": id,
                "kind": self.kind,
                "parent": self.parent,
                "field": self.edge.as_ref().map(|edge| &edge.field),
                "index": self.edge.as_ref().and_then(|edge| edge.index),
                "context": self.context,
                "values": values,
                "span": span(self.span),
                "folded": self.folded,
            })
        })
    }
}

impl Item for Scope {
    fn value(&self, id: usize, context: Context<'_>) -> Option<Value> {
        let node = self
            .node
            .and_then(|node| context.stages.tree.get(node as usize));
        let place = node.and_then(|node| node.span);
        context.choice.takes(place).then(|| {
            let choice = context.choice;
            let symbols = self.symbols.iter();
            let symbols =
                symbols.filter(|one| choice.within.is_none() || choice.uses(one).next().is_some());
            let symbols = symbols.map(|one| symbol(one, choice));
            json!({
                "id": id,
                "name": self.name,
                "kind": self.kind,
                "parent": self.parent,
                "line": self.line,
                "flags": self.flags,
                "node": self.node,
                "span": span(place),
                "symbols": symbols.collect::<Vec<_>>(),
            })
        })
    }
}

fn symbol(symbol: &Symbol, choice: &StagesChoice) -> Value {
    let uses = choice.uses(symbol);
    let uses =
        uses.map(|one| json!({"span": span(Some(one.span)), "what": one.what, "node": one.node}));
    json!({
        "name": symbol.name,
        "scope": symbol.scope.name(),
        "flags": symbol.flags,
        "owner": symbol.owner,
        "uses": uses.collect::<Vec<_>>(),
    })
}

impl Item for Code {
    fn value(&self, id: usize, context: Context<'_>) -> Option<Value> {
        if !context.choice.takes_code(self) {
            return None;
        }
        let mut value = json!({"id": id, "name": self.name});
        let object = value.as_object_mut()?;
        if context.choice.has(StageKind::Code) {
            object.extend(code(self));
        }
        if context.choice.has(StageKind::Bytecode) {
            let wanted = self.instructions.iter();
            let wanted = wanted.filter(|one| context.choice.takes(one.span));
            let all: Vec<Value> = wanted.map(|one| instruction(self, one)).collect();
            object.insert("instructions".to_owned(), all.into());
        }
        Some(value)
    }
}

fn code(code: &Code) -> Map<String, Value> {
    let constants = code.constants.iter();
    let constants = constants.map(|one| json!({"repr": one.repr, "code": one.code}));
    let lines = code.lines.iter();
    let lines = lines.map(|one| json!({"start": one.start, "end": one.end, "line": one.line}));
    let rows = code.handlers.iter().map(|row| {
        json!({
            "start": row.start, "end": row.end, "target": row.target, "depth": row.depth,
            "pushes_offset": row.pushes_offset,
        })
    });
    let value = json!({
        "qualified": code.qualified,
        "parent": code.parent,
        "scope": code.scope,
        "first_line": code.first_line,
        "flags": code.flags,
        "arguments": code.arguments,
        "positional_only": code.positional_only,
        "keyword_only": code.keyword_only,
        "stack_size": code.stack_size,
        "constants": constants.collect::<Vec<_>>(),
        "names": code.names,
        "local_names": code.local_names,
        "cell_names": code.cell_names,
        "free_names": code.free_names,
        "lines": lines.collect::<Vec<_>>(),
        "exception_table": rows.collect::<Vec<_>>(),
    });
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn instruction(code: &Code, one: &Instruction) -> Value {
    json!({
        "offset": one.offset,
        "name": one.name,
        "argument": one.argument,
        "meaning": one.meaning,
        "target": one.target,
        "line": one.line,
        "span": span(one.span),
        "handlers": code.covering(one.offset).collect::<Vec<_>>(),
    })
}

/// `lines` where it is known what they are.
fn file(file: &FileFacts, lines: Option<&Lines>) -> Value {
    let (found_by, cookie) = match file.found_by {
        EncodingSource::Default => ("default", None),
        EncodingSource::ByteOrderMark => ("byte order mark", None),
        EncodingSource::Cookie(place) => ("cookie", Some(place)),
        EncodingSource::Text => ("text", None),
    };
    json!({
        "path": file.path,
        "bytes": file.bytes,
        "encoding": file.encoding,
        "found_by": found_by,
        "cookie": span(cookie),
        "byte_order_mark": file.byte_order_mark,
        "lines": lines.map(Lines::count),
        "line_ends": lines.map(|_| json!({
            "lf": file.line_ends.lf,
            "crlf": file.line_ends.crlf,
            "cr": file.line_ends.cr,
            "last_is_open": file.line_ends.last_is_open,
        })),
        "cache": {
            "path": file.cache.path,
            "exists": file.cache.exists,
            "reason": file.cache.reason,
        },
    })
}

fn failure(failure: &Failure) -> Value {
    json!({
        "stage": failure.stage.name(),
        "type": failure.kind,
        "message": failure.message,
        "line": failure.line,
        "column": failure.column,
        "span": span(failure.span),
        "printed": failure.printed,
    })
}

fn span(span: Option<Span>) -> Value {
    span.map_or(Value::Null, |span| json!([span.start, span.end]))
}
