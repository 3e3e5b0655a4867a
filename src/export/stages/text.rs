//! The stages as text: one fact a line, each behind `path:line:column:`, so that any tool that reads
//! lines finds its way.

use super::StagesChoice;
use crate::narrate;
use crate::render::SIGNATURE;
use crate::trace::stages::{
    Code, EncodingSource, FileFacts, Instruction, Lines, Node, Scope, Span, StageKind, Stages, Use,
};
use crate::trace::visible;
use std::fmt::{self, Write as _};

/// The chosen stages as text.
pub fn stages_text(stages: &Stages, choice: &StagesChoice) -> String {
    let mut text = Text {
        stages,
        choice,
        lines: stages.lines(),
        path: visible(&stages.file.path).into_owned(),
        out: String::new(),
    };
    let engine = &stages.engine;
    text.at(None, format_args!("engine {engine}; {SIGNATURE}"));
    for stage in StageKind::ALL {
        if choice.has(stage) {
            text.stage(stage);
        }
    }
    text.failure();
    text.out
}

struct Text<'s> {
    stages: &'s Stages,
    choice: &'s StagesChoice,
    lines: Lines,
    path: String,
    out: String,
}

impl Text<'_> {
    /// A line. What has no place of its own stands at the beginning.
    fn at(&mut self, span: Option<Span>, words: fmt::Arguments<'_>) {
        let at = span.map_or(0, |span| span.start);
        let position = self.lines.position(&self.stages.source, at);
        self.line(position.line, position.column, words);
    }

    fn line(&mut self, line: u32, column: u32, words: fmt::Arguments<'_>) {
        // A `String` takes everything.
        let _ = writeln!(self.out, "{}:{line}:{column}: {words}", self.path);
    }

    fn line_ends(&mut self, file: &FileFacts) {
        let ends = file.line_ends;
        let open = if ends.last_is_open {
            ", the last without an end"
        } else {
            ""
        };
        let count = self.lines.count();
        self.at(
            None,
            format_args!(
                "file {count} lines: {} end with LF, {} with CR LF, {} with CR{open}",
                ends.lf, ends.crlf, ends.cr
            ),
        );
    }

    fn stage(&mut self, stage: StageKind) {
        match stage {
            StageKind::File => self.file(),
            StageKind::Tokens => self.tokens(),
            StageKind::Tree => self.tree(),
            StageKind::Names => self.names(),
            StageKind::Code => {
                for (id, code) in self.stages.codes.iter().enumerate() {
                    if self.choice.takes_code(code) {
                        self.code(id, code);
                    }
                }
            }
            StageKind::Bytecode => {
                for code in &self.stages.codes {
                    for one in &code.instructions {
                        if self.choice.takes(one.span) {
                            self.instruction(code, one);
                        }
                    }
                }
            }
        }
    }

    fn file(&mut self) {
        if self.choice.within.is_some() {
            return;
        }
        let file = &self.stages.file;
        if let Some(bytes) = file.bytes {
            self.at(None, format_args!("file {bytes} bytes"));
        }
        let (place, found) = match file.found_by {
            EncodingSource::Default => (None, "by default"),
            EncodingSource::ByteOrderMark => (None, "by its byte order mark"),
            EncodingSource::Cookie(place) => (Some(place), "by this comment"),
            EncodingSource::Text => (None, "it was at hand as text"),
        };
        let encoding = visible(&file.encoding).into_owned();
        self.at(place, format_args!("file encoding {encoding}, {found}"));
        if self.stages.is_decoded() {
            self.line_ends(file);
        }
        let cache = &file.cache;
        let kept = match (&cache.path, cache.exists) {
            (None, _) => "no cache file".to_owned(),
            (Some(path), Some(true)) => format!("cache file {} is there", visible(path)),
            (Some(path), Some(false)) => format!("cache file {} is not there", visible(path)),
            (Some(path), None) => format!("cache file {}", visible(path)),
        };
        self.at(None, format_args!("file {kept}: {}", cache.reason));
    }

    fn tokens(&mut self) {
        for token in &self.stages.tokens {
            if !self.choice.takes(Some(token.span)) {
                continue;
            }
            let text = quoted(self.stages.text(token.span));
            let words = crate::narrate::token_words(token);
            let words = words.map(|words| format!("({words})"));
            let exact = token.exact.as_deref().or(words.as_deref());
            let exact = exact.unwrap_or_default();
            let gap = if exact.is_empty() { "" } else { " " };
            let span = shown(token.span);
            let kind = &token.kind;
            self.at(
                Some(token.span),
                format_args!("token {kind}{gap}{exact} {text} {span}"),
            );
        }
    }

    fn tree(&mut self) {
        let mut depths = Vec::with_capacity(self.stages.tree.len());
        for node in &self.stages.tree {
            let depth = node.parent.map_or(0, |parent| depths[parent as usize] + 1);
            depths.push(depth);
            if self.choice.takes(node.span) {
                self.node(node, depth);
            }
        }
    }

    fn node(&mut self, node: &Node, depth: usize) {
        let mut words = format!("node {depth} ");
        if let Some(edge) = &node.edge {
            words.push_str(&edge.field);
            if let Some(index) = edge.index {
                let _ = write!(words, "[{index}]");
            }
            words.push_str(": ");
        }
        words.push_str(&node.kind);
        if let Some(context) = &node.context {
            let _ = write!(words, " {context}");
        }
        for (name, value) in &node.values {
            let _ = write!(words, " {name}={}", visible(value));
        }
        if let Some(span) = node.span {
            let _ = write!(words, " {}", shown(span));
        }
        if let Some(folded) = &node.folded {
            let _ = write!(words, ", folded into {}", visible(folded));
        }
        // What has no place stands where its parent does.
        let parent = node
            .parent
            .and_then(|parent| self.stages.tree[parent as usize].span);
        self.at(node.span.or(parent), format_args!("{words}"));
    }

    fn names(&mut self) {
        for (id, scope) in self.stages.scopes.iter().enumerate() {
            let node = scope.node.map(|node| &self.stages.tree[node as usize]);
            let place = node.and_then(|node| node.span);
            if self.choice.takes(place) {
                self.scope(id, scope);
            }
        }
    }

    fn scope(&mut self, id: usize, scope: &Scope) {
        let (kind, name) = (&scope.kind, visible(&scope.name));
        let flags = in_brackets(&scope.flags);
        let line = scope.line.max(1);
        let note = match self.stages.is_implicit(scope) {
            true => format!("; {}", crate::narrate::ANNOTATIONS),
            false => String::new(),
        };
        self.line(
            line,
            1,
            format_args!("scope {id} {kind} {name}{flags}{note}"),
        );
        for symbol in &scope.symbols {
            let uses: Vec<&Use> = self.choice.uses(symbol).collect();
            if uses.is_empty() && self.choice.within.is_some() {
                continue;
            }
            let place = uses.first().map(|one| one.span);
            let mut words = format!(
                "name {} {} in {id} {name}{}",
                symbol.scope.name(),
                visible(&symbol.name),
                in_brackets(&symbol.flags),
            );
            if let Some((_, note)) = crate::narrate::name_note(self.stages, scope, symbol) {
                let _ = write!(words, "; {note}");
            }
            if let Some(owner) = symbol.owner {
                let scope = &self.stages.scopes[owner as usize];
                let _ = write!(words, ", cell of {owner} {}", visible(&scope.name));
            }
            match place {
                Some(place) => self.at(Some(place), format_args!("{words}")),
                None => self.line(line, 1, format_args!("{words}")),
            }
            for one in uses {
                let (what, name) = (&one.what, visible(&symbol.name));
                let span = shown(one.span);
                self.at(
                    Some(one.span),
                    format_args!("use {what} {name} in {id} {span}"),
                );
            }
        }
    }

    fn code(&mut self, id: usize, code: &Code) {
        let line = code.first_line.max(1);
        let name = visible(code.shown_name());
        let flags = in_brackets(&code.flags);
        self.line(
            line,
            1,
            format_args!(
                "code {id} {name}{flags}, {} arguments, stack of {}",
                code.arguments + code.keyword_only,
                code.stack_size
            ),
        );
        for (at, constant) in code.constants.iter().enumerate() {
            let repr = visible(&constant.repr);
            self.line(line, 1, format_args!("constant {id} {name} {at} {repr}"));
        }
        let lists = [
            ("names", &code.names),
            ("local names", &code.local_names),
            ("cell names", &code.cell_names),
            ("free names", &code.free_names),
        ];
        for (what, list) in lists {
            if !list.is_empty() {
                let list = visible(&list.join(", ")).into_owned();
                self.line(line, 1, format_args!("{what} {id} {name} {list}"));
            }
        }
        for range in &code.lines {
            let (start, end) = (range.start, range.end);
            let of = range
                .line
                .map_or("no line".to_owned(), |line| format!("line {line}"));
            self.line(
                range.line.unwrap_or(line),
                1,
                format_args!("lines {id} {name} {start} to {end}: {of}"),
            );
        }
        for row in &code.handlers {
            let offset = if row.pushes_offset {
                ", pushes the offset"
            } else {
                ""
            };
            self.line(
                line,
                1,
                format_args!(
                    "handler {id} {name} {} to {} -> {}, stack of {}{offset}",
                    row.start, row.end, row.target, row.depth
                ),
            );
        }
    }

    fn instruction(&mut self, code: &Code, one: &Instruction) {
        let mut words = format!(
            "bytecode {} {} {}",
            visible(code.shown_name()),
            one.offset,
            one.name
        );
        if let Some(argument) = one.argument {
            let _ = write!(words, " {argument}");
        }
        if !one.meaning.is_empty() {
            let _ = write!(words, " ({})", visible(&one.meaning));
        }
        if let Some(target) = one.target {
            let _ = write!(words, " to {target}");
        }
        for row in code.covering(one.offset) {
            let _ = write!(words, " [handler at {}]", code.handlers[row].target);
        }
        if let Some(span) = one.span {
            let _ = write!(words, " {}", shown(span));
        }
        if let Some(explanation) = narrate::instruction(&one.name) {
            let _ = write!(words, "; {explanation}");
        }
        match (one.span, one.line) {
            (Some(span), _) => {
                self.at(Some(span), format_args!("{words}"));
            }
            (None, line) => {
                let line = line.unwrap_or(code.first_line).max(1);
                self.line(line, 1, format_args!("{words}"));
            }
        }
    }

    fn failure(&mut self) {
        let Some(failure) = &self.stages.failure else {
            return;
        };
        let position = failure.position();
        let (line, column) = position.map_or((1, 1), |one| (one.line, one.column));
        let stage = failure.stage.name();
        let (kind, message) = (visible(&failure.kind), visible(&failure.message));
        self.line(
            line,
            column,
            format_args!("failure in {stage}: {kind}: {message}"),
        );
        for printed in failure.printed.lines() {
            let printed = visible(printed);
            self.line(line, column, format_args!("printed {printed}"));
        }
    }
}

fn shown(span: Span) -> String {
    format!("[{}-{}]", span.start, span.end)
}

fn in_brackets(words: &[crate::trace::stages::Word]) -> String {
    match words {
        [] => String::new(),
        words => format!(" ({})", words.join(", ")),
    }
}

/// A text in quotes, on one line.
fn quoted(text: &str) -> String {
    format!(
        "'{}'",
        visible(&text.replace('\n', "\\n").replace('\r', "\\r"))
    )
}
