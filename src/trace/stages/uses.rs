//! Where the source names the names of each scope: tree and symbol tables, side by side.

use super::{Lines, Node, Scope, Span, Token, Use, Word};
use std::collections::BTreeMap;

/// Says of each symbol where it is used, and of each scope which node opens it. A use in a scope
/// whose table does not have that name is left out: then the scope was not matched right.
pub(super) fn find(tree: &[Node], tokens: &[Token], scopes: &mut [Scope], source: &str) {
    if tree.is_empty() || scopes.is_empty() {
        return;
    }
    let mut finder = Finder {
        tree,
        tokens,
        source,
        lines: Lines::of(source),
        children: children(scopes),
        names: scopes.iter().map(by_name).collect(),
        places: vec![Place::default(); tree.len()],
    };
    scopes[0].node = Some(0);
    finder.places[0] = Place {
        here: Some(0),
        opens: Some(0),
        around: Some(0),
    };
    for at in 1..tree.len() {
        finder.place(at, scopes);
        finder.uses(at, scopes);
    }
}

/// The scopes that matter at a node.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// The one that the node itself stands in.
    here: Option<u32>,
    /// The one that it opens, or that its parent has opened for it.
    opens: Option<u32>,
    /// The one of its type parameters, or `here`.
    around: Option<u32>,
}

struct Finder<'s> {
    tree: &'s [Node],
    tokens: &'s [Token],
    source: &'s str,
    lines: Lines,
    /// Scopes in each scope that no node has been found for.
    children: Vec<Vec<u32>>,
    names: Vec<BTreeMap<String, usize>>,
    places: Vec<Place>,
}

fn children(scopes: &[Scope]) -> Vec<Vec<u32>> {
    let mut children = vec![Vec::new(); scopes.len()];
    for (number, scope) in scopes.iter().enumerate() {
        if let Some(parent) = scope.parent {
            children[parent as usize].push(number as u32);
        }
    }
    children
}

fn by_name(scope: &Scope) -> BTreeMap<String, usize> {
    let symbols = scope.symbols.iter().enumerate();
    symbols
        .map(|(at, symbol)| (symbol.name.clone(), at))
        .collect()
}

