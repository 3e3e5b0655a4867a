//! Code objects and handlers, found in the stages of the files that ran.

use super::model::{ErrorPlace, HandlerKind};
use crate::trace::stages::{Code, Instruction, NameScope, Node, Scope, Span, Stages, Symbol};
use crate::trace::{CallFrame, CodePlace, FileId, SourceFile, Symbols};

/// The stages of the program's own files, by the files' numbers.
pub(super) struct Places<'t> {
    files: &'t [SourceFile],
    stages: Vec<Option<&'t Stages>>,
    symbols: &'t Symbols,
}

/// A row of an exception table, and what its handler is in the source.
pub(super) struct FoundHandler {
    pub row: usize,
    pub target: u32,
    pub kind: HandlerKind,
    pub span: Option<Span>,
    pub line: Option<u32>,
}

impl<'t> Places<'t> {
    pub(super) fn new(
        files: &'t [SourceFile],
        all: &'t [Stages],
        symbols: &'t Symbols,
    ) -> Places<'t> {
        let of = |file: &SourceFile| {
            let mut all = all.iter();
            // A file that has changed since, or was not understood, tells nothing of what ran.
            all.find(|stages| stages.file.path == file.path && stages.failure.is_none())
        };
        Places {
            files,
            stages: files.iter().map(of).collect(),
            symbols,
        }
    }

    pub(super) fn stages(&self, file: FileId) -> Option<&'t Stages> {
        *self.stages.get(usize::from(file.0))?
    }

    /// Where a call of the program's own is at work.
    pub(super) fn in_frame(&self, frame: &CallFrame, line: u32, offset: Option<u32>) -> ErrorPlace {
        let name = self.symbols.text(frame.qualified);
        let shown = frame.shown_name(self.symbols).to_owned();
        self.place(frame.file, shown, line, offset, |code| {
            code.shown_name() == name
        })
    }

    /// What an entry of a traceback tells of.
    pub(super) fn of_entry(&self, entry: &CodePlace) -> ErrorPlace {
        let function = self.symbols.text(entry.function);
        let Some(own) = entry.own else {
            return ErrorPlace {
                own: None,
                path: self.symbols.text(entry.path).to_owned(),
                line: entry.line,
                function: function.to_owned(),
                offset: Some(entry.offset),
                code: None,
                span: None,
            };
        };
        let (line, offset) = (entry.line, Some(entry.offset));
        self.place(own, function.to_owned(), line, offset, |code| {
            code.name == function
        })
    }

    fn place(
        &self,
        file: FileId,
        function: String,
        line: u32,
        offset: Option<u32>,
        is_named: impl Fn(&Code) -> bool,
    ) -> ErrorPlace {
        let code = self.code(file, line, offset, is_named);
        let stages = self.stages(file);
        let span = code.and_then(|code| {
            let code = stages?.codes.get(code)?;
            at_work(code, offset?)?.span
        });
        let path = self.files.get(usize::from(file.0));
        ErrorPlace {
            own: Some(file),
            path: path.map_or_else(String::new, |file| file.path.clone()),
            line,
            function,
            offset,
            code,
            span,
        }
    }

    /// The code object that has an instruction of that line at that offset, where only one has.
    fn code(
        &self,
        file: FileId,
        line: u32,
        offset: Option<u32>,
        is_named: impl Fn(&Code) -> bool,
    ) -> Option<usize> {
        let codes = self.stages(file)?.codes.iter().enumerate();
        let has = |code: &Code| {
            let found = offset.and_then(|offset| at_work(code, offset));
            found.is_some_and(|one| one.line.is_none_or(|own| own == line))
        };
        let mut found = codes.filter(|(_, code)| is_named(code) && has(code));
        let (number, _) = found.next()?;
        found.next().is_none().then_some(number)
    }

    fn code_of(&self, place: &ErrorPlace) -> Option<(&'t Stages, &'t Code)> {
        let stages = self.stages(place.own?)?;
        Some((stages, stages.codes.get(place.code?)?))
    }

    /// The names of the scope that the code at a place was made of.
    pub(super) fn scope(&self, place: &ErrorPlace) -> Option<&'t Scope> {
        let (stages, code) = self.code_of(place)?;
        stages.scopes.get(code.scope? as usize)
    }

    /// Whether a name that stands in the code at a place is one of the module's.
    pub(super) fn is_global(&self, place: &ErrorPlace, name: &str) -> bool {
        let symbols = self.scope(place).map(|scope| &scope.symbols);
        let symbol = symbols.and_then(|all| all.iter().find(|one| one.name == name));
        symbol.is_some_and(|one: &Symbol| {
            matches!(
                one.scope,
                NameScope::GlobalExplicit | NameScope::GlobalImplicit
            )
        })
    }

    /// The name of the instruction that is at work, and its argument.
    pub(super) fn instruction(&self, place: &ErrorPlace) -> Option<(&'t str, Option<u32>)> {
        let (_, code) = self.code_of(place)?;
        let one = at_work(code, place.offset?)?;
        Some((&one.name, one.argument))
    }

    /// The handler that an exception at an offset of the place's code goes to: the first row of the
    /// table that covers it, as the interpreter looks it up.
    pub(super) fn handler(&self, place: &ErrorPlace, offset: u32) -> Option<FoundHandler> {
        let (stages, code) = self.code_of(place)?;
        let row = code.covering(offset).next()?;
        let target = code.handlers[row].target;
        let (kind, span) = handler_kind(stages, code, target);
        Some(FoundHandler {
            row,
            target,
            kind,
            span,
            line: span.map(|span| stages.lines().line(span.start)),
        })
    }

    /// Whether an offset is covered by a row of the exception table that leads where this one leads: the
    /// compiler cuts one range into several rows.
    pub(super) fn covers(&self, place: &ErrorPlace, row: usize, offset: u32) -> bool {
        let code = self.code_of(place).map(|(_, code)| code);
        code.is_some_and(|code| {
            let target = code.handlers.get(row).map(|row| row.target);
            let mut rows = code.covering(offset);
            rows.any(|one| Some(code.handlers[one].target) == target)
        })
    }

    /// The `except` clause in `around` that a line belongs to.
    pub(super) fn clause(&self, place: &ErrorPlace, around: Span, line: u32) -> Option<Span> {
        let stages = self.stages(place.own?)?;
        let at = stages.lines().span(line)?;
        let clauses = stages.tree.iter().filter_map(|node| {
            let is_clause = node.field() == "handlers" && around.contains(node.span?);
            is_clause.then_some(node.span?)
        });
        let mut having = clauses.filter(|span| span.start < at.end && at.start < span.end);
        having.next()
    }

    pub(super) fn line_of(&self, file: FileId, span: Span) -> Option<u32> {
        Some(self.stages(file)?.lines().line(span.start))
    }
}

