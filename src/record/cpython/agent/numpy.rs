//! numpy's arrays and scalars, read from their memory: they tell the collector nothing, and nothing of
//! numpy's runs. Layouts: numpy's `ndarraytypes.h`, 1.x and 2.x.

use crate::dicts::{Entries, mix};
use crate::offsets::{NAMESPACE, class};
use crate::python::{Addr, Python, bases, byte, half, type_of, word};
use crate::values::{key, string};
use crate::wire::Value;
use std::ffi::{CStr, c_char};
use std::sync::atomic::{AtomicU32, Ordering};

/// How many rows, and how many values in each, are told.
const ROWS: usize = 6;
const COLUMNS: usize = 8;
/// How many characters of a text.
const TEXT: usize = 20;

mod array {
    pub const DATA: usize = 16;
    pub const DIMENSIONS: usize = 24;
    pub const SHAPE: usize = 32;
    pub const STRIDES: usize = 40;
    pub const BASE: usize = 48;
    pub const DTYPE: usize = 56;
}

mod dtype {
    pub const KIND: usize = 24;
    pub const BYTE_ORDER: usize = 26;
}

/// An array's type of values.
#[derive(Clone, Copy)]
struct DType {
    kind: u8,
    size: usize,
    /// Its bytes stand as this machine has them.
    is_native: bool,
}

unsafe fn is_named(of: Addr, name: &[u8]) -> bool {
    // SAFETY: every type has a C string there.
    unsafe { CStr::from_ptr(word(of + class::NAME) as *const c_char) }.to_bytes() == name
}

/// Whether an object is an array.
///
/// # Safety
/// There must be a living object.
pub unsafe fn is_array(at: Addr) -> bool {
    // SAFETY: the caller's.
    unsafe { bases(type_of(at)).any(|class| is_named(class, b"numpy.ndarray")) }
}

/// The value of a scalar of numpy's that is none of Python's own types.
///
/// # Safety
/// There must be a living object.
pub unsafe fn scalar(at: Addr) -> Option<Value> {
    // SAFETY: a scalar has its value behind its header.
    unsafe {
        let name = CStr::from_ptr(word(type_of(at) + class::NAME) as *const c_char);
        let name = name.to_bytes().strip_prefix(b"numpy.")?;
        let (kind, size) = match name {
            b"bool" | b"bool_" => (b'b', 1),
            b"int8" => (b'i', 1),
            b"int16" => (b'i', 2),
            b"int32" | b"intc" => (b'i', 4),
            b"int64" | b"longlong" => (b'i', 8),
            b"uint8" => (b'u', 1),
            b"uint16" => (b'u', 2),
            b"uint32" | b"uintc" => (b'u', 4),
            b"uint64" | b"ulonglong" => (b'u', 8),
            b"float32" => (b'f', 4),
            b"complex64" => (b'c', 8),
            _ => return None,
        };
        one(at + 16, kind, size)
    }
}

/// What an array says of itself: shape, type, and the first values.
///
/// # Safety
/// There must be a living array, and the interpreter's lock be held.
pub unsafe fn facts(at: Addr, python: &Python) -> Value {
    // SAFETY: the caller's.
    unsafe {
        let shape = shape(at);
        let sizes = shape.iter().map(|size| number(*size as i64)).collect();
        let mut facts = vec![("shape".to_owned(), Value::Tuple(sizes))];
        if let Some(dtype) = dtype(at, python) {
            facts.push(("dtype".to_owned(), Value::Name(dtype.name())));
            if dtype.is_native {
                values(at, &shape, dtype, &mut facts);
            }
        }
        Value::Facts(facts)
    }
}

/// A number made of all that [`facts`] reads.
///
/// # Safety
/// As for [`facts`].
pub unsafe fn signature(at: Addr, python: &Python) -> u64 {
    // SAFETY: as there.
    unsafe {
        let shape = shape(at);
        let mut sum = shape
            .iter()
            .fold(word(at + array::BASE) as u64, |sum, size| mix(sum, *size));
        let Some(dtype) = dtype(at, python) else {
            return sum;
        };
        let rows = rows(at, &shape);
        for (start, count, stride) in rows {
            for i in 0..count {
                let value = start.wrapping_add_signed(stride * i as isize);
                (0..dtype.size).for_each(|at| sum = mix(sum, usize::from(byte(value + at))));
            }
        }
        sum
    }
}

