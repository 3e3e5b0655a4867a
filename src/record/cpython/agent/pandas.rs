//! Frames and series of pandas, read from their memory as a small table: nothing of pandas' runs. Where
//! their values stand follows from the objects' own references and names; what stands elsewhere, as in
//! arrays of other libraries, is not shown.

use crate::dicts::{Entries, inline_values, instance_dict, walk};
use crate::numpy;
use crate::offsets::{class, object};
use crate::python::{Addr, Python, bases, type_name, type_of, word};
use crate::values::{atom, string};
use crate::wire::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many rows and columns are told.
const ROWS: usize = 5;
const COLUMNS: usize = 6;

/// Whether an object is a frame or a series.
///
/// # Safety
/// There must be a living object.
pub unsafe fn is_table(at: Addr, python: &Python) -> bool {
    // SAFETY: the caller's; a class has a dict.
    unsafe {
        bases(type_of(at)).any(|base| {
            matches!(type_name(base).as_str(), "DataFrame" | "Series") && {
                let module = entry(word(base + class::DICT), "__module__", python);
                let module = module.and_then(|module| string(module, python));
                module.is_some_and(|name| name.split('.').next() == Some("pandas"))
            }
        })
    }
}

/// What a frame or series says of itself: its shape, and the first rows as a table.
///
/// # Safety
/// There must be a living one, and the interpreter's lock be held.
pub unsafe fn facts(at: Addr, python: &Python) -> Value {
    // SAFETY: the caller's.
    let table = unsafe { Table::of(at, python) };
    let Some(table) = table else {
        return Value::Facts(Vec::new());
    };
    let number = |size: usize| Value::Int(false, numpy::digits(size as u64));
    let mut shape = vec![number(table.height)];
    if let Some(names) = &table.names {
        shape.push(number(names.len()));
    }
    let rows = table.rows();
    Value::Facts(vec![
        ("shape".to_owned(), Value::Tuple(shape)),
        (String::new(), Value::Table(rows)),
    ])
}

/// A number made of all that [`facts`] reads.
///
/// # Safety
/// As for [`facts`].
pub unsafe fn signature(at: Addr, python: &Python) -> u64 {
    let mut hasher = DefaultHasher::new();
    // SAFETY: the caller's.
    unsafe { facts(at, python) }.hash(&mut hasher);
    hasher.finish()
}

/// Values of one column behind the other, in two dimensions where there are several.
#[derive(Clone, Copy)]
struct Block {
    array: Addr,
    /// Which line of it the column is; `None` where it has one dimension.
    line: Option<usize>,
}

struct Table {
    height: usize,
    /// Names of the columns; a series has none.
    names: Option<Vec<Value>>,
    index: Vec<Value>,
    /// The first rows of each column.
    columns: Vec<Vec<Value>>,
}

impl Table {
    unsafe fn of(at: Addr, python: &Python) -> Option<Table> {
        // SAFETY: what is found is looked at as what its type says.
        unsafe {
            let manager = attribute(at, "_mgr", python)?;
            let held = referents(manager, python);
            let is = |native: Addr| move |at: &&Addr| type_of(**at) == native;
            let blocks = *held.iter().find(is(python.types.tuple))?;
            let axes = *held.iter().find(is(python.types.list))?;
            let axes = items(word(axes + object::ITEMS), word(axes + object::SIZE));
            let blocks = items(blocks + object::ITEMS, word(blocks + object::SIZE));
            let (columns, index) = match axes[..] {
                [columns, index] => (Some(columns), index),
                [index] => (None, index),
                _ => return None,
            };
            let names = columns.map(|at| index_values(at, usize::MAX, python).unwrap_or_default());
            let count = names.as_ref().map_or(1, Vec::len);
            let mut places: Vec<Option<Block>> = vec![None; count.min(COLUMNS)];
            let mut height = index_length(index, python).unwrap_or(0);
            for block in blocks {
                let parts = referents(block, python);
                let array = parts.iter().find_map(|part| array_in(*part, python));
                let Some(array) = array else { continue };
                let placement = parts.iter().find(|part| is_placement(**part));
                let Some(covers) = placement.and_then(|at| places_of(*at, python)) else {
                    continue;
                };
                let dimensions = numpy::shape(array);
                height = height.max(dimensions.last().copied().unwrap_or(0));
                for (line, place) in covers.into_iter().enumerate() {
                    if let Some(slot) = places.get_mut(place) {
                        let line = (dimensions.len() == 2).then_some(line);
                        *slot = Some(Block { array, line });
                    }
                }
            }
            let shown = height.min(ROWS);
            let unknown = || Value::Name("?".to_owned());
            let column = |block: &Option<Block>| {
                let values = (0..shown).map(|row| {
                    let block = (*block)?;
                    let place = block.line.map_or(vec![row], |line| vec![line, row]);
                    numpy::value_at(block.array, &place, python)
                });
                values.map(|value| value.unwrap_or_else(unknown)).collect()
            };
            let index = index_values(index, shown, python);
            Some(Table {
                height,
                names,
                index: index.unwrap_or_else(|| vec![unknown(); shown]),
                columns: places.iter().map(column).collect(),
            })
        }
    }

