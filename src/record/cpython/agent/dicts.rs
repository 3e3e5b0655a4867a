//! Dicts and attributes as they stand in memory, and all that an object holds.

use crate::offsets::{class, exception, flags, object, ordered};
use crate::python::{Addr, Python, Traverse, bases, byte, find, flags_of, type_of, word};
use std::ffi::{c_int, c_void};

/// The entries of a dict, in their order.
pub struct Entries<'p> {
    dict: Addr,
    at: isize,
    python: &'p Python,
}

impl Entries<'_> {
    /// # Safety
    /// `dict` must be a living dict, or 0, and must not change meanwhile.
    pub unsafe fn of(dict: Addr, python: &Python) -> Entries<'_> {
        Entries {
            dict,
            at: 0,
            python,
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = (Addr, Addr);

    fn next(&mut self) -> Option<(Addr, Addr)> {
        let (mut key, mut value) = (0, 0);
        // SAFETY: whoever made this says that there is a dict.
        let found = self.dict != 0
            && unsafe {
                (self.python.call.dict_next)(self.dict, &mut self.at, &mut key, &mut value)
            } != 0;
        found.then_some((key, value))
    }
}

/// The keys of an `OrderedDict` in its own order, which is another than that of the entries once one has
/// been moved; empty for other dicts.
///
/// # Safety
/// There must be a living dict, and the interpreter's lock be held.
pub unsafe fn order(dict: Addr, python: &Python) -> Vec<Addr> {
    let mut keys = Vec::new();
    // SAFETY: the caller's; the entries of the list belong to the dict.
    unsafe {
        let class = type_of(dict);
        if class == python.types.dict || !bases(class).any(|one| one == python.types.ordered_dict) {
            return keys;
        }
        let mut entry = word(dict + ordered::FIRST);
        while entry != 0 {
            keys.push(word(entry + ordered::KEY));
            entry = word(entry + ordered::NEXT);
        }
    }
    keys
}

/// Whether a dict holds its keys itself: those of most instances share them.
///
/// # Safety
/// There must be a living dict.
pub unsafe fn owns_keys(dict: Addr) -> bool {
    // SAFETY: it is a dict.
    unsafe { word(dict + 40) == 0 }
}

/// Whether all keys of a dict are texts, which the collector does not look at.
///
/// # Safety
/// There must be a living dict.
pub unsafe fn has_text_keys(dict: Addr, python: &Python) -> bool {
    // SAFETY: a dict's keys say their kind; before 3.11, by the function that finds one.
    unsafe {
        let keys = word(dict + 32);
        match python.layout.minor {
            ..11 => word(keys + LOOKUP) != python.general_lookup,
            _ => byte(keys + 10) != 0,
        }
    }
}

/// The function that finds keys which are not all texts, before 3.11.
const LOOKUP: usize = 16;

/// That function, as a dict has it.
///
/// # Safety
/// The interpreter must run and its lock be held.
pub unsafe fn general_lookup(python: &Python) -> Addr {
    let (new, set) = (find(c"PyDict_New"), find(c"PyDict_SetItem"));
    if !python.layout.has_frame_objects() || new == 0 || set == 0 {
        return 0;
    }
    // SAFETY: the functions of these names have these signatures; the dict lives until it is let go.
    unsafe {
        let new = std::mem::transmute::<Addr, unsafe extern "C" fn() -> Addr>(new);
        let set = std::mem::transmute::<Addr, unsafe extern "C" fn(Addr, Addr, Addr) -> c_int>(set);
        let dict = new();
        set(dict, python.types.none, python.types.none);
        let found = word(word(dict + 32) + LOOKUP);
        (python.call.decref)(dict);
        found
    }
}

/// The dict of an instance's attributes, where there is one.
///
/// # Safety
/// There must be a living object.
pub unsafe fn instance_dict(at: Addr, python: &Python) -> Option<Addr> {
    // SAFETY: where it stands follows from the type.
    unsafe {
        let class = type_of(at);
        let flags = flags_of(class);
        let dict = if flags & flags::MANAGED_DICT != 0 {
            let found = word(at - python.layout.managed_dict_before);
            // 3.12 marks what is no dict but values; 3.11 keeps these elsewhere.
            match python.layout.minor {
                12 if found & 1 != 0 => 0,
                _ => found,
            }
        } else if flags & flags::EXCEPTION != 0 {
            word(at + exception::DICT)
        } else {
            match word(class + class::DICT_OFFSET) as isize {
                offset @ 1.. => word(at + offset as usize),
                // Behind its items, whose number may have a sign.
                offset @ ..0 if python.layout.minor < 11 => {
                    let items = (word(at + object::SIZE) as isize).unsigned_abs();
                    let size =
                        word(class + class::BASIC_SIZE) + items * word(class + class::ITEM_SIZE);
                    word((at + size.next_multiple_of(8)).wrapping_add_signed(offset))
                }
                _ => 0,
            }
        };
        (dict != 0 && flags_of(type_of(dict)) & flags::DICT != 0).then_some(dict)
    }
}

