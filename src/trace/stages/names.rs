//! Symbol tables: which name means what where.

use super::{Code, Span, Word};
use serde::{Deserialize, Serialize};

/// A block of the source in which names have a meaning of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// `top` for the module, else the function's, the class's, `lambda`, `listcomp`, ...
    pub name: String,
    /// `module`, `function`, `class`, `lambda`, `comprehension`, `annotation`, `type parameters`, ...
    pub kind: Word,
    /// The scope that it stands in, as an index.
    pub parent: Option<u32>,
    /// The line that it begins in, from 1; 0 where it has none.
    pub line: u32,
    /// `nested`, `generator`, `coroutine`, ...
    pub flags: Vec<Word>,
    /// The node of the tree that opens it; `None` where that cannot be known.
    pub node: Option<u32>,
    /// Its names, in the order in which the compiler met them.
    pub symbols: Vec<Symbol>,
}

/// A name in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// The name, as it is written or as the compiler has made it.
    pub name: String,
    /// Where it is looked for.
    pub scope: NameScope,
    /// Why: `parameter`, `assigned`, `imported`, `used`, `annotated`, `declared global`,
    /// `declared nonlocal`, ...
    pub flags: Vec<Word>,
    /// The scope that has the cell, as an index, for a free name.
    pub owner: Option<u32>,
    /// Where the source names it in this scope.
    pub uses: Vec<Use>,
}

/// Where a name is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NameScope {
    /// In this scope alone.
    Local,
    /// Here, and in scopes inside.
    Cell,
    /// In a scope around this.
    Free,
    /// Among the module's names, because a `global` statement says so.
    GlobalExplicit,
    /// Among the module's names and the built-in ones, because nothing binds it here or around.
    GlobalImplicit,
    /// The interpreter does not say.
    Unknown,
}

impl NameScope {
    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            NameScope::Local => "local",
            NameScope::Cell => "cell",
            NameScope::Free => "free",
            NameScope::GlobalExplicit => "global explicit",
            NameScope::GlobalImplicit => "global implicit",
            NameScope::Unknown => "unknown",
        }
    }
}

/// A place where a name stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// Where.
    pub span: Span,
    /// What is done with it: `load`, `store`, `delete`, `parameter`, `import`, `declare`, `define`.
    pub what: Word,
    /// The node that names it.
    pub node: u32,
}

impl Use {
    /// Whether it gives the name a value, or may: such a use makes a name local to a function.
    pub fn is_binding(&self) -> bool {
        matches!(&*self.what, "store" | "import" | "define" | "parameter")
    }
}

impl Scope {
    /// Where a variable that is local to a function is asked for in front of the first place that binds
    /// it, in the order of the source: that use, and the first binding one. Python takes the name for
    /// local from the function's first line on.
    pub fn asked_before_bound<'s>(&self, symbol: &'s Symbol) -> Option<(&'s Use, &'s Use)> {
        let is_local = matches!(symbol.scope, NameScope::Local | NameScope::Cell);
        if !is_local || self.kind != "function" {
            return None;
        }
        let in_order = |one: &&Use| one.span.start;
        let bound = symbol.uses.iter().filter(|one| one.is_binding());
        let bound = bound.min_by_key(in_order)?;
        let asked = symbol.uses.iter().filter(|one| one.what == "load");
        let asked = asked.min_by_key(in_order)?;
        (asked.span.end <= bound.span.start).then_some((asked, bound))
    }
}

/// Says of each free name which scope has its cell: the next one around that binds it.
pub(super) fn find_owners(scopes: &mut [Scope]) {
    for at in 0..scopes.len() {
        for number in 0..scopes[at].symbols.len() {
            let symbol = &scopes[at].symbols[number];
            if symbol.scope != NameScope::Free {
                continue;
            }
            let name = symbol.name.clone();
            let mut around = scopes[at].parent;
            while let Some(outer) = around {
                let scope = &scopes[outer as usize];
                let found = scope.symbols.iter().find(|one| one.name == name);
                if found.is_some_and(|one| one.scope == NameScope::Cell) || owns(scope, &name) {
                    break;
                }
                around = scope.parent;
            }
            scopes[at].symbols[number].owner = around;
        }
    }
}

/// A class has cells for its methods that no statement binds.
fn owns(scope: &Scope, name: &str) -> bool {
    scope.kind == "class" && matches!(name, "__class__" | "__classdict__")
}

/// Says of each code object which scope it was made of, where only one can be meant.
pub(super) fn match_codes(scopes: &[Scope], codes: &mut [Code]) {
    let mut taken = vec![false; scopes.len()];
    for at in 0..codes.len() {
        let outer = match codes[at].parent {
            None => {
                codes[at].scope = (!scopes.is_empty()).then_some(0);
                continue;
            }
            Some(parent) => codes[parent as usize].scope,
        };
        let Some(outer) = outer else { continue };
        let code = &codes[at];
        let name = code.name.trim_start_matches('<').trim_end_matches('>');
        let is_it = |number: usize, scope: &Scope| {
            !taken[number]
                && scope.line == code.first_line
                && named_alike(&scope.name, name)
                && is_inside(scopes, scope, outer)
        };
        let found = scopes.iter().enumerate().find(|(n, one)| is_it(*n, one));
        if let Some((number, _)) = found {
            taken[number] = true;
            codes[at].scope = Some(number as u32);
        }
    }
}

/// Symbol tables and code objects call comprehensions and lambdas differently.
fn named_alike(scope: &str, code: &str) -> bool {
    scope.trim_start_matches('<').trim_end_matches('>') == code
}

/// A scope of type parameters may stand between.
fn is_inside(scopes: &[Scope], scope: &Scope, outer: u32) -> bool {
    scope.parent == Some(outer)
        || scope.parent.is_some_and(|parent| {
            let between = &scopes[parent as usize];
            between.kind == "type parameters" && between.parent == Some(outer)
        })
}