    fn rows(&self) -> Vec<Vec<Value>> {
        let more = || Value::Name("…".to_owned());
        let mut rows = Vec::new();
        let is_cut = self
            .names
            .as_ref()
            .is_some_and(|names| names.len() > COLUMNS);
        if let Some(names) = &self.names {
            let mut head = vec![Value::Name(String::new())];
            head.extend(names.iter().take(COLUMNS).cloned().map(bare));
            rows.push(head);
        }
        for (row, label) in self.index.iter().enumerate() {
            let mut line = vec![bare(label.clone())];
            line.extend(
                self.columns
                    .iter()
                    .filter_map(|column| column.get(row).cloned()),
            );
            rows.push(line);
        }
        if is_cut {
            rows.iter_mut().for_each(|row| row.push(more()));
        }
        if self.height > self.index.len() {
            rows.push(vec![more()]);
        }
        rows
    }
}

/// A name as it stands at the head of a table: without quotes.
fn bare(value: Value) -> Value {
    match value {
        Value::Str(text, _) => Value::Name(text),
        other => other,
    }
}

/// The value under a key of a dict.
unsafe fn entry(dict: Addr, name: &str, python: &Python) -> Option<Addr> {
    // SAFETY: the caller says that there is a dict.
    unsafe {
        let mut entries = Entries::of(dict, python);
        let (_, value) = entries.find(|(key, _)| string(*key, python).as_deref() == Some(name))?;
        Some(value)
    }
}

/// An attribute of an instance's own.
unsafe fn attribute(at: Addr, name: &str, python: &Python) -> Option<Addr> {
    // SAFETY: the caller says that there is an object.
    unsafe {
        let in_dict = instance_dict(at, python).and_then(|dict| entry(dict, name, python));
        in_dict.or_else(|| {
            let inline = inline_values(at, python).into_iter();
            let mut named = inline.filter(|(key, _)| string(*key, python).as_deref() == Some(name));
            named.next().map(|(_, value)| value)
        })
    }
}

unsafe fn referents(at: Addr, python: &Python) -> Vec<Addr> {
    let mut all = Vec::new();
    // SAFETY: the caller says that there is an object.
    unsafe { walk(at, python, &mut |to| all.push(to)) };
    all
}

unsafe fn items(from: Addr, count: usize) -> Vec<Addr> {
    // SAFETY: the caller says that so many objects are named there.
    unsafe { (0..count).map(|i| word(from + 8 * i)).collect() }
}

/// The array of numpy's that an object is, or that it alone is made of.
unsafe fn array_in(at: Addr, python: &Python) -> Option<Addr> {
    // SAFETY: the caller says that there is an object.
    unsafe {
        if numpy::is_array(at) {
            return Some(at);
        }
        let is_wrapper = type_name(type_of(at)).ends_with("Array");
        let held = if is_wrapper {
            referents(at, python)
        } else {
            Vec::new()
        };
        held.into_iter().find(|part| numpy::is_array(*part))
    }
}

unsafe fn is_placement(at: Addr) -> bool {
    // SAFETY: the caller says that there is an object.
    unsafe { type_name(type_of(at)) == "BlockPlacement" }
}

/// Which columns a block's lines are: a slice of them, or an array of their places.
unsafe fn places_of(at: Addr, python: &Python) -> Option<Vec<usize>> {
    // SAFETY: the caller says that there is a placement.
    unsafe {
        for part in referents(at, python) {
            if numpy::is_array(part) {
                let count = *numpy::shape(part).first()?;
                let places = (0..count).map(|i| numpy::value_at(part, &[i], python));
                return places.map(|place| small(&place?)).collect();
            }
            if type_name(type_of(part)) == "slice" {
                let bound = |i: usize| small(&atom(word(part + 16 + 8 * i), python)?);
                let step = bound(2).unwrap_or(1).max(1);
                return Some((bound(0)?..bound(1)?).step_by(step).collect());
            }
        }
        None
    }
}

fn small(value: &Value) -> Option<usize> {
    match value {
        Value::Int(false, digits) => match digits[..] {
            [] => Some(0),
            [one] => Some(one as usize),
            _ => None,
        },
        _ => None,
    }
}

/// The range that an index is, as start, end and step; `None` where it is none.
unsafe fn range_of(index: Addr, python: &Python) -> Option<[i64; 3]> {
    // SAFETY: an index has a dict of attributes.
    unsafe {
        let range = attribute(index, "_range", python)?;
        let Value::Range(parts) = atom(range, python)? else {
            return None;
        };
        let part = |value: &Value| match value {
            Value::Int(negative, _) => {
                let positive = match value {
                    Value::Int(_, digits) => Value::Int(false, digits.clone()),
                    other => other.clone(),
                };
                let size = small(&positive)? as i64;
                Some(if *negative { -size } else { size })
            }
            _ => None,
        };
        let [start, end, step] = &*parts;
        Some([part(start)?, part(end)?, part(step)?])
    }
}

unsafe fn index_length(index: Addr, python: &Python) -> Option<usize> {
    // SAFETY: the caller says that there is an index.
    unsafe {
        if let Some([start, end, step]) = range_of(index, python) {
            let length = (end - start + step - step.signum()) / step;
            return usize::try_from(length).ok();
        }
        let data = attribute(index, "_data", python)?;
        numpy::shape(array_in(data, python)?).first().copied()
    }
}

/// The first labels of an index.
unsafe fn index_values(index: Addr, most: usize, python: &Python) -> Option<Vec<Value>> {
    // SAFETY: the caller says that there is an index.
    unsafe {
        let length = index_length(index, python)?.min(most);
        if let Some([start, _, step]) = range_of(index, python) {
            let labels = (0..length as i64).map(|i| numpy::number(start + step * i));
            return Some(labels.collect());
        }
        let data = attribute(index, "_data", python)?;
        let array = array_in(data, python)?;
        let labels = (0..length).map(|i| numpy::value_at(array, &[i], python));
        labels.collect()
    }
}