/// The values of attributes that stand in no dict, with their names.
///
/// # Safety
/// There must be a living object.
pub unsafe fn inline_values(at: Addr, python: &Python) -> Vec<(Addr, Addr)> {
    // SAFETY: where they stand follows from the type.
    unsafe {
        let class = type_of(at);
        let flags = flags_of(class);
        if flags & flags::MANAGED_DICT == 0 {
            return Vec::new();
        }
        let values = match python.layout.minor {
            11 => word(at - 32),
            12 => match word(at - 24) {
                found if found & 1 != 0 => found + 1,
                _ => 0,
            },
            _ if flags & flags::INLINE_VALUES != 0 => {
                let block = at + word(class + class::BASIC_SIZE);
                match byte(block + 3) {
                    0 => 0,
                    _ => block + 8,
                }
            }
            _ => 0,
        };
        let keys = word(class + python.layout.cached_keys);
        if values == 0 || keys == 0 {
            return Vec::new();
        }
        let entries = keys + 32 + (1 << byte(keys + 9));
        let step = if byte(keys + 10) == 0 { 24 } else { 16 };
        let count = word(keys + 24);
        let all = (0..count).map(|i| {
            let entry = entries + step * i;
            let key = if step == 24 {
                word(entry + 8)
            } else {
                word(entry)
            };
            (key, word(values + 8 * i))
        });
        let mut found: Vec<(Addr, Addr)> = all.filter(|(key, to)| *key != 0 && *to != 0).collect();
        // The order in which they were set stands before the values, from the block's end backwards.
        if python.layout.minor >= 13 {
            let block = values - 8;
            let (capacity, size) = (byte(block) as usize, byte(block + 1) as usize);
            let order = block + 8 + 8 * capacity;
            let places: Vec<usize> = (0..size).map(|i| byte(order + i) as usize).collect();
            let ordered: Vec<(Addr, Addr)> = (places.iter())
                .filter(|place| **place < count)
                .map(|place| {
                    let entry = entries + step * place;
                    let key = if step == 24 {
                        word(entry + 8)
                    } else {
                        word(entry)
                    };
                    (key, word(values + 8 * place))
                })
                .filter(|(key, to)| *key != 0 && *to != 0)
                .collect();
            if ordered.len() == found.len() {
                found = ordered;
            }
        }
        found
    }
}

/// All that an object holds, each as often as it does.
///
/// # Safety
/// There must be a living object or 0, and the interpreter's lock be held.
pub unsafe fn walk(at: Addr, python: &Python, act: &mut dyn FnMut(Addr)) {
    if at == 0 {
        return;
    }
    // SAFETY: what is read follows from the type.
    unsafe {
        let class = type_of(at);
        if class == python.types.list {
            let (items, length) = (word(at + object::ITEMS), word(at + object::SIZE));
            all(items, length, act);
            return;
        }
        if class == python.types.tuple {
            let length = word(at + object::SIZE);
            all(at + object::ITEMS, length, act);
            return;
        }
        if flags_of(class) & flags::DICT != 0 {
            let owns = owns_keys(at);
            for (key, value) in Entries::of(at, python) {
                if owns {
                    act(key);
                }
                act(value);
            }
            if class == python.types.dict {
                return;
            }
            beside_entries(at, python).into_iter().for_each(act);
            return;
        }
        traverse(at, act);
    }
}

/// All that a row of places leads to: native code may have emptied some, as `zip_longest` does.
unsafe fn all(places: Addr, length: usize, act: &mut dyn FnMut(Addr)) {
    for i in 0..length {
        // SAFETY: the caller's.
        let to = unsafe { word(places + 8 * i) };
        if to != 0 {
            act(to);
        }
    }
}

/// What an instance of a class under `dict` holds beside the entries.
///
/// # Safety
/// There must be a living dict.
pub unsafe fn beside_entries(at: Addr, python: &Python) -> Vec<Addr> {
    // SAFETY: it is a living dict.
    unsafe {
        let mut all = Vec::new();
        traverse(at, &mut |to| all.push(to));
        let with_keys = !has_text_keys(at, python);
        for (key, value) in Entries::of(at, python) {
            for one in [Some(value), with_keys.then_some(key)]
                .into_iter()
                .flatten()
            {
                if let Some(place) = all.iter().position(|to| *to == one) {
                    all.remove(place);
                }
            }
        }
        all
    }
}

/// Goes through what an object of a type that the collector knows refers to, by the type's own function.
///
/// # Safety
/// There must be a living object, and the interpreter's lock be held.
pub unsafe fn traverse(at: Addr, act: &mut dyn FnMut(Addr)) {
    unsafe extern "C" fn visit(to: Addr, act: *mut c_void) -> c_int {
        // SAFETY: it is what was handed over below.
        let act = unsafe { &mut *act.cast::<&mut dyn FnMut(Addr)>() };
        act(to);
        0
    }
    // SAFETY: types of this kind have such a function, which runs none of the program's code.
    unsafe {
        let class = type_of(at);
        let function = word(class + class::TRAVERSE);
        if flags_of(class) & flags::HAVE_GC != 0 && function != 0 {
            let function = std::mem::transmute::<Addr, Traverse>(function);
            let mut act = act;
            function(at, visit, (&raw mut act).cast());
        }
    }
}

/// Puts a further number into a sum that depends on the order.
pub fn mix(sum: u64, number: usize) -> u64 {
    (sum.rotate_left(5) ^ number as u64).wrapping_mul(0x517C_C1B7_2722_0A95)
}
