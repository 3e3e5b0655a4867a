//! Values of objects, read from their memory: nothing of the program's runs.

use crate::numpy;
use crate::offsets::{flags, object};
use crate::python::{Addr, Python, bases, byte, flags_of, half, type_name, type_of, word};
use crate::wire::Value;

/// How many characters or bytes of a value are told.
pub const LIMIT: usize = 200;
/// Longer ints are told by their length: writing them out takes quadratic time.
const INT_BITS: u64 = 1024;

/// The value of an atom; `None` for everything else.
///
/// # Safety
/// There must be a living object.
pub unsafe fn atom(of: Addr, python: &Python) -> Option<Value> {
    let types = &python.types;
    // SAFETY: there is an object, and each reader below is given one of its type.
    unsafe {
        let class = type_of(of);
        let flags = flags_of(class);
        let is = |native: Addr| class == native || bases(class).any(|base| base == native);
        Some(if of == types.none {
            Value::None
        } else if of == types.ellipsis {
            Value::Ellipsis
        } else if of == types.not_implemented {
            Value::NotImplemented
        } else if class == types.bool_ {
            match of == types.true_ {
                true => Value::True,
                false => Value::False,
            }
        } else if flags & flags::LONG != 0 {
            int(of, python.layout.minor)
        } else if flags & flags::STR != 0 {
            let (text, length) = text(of, python, LIMIT)?;
            Value::Str(text, length)
        } else if flags & flags::BYTES != 0 {
            let length = word(of + object::SIZE);
            // Bytes stand behind length and hash.
            Value::Bytes(bytes_at(of + 32, length), length as u64)
        } else if is(types.float) {
            Value::Float(word(of + 16) as u64)
        } else if is(types.complex) {
            Value::Complex(word(of + 16) as u64, word(of + 24) as u64)
        } else if is(types.bytearray) {
            let length = word(of + object::SIZE);
            Value::ByteArray(bytes_at(word(of + 40), length), length as u64)
        } else if class == types.range {
            let part = |at| atom(word(of + at), python).unwrap_or(Value::None);
            Value::Range(Box::new([part(16), part(24), part(32)]))
        } else {
            return numpy::scalar(of);
        })
    }
}

unsafe fn bytes_at(at: Addr, length: usize) -> Vec<u8> {
    if length == 0 {
        return Vec::new();
    }
    // SAFETY: so many bytes stand there.
    unsafe { std::slice::from_raw_parts(at as *const u8, length.min(LIMIT)) }.to_vec()
}

unsafe fn int(of: Addr, minor: u32) -> Value {
    // SAFETY: an int has its length, with its sign, before its digits of 30 bits.
    let (negative, length) = unsafe {
        let size = word(of + object::SIZE);
        match minor {
            ..12 => ((size as isize) < 0, (size as isize).unsigned_abs()),
            // Two bits for the sign: 0 positive, 1 zero, 2 negative; and one that is reserved.
            _ => (size & 3 == 2, if size & 3 == 1 { 0 } else { size >> 3 }),
        }
    };
    // SAFETY: so many digits follow.
    let digits = unsafe { std::slice::from_raw_parts((of + object::ITEMS) as *const u32, length) };
    let last = digits.last().copied().unwrap_or(0);
    let bits = length.saturating_sub(1) as u64 * 30 + u64::from(32 - last.leading_zeros());
    if bits > INT_BITS {
        return Value::LongInt(bits);
    }
    Value::Int(negative, digits.to_vec())
}

/// The first characters of a text, and how many there are.
///
/// # Safety
/// There must be a living `str`.
pub unsafe fn text(of: Addr, python: &Python, limit: usize) -> Option<(String, u64)> {
    // SAFETY: a text has its length, and how its characters are kept, in its header.
    unsafe {
        let length = word(of + 16);
        let state = half(of + 32);
        let (kind, compact, ascii) = (state >> 2 & 7, state & 1 << 5 != 0, state & 1 << 6 != 0);
        let data = match (compact, ascii) {
            (true, true) => of + python.layout.ascii_data,
            (true, false) => of + python.layout.compact_data,
            // Of a subclass: the characters stand elsewhere.
            (false, _) => word(of + python.layout.compact_data),
        };
        if data == 0 {
            return None;
        }
        let character = |at: usize| match kind {
            1 => u32::from(byte(data + at)),
            2 => u32::from(*((data + 2 * at) as *const u16)),
            _ => half(data + 4 * at),
        };
        let shown = (0..length.min(limit))
            .map(|at| char::from_u32(character(at)).unwrap_or('\u{FFFD}'))
            .collect();
        Some((shown, length as u64))
    }
}

/// A whole text.
///
/// # Safety
/// There must be a living object.
pub unsafe fn string(of: Addr, python: &Python) -> Option<String> {
    // SAFETY: it is a text where its type says so.
    unsafe {
        if of == 0 || flags_of(type_of(of)) & flags::STR == 0 {
            return None;
        }
        text(of, python, usize::MAX).map(|(text, _)| text)
    }
}

/// A dict key as short text: an atom, a short tuple of such, or the name of the type.
///
/// # Safety
/// There must be a living object.
pub unsafe fn key(of: Addr, python: &Python, depth: usize) -> Value {
    // SAFETY: there is an object; a tuple's items are objects.
    unsafe {
        if let Some(value) = atom(of, python) {
            return value;
        }
        let class = type_of(of);
        let length = word(of + object::SIZE);
        if depth > 0 && class == python.types.tuple && length <= 4 {
            let items = (0..length).map(|at| word(of + object::ITEMS + 8 * at));
            let items = items.filter(|item| *item != 0);
            return Value::Tuple(items.map(|item| key(item, python, depth - 1)).collect());
        }
        Value::Other(type_name(class))
    }
}