impl Finder<'_> {
    /// Finds the scopes of a node whose parent's are known.
    fn place(&mut self, at: usize, scopes: &mut [Scope]) {
        let node = &self.tree[at];
        let parent = node.parent.unwrap_or_default() as usize;
        let place = self.places[parent];
        let here = self.inside(parent, node, place);
        let mut own = Place {
            here,
            opens: here,
            around: here,
        };
        match &*node.kind {
            "FunctionDef" | "AsyncFunctionDef" | "ClassDef" => {
                let name = node.value("name").unwrap_or_default();
                let class = node.kind == "ClassDef";
                let kind = if class { "class" } else { "function" };
                own.around = self
                    .open(at, here, "type parameters", name, scopes)
                    .or(here);
                own.opens = self.open(at, own.around, kind, name, scopes);
            }
            "TypeAlias" => {
                let name = self.alias_name(at);
                own.around = self
                    .open(at, here, "type parameters", &name, scopes)
                    .or(here);
                own.opens = self.open(at, own.around, "type alias", &name, scopes);
            }
            "Lambda" => own.opens = self.open(at, here, "lambda", "lambda", scopes),
            "ListComp" | "SetComp" | "DictComp" | "GeneratorExp" => {
                let name = match &*node.kind {
                    "GeneratorExp" => "genexpr".to_owned(),
                    kind => kind.to_lowercase(),
                };
                // One that was made part of the code around it has no scope of its own.
                let opened = self.open(at, here, "comprehension", &name, scopes);
                own.opens = opened.or(here);
            }
            // They belong to whatever has them.
            "arguments" | "comprehension" => {
                own.opens = place.opens;
                own.around = place.around;
            }
            _ => {}
        }
        self.places[at] = own;
    }

    /// The scope that a field's nodes stand in.
    fn inside(&self, parent: usize, node: &Node, place: Place) -> Option<u32> {
        let first = node.edge.as_ref().is_none_or(|edge| edge.index == Some(0));
        match (&*self.tree[parent].kind, node.field()) {
            ("FunctionDef" | "AsyncFunctionDef" | "ClassDef" | "Lambda", "body") => place.opens,
            ("TypeAlias", "value") => place.opens,
            (_, "type_params" | "bases" | "keywords" | "returns") => place.around,
            ("arguments", "args" | "posonlyargs" | "kwonlyargs" | "vararg" | "kwarg") => {
                place.opens
            }
            ("arg", "annotation") => {
                let arguments = self.tree[parent].parent.unwrap_or_default();
                self.places[arguments as usize].around
            }
            ("ListComp" | "SetComp" | "DictComp" | "GeneratorExp", "generators") => {
                // Only the first iterator is evaluated outside.
                if first { place.here } else { place.opens }
            }
            ("ListComp" | "SetComp" | "DictComp" | "GeneratorExp", _) => place.opens,
            ("comprehension", "iter") => place.here,
            ("comprehension", _) => place.opens,
            _ => place.here,
        }
    }

    fn alias_name(&self, at: usize) -> String {
        let name = self.tree.get(at + 1).and_then(|name| name.value("id"));
        name.unwrap_or_default().to_owned()
    }

    /// The scope in `outer` that a node opens, if there is one that no other node has opened.
    fn open(
        &mut self,
        at: usize,
        outer: Option<u32>,
        kind: &str,
        name: &str,
        scopes: &mut [Scope],
    ) -> Option<u32> {
        let outer = outer? as usize;
        let span = self.tree[at].span?;
        let lines = self.lines.line(span.start)..=self.lines.line(span.end);
        let fits = |number: &u32| {
            let scope = &scopes[*number as usize];
            scope.kind == kind && scope.name == name && lines.contains(&scope.line)
        };
        let position = self.children[outer].iter().position(fits)?;
        let found = self.children[outer].remove(position);
        scopes[found as usize].node = Some(at as u32);
        Some(found)
    }

    /// Notes the names that a node uses itself.
    fn uses(&mut self, at: usize, scopes: &mut [Scope]) {
        let node = &self.tree[at];
        let (Some(span), place) = (node.span, self.places[at]) else {
            return;
        };
        let here = place.here;
        match &*node.kind {
            "Name" => {
                let what = match node.context.as_deref() {
                    Some("Store") => "store",
                    Some("Del") => "delete",
                    _ => "load",
                };
                self.note(at, here, "id", Some(span), what, scopes);
            }
            "arg" => {
                let place = self.name_token(span, 0);
                self.note(at, here, "arg", place, "parameter", scopes);
            }
            "FunctionDef" | "AsyncFunctionDef" | "ClassDef" => {
                let word = if node.kind == "ClassDef" {
                    "class"
                } else {
                    "def"
                };
                let place = self.behind(span, self.decorators_end(at, span), word);
                self.note(at, here, "name", place, "define", scopes);
            }
            "alias" => {
                let (field, place) = match node.value("asname") {
                    Some(_) => ("asname", self.last_name(span)),
                    None => ("name", self.name_token(span, 0)),
                };
                self.note(at, here, field, place, "import", scopes);
            }
            "ExceptHandler" => {
                let place = self.behind(span, span.start, "as");
                self.note(at, here, "name", place, "store", scopes);
            }
            "MatchAs" | "MatchStar" => {
                self.note(at, here, "name", self.last_name(span), "store", scopes);
            }
            "MatchMapping" => {
                self.note(at, here, "rest", self.last_name(span), "store", scopes);
            }
            "TypeVar" | "TypeVarTuple" | "ParamSpec" => {
                self.note(at, here, "name", self.name_token(span, 0), "define", scopes);
            }
            "Global" | "Nonlocal" => self.declared(at, here, span, scopes),
            _ => {}
        }
    }

    /// Each name of a `global` or `nonlocal` statement.
    fn declared(&mut self, at: usize, here: Option<u32>, span: Span, scopes: &mut [Scope]) {
        let names = self.tree[at].value("names").unwrap_or_default();
        let names: Vec<String> = names.split(", ").map(str::to_owned).collect();
        for (number, name) in names.iter().enumerate() {
            // The statement's own word comes first.
            let place = self.name_token(span, number + 1);
            self.note_name(at, here, name, place, "declare", scopes);
        }
    }

    fn note(
        &mut self,
        at: usize,
        here: Option<u32>,
        field: &str,
        place: Option<Span>,
        what: &'static str,
        scopes: &mut [Scope],
    ) {
        let Some(name) = self.tree[at].value(field) else {
            return;
        };
        // `import a.b` binds `a`.
        let name = match what {
            "import" => name.split('.').next().unwrap_or_default(),
            _ => name,
        };
        let name = name.to_owned();
        self.note_name(at, here, &name, place, what, scopes);
    }

    fn note_name(
        &mut self,
        at: usize,
        here: Option<u32>,
        name: &str,
        place: Option<Span>,
        what: &'static str,
        scopes: &mut [Scope],
    ) {
        let (Some(here), Some(span)) = (here, place) else {
            return;
        };
        let number = self.names[here as usize].get(name).or_else(|| {
            let mangled = mangled(name, here, scopes)?;
            self.names[here as usize].get(&mangled)
        });
        if let Some(number) = number {
            scopes[here as usize].symbols[*number].uses.push(Use {
                span,
                what: Word::Borrowed(what),
                node: at as u32,
            });
        }
    }

    /// Where the decorators of a definition end.
    fn decorators_end(&self, at: usize, span: Span) -> u32 {
        let below = self.tree.iter().enumerate().skip(at + 1);
        let below = below.take_while(|(number, node)| {
            node.parent
                .is_some_and(|parent| parent as usize >= at && (parent as usize) < *number)
        });
        let decorators = below
            .filter(|(_, node)| node.parent == Some(at as u32) && node.field() == "decorator_list");
        let ends = decorators.filter_map(|(_, node)| Some(node.span?.end));
        ends.max().unwrap_or(span.start)
    }

    /// The tokens that lie in a span.
    fn tokens_in(&self, span: Span) -> &[Token] {
        let from = self
            .tokens
            .partition_point(|one| one.span.start < span.start);
        let to = self.tokens.partition_point(|one| one.span.start < span.end);
        &self.tokens[from..to.max(from)]
    }

    /// The `number`th name in a span, words of the language included.
    fn name_token(&self, span: Span, number: usize) -> Option<Span> {
        let names = self.tokens_in(span).iter().filter(|one| one.kind == "NAME");
        names.map(|one| one.span).nth(number)
    }

    fn last_name(&self, span: Span) -> Option<Span> {
        let mut names = self.tokens_in(span).iter().rev();
        names.find(|one| one.kind == "NAME").map(|one| one.span)
    }

    /// The name behind the first `word` in a span that stands at `from` or later.
    fn behind(&self, span: Span, from: u32, word: &str) -> Option<Span> {
        let tokens = self.tokens_in(Span::new(from, span.end));
        let at = tokens.iter().position(|one| {
            one.kind == "NAME" && self.source.get(one.span.range()) == Some(word)
        })?;
        let name = tokens[at + 1..].iter().find(|one| one.kind == "NAME");
        name.map(|one| one.span)
    }
}

/// What a class makes of a name that begins with two underscores.
fn mangled(name: &str, here: u32, scopes: &[Scope]) -> Option<String> {
    if !name.starts_with("__") || name.ends_with("__") {
        return None;
    }
    let mut scope = Some(here);
    while let Some(number) = scope {
        let one = &scopes[number as usize];
        if one.kind == "class" {
            let class = one.name.trim_start_matches('_');
            return (!class.is_empty()).then(|| format!("_{class}{name}"));
        }
        scope = one.parent;
    }
    None
}
