//! References of native objects that the interpreter's walk of an object leaves out, and that are
//! found in the object's own data.

use super::{Field, RawReference};
use crate::record::raw::header::ObjPtr;
use crate::record::raw::payload::{Data, Found, has_data, linked_keys};
use crate::trace::{Interner, Kind, Label};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use rustpython_vm::PyObject;
use rustpython_vm::builtins::{PyDict, PyRange};

/// Native types that hold objects which their walk, if they have one, does not show. Only these are
/// looked through: others hold bytes, which could look like a reference.
const HIDING: [&str; 39] = [
    "BufferedRWPair",
    "BufferedRandom",
    "BufferedReader",
    "BufferedWriter",
    "Context",
    "ContextVar",
    "GenericAlias",
    "Hamt",
    "IncrementalNewlineDecoder",
    "Interpolation",
    "Match",
    "ParamSpec",
    "ParamSpecArgs",
    "ParamSpecKwargs",
    "Pattern",
    "SRE_Scanner",
    "SRE_Template",
    "SimpleQueue",
    "Template",
    "TemplateIter",
    "TextIOWrapper",
    "Token",
    "TokenizerIter",
    "TypeAliasType",
    "TypeVar",
    "TypeVarTuple",
    "_ConstEvaluator",
    "_abc_data",
    "attrgetter",
    "builtin_function_or_method",
    "builtin_method",
    "bytearray_iterator",
    "bytes_iterator",
    "combinations",
    "generic_alias_iterator",
    "groupby",
    "itemgetter",
    "method-wrapper",
    "methodcaller",
];
/// More of them: iterators and views of containers.
const HIDING_ITERATORS: [&str; 3] = ["set_iterator", "memory_iterator", "range"];
/// Of this one only what its members name: a field that is not filled can look like a reference.
const PARTLY_FILLED: &str = "TextIOWrapper";

/// The fields of an XML parser, in the order of its walk.
const XML_PARSER: [&str; 27] = [
    "StartElementHandler",
    "EndElementHandler",
    "CharacterDataHandler",
    "EntityDeclHandler",
    "buffer_text",
    "namespace_prefixes",
    "ordered_attributes",
    "specified_attributes",
    "intern",
    "ProcessingInstructionHandler",
    "UnparsedEntityDeclHandler",
    "NotationDeclHandler",
    "StartNamespaceDeclHandler",
    "EndNamespaceDeclHandler",
    "CommentHandler",
    "StartCdataSectionHandler",
    "EndCdataSectionHandler",
    "DefaultHandler",
    "DefaultHandlerExpand",
    "NotStandaloneHandler",
    "ExternalEntityRefHandler",
    "StartDoctypeDeclHandler",
    "EndDoctypeDeclHandler",
    "XmlDeclHandler",
    "ElementDeclHandler",
    "AttlistDeclHandler",
    "SkippedEntityHandler",
];

/// Whether an object may refer to more than the interpreter's walk of it shows.
pub(crate) fn may_hide(object: &PyObject, kind: Kind) -> bool {
    let may = match kind {
        Kind::Instance | Kind::Iterator | Kind::Exception | Kind::Other => true,
        // Atoms are whole in themselves, but for the bounds of a range.
        Kind::Atom => object.downcast_ref::<PyRange>().is_some(),
        _ => false,
    };
    may && has_data(object) && hides(&native_name(object))
}

/// Whether an object is a dict that keeps an order of its own beside that of its entries.
pub(crate) fn is_ordered(object: &PyObject) -> bool {
    object.downcast_ref::<PyDict>().is_some() && native_name(object) == "OrderedDict"
}

/// An object's data, looked through.
pub(crate) fn data_of(pointer: ObjPtr) -> Data {
    Data::of(pointer, native_name(pointer.object()) == "SimpleQueue")
}

/// The name of the native type that an object is of, or that its class derives from.
pub(super) fn native_name(object: &PyObject) -> String {
    let mut classes = object.class().iter_base_chain();
    let native = classes.find(|class| class.heaptype_ext().is_none());
    native.map_or_else(String::new, |class| class.name().to_owned())
}

