//! The imports of a run as rows, for a picture and a page: the program's own modules with what they
//! import, the library's as one row each.

use super::outside::{importer, kept_code, module_origin};
use crate::analyse::{BroughtBy, Imports};
use crate::trace::{FileId, Trace, visible};

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// How far it stands to the right.
    pub depth: u32,
    /// What it is.
    pub kind: ImportRowKind,
    /// A statement as it stands in the source, the name of a module, or all that is said.
    pub head: String,
    /// More about it, in sentences of their own.
    pub words: Vec<String>,
    /// The names of the modules that the last of the words counts, which a reader may ask for.
    pub folded: Vec<String>,
    /// The statement that it belongs to.
    pub place: Option<(FileId, u32)>,
    /// The step that shows memory before that runs.
    pub step: Option<u32>,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportRowKind {
    /// An import statement of the program's.
    Statement,
    /// A module that was there before.
    There,
    /// A module that was asked for and not found.
    Missing,
    /// A new module of the program's own.
    Own,
    /// A new module of the library's.
    Library,
    /// Said of the run as a whole.
    Note,
}

impl ImportRowKind {
    /// The word for it; none where the row says it itself.
    pub fn word(self) -> &'static str {
        match self {
            ImportRowKind::There => "was there",
            ImportRowKind::Missing => "not loaded",
            ImportRowKind::Own => "new, own",
            ImportRowKind::Library => "new, library",
            ImportRowKind::Statement | ImportRowKind::Note => "",
        }
    }
}

/// The imports of a run as rows.
pub fn import_rows(trace: &Trace, imports: &Imports) -> Vec<ImportRow> {
    let mut rows = Rows {
        trace,
        imports,
        rows: Vec::new(),
    };
    let count = imports.at_start();
    rows.note(format!(
        "{count} modules were there before the first line: Python's own start needs them."
    ));
    for statement in imports.statements_within(None) {
        rows.statement(statement, 0);
    }
    let elsewhere = imports.brought_elsewhere();
    if !elsewhere.is_empty() {
        rows.note("While no import statement of the program's ran:".to_owned());
        for module in elsewhere {
            rows.module(module, 1, None);
        }
    }
    rows.rows
}

struct Rows<'t> {
    trace: &'t Trace,
    imports: &'t Imports,
    rows: Vec<ImportRow>,
}

/// A statement's place and step.
type Of = Option<((FileId, u32), u32)>;

impl Rows<'_> {
    fn push(&mut self, depth: u32, kind: ImportRowKind, head: String, words: Vec<String>, of: Of) {
        self.rows.push(ImportRow {
            depth,
            kind,
            head,
            words,
            folded: Vec::new(),
            place: of.map(|(place, _)| place),
            step: of.map(|(_, step)| step),
        });
    }

    fn fold(&mut self, names: Vec<String>) {
        if let Some(row) = self.rows.last_mut() {
            row.folded = names;
        }
    }

    fn note(&mut self, words: String) {
        self.push(0, ImportRowKind::Note, words, Vec::new(), None);
    }

    fn statement(&mut self, number: usize, depth: u32) {
        let statement = &self.imports.statements[number];
        let of = Some(((statement.file, statement.line), statement.step));
        let brought = self.imports.brought_in_all(number);
        let mut words = vec![match brought {
            0 => "brought nothing new".to_owned(),
            1 => "brought one module".to_owned(),
            count => format!("brought {count} modules"),
        }];
        if statement.again > 0 {
            words.push(format!(
                "ran {} more times, and found everything there",
                statement.again
            ));
        }
        if statement.is_conditional && brought == 0 {
            words.push("stands behind a condition: it may not have run".to_owned());
        }
        let file = self.trace.header.files.get(usize::from(statement.file.0));
        let line = file.and_then(|file| {
            file.text
                .lines()
                .nth((statement.line as usize).wrapping_sub(1))
        });
        let code = line
            .unwrap_or_default()
            .split('#')
            .next()
            .unwrap_or_default();
        let head = visible(code.trim()).into_owned();
        self.push(depth, ImportRowKind::Statement, head, words, of);
        let brought = self.imports.brought_by_statement(number);
        for asked in &statement.asked {
            let name = visible(&asked.name).into_owned();
            match asked.module {
                None => self.push(depth + 1, ImportRowKind::Missing, name, Vec::new(), of),
                Some(_) if asked.was_there => {
                    let words = vec!["found in sys.modules; nothing of it runs again".to_owned()];
                    self.push(depth + 1, ImportRowKind::There, name, words, of);
                }
                Some(_) => {}
            }
        }
        let (on_the_way, asked): (Vec<usize>, Vec<usize>) =
            brought.into_iter().partition(|module| {
                matches!(
                    self.imports.modules[*module].brought_by,
                    BroughtBy::During(_)
                )
            });
        for module in asked {
            self.module(module, depth + 1, of);
        }
        if !on_the_way.is_empty() {
            let names = on_the_way
                .iter()
                .map(|module| self.name(*module))
                .collect::<Vec<_>>();
            let words = vec!["which of these modules asked for them is not known".to_owned()];
            let head = format!("{} on the way", on_the_way.len());
            self.push(depth + 1, ImportRowKind::Library, head, words, of);
            self.fold(names);
        }
    }

    fn name(&self, module: usize) -> String {
        visible(&self.imports.modules[module].fact.name).into_owned()
    }

    fn module(&mut self, number: usize, depth: u32, of: Of) {
        let module = &self.imports.modules[number];
        let name = self.name(number);
        let mut words = vec![module_origin(&module.fact, self.trace)];
        if let (None, Some(by)) = (of, &module.fact.importer) {
            words.push(format!("asked for by {}", importer(by, self.trace)));
        }
        if module.fact.own.is_some() {
            words.extend(kept_code(&module.fact, self.trace));
            self.push(depth, ImportRowKind::Own, name, words, of);
            for inner in self.imports.statements_within(Some(number)) {
                self.statement(inner, depth + 1);
            }
            for inner in self.imports.brought_by_module(number) {
                self.module(inner, depth + 1, of);
            }
            return;
        }
        let mut inner = Vec::new();
        let mut open = self.imports.brought_by_module(number);
        open.reverse();
        while let Some(next) = open.pop() {
            inner.push(self.name(next));
            open.extend(self.imports.brought_by_module(next).into_iter().rev());
        }
        match inner.len() {
            0 => {}
            1 => words.push(format!("and one module of the library that {name} needed")),
            count => words.push(format!(
                "and {count} modules of the library that {name} needed"
            )),
        }
        self.push(depth, ImportRowKind::Library, name, words, of);
        self.fold(inner);
    }
}