/// The instruction that an offset belongs to: the interpreter may name one of the caches behind it.
fn at_work(code: &Code, offset: u32) -> Option<&Instruction> {
    let behind = code
        .instructions
        .partition_point(|one| one.offset <= offset);
    code.instructions.get(behind.checked_sub(1)?)
}

/// What a handler that begins at `target` is in the source, and where its clauses stand. The compiler
/// begins each handler of a statement by making the exception the one that is handled; what begins
/// otherwise is its own.
fn handler_kind(stages: &Stages, code: &Code, target: u32) -> (HandlerKind, Option<Span>) {
    const OWN: (HandlerKind, Option<Span>) = (HandlerKind::CleanUp, None);
    let from = code.instructions.iter();
    let mut from = from.skip_while(|one| one.offset < target);
    if from.next().is_none_or(|one| one.name != "PUSH_EXC_INFO") {
        return OWN;
    }
    let first = from.find_map(|one| Some((&one.name, one.span?)));
    let Some((name, span)) = first else {
        return OWN;
    };
    if name == "WITH_EXCEPT_START" {
        return (HandlerKind::With, Some(span));
    }
    for node in ancestors(stages, span) {
        let parent = node.parent.map(|parent| &stages.tree[parent as usize]);
        let Some(parent) = parent.filter(|one| matches!(&*one.kind, "Try" | "TryStar")) else {
            continue;
        };
        let kind = match (node.field(), &*parent.kind) {
            ("handlers", "TryStar") => HandlerKind::ExceptStar,
            ("handlers", _) => HandlerKind::Except,
            ("finalbody", _) => HandlerKind::Finally,
            _ => continue,
        };
        let siblings = stages.tree.iter();
        let siblings = siblings
            .filter(|one| one.parent == node.parent && one.field() == node.field())
            .filter_map(|one| one.span);
        return (kind, siblings.reduce(Span::with));
    }
    OWN
}

/// The nodes that hold a span, the smallest first.
fn ancestors(stages: &Stages, span: Span) -> Vec<&Node> {
    let holds = |node: &&Node| node.span.is_some_and(|own| own.contains(span));
    // A parent stands before its children.
    let mut around: Vec<&Node> = stages.tree.iter().filter(holds).collect();
    around.reverse();
    around
}