fn is_dict(pointer: ObjPtr) -> bool {
    pointer.object().downcast_ref::<PyDict>().is_some()
}

/// Puts the entries of an ordered dict in its order.
pub(super) fn put_in_order(pointer: ObjPtr, out: &mut [RawReference]) {
    let Some(keys) = linked_keys(pointer) else {
        return;
    };
    let rank: HashMap<ObjPtr, usize> = keys.into_iter().zip(0..).collect();
    let is_key =
        |one: &RawReference| matches!(one.label, Label::Key(_)) && rank.contains_key(&one.to);
    let Some(start) = out.iter().position(is_key) else {
        return;
    };
    let ranks = |from: usize, step: usize| -> Vec<(usize, usize)> {
        let entries = (from..out.len()).step_by(step);
        entries
            .map_while(|at| Some((*rank.get(&out[at].to).filter(|_| is_key(&out[at]))?, at)))
            .collect()
    };
    // Keys and values by turns, then the keys once more.
    let mut pairs = ranks(start, 2);
    pairs.truncate(rank.len());
    let again = start + 2 * pairs.len();
    let mut keys = ranks(again, 1);
    pairs.sort_unstable();
    keys.sort_unstable();
    let pairs = pairs.into_iter().flat_map(|(_, at)| [at, at + 1]);
    let order: Vec<usize> = pairs.chain(keys.into_iter().map(|(_, at)| at)).collect();
    let sorted: Vec<RawReference> = order.into_iter().map(|at| out[at]).collect();
    out[start..start + sorted.len()].copy_from_slice(&sorted);
}

fn hides(native: &str) -> bool {
    HIDING.contains(&native) || HIDING_ITERATORS.contains(&native) || native.starts_with("dict_")
}

/// What a native type calls what its walk shows, in the order of the walk; the last may stand for
/// any number.
pub(super) fn walked_names(object: &PyObject, walked: &[ObjPtr]) -> &'static [&'static str] {
    match &*native_name(object) {
        "accumulate" => accumulates_names(walked),
        "groupby" => groupbys_names(walked),
        "_lru_cache_wrapper" => &["__wrapped__", "keyword marker", "cache_info type", "cache"],
        "writer" => &["write"],
        "Element" if walked.get(3).is_some_and(|to| is_dict(*to)) => {
            &["tag", "text", "tail", "attrib", "child*"]
        }
        "Element" => &["tag", "text", "tail", "child*"],
        "TaskStepMethWrapper" | "TaskWakeupMethWrapper" => &["task"],
        "FutureIter" => &["future"],
        "odict_keys" | "odict_values" | "odict_items" => &["dict"],
        "method-wrapper" => &["wrapper"],
        "xmlparser" => &XML_PARSER,
        // One thread's attributes, and no arguments that each thread's are made with.
        "_local" if walked.len() == 1 && is_dict(walked[0]) => &["attributes"],
        "map" => &["function", "iterator*"],
        "filter" => &["predicate", "iterator"],
        "zip" | "zip_longest" | "chain" => &["iterator*"],
        "callable_iterator" => &["sentinel", "callable"],
        "compress" => &["data", "selectors"],
        "count" => &["next", "step"],
        "cycle" => &["iterator", "saved*"],
        "starmap" => &["function", "iterable"],
        "takewhile" | "dropwhile" | "filterfalse" => &["predicate", "iterable"],
        "product" | "combinations" | "combinations_with_replacement" | "permutations" => {
            &["element*"]
        }
        "pairwise" => &["iterator", "old"],
        "_tee" => &["data"],
        "_tee_dataobject" => &["iterable", "value*"],
        "_grouper" => &["groupby", "key"],
        "KeyWrapper" => &["cmp", "object"],
        "mappingproxy" => &["mapping"],
        "memoryview" => &["obj"],
        "ContextVar" => &["name", "default"],
        "odict_iterator" => &["dict", "key*"],
        "reader" => &["iterator"],
        "async_generator_asend" | "async_generator_athrow" => &["generator", "value*"],
        "BufferedRWPair" => &["reader", "writer"],
        "anext_awaitable" => &["wrapped", "default"],
        _ => &[],
    }
}

