//! What a run has imported: which statements asked for what, what they brought into the interpreter,
//! and what was there already.

use crate::trace::stages::{Lines, Node, Stages};
use crate::trace::{Event, FileId, ModuleFact, ObjId, OutsideFact, Trace};
use std::collections::BTreeMap;

/// All imports of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imports {
    /// Every module, in the order in which they came; those that were there before the first line first.
    pub modules: Vec<LoadedModule>,
    /// The import statements that ran, in the order in which each ran first.
    pub statements: Vec<ImportStatement>,
}

/// A module that stood in the interpreter's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedModule {
    /// What is known of it.
    pub fact: ModuleFact,
    /// The object, where it is in the trace.
    pub object: Option<ObjId>,
    /// What brought it.
    pub brought_by: BroughtBy,
}

/// What brought a module into the interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BroughtBy {
    /// It was there before the first line.
    Start,
    /// That statement itself, by its place in the list.
    Statement(usize),
    /// The code of that module, by its place in the list, while a statement of the program's ran.
    Module(usize),
    /// It came while that statement ran; who asked for it is not known.
    During(usize),
    /// It came while no import statement of the program's ran: a function has imported it.
    Elsewhere,
}

/// An import statement of the program's own that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportStatement {
    /// Where it stands.
    pub file: FileId,
    /// From 1.
    pub line: u32,
    /// The step that shows memory before it runs first.
    pub step: u32,
    /// The step by which it was through; `None` where the recording ends before.
    pub until: Option<u32>,
    /// How often it ran again without bringing anything.
    pub again: u32,
    /// The module whose body it is a part of, where that ran for an import itself.
    pub within: Option<usize>,
    /// It stands behind a condition on its own line: whether it ran is not known where it brings nothing.
    pub is_conditional: bool,
    /// What it asks for.
    pub asked: Vec<AskedModule>,
}

/// A module that a statement asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedModule {
    /// Its whole name.
    pub name: String,
    /// The module that it got, by its place in the list. `None`: none of that name was ever seen.
    pub module: Option<usize>,
    /// It was there before the statement ran.
    pub was_there: bool,
}

impl Imports {
    /// The modules that a statement or a module has brought, and who asked for which is not known of,
    /// in their order.
    pub fn brought_by_statement(&self, statement: usize) -> Vec<usize> {
        self.brought(
            |by| matches!(by, BroughtBy::Statement(of) | BroughtBy::During(of) if of == statement),
        )
    }

    /// The modules that the code of a module has brought.
    pub fn brought_by_module(&self, module: usize) -> Vec<usize> {
        self.brought(|by| by == BroughtBy::Module(module))
    }

    /// The modules that came while no import statement ran.
    pub fn brought_elsewhere(&self) -> Vec<usize> {
        self.brought(|by| by == BroughtBy::Elsewhere)
    }

    /// How many modules were there before the first line.
    pub fn at_start(&self) -> usize {
        self.brought(|by| by == BroughtBy::Start).len()
    }

    /// The statements in the body of a module that was imported; with `None`, all others.
    pub fn statements_within(&self, module: Option<usize>) -> Vec<usize> {
        let all = self.statements.iter().enumerate();
        let own = all.filter(|(_, statement)| statement.within == module);
        own.map(|(place, _)| place).collect()
    }

    /// How many modules a statement has brought in all, those that its modules brought included.
    pub fn brought_in_all(&self, statement: usize) -> usize {
        let mut open = self.brought_by_statement(statement);
        let mut count = 0;
        while let Some(module) = open.pop() {
            count += 1;
            open.extend(self.brought_by_module(module));
            for inner in self.statements_within(Some(module)) {
                open.extend(self.brought_by_statement(inner));
            }
        }
        count
    }

    fn brought(&self, is_it: impl Fn(BroughtBy) -> bool) -> Vec<usize> {
        let all = self.modules.iter().enumerate();
        let those = all.filter(|(_, module)| is_it(module.brought_by));
        those.map(|(place, _)| place).collect()
    }
}

