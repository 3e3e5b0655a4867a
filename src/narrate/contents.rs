//! What has become of what an object holds: items, entries, attributes.

use super::bindings::{Bindings, Target};
use super::nouns::{Nouns, enumerated, with_article};
use super::paths::{is_of_library, suffix};
use crate::trace::{Kind, Label, ObjId, Reference};

/// Other names of a container that are spoken of.
const OTHERS: usize = 3;
/// Items that are named one by one.
const NAMED: usize = 3;

/// What has changed in an object, in a sentence.
pub(super) fn change_of_contents(
    id: ObjId,
    old: Nouns<'_>,
    new: Nouns<'_>,
    bindings: &Bindings<'_>,
) -> Option<String> {
    let before = &old.state.heap.get(&id)?.refs;
    let after = &new.state.heap.get(&id)?.refs;
    let change = Change {
        id,
        old,
        new,
        bindings,
        before: told(before, new, id),
        after: told(after, new, id),
    };
    // What no name leads to is under construction, or a part of something.
    let is_named = new.first_path(id).is_some() || new.own_words(id).is_some();
    let is_cell = new.trace.object(id).kind == Kind::Cell;
    if change.before == change.after || !is_named && !is_cell {
        return None;
    }
    let kind = new.trace.object(id).kind;
    let words = match kind {
        // An object of a class of the program's may have attributes beside its items.
        Kind::Sequence | Kind::Set => {
            let (attributes, items) = change.parted();
            match attributes.before == attributes.after {
                false => attributes.of_entries(),
                true if kind == Kind::Set => items.of_set(),
                true => items.of_sequence(),
            }
        }
        Kind::Cell => change.of_cell(),
        _ => change.of_entries(),
    }?;
    let elsewhere = change.seen_elsewhere(&words);
    Some(words + &elsewhere)
}

/// A reference that is worth a word; that to the key where it is an entry whose key is an object.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Held {
    label: Label,
    key: Option<ObjId>,
    to: ObjId,
}

impl Held {
    fn is_same_place(&self, other: &Held) -> bool {
        (self.label, self.key) == (other.label, other.key)
    }
}

/// The references that are worth a word.
fn told(refs: &[Reference], nouns: Nouns<'_>, of: ObjId) -> Vec<Held> {
    let is_class = nouns.trace.object(of).kind == Kind::Class;
    let is_function = nouns.trace.object(of).kind == Kind::Function;
    let is_told = |reference: &Reference| match reference.label {
        Label::Cell(name) => !nouns.trace.symbols.text(name).starts_with("__"),
        Label::Attr(name)
            if nouns.trace.symbols.text(name).starts_with('_')
                && is_of_library(refs, nouns.trace) =>
        {
            false
        }
        // What the interpreter itself puts into a class or function is not told.
        Label::Attr(name) => {
            !(is_class || is_function) || !nouns.trace.symbols.text(name).starts_with("__")
        }
        Label::Index(_) | Label::Value(_) | Label::Element => !(is_class || is_function),
        _ => false,
    };
    let mut all = Vec::new();
    let mut key = None;
    for reference in refs {
        if let Label::Key(text) = reference.label {
            let is_object = nouns.trace.symbols.text(text).starts_with('<');
            key = is_object.then_some(reference.to);
            continue;
        }
        let key = key.take();
        if is_told(reference) {
            all.push(Held {
                label: reference.label,
                key,
                to: reference.to,
            });
        }
    }
    all
}

/// What one list of items has more of than another.
fn without(items: &[ObjId], others: &[ObjId]) -> Vec<ObjId> {
    let mut others = others.to_vec();
    let mut rest = Vec::new();
    for item in items {
        match others.iter().position(|other| other == item) {
            Some(at) => {
                others.swap_remove(at);
            }
            None => rest.push(*item),
        }
    }
    rest
}

struct Change<'t> {
    id: ObjId,
    old: Nouns<'t>,
    new: Nouns<'t>,
    bindings: &'t Bindings<'t>,
    before: Vec<Held>,
    after: Vec<Held>,
}