/// What it calls, a start and the total so far stand there only where there is one.
fn accumulates_names(walked: &[ObjPtr]) -> &'static [&'static str] {
    match (walked.len(), calls(walked)) {
        (4, _) => &["iterable", "function", "initial", "total"],
        // The start, or the total of a run without one.
        (3, true) => &["iterable", "function", "value"],
        (3, false) => &["iterable", "initial", "total"],
        (2, true) => &["iterable", "function"],
        (2, false) => &["iterable", "value"],
        _ => &["iterable"],
    }
}

/// The key of the group that is given out stands there from the first one on; an item with its key
/// while it waits for its turn.
fn groupbys_names(walked: &[ObjPtr]) -> &'static [&'static str] {
    match (walked.len(), calls(walked)) {
        (5, _) => &[
            "iterable",
            "key function",
            "next value",
            "next key",
            "group key",
        ],
        (4, _) => &["iterable", "next value", "next key", "group key"],
        (3, _) => &["iterable", "key function", "group key"],
        (2, true) => &["iterable", "key function"],
        (2, false) => &["iterable", "group key"],
        _ => &["iterable"],
    }
}

/// Whether what stands behind the iterable can be called.
fn calls(walked: &[ObjPtr]) -> bool {
    walked.get(1).is_some_and(|to| to.object().is_callable())
}

/// A word of an object's data that looks like a reference, where a flag would look the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Doubt {
    pub holder: ObjPtr,
    pub offset: isize,
    pub to: ObjPtr,
    /// How many words of the data stand behind it. The compiler puts small fields behind the large.
    pub words_after: usize,
}

/// What is known of such words.
#[derive(Default)]
pub(super) struct Doubts {
    /// Places in the data of native types, by the types' names, that hold references.
    proven: HashSet<(String, isize)>,
    /// Single words that are references.
    pub settled: HashSet<Doubt>,
    pub open: Vec<Doubt>,
}

impl Doubts {
    pub(super) fn forget(&mut self, address: usize) {
        let is_of = |doubt: &Doubt| doubt.holder.address() == address;
        self.settled.retain(|doubt| !is_of(doubt));
        self.open.retain(|doubt| !is_of(doubt));
    }
}

/// What an object's data refers to and its walk, `walked`, does not show. What never dies is not
/// counted, and needs no owner.
///
/// A word whose lowest byte is zero could be a flag, with what is left over in memory beside it, and
/// one may be an address that is no reference. A place counts once another object of the type has had
/// a reference there that cannot be either; a single word counts once nothing else explains the count
/// of what it leads to. Where the data is one word long it is no flag.
pub(super) fn hidden(pointer: ObjPtr, walked: &[ObjPtr], doubts: &mut Doubts) -> Vec<Found> {
    let native = native_name(pointer.object());
    let mut walked = walked.to_vec();
    let data = data_of(pointer);
    let alone = data.is_one_word();
    let end = data.end();
    let mut found = data.found;
    doubts.open.retain(|doubt| doubt.holder != pointer);
    found.retain(|found| {
        let Some(offset) = found.offset else {
            return true;
        };
        let place = (native.clone(), offset);
        if alone || !is_doubtful(&native, found) {
            doubts.proven.insert(place);
            return true;
        }
        let doubt = Doubt {
            holder: pointer,
            offset,
            to: found.to,
            words_after: (end - offset) as usize / size_of::<usize>(),
        };
        if doubts.proven.contains(&place) || doubts.settled.contains(&doubt) {
            return true;
        }
        let counted = !is_note(&native, found) && found.to.refcount().is_some();
        if counted && !walked.contains(&found.to) {
            doubts.open.push(doubt);
        }
        false
    });
    found.retain(|found| match walked.iter().position(|to| *to == found.to) {
        Some(at) => {
            walked.swap_remove(at);
            false
        }
        None => found.to.refcount().is_some(),
    });
    found
}

fn is_doubtful(native: &str, found: &Found) -> bool {
    found.offset.is_some() && (is_note(native, found) || found.to.address() & 0xFF == 0)
}