/// What a run has imported, from what the recorder saw of the modules, and the syntax trees of the
/// program's own files.
pub fn imports(trace: &Trace, stages: &[Stages], facts: &[OutsideFact]) -> Imports {
    let mut modules: Vec<LoadedModule> = facts
        .iter()
        .filter_map(|fact| match fact {
            OutsideFact::Module(fact) => Some(LoadedModule {
                fact: fact.clone(),
                object: None,
                brought_by: BroughtBy::Start,
            }),
            _ => None,
        })
        .collect();
    for fact in facts {
        if let OutsideFact::ModuleObject { module, object } = fact
            && let Some(module) = modules.get_mut(*module as usize)
        {
            module.object = Some(*object);
        }
    }
    let files = trace.header.files.iter();
    let written: Vec<BTreeMap<u32, Vec<Written>>> = files
        .map(|file| {
            let stages = stages.iter().find(|one| one.file.path == file.path);
            stages.map_or_else(BTreeMap::new, written)
        })
        .collect();
    let runs = runs(trace, &written);
    let found = Found { modules, runs };
    found.told(&written)
}

/// An import as it stands in the source.
struct Written {
    /// `a.b`; of a relative one what stands behind the dots.
    module: String,
    /// How many dots stand before it.
    level: usize,
    /// What is taken out of it, which may be modules as well.
    names: Vec<String>,
    is_conditional: bool,
}

/// The imports of a file by the line that they begin on.
fn written(stages: &Stages) -> BTreeMap<u32, Vec<Written>> {
    let lines = stages.lines();
    let mut all: BTreeMap<u32, Vec<Written>> = BTreeMap::new();
    for (place, node) in stages.tree.iter().enumerate() {
        let Some(span) = node.span else { continue };
        let aliases = |node: usize| {
            let inner = stages.tree.iter();
            inner.filter(move |one| one.parent == Some(node as u32) && one.kind == "alias")
        };
        let names = aliases(place).filter_map(|alias| alias.value("name"));
        let mut add = |module: String, level, names| {
            all.entry(lines.line(span.start))
                .or_default()
                .push(Written {
                    module,
                    level,
                    names,
                    is_conditional: is_conditional(stages, node, &lines),
                });
        };
        match &*node.kind {
            "Import" => names.for_each(|name| add(plain(name), 0, Vec::new())),
            "ImportFrom" => {
                let module = node.value("module").map_or_else(String::new, plain);
                let level = node.value("level").and_then(|level| level.parse().ok());
                add(module, level.unwrap_or(0), names.map(plain).collect());
            }
            _ => {}
        }
    }
    all
}

/// A name as it stands in a field: without the quotes that a `repr` has.
fn plain(name: &str) -> String {
    match name {
        "None" => String::new(),
        name => name.trim_matches(['\'', '"']).to_owned(),
    }
}

/// Whether a statement begins on the line of the compound statement that it stands in.
fn is_conditional(stages: &Stages, node: &Node, lines: &Lines) -> bool {
    let line = |node: &Node| node.span.map(|span| lines.line(span.start));
    let parent = node.parent.map(|parent| &stages.tree[parent as usize]);
    let parent = parent.filter(|parent| parent.parent.is_some());
    parent.is_some_and(|parent| line(parent) == line(node))
}

/// One time that a line with an import ran: between two steps.
struct Run {
    file: FileId,
    line: u32,
    step: u32,
    until: Option<u32>,
    function: String,
}

impl Run {
    /// Whether what came after so many steps came in it.
    fn holds(&self, after: u32) -> bool {
        self.step <= after && self.until.is_none_or(|until| after < until)
    }
}

