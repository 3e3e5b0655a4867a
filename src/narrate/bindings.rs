//! A name, an attribute or an entry that leads somewhere else now.

use super::nouns::{Nouns, call_in_words, enumerated, has_word};
use super::paths::{is_of_library, suffix};
use crate::trace::{Kind, Label, ObjId, Reference, Symbol};
use rustc_hash::FxHashMap;

/// Members of a class that one sentence names.
const MEMBERS: usize = 6;

/// What leads somewhere now.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// As the program would write it.
    pub(super) path: String,
    pub(super) to: ObjId,
    /// It was not there before.
    pub(super) is_first: bool,
    /// It is a name in the body of a class.
    pub(super) in_class: bool,
}

/// What a call has just given back.
#[derive(Debug, Clone, Copy)]
pub(super) struct GivenBack {
    pub(super) value: ObjId,
    pub(super) function: Symbol,
    /// It was not returned but yielded.
    pub(super) yielded: bool,
}

/// What is needed to say where something leads.
#[derive(Clone, Copy)]
pub(super) struct Bindings<'t> {
    pub(super) old: Nouns<'t>,
    pub(super) new: Nouns<'t>,
    /// What was made in this step.
    pub(super) allocated: &'t [ObjId],
    /// The line that has run.
    pub(super) line: &'t str,
    /// It is an import.
    pub(super) imports: bool,
    pub(super) returned: Option<GivenBack>,
}

