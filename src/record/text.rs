//! Values as short text, in Python's own notation, made without asking any object for it.

use crate::trace::ReadText;
use rustpython_vm::builtins::{
    PyByteArray, PyBytes, PyComplex, PyFloat, PyInt, PyRange, PyStr, PyTuple,
};
use rustpython_vm::{AsObject, PyObject, VirtualMachine};

/// A value's text, and its true length where the text was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValueText {
    pub text: String,
    /// Characters, bytes or bits in all, where the text shows only the first.
    pub true_length: Option<u64>,
}

impl ValueText {
    fn whole(text: impl Into<String>) -> ValueText {
        ValueText {
            text: text.into(),
            true_length: None,
        }
    }
}

/// Larger ints are named by their size: writing them out takes quadratic time.
const INT_BITS_LIMIT: u64 = 1024;

/// The value of an atom, cut to `limit` characters; `None` for everything else. Reads the native
/// payload, so a subclass with its own `__repr__` is read like its base.
pub(crate) fn atom(object: &PyObject, limit: usize, vm: &VirtualMachine) -> Option<ValueText> {
    if vm.is_none(object) {
        return Some(ValueText::whole("None"));
    }
    if object.class().is(vm.ctx.types.bool_type) {
        let truth = object.is(&vm.ctx.true_value);
        return Some(ValueText::whole(if truth { "True" } else { "False" }));
    }
    if let Some(int) = object.downcast_ref::<PyInt>() {
        let bits = int.as_bigint().bits();
        if bits > INT_BITS_LIMIT {
            return Some(ValueText {
                text: format!("int of {bits} bits"),
                true_length: Some(bits),
            });
        }
        return Some(ValueText::whole(int.as_bigint().to_string()));
    }
    if let Some(float) = object.downcast_ref::<PyFloat>() {
        let text = rustpython_vm::literal::float::to_string(float.to_f64());
        return Some(ValueText::whole(text));
    }
    if let Some(text) = object.downcast_ref::<PyStr>() {
        let length = text.char_len();
        let shown: String = text
            .as_wtf8()
            .code_points()
            .take(limit)
            .map(|c| c.to_char().unwrap_or('\u{FFFD}'))
            .collect();
        return Some(ValueText {
            text: quoted(&shown, length > limit),
            true_length: (length > limit).then_some(length as u64),
        });
    }
    if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        let data = bytes.as_bytes();
        return Some(bytes_text(data, data.len() as u64, limit, "b", ""));
    }
    if let Some(bytes) = object.downcast_ref::<PyByteArray>() {
        let data = bytes.borrow_buf();
        return Some(bytes_text(
            &data,
            data.len() as u64,
            limit,
            "bytearray(b",
            ")",
        ));
    }
    if let Some(complex) = object.downcast_ref::<PyComplex>() {
        let value = complex.to_complex();
        let text = rustpython_vm::literal::complex::to_string(value.re, value.im);
        return Some(ValueText::whole(text));
    }
    if let Some(range) = object.downcast_ref::<PyRange>() {
        let bound = |int: &PyObject| atom(int, limit, vm).map_or(String::new(), |v| v.text);
        let (start, stop, step) = (
            bound(range.start.as_object()),
            bound(range.stop.as_object()),
            bound(range.step.as_object()),
        );
        return Some(ValueText::whole(if step == "1" {
            format!("range({start}, {stop})")
        } else {
            format!("range({start}, {stop}, {step})")
        }));
    }
    if object.is(&vm.ctx.ellipsis) {
        return Some(ValueText::whole("Ellipsis"));
    }
    if object.is(&vm.ctx.not_implemented) {
        return Some(ValueText::whole("NotImplemented"));
    }
    None
}

/// A dict key as short text: an atom's value, a tuple of such, or the type in angle brackets.
pub(crate) fn key(object: &PyObject, vm: &VirtualMachine) -> String {
    key_to_depth(object, 2, vm)
}

fn key_to_depth(object: &PyObject, depth: usize, vm: &VirtualMachine) -> String {
    const LIMIT: usize = 40;
    if let Some(value) = atom(object, LIMIT, vm) {
        return value.text;
    }
    if depth > 0
        && object.class().is(vm.ctx.types.tuple_type)
        && let Some(tuple) = object.downcast_ref::<PyTuple>()
        && tuple.as_slice().len() <= 4
    {
        let parts: Vec<String> = tuple
            .as_slice()
            .iter()
            .map(|part| key_to_depth(part, depth - 1, vm))
            .collect();
        return match &parts[..] {
            [one] => format!("({one},)"),
            parts => format!("({})", parts.join(", ")),
        };
    }
    format!("<{}>", &*object.class().name())
}

/// Text in quotes as Python's `repr` writes it; `cut` puts dots before the closing quote.
pub(crate) fn quoted(text: &str, cut: bool) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || is_invisible(c) => {
                let code = c as u32;
                if code <= 0xFF {
                    out.push_str(&format!("\\x{code:02x}"));
                } else if code <= 0xFFFF {
                    out.push_str(&format!("\\u{code:04x}"));
                } else {
                    out.push_str(&format!("\\U{code:08x}"));
                }
            }
            c => out.push(c),
        }
    }
    if cut {
        out.push('…');
    }
    out.push(quote);
    out
}

/// Characters that draw nothing or steer the direction of the text around them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The first of so many bytes, as Python's `repr` writes them.
pub(crate) fn bytes_text(
    bytes: &[u8],
    length: u64,
    limit: usize,
    before: &str,
    after: &str,
) -> ValueText {
    let mut out = String::from(before);
    out.push('\'');
    for byte in bytes.iter().take(limit) {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' => out.push_str("\\\\"),
            b'\'' => out.push_str("\\'"),
            0x20..=0x7e => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    let is_cut = length > limit as u64;
    if is_cut {
        out.push('…');
    }
    out.push('\'');
    out.push_str(after);
    ValueText {
        text: out,
        true_length: is_cut.then_some(length),
    }
}

/// The text that is complete so far: bytes of a character that is not yet whole stay behind.
pub(crate) fn take_complete(bytes: &mut Vec<u8>) -> String {
    let whole = match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => bytes.len(),
    };
    let rest = bytes.split_off(whole);
    let text = String::from_utf8_lossy(bytes).into_owned();
    *bytes = rest;
    text
}

/// What was read, each behind how many of the bytes of output, told by the text that these bytes make.
pub(crate) fn between(output: &[u8], read: &mut Vec<(usize, String)>) -> Vec<ReadText> {
    let place = |behind: usize| String::from_utf8_lossy(&output[..behind.min(output.len())]).len();
    read.drain(..)
        .map(|(behind, text)| ReadText {
            behind: place(behind) as u32,
            text,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_as_python_quotes_it() {
        assert_eq!(quoted("a", false), "'a'");
        assert_eq!(quoted("it's", false), "\"it's\"");
        assert_eq!(quoted("'\"", false), "'\\'\"'");
        assert_eq!(quoted("a\nb\u{7}", false), "'a\\nb\\x07'");
        assert_eq!(quoted("\u{202e}abc", false), "'\\u202eabc'");
        assert_eq!(quoted("abc", true), "'abc…'");
    }
}
