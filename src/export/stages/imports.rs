//! The imports of a run as text and as JSON.

use crate::analyse::{BroughtBy, ImportStatement, Imports, LoadedModule};
use crate::narrate;
use crate::trace::{FileId, Importer, Trace, visible};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The imports as text: one fact a line, each behind the place of the statement that it belongs to.
pub fn imports_text(trace: &Trace, imports: &Imports) -> String {
    let mut text = Text {
        trace,
        imports,
        out: String::new(),
    };
    let place = format!("{}:1:1", visible(&trace.header.script));
    let count = imports.at_start();
    text.line(
        &place,
        format_args!("import {count} modules were there before the first line"),
    );
    for statement in imports.statements_within(None) {
        text.statement(statement, 0);
    }
    for module in imports.brought_elsewhere() {
        let by = imports.modules[module].fact.importer.as_ref();
        let by = by.map_or_else(
            || "who asked for it is not known".to_owned(),
            |by| format!("asked for by {}", narrate::importer(by, trace)),
        );
        let after = imports.modules[module].fact.after;
        text.module(&place, module, 0, &format!(" after step {after}, {by};"));
    }
    text.out
}

struct Text<'t> {
    trace: &'t Trace,
    imports: &'t Imports,
    out: String,
}

impl Text<'_> {
    fn line(&mut self, place: &str, words: std::fmt::Arguments<'_>) {
        // A `String` takes everything.
        let _ = writeln!(self.out, "{place}: {words}");
    }

    fn statement(&mut self, number: usize, depth: usize) {
        let statement = &self.imports.statements[number];
        let file = path(self.trace, statement.file);
        let place = format!("{}:{}:1", visible(file), statement.line);
        let source = visible(source(self.trace, statement)).into_owned();
        let brought = self.imports.brought_in_all(number);
        let steps = match statement.until {
            Some(until) => format!("steps {} to {until}", statement.step),
            None => format!("step {}, not through at the end", statement.step),
        };
        let again = match statement.again {
            0 => String::new(),
            times => format!("; ran {times} more times"),
        };
        let condition = match statement.is_conditional && brought == 0 {
            true => "; behind a condition, so that it may not have run",
            false => "",
        };
        self.line(
            &place,
            format_args!(
                "import {depth} statement {source}, {steps}: brought {brought}{again}{condition}"
            ),
        );
        for asked in &statement.asked {
            let words = narrate::import_words(asked);
            self.line(&place, format_args!("import {} asks {words}", depth + 1));
        }
        for module in self.imports.brought_by_statement(number) {
            let during = match self.imports.modules[module].brought_by {
                BroughtBy::During(_) => " on the way, for whom is not known;",
                _ => "",
            };
            self.module(&place, module, depth + 1, during);
        }
    }

    /// A module, and what it brought.
    fn module(&mut self, place: &str, number: usize, depth: usize, how: &str) {
        let module = &self.imports.modules[number];
        let name = visible(&module.fact.name).into_owned();
        let object = module
            .object
            .map_or_else(String::new, |id| format!(", object {}", id.0));
        let cached = narrate::kept_code(&module.fact, self.trace);
        let cached = cached.map_or_else(String::new, |words| format!("; {words}"));
        let origin = narrate::module_origin(&module.fact, self.trace);
        self.line(
            place,
            format_args!("import {depth} module {name}:{how} {origin}{cached}{object}"),
        );
        for inner in self.imports.statements_within(Some(number)) {
            self.statement(inner, depth + 1);
        }
        for inner in self.imports.brought_by_module(number) {
            self.module(place, inner, depth + 1, "");
        }
    }
}

fn path(trace: &Trace, file: FileId) -> &str {
    let file = trace.header.files.get(usize::from(file.0));
    file.map_or("", |file| &file.path)
}

/// The line that a statement stands on.
fn source<'t>(trace: &'t Trace, statement: &ImportStatement) -> &'t str {
    let file = trace.header.files.get(usize::from(statement.file.0));
    let mut lines = file.map_or("", |file| &file.text).lines();
    let line = lines.nth(statement.line.saturating_sub(1) as usize);
    line.unwrap_or_default().trim()
}

/// The imports as JSON; `docs/stages-json.md` is the contract.
pub fn imports_json(trace: &Trace, imports: &Imports) -> Value {
    let modules = imports.modules.iter().enumerate();
    let statements = imports.statements.iter().enumerate();
    json!({
        "at_start": imports.at_start(),
        "modules": modules.map(|(id, one)| module(trace, id, one)).collect::<Vec<_>>(),
        "statements": statements
            .map(|(id, one)| statement(trace, imports, id, one))
            .collect::<Vec<_>>(),
    })
}

fn module(trace: &Trace, id: usize, module: &LoadedModule) -> Value {
    let fact = &module.fact;
    let (kind, statement, by) = match module.brought_by {
        BroughtBy::Start => ("start", None, None),
        BroughtBy::Statement(statement) => ("statement", Some(statement), None),
        BroughtBy::During(statement) => ("during", Some(statement), None),
        BroughtBy::Module(module) => ("module", None, Some(module)),
        BroughtBy::Elsewhere => ("elsewhere", None, None),
    };
    json!({
        "id": id,
        "name": fact.name,
        "after": fact.after,
        "brought_by": {"kind": kind, "statement": statement, "module": by},
        "importer": fact.importer.as_ref().map(|by| importer(trace, by)),
        "finder": fact.finder,
        "loader": fact.loader,
        "origin": fact.origin,
        "cached": fact.cached,
        "is_cached": fact.is_cached,
        "package": fact.is_package,
        "body": fact.has_body,
        "own": fact.own.map(|file| path(trace, file)),
        "object": module.object.map(|id| id.0),
    })
}

fn importer(trace: &Trace, by: &Importer) -> Value {
    json!({
        "module": by.module,
        "function": by.function,
        "file": by.own.map(|file| path(trace, file)),
        "line": by.line,
    })
}

fn statement(trace: &Trace, imports: &Imports, id: usize, one: &ImportStatement) -> Value {
    let asked = one.asked.iter().map(
        |asked| json!({"name": asked.name, "module": asked.module, "was_there": asked.was_there}),
    );
    json!({
        "id": id,
        "file": path(trace, one.file),
        "line": one.line,
        "source": source(trace, one),
        "step": one.step,
        "until": one.until,
        "again": one.again,
        "within": one.within,
        "conditional": one.is_conditional,
        "asked": asked.collect::<Vec<_>>(),
        "brought": imports.brought_in_all(id),
    })
}