/// What an array refers to: the one whose values it shows, its type, and the objects in it, each with
/// its name or its place.
///
/// # Safety
/// As for [`facts`].
pub unsafe fn references(at: Addr, python: &Python) -> Vec<(Option<&'static str>, Addr)> {
    // SAFETY: an array of objects has pointers to them; null stands for `None`.
    unsafe {
        let mut found = Vec::new();
        for (offset, name) in [(array::BASE, "base"), (array::DTYPE, "dtype")] {
            let to = word(at + offset);
            if to != 0 {
                found.push((Some(name), to));
            }
        }
        // A view's objects are held by what it is a view of.
        let owns = word(at + array::BASE) == 0;
        if let Some(DType { kind: b'O', .. }) = dtype(at, python).filter(|_| owns) {
            let count: usize = shape(at).iter().product();
            let data = word(at + array::DATA);
            let all = (0..count).map(|i| word(data + 8 * i));
            found.extend(all.filter(|to| *to != 0).map(|to| (None, to)));
        }
        found
    }
}

/// The size of an array in each of its dimensions.
///
/// # Safety
/// There must be a living array.
pub unsafe fn shape(at: Addr) -> Vec<usize> {
    // SAFETY: an array has so many sizes.
    unsafe {
        let sizes = word(at + array::SHAPE);
        let count = (half(at + array::DIMENSIONS) as usize).min(64);
        (0..count).map(|i| word(sizes + 8 * i)).collect()
    }
}

unsafe fn dtype(at: Addr, python: &Python) -> Option<DType> {
    // SAFETY: an array has its type of values.
    unsafe {
        let of = word(at + array::DTYPE);
        let size = match major_version(python)? {
            1 => half(of + 32) as usize,
            2 => word(of + 40),
            _ => return None,
        };
        Some(DType {
            kind: byte(of + dtype::KIND),
            size,
            is_native: matches!(byte(of + dtype::BYTE_ORDER), b'=' | b'<' | b'|'),
        })
    }
}

/// The value at a place of an array; `None` where it is of no known type.
///
/// # Safety
/// There must be a living array with such a place, and the interpreter's lock be held.
pub unsafe fn value_at(at: Addr, place: &[usize], python: &Python) -> Option<Value> {
    // SAFETY: the caller's.
    unsafe {
        let dtype = dtype(at, python).filter(|dtype| dtype.is_native)?;
        let strides = word(at + array::STRIDES);
        let steps = place.iter().enumerate();
        let start = steps.fold(word(at + array::DATA), |start, (i, place)| {
            start.wrapping_add_signed(word(strides + 8 * i) as isize * *place as isize)
        });
        match dtype.kind {
            b'O' => match word(start) {
                0 => Some(Value::None),
                to => Some(key(to, python, 1)),
            },
            kind => one(start, kind, dtype.size),
        }
    }
}

/// The first number of numpy's version: where things stand depends on it.
unsafe fn major_version(python: &Python) -> Option<u32> {
    static KNOWN: AtomicU32 = AtomicU32::new(0);
    let known = KNOWN.load(Ordering::Relaxed);
    if known != 0 {
        return Some(known);
    }
    // SAFETY: the table of modules is a dict of objects.
    unsafe {
        let modules = (python.call.sys_get)(c"modules".as_ptr());
        let is_numpy = |key| string(key, python).as_deref() == Some("numpy");
        let (_, numpy) = Entries::of(modules, python).find(|(key, _)| is_numpy(*key))?;
        let version = crate::describe::text_in(word(numpy + NAMESPACE), "__version__", python)?;
        let major = version.split('.').next()?.parse().ok()?;
        KNOWN.store(major, Ordering::Relaxed);
        Some(major)
    }
}

impl DType {
    fn name(self) -> String {
        let bits = 8 * self.size;
        match self.kind {
            b'b' => "bool".to_owned(),
            b'i' => format!("int{bits}"),
            b'u' => format!("uint{bits}"),
            b'f' => format!("float{bits}"),
            b'c' => format!("complex{bits}"),
            b'O' => "object".to_owned(),
            b'U' => format!("text of {} characters", self.size / 4),
            b'S' => format!("{} bytes", self.size),
            b'M' => "datetime64".to_owned(),
            b'm' => "timedelta64".to_owned(),
            b'V' => format!("records of {} bytes", self.size),
            other => format!("kind {}", char::from(other)),
        }
    }
}

