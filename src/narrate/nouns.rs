//! Objects in words.

use super::paths::{Paths, class_of};
use crate::trace::{Kind, Label, ObjId, Reference, State, Trace};
use std::collections::BTreeMap;

/// Objects that one sentence names.
const NAMED: usize = 3;
/// Characters of a value, and of what a small container holds.
const VALUE: usize = 40;

/// A step's memory, to be spoken of.
#[derive(Clone, Copy)]
pub(super) struct Nouns<'t> {
    pub(super) trace: &'t Trace,
    pub(super) state: &'t State,
    pub(super) paths: &'t Paths,
    /// What those that no name leads to any more were called when one did.
    pub(super) once: &'t BTreeMap<ObjId, String>,
}

impl<'t> Nouns<'t> {
    /// The shortest path to an object.
    pub(super) fn first_path(&self, id: ObjId) -> Option<&'t str> {
        self.paths.first(id)
    }
}

impl Nouns<'_> {
    fn text(&self, symbol: crate::trace::Symbol) -> &str {
        self.trace.symbols.text(symbol)
    }

    /// The name of its type, for some of Python's own in the words that people use.
    pub(super) fn type_name(&self, id: ObjId) -> &str {
        match self.text(self.trace.object(id).type_name) {
            "ReferenceType" => "weak reference",
            "builtin_function_or_method" | "builtin_method" => "built-in function",
            "_lru_cache_wrapper" => "function with a cache",
            name => name,
        }
    }

    fn name(&self, id: ObjId) -> Option<&str> {
        let name = self.state.heap.get(&id)?.name?;
        Some(self.text(name))
    }

    /// What is said of it whatever leads there: a value, `class C`, `f()`, `module os`.
    pub(super) fn own_words(&self, id: ObjId) -> Option<String> {
        let value = self.state.heap.get(&id).and_then(|object| object.value);
        match (self.trace.object(id).kind, self.name(id), value) {
            (Kind::Atom, _, Some(value)) => Some(short(self.text(value))),
            (Kind::Class, Some(name), _) => Some(format!("class {name}")),
            (Kind::Function, Some(name), _) if !name.starts_with('<') => {
                Some(format!("the function {name}()"))
            }
            (Kind::Module, Some(name), _) => Some(format!("module {name}")),
            (Kind::Instance, _, _) => self.member_of_enum(id),
            _ => None,
        }
    }

    /// `Color.RED`.
    fn member_of_enum(&self, id: ObjId) -> Option<String> {
        let class = class_of(&self.state.heap.get(&id)?.refs, self.trace)?;
        let attributes = &self.state.heap.get(&class)?.refs;
        let named = |reference: &Reference| match reference.label {
            Label::Attr(name) => Some((self.text(name), reference.to)),
            _ => None,
        };
        let is_enum = attributes
            .iter()
            .filter_map(named)
            .any(|(name, _)| name == "_member_map_");
        let mut members = attributes.iter().filter_map(named).filter(|_| is_enum);
        let (member, _) = members.find(|(name, to)| *to == id && !name.starts_with('_'))?;
        Some(format!("{}.{member}", self.name(class)?))
    }

    /// `5`, `class C`, `the list rows[0]`, or `list #3` where no name leads there.
    pub(super) fn noun(&self, id: ObjId) -> String {
        if let Some(words) = self.own_words(id) {
            return words;
        }
        match self.first_path(id) {
            Some(path) => format!("the {} {path}", self.type_name(id)),
            None => self.numbered(id),
        }
    }

    /// `list #3`.
    pub(super) fn numbered(&self, id: ObjId) -> String {
        match self.name(id) {
            Some(name) if self.trace.object(id).kind == Kind::Generator => {
                match generators_function(name) {
                    "<genexpr>" => "the generator of the expression".to_owned(),
                    function => format!("the {} of {function}()", self.type_name(id)),
                }
            }
            // Where there is but one of its kind, that says which.
            _ if self.is_only_one(id) => format!("the {}", self.type_name(id)),
            _ => format!("{} #{}", self.type_name(id), id.0),
        }
    }

    fn is_only_one(&self, id: ObjId) -> bool {
        let of_type = self.trace.object(id).type_name;
        let mut others = self.state.heap.keys().filter(|other| **other != id);
        others.all(|other| self.trace.object(*other).type_name != of_type)
    }

    /// `rows[0]` where a name leads there; else as [`Nouns::noun`].
    pub(super) fn place(&self, id: ObjId) -> String {
        let path = match self.trace.object(id).kind {
            Kind::Class => self.name(id),
            _ => self.first_path(id),
        };
        path.map_or_else(|| self.noun(id), str::to_owned)
    }

    /// Several objects: `the list a, class C and 2 more`.
    pub(super) fn list(&self, ids: &[ObjId]) -> String {
        let mut nouns: Vec<String> = ids.iter().take(NAMED).map(|id| self.noun(*id)).collect();
        if ids.len() > NAMED {
            nouns.push(format!("{} more", ids.len() - NAMED));
        }
        enumerated(&nouns)
    }

    /// Objects that are gone, by what they were called: `the list that was a`.
    pub(super) fn former(&self, ids: &[ObjId]) -> String {
        let former = |id: &ObjId| {
            let once = || self.once.get(id).map(String::as_str);
            match (self.own_words(*id), self.first_path(*id).or_else(once)) {
                (None, Some(path)) => format!("the {} that was {path}", self.type_name(*id)),
                _ => match self.unnamed(*id) {
                    words if words.starts_with("a ") => words.replacen("a ", "the ", 1),
                    words if words.starts_with("an ") => words.replacen("an ", "the ", 1),
                    words => words,
                },
            }
        };
        let mut nouns: Vec<String> = ids.iter().take(NAMED).map(former).collect();
        if ids.len() > NAMED {
            nouns.push(format!("{} more", ids.len() - NAMED));
        }
        enumerated(&nouns)
    }

    /// `a new list`, with what it holds where that is short: `a new list, [1, 2]`.
    pub(super) fn new_noun(&self, id: ObjId) -> String {
        let info = self.trace.object(id);
        if let Some(words) = self.own_words(id) {
            return match info.kind {
                Kind::Function => words.replacen("the ", "a new ", 1),
                Kind::Class => format!("a new class, {words}"),
                _ => words,
            };
        }
        let type_name = match (info.kind, self.name(id)) {
            (Kind::Function, _) => return "a new lambda function".to_owned(),
            (Kind::WeakRef, _) => {
                let refs = self.state.heap.get(&id).map(|object| &object.refs);
                let to = refs.and_then(|refs| refs.iter().find(|one| one.weak));
                let to = to.map_or(String::new(), |one| format!(" to {}", self.place(one.to)));
                return format!("a new {}{to}", self.type_name(id));
            }
            (Kind::Generator, Some(name)) => {
                return match generators_function(name) {
                    "<genexpr>" => "a new generator".to_owned(),
                    function => format!("a new {} of {function}()", self.type_name(id)),
                };
            }
            _ => self.type_name(id).to_owned(),
        };
        let literal = self.literal(id);
        let empty = self.is_bare(id);
        let is_container = matches!(info.kind, Kind::Sequence | Kind::Mapping | Kind::Set);
        match literal {
            Some(literal) => format!("a new {type_name} {literal}"),
            None if empty && is_container => format!("a new, empty {type_name}"),
            None => format!("a new {type_name}{}", self.how_many(id)),
        }
    }

    /// What no name leads to, by what it is: `a Node`, `the list [1, 2]`, `the generator of f()`.
    pub(super) fn unnamed(&self, id: ObjId) -> String {
        let info = self.trace.object(id);
        if let Some(words) = self.own_words(id) {
            return words;
        }
        match (info.kind, self.literal(id)) {
            (Kind::Generator, _) => self.numbered(id),
            (_, Some(literal)) => format!("the {} {literal}", self.type_name(id)),
            (Kind::Sequence | Kind::Mapping | Kind::Set, _) if self.is_bare(id) => {
                format!("an empty {}", self.type_name(id))
            }
            _ => format!("{}{}", with_article(self.type_name(id)), self.how_many(id)),
        }
    }

    fn is_bare(&self, id: ObjId) -> bool {
        let object = self.state.heap.get(&id);
        object.is_some_and(|object| !object.refs.iter().any(is_content))
    }

    /// ` of 5 items`, for a container of the program's that is too large to be written out.
    fn how_many(&self, id: ObjId) -> String {
        let Some(object) = self.state.heap.get(&id) else {
            return String::new();
        };
        let is_held = |one: &&Reference| match self.trace.object(id).kind {
            Kind::Sequence => matches!(one.label, Label::Index(_)),
            Kind::Mapping => matches!(one.label, Label::Value(_)),
            Kind::Set => matches!(one.label, Label::Element),
            _ => false,
        };
        // A container of the program's own kind need not be one to its users.
        if class_of(&object.refs, self.trace).is_some() {
            return String::new();
        }
        let held = object.refs.iter().filter(is_held).count();
        match (self.trace.object(id).kind, held) {
            (_, 0) => String::new(),
            (Kind::Mapping, 1) => " with 1 entry".to_owned(),
            (Kind::Mapping, held) => format!(" with {held} entries"),
            (_, 1) => " of 1 item".to_owned(),
            (_, held) => format!(" of {held} items"),
        }
    }

    /// A small container of plain values, or of such containers, as Python writes it.
    pub(super) fn literal(&self, id: ObjId) -> Option<String> {
        let literal = self.written(id, 0)?;
        (literal.chars().count() <= VALUE).then_some(literal)
    }

    fn written(&self, id: ObjId, depth: usize) -> Option<String> {
        let object = self.state.heap.get(&id)?;
        let info = self.trace.object(id);
        // Of other kinds, the name of the kind is said first: there is none within a container.
        let is_librarys = depth == 0
            && class_of(&object.refs, self.trace)
                .is_none_or(|class| self.trace.object(class).born.is_none());
        let (open, close) = match (info.kind, self.type_name(id)) {
            (Kind::Sequence, "list") => ("[", "]"),
            (Kind::Sequence, "tuple") => ("(", ")"),
            (Kind::Set, "set") | (Kind::Mapping, "dict") => ("{", "}"),
            (Kind::Sequence, "deque") if is_librarys => ("[", "]"),
            (Kind::Set | Kind::Mapping, _) if is_librarys => ("{", "}"),
            _ => return None,
        };
        // Few references make a short text, and no container that holds itself is one.
        let is_bare = (depth == 0 || info.kind == Kind::Set) && !object.refs.iter().any(is_content);
        if is_bare || depth > 2 || object.refs.len() > 2 * VALUE {
            return None;
        }
        let mut parts = Vec::new();
        for reference in &object.refs {
            // A key that is an object has no text of its own.
            match reference.label {
                Label::Value(key) if self.text(key).starts_with('<') => return None,
                Label::Index(_) | Label::Value(_) | Label::Element => {}
                _ => continue,
            }
            let value = match self.trace.object(reference.to).kind {
                Kind::Atom => self.own_words(reference.to)?,
                Kind::Sequence | Kind::Mapping | Kind::Set => {
                    self.written(reference.to, depth + 1)?
                }
                _ => return None,
            };
            parts.push(match reference.label {
                Label::Value(key) => format!("{}: {value}", self.text(key)),
                _ => value,
            });
        }
        if info.kind == Kind::Set {
            parts.sort();
        }
        let comma = if parts.len() == 1 && open == "(" {
            ","
        } else {
            ""
        };
        Some(format!("{open}{}{comma}{close}", parts.join(", ")))
    }
}