/// A context variable notes for which context its value is kept, by the context's address alone.
fn is_note(native: &str, found: &Found) -> bool {
    native == "ContextVar" && found.to.object().class().name().eq("Context")
}

/// What the data of an object that is not recorded surely refers to, and its walk does not show.
pub(super) fn surely_hidden(pointer: ObjPtr, fields: &[Field]) -> Vec<ObjPtr> {
    let mut walked = Vec::new();
    pointer.walk(|to| walked.push(to));
    let only_fields = native_name(pointer.object()) == PARTLY_FILLED;
    let is_field = |found: &Found| {
        fields
            .iter()
            .any(|field| Some(field.offset) == found.offset)
    };
    // Nothing is settled here: a word that may be a flag is none.
    hidden(pointer, &walked, &mut Doubts::default())
        .into_iter()
        .filter(|found| !only_fields || is_field(found))
        .map(|found| found.to)
        .collect()
}

/// Whether an object is of a native type that refers to more than its walk shows.
pub(super) fn hides_data(object: &PyObject) -> bool {
    has_data(object) && hides(&native_name(object))
}

/// Adds what an object's data refers to, with its labels.
pub(super) fn label_hidden(
    pointer: ObjPtr,
    kind: Kind,
    hidden: Vec<Found>,
    fields: &[Field],
    symbols: &mut Interner,
    out: &mut Vec<RawReference>,
) {
    let holder = pointer.object().class().name().to_owned();
    let native = native_name(pointer.object());
    let only_fields = native == PARTLY_FILLED;
    let alone = hidden.len() == 1;
    let mut in_list = 0;
    for found in hidden {
        let target = found.to.object().class().name();
        let field = fields
            .iter()
            .find(|field| Some(field.offset) == found.offset);
        if only_fields && field.is_none() {
            continue;
        }
        let name = match field {
            Some(field) => Some(field.name.as_str()),
            None => name_of(&holder, &target, found.offset.is_some()),
        };
        let name = name.or_else(|| (alone && kind == Kind::Iterator).then_some("iterable"));
        let label = match name {
            Some(name) if found.offset.is_none() => {
                in_list += 1;
                Label::Named(symbols.intern(&format!("{name} {}", in_list - 1)))
            }
            Some(name) => Label::Named(symbols.intern(name)),
            None => Label::Referent(out.len() as u32),
        };
        out.push(RawReference {
            label,
            to: found.to,
            weak: false,
            doubtful: is_doubtful(&native, &found),
        });
    }
}

/// What a native object calls what it refers to. `inline`: its data holds it itself, not a list.
fn name_of(holder: &str, target: &str, inline: bool) -> Option<&'static str> {
    let name = match (holder, target) {
        ("itemgetter", _) => "item",
        ("attrgetter", _) => "attr",
        ("methodcaller", _) => {
            if inline {
                "name"
            } else {
                "argument"
            }
        }
        ("Pattern", "dict") => "groupindex",
        ("Pattern", _) => {
            if inline {
                "pattern"
            } else {
                "group"
            }
        }
        ("Match" | "SRE_Scanner", "Pattern") => "pattern",
        ("Match" | "SRE_Scanner", _) => "string",
        ("Token", "Context") => "context",
        ("Token", "ContextVar") => "var",
        ("Token", _) => "old_value",
        ("Context", "Hamt") => "values",
        ("SimpleQueue", _) => "item",
        ("BufferedReader" | "BufferedWriter" | "BufferedRandom", _) => "raw",
        ("ContextVar", _) => "value",
        ("BufferedRWPair", _) => "raw",
        ("TypeAliasType", _) if !matches!(target, "function" | "tuple") => "__value__",
        ("groupby", _) => "group",
        ("method-wrapper" | "builtin_function_or_method" | "builtin_method", _) => "__self__",
        ("set_iterator", _) => "set",
        ("IncrementalNewlineDecoder", _) => "decoder",
        _ if holder.starts_with("dict_") || holder.starts_with("odict_") => "dict",
        _ => return None,
    };
    Some(name)
}