impl<'t> Change<'t> {
    /// What has become of the attributes alone, and of all else.
    fn parted(&self) -> (Change<'t>, Change<'t>) {
        let part = |attributes: bool| {
            let of = |all: &[Held]| {
                let part = all.iter().copied();
                part.filter(|one| matches!(one.label, Label::Attr(_)) == attributes)
                    .collect()
            };
            Change {
                before: of(&self.before),
                after: of(&self.after),
                ..*self
            }
        };
        (part(true), part(false))
    }
}

impl Change<'_> {
    fn owner(&self) -> String {
        self.new.place(self.id)
    }

    /// What an item is called: a value, a name that leads there beside this container, or its kind.
    fn item(&self, id: ObjId, nouns: Nouns<'_>) -> String {
        if let Some(words) = nouns.own_words(id) {
            return words;
        }
        if id == self.id {
            return format!("{} itself", self.owner());
        }
        if self.bindings.allocated.contains(&id) {
            return self.new.new_noun(id);
        }
        let owner = nouns.first_path(self.id).unwrap_or_default();
        let is_inside = |path: &&String| !owner.is_empty() && path.starts_with(owner);
        let (then, now) = (nouns.paths.all(id), self.new.paths.all(id));
        let mut paths = then.iter().chain(now);
        match paths.find(|path| !is_inside(path)) {
            Some(path) => format!("the {} {path}", nouns.type_name(id)),
            None => nouns.unnamed(id),
        }
    }

    fn items(&self, ids: &[ObjId], nouns: Nouns<'_>) -> String {
        let items = ids.iter().map(|id| self.item(*id, nouns));
        let mut words: Vec<String> = items.take(NAMED).collect();
        let type_name = nouns.type_name(ids[0]);
        let is_any = |id: &ObjId| self.item(*id, nouns) == with_article(type_name);
        if ids.len() > 1 && ids.iter().all(is_any) {
            return format!("{} {type_name} objects", ids.len());
        }
        if ids.len() > NAMED {
            words.push(format!("{} more", ids.len() - NAMED));
        }
        enumerated(&words)
    }

    /// Lists, tuples and deques: what came, what went, where.
    fn of_sequence(&self) -> Option<String> {
        let targets = |refs: &[Held]| -> Vec<ObjId> { refs.iter().map(|r| r.to).collect() };
        let (before, after) = (targets(&self.before), targets(&self.after));
        let start = before
            .iter()
            .zip(&after)
            .take_while(|(a, b)| a == b)
            .count();
        let ends = before[start..]
            .iter()
            .rev()
            .zip(after[start..].iter().rev());
        let end = ends.take_while(|(a, b)| a == b).count();
        let gone = &before[start..before.len() - end];
        let come = &after[start..after.len() - end];
        let owner = self.owner();
        let sorted = |ids: &[ObjId]| {
            let mut ids = ids.to_vec();
            ids.sort_unstable();
            ids
        };
        Some(match (gone, come) {
            ([], []) => return None,
            ([], come) if end == 0 && start == before.len() => {
                let verb = if come.len() == 1 { "is" } else { "are" };
                match before.len() {
                    0 => format!("{} {verb} put into {owner}", self.items(come, self.new)),
                    _ => format!(
                        "{} {verb} added at the end of {owner}",
                        self.items(come, self.new)
                    ),
                }
            }
            ([], come) if start == 0 => {
                let verb = if come.len() == 1 { "is" } else { "are" };
                format!(
                    "{} {verb} put in front of {owner}",
                    self.items(come, self.new)
                )
            }
            ([], come) => {
                let verb = if come.len() == 1 { "is" } else { "are" };
                format!(
                    "{} {verb} put into {owner} at {start}",
                    self.items(come, self.new)
                )
            }
            (gone, []) if after.is_empty() => {
                format!(
                    "{owner} is empty now: {} left it",
                    self.items(gone, self.old)
                )
            }
            (gone, []) => {
                let verb = if gone.len() == 1 { "leaves" } else { "leave" };
                let place = match (start, end) {
                    (0, _) => " at the front",
                    (_, 0) => " at the end",
                    _ => "",
                };
                format!("{} {verb} {owner}{place}", self.items(gone, self.old))
            }
            (gone, come) if sorted(gone) == sorted(come) => {
                let moved = gone.iter().zip(come).zip(start..);
                let moved: Vec<usize> = moved
                    .filter(|((a, b), _)| a != b)
                    .map(|(_, at)| at)
                    .collect();
                if let [first, second] = moved[..] {
                    return Some(format!(
                        "{owner}[{first}] and {owner}[{second}] change places"
                    ));
                }
                let count = moved.len();
                format!("{count} items of {owner} change places")
            }
            (gone, come) if gone.len() == come.len() && gone.len() <= NAMED => {
                self.replaced(gone, come, start)
            }
            (gone, come) if !without(come, gone).is_empty() && without(gone, come).is_empty() => {
                let come = without(come, gone);
                let verb = if come.len() == 1 { "is" } else { "are" };
                let items = self.items(&come, self.new);
                format!("{items} {verb} put into {owner}, and others change places")
            }
            (gone, come) if without(come, gone).is_empty() => {
                let gone = without(gone, come);
                let verb = if gone.len() == 1 { "leaves" } else { "leave" };
                let items = self.items(&gone, self.old);
                format!("{items} {verb} {owner}, and others change places")
            }
            (gone, come) => format!(
                "in {owner}, {} take the place of {}",
                self.items(come, self.new),
                self.items(gone, self.old)
            ),
        })
    }

    /// Items that others have taken the places of, one by one.
    fn replaced(&self, gone: &[ObjId], come: &[ObjId], start: usize) -> String {
        let pairs = (start..).zip(gone.iter().zip(come));
        let targets: Vec<Target> = pairs
            .filter(|(_, (gone, come))| gone != come)
            .map(|(place, (_, come))| Target {
                path: format!("{}[{place}]", self.owner()),
                to: *come,
                is_first: false,
                in_class: false,
            })
            .collect();
        self.bindings.in_words(&targets).join("; ")
    }

    fn of_set(&self) -> Option<String> {
        let targets = |refs: &[Held]| -> Vec<ObjId> { refs.iter().map(|r| r.to).collect() };
        let (before, after) = (targets(&self.before), targets(&self.after));
        let come: Vec<ObjId> = after
            .iter()
            .copied()
            .filter(|id| !before.contains(id))
            .collect();
        let gone: Vec<ObjId> = before
            .iter()
            .copied()
            .filter(|id| !after.contains(id))
            .collect();
        let owner = self.owner();
        let one = |ids: &[ObjId]| ids.len() == 1;
        match (&come[..], &gone[..]) {
            ([], []) => None,
            (come, []) => {
                let verb = if one(come) { "is" } else { "are" };
                Some(format!(
                    "{} {verb} added to {owner}",
                    self.items(come, self.new)
                ))
            }
            ([], gone) if after.is_empty() => Some(format!(
                "{owner} is empty now: {} went",
                self.items(gone, self.old)
            )),
            ([], gone) => {
                let verb = if one(gone) { "leaves" } else { "leave" };
                Some(format!("{} {verb} {owner}", self.items(gone, self.old)))
            }
            (come, gone) => Some(format!(
                "in {owner}, {} take the place of {}",
                self.items(come, self.new),
                self.items(gone, self.old)
            )),
        }
    }

    /// The variable of an enclosing function.
    fn of_cell(&self) -> Option<String> {
        let reference = self.after.first()?;
        let Label::Cell(name) = reference.label else {
            return None;
        };
        Some(self.bindings.one(&Target {
            path: self.new.trace.symbols.text(name).to_owned(),
            to: reference.to,
            is_first: self.before.is_empty(),
            in_class: false,
        }))
    }

    /// Entries of a dict, attributes.
    fn of_entries(&self) -> Option<String> {
        let led = |refs: &[Held], held: &Held| {
            let mut refs = refs.iter();
            refs.find(|one| one.is_same_place(held)).map(|one| one.to)
        };
        let moved: Vec<&Held> = self
            .after
            .iter()
            .filter(|one| led(&self.before, one) != Some(one.to))
            .collect();
        let gone: Vec<&Held> = self
            .before
            .iter()
            .filter(|one| led(&self.after, one).is_none())
            .collect();
        let owner = self.owner();
        let path = |held: &Held| {
            let key = held.key.and_then(|key| self.key(key));
            let end = key.map(|key| format!("[{key}]"));
            let end = end.or_else(|| suffix(held.label, self.new.trace));
            format!("{owner}{}", end.unwrap_or_default())
        };
        if self.after.is_empty() && gone.len() > 1 {
            let count = gone.len();
            return Some(format!("{owner} is empty now: {count} entries left it"));
        }
        let count = moved.len() + gone.len();
        if count == 0 {
            return self.reordered(&owner);
        }
        if count > NAMED {
            let paths: Vec<String> = moved.iter().chain(&gone).map(|one| path(one)).collect();
            let shown = paths[..2].join(", ");
            return Some(format!("{shown} and {} more of {owner} change", count - 2));
        }
        let mut targets: Vec<Target> = Vec::new();
        for one in moved {
            targets.push(Target {
                path: path(one),
                to: one.to,
                is_first: led(&self.before, one).is_none(),
                in_class: false,
            });
        }
        let mut words = self.bindings.in_words(&targets);
        words.extend(gone.iter().map(|one| {
            let was = self.old.own_words(one.to);
            let was = was.map_or(String::new(), |was| format!("; it was {was}"));
            format!("{} is gone{was}", path(one))
        }));
        Some(words.join("; "))
    }

    /// What a key that is an object is called.
    fn key(&self, key: ObjId) -> Option<String> {
        let path = || self.new.paths.first(key).map(str::to_owned);
        self.new.own_words(key).or_else(path)
    }

    /// Entries that stand in another order.
    fn reordered(&self, owner: &str) -> Option<String> {
        let last = self.after.last()?;
        let Label::Value(key) = last.label else {
            return None;
        };
        let is_last = self
            .before
            .last()
            .is_some_and(|one| one.is_same_place(last));
        let key = self.new.trace.symbols.text(key);
        Some(match is_last {
            false => format!("{key} is the last entry of {owner} now"),
            true => format!("the entries of {owner} change places"),
        })
    }

    /// `; b is the same list, so it shows there too`.
    fn seen_elsewhere(&self, words: &str) -> String {
        // Within a call, an object that its caller has given it has another name there: that is worth
        // a word for a container that is changed.
        let is_data = match self.new.trace.object(self.id).kind {
            Kind::Sequence | Kind::Mapping | Kind::Set => true,
            Kind::Instance => self.new.state.frames.len() == 1,
            _ => false,
        };
        // A path that goes round through the object itself tells nothing.
        let own = self.new.paths.first(self.id).unwrap_or_default();
        let goes_round = |path: &str| {
            path.starts_with(&format!("{own}.")) || path.starts_with(&format!("{own}["))
        };
        let mut others = self.new.paths.others(self.id);
        others.retain(|path| !goes_round(path) && !path.contains(" of "));
        others.truncate(OTHERS);
        if others.is_empty() || !is_data {
            return String::new();
        }
        let type_name = self.new.type_name(self.id);
        let (is, it) = match others.len() {
            1 => ("is", "it shows"),
            _ => ("are", "they show"),
        };
        let others_are = enumerated(&others);
        // What has just been called the same is something else.
        if words.contains(" the same ") {
            let leads = if others.len() == 1 { "leads" } else { "lead" };
            return format!("; {others_are} {leads} to {own}, so {it} it too");
        }
        format!("; {others_are} {is} the same {type_name}, so {it} it too")
    }
}