impl Bindings<'_> {
    /// Sentences for several targets; those that lead to one new object share one.
    pub(super) fn in_words(&self, targets: &[Target]) -> Vec<String> {
        let mut said: Vec<ObjId> = Vec::new();
        let mut all = Vec::new();
        for target in targets {
            if said.contains(&target.to) {
                continue;
            }
            let alike: Vec<&Target> = targets.iter().filter(|one| one.to == target.to).collect();
            let value = self.new.own_words(target.to);
            if alike.len() > 1
                && alike.iter().all(|one| one.is_first == target.is_first)
                && value.is_some()
            {
                said.push(target.to);
                let paths: Vec<String> = alike.iter().map(|one| one.path.clone()).collect();
                let are = if target.is_first { "are" } else { "are now" };
                let value = value.unwrap_or_default();
                all.push(format!("{} {are} {value}", enumerated(&paths)));
            } else if alike.len() > 1 && value.is_none() {
                said.push(target.to);
                let paths: Vec<String> = alike.iter().map(|one| one.path.clone()).collect();
                let type_name = self.new.type_name(target.to);
                let what = match self.allocated.contains(&target.to) {
                    true => format!("one new {type_name}"),
                    false => format!("the same {type_name}"),
                };
                all.push(format!("{} are {what}", enumerated(&paths)));
            } else {
                all.push(self.one(target));
            }
        }
        all
    }

    /// `x is now 5`, `b is now the same list as a`, `a is a new list, [1, 2]`.
    pub(super) fn one(&self, target: &Target) -> String {
        let Target {
            path, to, is_first, ..
        } = target;
        let is = if *is_first { "is" } else { "is now" };
        let info = self.new.trace.object(*to);
        if let Some(words) = self.defined(path, *to) {
            return match target.in_class {
                true => format!("the method {words}"),
                false => words,
            };
        }
        if info.kind == Kind::Atom {
            return format!("{path} {is} {}", self.new.noun(*to));
        }
        let type_name = self.new.type_name(*to);
        if let Some(given) = self.returned
            && given.value == *to
            && self.new.own_words(*to).is_none()
        {
            let call = call_in_words(self.new.trace.symbols.text(given.function));
            let has_given = if given.yielded {
                "has yielded"
            } else {
                "has returned"
            };
            return format!("{path} {is} the {type_name} that {call} {has_given}");
        }
        if target.in_class && !is_first && type_name == "property" {
            return format!("{path} is a property that can be set");
        }
        if self.allocated.contains(to) {
            return format!(
                "{path} {is} {}{}",
                self.new.new_noun(*to),
                self.shared(path, *to)
            );
        }
        if let Some(words) = self.new.own_words(*to) {
            return format!("{path} {is} {words}");
        }
        if info.kind == Kind::Exception {
            return format!("{path} {is} the {type_name}");
        }
        // By a name that led there before, and still does.
        let own = format!("{path} of ");
        let is_other = |other: &&String| *other != path && !other.starts_with(&own);
        let others = self.new.paths.all(*to).iter().filter(is_other);
        let mut known = others.filter(|other| self.old.paths.all(*to).contains(other));
        // One that the line speaks of, at best.
        let is_said = |other: &&String| {
            let root = other.split(['.', '[']).next().unwrap_or_default();
            has_word(self.line, root)
        };
        let other = known.clone().find(is_said).or_else(|| known.next());
        let other = other.or_else(|| self.new.paths.all(*to).iter().find(is_other));
        match other {
            Some(other) => format!("{path} {is} the same {type_name} as {other}"),
            None => match self.old.first_path(*to).filter(|old| *old != path) {
                // What a class has just made was called so while it was made.
                Some("self") => format!("{path} {is} the new {type_name}"),
                Some(old) => format!("{path} {is} the {type_name} that was {old}"),
                None => format!("{path} {is} {}", self.new.unnamed(*to)),
            },
        }
    }

    /// `f() is defined`, `class Node is defined`, `os is imported`.
    fn defined(&self, path: &str, to: ObjId) -> Option<String> {
        let info = self.new.trace.object(to);
        if self.imports && self.new.type_name(to) == "built-in function" {
            return Some(format!("{path}() is imported"));
        }
        let name = self.new.state.heap.get(&to)?.name?;
        let name = self.new.trace.symbols.text(name);
        let is_new = self.allocated.contains(&to);
        let last = path.rsplit('.').next().unwrap_or(path);
        match info.kind {
            Kind::Module if path == name || name.ends_with(&format!(".{path}")) => {
                Some(format!("{path} is imported"))
            }
            Kind::Class if last == name && is_new => {
                Some(format!("class {name} is defined{}", self.members(to)))
            }
            Kind::Class if last == name && self.imports => {
                Some(format!("class {name} is imported"))
            }
            Kind::Function if last == name && is_new => Some(format!("{path}() is defined")),
            Kind::Function if path == name && self.imports => Some(format!("{path}() is imported")),
            // What a decorator has had in its hands was there before the name is.
            Kind::Class if last == name && info.born.is_some() => {
                Some(format!("class {name} is defined{}", self.members(to)))
            }
            Kind::Function if path == name && info.born.is_some() => {
                Some(format!("{path}() is defined"))
            }
            _ => None,
        }
    }

    /// `, with rate, __init__() and pay()`: what the body of a new class has made.
    fn members(&self, class: ObjId) -> String {
        let refs = self.new.state.heap.get(&class).map(|object| &object.refs);
        // What a call has made may have more in it than its caller has said.
        let is_statement = |reference: &Reference| match reference.label {
            Label::Attr(name) => self.new.trace.symbols.text(name) == "__firstlineno__",
            _ => false,
        };
        let is_statement = refs.is_some_and(|refs| refs.iter().any(is_statement));
        let member = |reference: &Reference| {
            let Label::Attr(name) = reference.label else {
                return None;
            };
            let name = self.new.trace.symbols.text(name);
            let info = self.new.trace.object(reference.to);
            let is_function = info.kind == Kind::Function && info.born.is_some();
            match is_function && is_statement && !name.contains("__annotate") {
                true => Some(format!("{name}()")),
                false => (!name.starts_with('_')).then(|| name.to_owned()),
            }
        };
        let mut members: Vec<String> = refs.into_iter().flatten().filter_map(member).collect();
        match members.len() {
            0 => return String::new(),
            count if count > MEMBERS => {
                members.truncate(MEMBERS - 1);
                members.push(format!("{} more", count + 1 - MEMBERS));
            }
            _ => {}
        }
        format!(", with {}", enumerated(&members))
    }

    /// `; bad[0], bad[1] and bad[2] are the same list`: what a new container holds more than once.
    fn shared(&self, path: &str, container: ObjId) -> String {
        let Some(object) = self.new.state.heap.get(&container) else {
            return String::new();
        };
        if is_of_library(&object.refs, self.new.trace) {
            return String::new();
        }
        let has_path = |label| matches!(label, Label::Index(_) | Label::Value(_) | Label::Attr(_));
        let held = || object.refs.iter().filter(|one| has_path(one.label));
        let mut times: FxHashMap<ObjId, usize> = FxHashMap::default();
        held().for_each(|one| *times.entry(one.to).or_default() += 1);
        let is_shared = |one: &&Reference| {
            times.get(&one.to).is_some_and(|count| *count > 1)
                && self.new.own_words(one.to).is_none()
        };
        let Some(shared) = held().find(is_shared).map(|one| one.to) else {
            return String::new();
        };
        let type_name = self.new.type_name(shared);
        let all = match times.get(&shared) {
            Some(count @ 4..) => format!("; all {count} items of it are"),
            _ => {
                let same = held().filter(|one| one.to == shared);
                let same = same.filter_map(|one| suffix(one.label, self.new.trace));
                let same: Vec<String> = same.map(|suffix| format!("{path}{suffix}")).collect();
                format!("; {} are", enumerated(&same))
            }
        };
        format!("{all} the same {type_name}")
    }
}