/// Whether a reference is one to what a container is for.
fn is_content(reference: &Reference) -> bool {
    matches!(
        reference.label,
        Label::Index(_) | Label::Value(_) | Label::Element
    )
}

/// The function's name in a generator's: its state stands behind it.
fn generators_function(name: &str) -> &str {
    let end = name.find([' ', ',', '(']).unwrap_or(name.len());
    &name[..end]
}

/// `a list`, `an int`.
pub(super) fn with_article(noun: &str) -> String {
    let is_vowel = |first: char| "aeiouAEIOU".contains(first);
    match noun.chars().next() {
        Some(first) if is_vowel(first) => format!("an {noun}"),
        _ => format!("a {noun}"),
    }
}

/// `a, b and c`.
pub(super) fn enumerated(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A value, cut to a fair length; a text keeps its closing quote.
pub(super) fn short(value: &str) -> String {
    cut(value, VALUE)
}

/// The same, cut to so many characters.
pub(super) fn cut(value: &str, most: usize) -> String {
    if value.chars().count() <= most {
        return value.to_owned();
    }
    let quote = value.chars().next().filter(|c| ['\'', '"'].contains(c));
    let kept: String = value.chars().take(most - 2).collect();
    format!("{kept}…{}", quote.map_or(String::new(), String::from))
}

/// How sentences begin that do not begin with a word of the program's.
const BEGINNINGS: [&str; 13] = [
    "nothing in ",
    "no name changes",
    "what is ",
    "before the return",
    "this except ",
    "the ",
    "nothing refers ",
    "nobody ",
    "no name leads ",
    "as the interpreter ",
    "at exit, ",
    "a new ",
    "in ",
];

/// A sentence with a capital, where it begins with a word of ours.
pub(super) fn as_sentence(words: &str) -> String {
    let is_ours = BEGINNINGS.iter().any(|one| words.starts_with(one)) || is_some_object(words);
    match words.chars().next() {
        Some(first) if is_ours => {
            first.to_uppercase().collect::<String>() + &words[first.len_utf8()..]
        }
        _ => words.to_owned(),
    }
}

/// `a list leaves c`, but not `a is 1`.
fn is_some_object(words: &str) -> bool {
    let mut parts = words.split(' ');
    matches!(parts.next(), Some("a" | "an"))
        && !matches!(
            parts.next(),
            Some("is" | "and" | "are" | "itself" | "stays")
        )
}

/// Whether a function is one that the compiler has made: it gives annotations when they are asked for.
pub(super) fn is_compilers(function: &str) -> bool {
    function.ends_with("__annotate__")
}

/// A call as one speaks of it: `f()`, `the generator expression`.
pub(super) fn call_in_words(function: &str) -> String {
    match function.rsplit('.').next().unwrap_or(function) {
        "<genexpr>" => "the generator expression".to_owned(),
        "<listcomp>" | "<setcomp>" | "<dictcomp>" => "the comprehension".to_owned(),
        "<lambda>" => "the lambda".to_owned(),
        _ => format!("{function}()"),
    }
}

/// Whether a word, no part of one, stands in a line.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter| !is_of_name(letter))
        .any(|part| part == word)
}

pub(super) fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
