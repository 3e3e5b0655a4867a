//! Comprehensions that are part of the code around them, as they are since Python 3.12: their
//! variables stand among the names of that code, where they are not seen.

use super::{Node, Scope, Span, Stages, Symbol};

impl Stages {
    /// The first comprehension that a name of the scope around it lives in, where it is bound and used
    /// in comprehensions alone.
    pub fn inlined_in(&self, scope: &Scope, symbol: &Symbol) -> Option<Span> {
        if scope.kind == "comprehension" {
            return None;
        }
        let bindings = symbol.uses.iter().filter(|one| one.is_binding());
        let homes: Option<Vec<Span>> = bindings.map(|one| self.bound_by(one.node)).collect();
        let homes = homes.filter(|homes| !homes.is_empty())?;
        let is_inside = |span: Span| homes.iter().any(|home| home.contains(span));
        let mut uses = symbol.uses.iter();
        uses.all(|one| is_inside(one.span)).then_some(homes[0])
    }

    /// The comprehension whose `for` binds what a node names.
    fn bound_by(&self, node: u32) -> Option<Span> {
        let parent = |node: &Node| self.tree.get(node.parent? as usize);
        let mut at = self.tree.get(node as usize)?;
        while let Some(above) = parent(at) {
            if &*above.kind == "comprehension" {
                let is_target = at.field() == "target";
                return parent(above).filter(|_| is_target)?.span;
            }
            at = above;
        }
        None
    }

    /// Whether the compiler has made a scope of its own that the source names nothing in: what works
    /// annotations out.
    pub fn is_implicit(&self, scope: &Scope) -> bool {
        scope.kind == "annotation" && scope.symbols.iter().all(|one| one.uses.is_empty())
    }
}

impl Symbol {
    /// Whether the compiler has made a name that the source does not have.
    pub fn is_implicit(&self) -> bool {
        let is_own =
            |name: &str| name.starts_with('.') || (name.starts_with("__") && name.ends_with("__"));
        self.uses.is_empty() && is_own(&self.name)
    }
}