/// Each time that a line with an import ran.
fn runs(trace: &Trace, written: &[BTreeMap<u32, Vec<Written>>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    // Those under way: the thread, how many calls there were, and the place in the list.
    let mut open: Vec<(Option<u32>, usize, usize)> = Vec::new();
    let mut replay = trace.replay();
    while let Some((number, step, state)) = replay.next() {
        let head = &step.head;
        let depth = state.frames.len();
        open.retain(|(thread, calls, run)| {
            // An exception, or a further instruction of the line.
            let is_own = depth == *calls
                && match head.event {
                    Event::Exception => true,
                    Event::Instruction => head.line == runs[*run].line,
                    _ => false,
                };
            let goes_on = *thread != head.thread || depth > *calls || is_own;
            if !goes_on {
                runs[*run].until = Some(number);
            }
            goes_on
        });
        let imports = written.get(usize::from(head.file.0));
        let imports = imports.is_some_and(|lines| lines.contains_key(&head.line));
        let is_under_way = open.last().is_some_and(|(_, calls, _)| *calls == depth);
        let is_line = matches!(head.event, Event::Line | Event::Instruction);
        if is_line && imports && !is_under_way {
            open.push((head.thread, depth, runs.len()));
            runs.push(Run {
                file: head.file,
                line: head.line,
                step: number,
                until: None,
                function: trace.symbols.text(head.function).to_owned(),
            });
        }
    }
    runs
}

struct Found {
    modules: Vec<LoadedModule>,
    runs: Vec<Run>,
}

impl Found {
    fn told(mut self, written: &[BTreeMap<u32, Vec<Written>>]) -> Imports {
        let by: Vec<ByRun> = (0..self.modules.len()).map(|at| self.by(at)).collect();
        let brings = |run: usize| by.iter().any(|by| by.run() == Some(run));
        let mut statements: Vec<ImportStatement> = Vec::new();
        // Which statement stands for each run.
        let mut told: Vec<Option<usize>> = vec![None; self.runs.len()];
        for (number, run) in self.runs.iter().enumerate() {
            let same = |one: &ImportStatement| (one.file, one.line) == (run.file, run.line);
            if let Some(first) = statements.iter().position(same)
                && !brings(number)
            {
                statements[first].again += 1;
                told[number] = Some(first);
                continue;
            }
            let asked = &written[usize::from(run.file.0)][&run.line];
            told[number] = Some(statements.len());
            statements.push(ImportStatement {
                file: run.file,
                line: run.line,
                step: run.step,
                until: run.until,
                again: 0,
                within: self.within(run),
                is_conditional: asked.iter().all(|one| one.is_conditional),
                asked: asked.iter().flat_map(|one| self.asked(one, run)).collect(),
            });
        }
        for (module, by) in self.modules.iter_mut().zip(by) {
            let statement = |run: usize| told[run];
            module.brought_by = match by {
                ByRun::Start => BroughtBy::Start,
                ByRun::Module(other, _) => BroughtBy::Module(other),
                ByRun::Itself(run) => {
                    statement(run).map_or(BroughtBy::Elsewhere, BroughtBy::Statement)
                }
                ByRun::During(run) => statement(run).map_or(BroughtBy::Elsewhere, |at| {
                    let asked = statements[at].asked.iter();
                    let mut asked = asked.filter(|asked| !asked.was_there);
                    match asked.any(|asked| is_part(&asked.name, &module.fact.name)) {
                        true => BroughtBy::Statement(at),
                        false => BroughtBy::During(at),
                    }
                }),
                ByRun::Nobody => BroughtBy::Elsewhere,
            };
        }
        Imports {
            modules: self.modules,
            statements,
        }
    }

    /// The innermost run of an import in which a module came.
    fn run_of(&self, after: u32) -> Option<usize> {
        let runs = self.runs.iter().enumerate();
        let holding = runs.filter(|(_, run)| run.holds(after));
        holding.map(|(number, _)| number).next_back()
    }

    /// The latest module of a name among those that came before a place in the list.
    fn latest(&self, name: &str, before: usize) -> Option<usize> {
        let named = |module: &LoadedModule| module.fact.name == name;
        self.modules[..before].iter().rposition(named)
    }

    /// What brought the module at a place in the list.
    fn by(&self, at: usize) -> ByRun {
        let fact = &self.modules[at].fact;
        if fact.after == 0 {
            return ByRun::Start;
        }
        let run = self.run_of(fact.after);
        let Some(importer) = &fact.importer else {
            return run.map_or(ByRun::Nobody, ByRun::During);
        };
        if let Some(file) = importer.own {
            let same =
                |run: &usize| (self.runs[*run].file, self.runs[*run].line) == (file, importer.line);
            return run.filter(same).map_or(ByRun::Nobody, ByRun::Itself);
        }
        let other = importer.module.as_deref();
        let other = other.and_then(|name| self.latest(name, at));
        // A function of a module that was there long ago may have imported it.
        match other.filter(|other| run.is_some_and(|run| self.came_in(*other, run))) {
            Some(other) => ByRun::Module(other, run),
            None => run.map_or(ByRun::Nobody, ByRun::During),
        }
    }

    fn came_in(&self, module: usize, run: usize) -> bool {
        let after = self.modules[module].fact.after;
        after > 0 && self.runs[run].holds(after)
    }

    /// The module of the program's whose body a run is a part of, where that was imported.
    fn within(&self, run: &Run) -> Option<usize> {
        if run.function != "<module>" {
            return None;
        }
        let mut modules = self.modules.iter();
        modules.rposition(|module| {
            let fact = &module.fact;
            fact.own == Some(run.file) && fact.importer.is_some() && fact.after < run.step
        })
    }

    /// The modules that an import asks for.
    fn asked(&self, written: &Written, run: &Run) -> Vec<AskedModule> {
        let Some(name) = self.whole_name(written, run) else {
            return Vec::new();
        };
        let end = self.modules.iter().position(|module| {
            let until = run.until.unwrap_or(u32::MAX);
            module.fact.after >= until
        });
        let end = end.unwrap_or(self.modules.len());
        let got = |name: &str| {
            let module = self.latest(name, end);
            let was_there = module.is_some_and(|at| self.modules[at].fact.after < run.step);
            AskedModule {
                name: name.to_owned(),
                module,
                was_there,
            }
        };
        // What is taken out of a package may be a module of it.
        let inner = written
            .names
            .iter()
            .map(|inner| got(&format!("{name}.{inner}")));
        let inner = inner.filter(|asked| asked.module.is_some());
        std::iter::once(got(&name)).chain(inner).collect()
    }

    /// The whole name of the module that an import names first.
    fn whole_name(&self, written: &Written, run: &Run) -> Option<String> {
        if written.level == 0 {
            return Some(written.module.clone());
        }
        let own = |module: &&LoadedModule| module.fact.own == Some(run.file);
        let from = &self.modules.iter().rev().find(own)?.fact;
        let mut package = from.name.as_str();
        let up = written.level - usize::from(from.is_package);
        for _ in 0..up {
            package = package.rsplit_once('.')?.0;
        }
        Some(match written.module.as_str() {
            "" => package.to_owned(),
            module => format!("{package}.{module}"),
        })
    }
}

/// What brought a module, by the run of an import.
#[derive(Clone, Copy)]
enum ByRun {
    Start,
    Itself(usize),
    Module(usize, Option<usize>),
    During(usize),
    Nobody,
}

impl ByRun {
    fn run(self) -> Option<usize> {
        match self {
            ByRun::Itself(run) | ByRun::During(run) => Some(run),
            ByRun::Module(_, run) => run,
            ByRun::Start | ByRun::Nobody => None,
        }
    }
}

/// Whether importing a module of the first name takes importing one of the second: `a` is there for `a.b`.
fn is_part(asked: &str, name: &str) -> bool {
    asked == name
        || asked
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
}