/// The first rows: where each begins, how many values of it are told, and how far one is from the next.
unsafe fn rows(at: Addr, shape: &[usize]) -> Vec<(Addr, usize, isize)> {
    // SAFETY: an array has a stride for each of its sizes.
    unsafe {
        let data = word(at + array::DATA);
        let strides = word(at + array::STRIDES);
        let stride = |i: usize| word(strides + 8 * i) as isize;
        match shape {
            [] => vec![(data, 1, 0)],
            [length] => vec![(data, (*length).min(COLUMNS), stride(0))],
            [height, width] => (0..(*height).min(ROWS))
                .map(|i| {
                    let start = data.wrapping_add_signed(stride(0) * i as isize);
                    (start, (*width).min(COLUMNS), stride(1))
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

unsafe fn values(at: Addr, shape: &[usize], dtype: DType, facts: &mut Vec<(String, Value)>) {
    let width = shape.last().copied().unwrap_or(1);
    // SAFETY: the rows are the array's.
    for (start, count, stride) in unsafe { rows(at, shape) } {
        let value = |i: usize| {
            let place = start.wrapping_add_signed(stride * i as isize);
            // SAFETY: as above.
            unsafe { one(place, dtype.kind, dtype.size) }
        };
        let Some(mut row) = (0..count).map(value).collect::<Option<Vec<Value>>>() else {
            return;
        };
        if width > count {
            row.push(Value::Name("…".to_owned()));
        }
        facts.push((String::new(), Value::Row(row)));
    }
    if shape.len() == 2 && shape[0] > ROWS {
        facts.push((String::new(), Value::Name("…".to_owned())));
    }
}

/// A value of a type of numbers or texts.
unsafe fn one(at: Addr, kind: u8, size: usize) -> Option<Value> {
    if kind == b'U' {
        // Characters of four bytes; what is left over is zero.
        // SAFETY: so many bytes stand there.
        let all = (0..size / 4).map(|i| unsafe { half(at + 4 * i) });
        let text: String = all
            .take_while(|character| *character != 0)
            .map(|character| char::from_u32(character).unwrap_or('\u{FFFD}'))
            .collect();
        let length = text.chars().count() as u64;
        return Some(Value::Str(text.chars().take(TEXT).collect(), length));
    }
    // SAFETY: so many bytes stand there.
    let bytes = unsafe { std::slice::from_raw_parts(at as *const u8, size.min(16)) };
    let float = |bytes: &[u8]| match bytes.len() {
        4 => Some(f64::from(f32::from_le_bytes(bytes.try_into().ok()?))),
        8 => Some(f64::from_le_bytes(bytes.try_into().ok()?)),
        _ => None,
    };
    let unsigned = || {
        let all = bytes.iter().rev();
        all.fold(0u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    Some(match (kind, size) {
        (b'b', 1) => match bytes[0] {
            0 => Value::False,
            _ => Value::True,
        },
        (b'i', 1 | 2 | 4 | 8) => {
            let unused = 64 - 8 * size as u32;
            number((unsigned() << unused) as i64 >> unused)
        }
        (b'u', 1 | 2 | 4 | 8) => Value::Int(false, digits(unsigned())),
        (b'f', 4) => Value::Single(f32::from_le_bytes(bytes.try_into().ok()?).to_bits()),
        (b'f', 8) => Value::Float(float(bytes)?.to_bits()),
        (b'c', 8 | 16) => {
            let (real, imaginary) = bytes.split_at(size / 2);
            Value::Complex(float(real)?.to_bits(), float(imaginary)?.to_bits())
        }
        _ => return None,
    })
}

/// A small int.
pub fn number(of: i64) -> Value {
    Value::Int(of < 0, digits(of.unsigned_abs()))
}

/// Digits of 30 bits.
pub fn digits(mut of: u64) -> Vec<u32> {
    let mut all = Vec::new();
    while of != 0 {
        all.push((of & ((1 << 30) - 1)) as u32);
        of >>= 30;
    }
    all
}
