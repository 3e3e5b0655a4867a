//! Constants as Python's `repr` writes them.

use rustpython_vm::common::wtf8::Wtf8;
use rustpython_vm::compiler::core::bytecode::ConstantData;
use rustpython_vm::literal;
use rustpython_vm::literal::escape::{AsciiEscape, UnicodeEscape};

/// Digits of an integer that `repr` writes at most.
const DIGITS: usize = 4_300;

pub(super) fn string(value: &Wtf8) -> String {
    let written = UnicodeEscape::new_repr(value).str_repr().to_string();
    written.unwrap_or_else(|| "'...'".to_owned())
}

pub(super) fn bytes(value: &[u8]) -> String {
    let written = AsciiEscape::new_repr(value).bytes_repr().to_string();
    written.unwrap_or_else(|| "b'...'".to_owned())
}

pub(super) fn float(value: f64) -> String {
    literal::float::to_string(value)
}

pub(super) fn complex(real: f64, imaginary: f64) -> String {
    literal::complex::to_string(real, imaginary)
}

/// An integer as the parser keeps it: with its prefix, where it is a large one.
pub(super) fn integer_literal(written: &str) -> String {
    let plain = written.bytes().all(|byte| byte.is_ascii_digit());
    if plain {
        return written.to_owned();
    }
    let digits = written.replace('_', "").to_lowercase();
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, digits.as_str()),
    };
    let value = rustpython_vm::common::int::bytes_to_int(digits.as_bytes(), radix, DIGITS);
    value.map_or_else(|_| written.to_owned(), |value| value.to_string())
}

/// A constant of a code object. `inner` names the code objects among them.
pub(super) fn constant(value: &ConstantData) -> String {
    let list = |elements: &[ConstantData]| {
        let all: Vec<String> = elements.iter().map(constant).collect();
        all.join(", ")
    };
    match value {
        ConstantData::Tuple { elements } => match elements.as_slice() {
            [only] => format!("({},)", constant(only)),
            _ => format!("({})", list(elements)),
        },
        ConstantData::Frozenset { elements } if elements.is_empty() => "frozenset()".to_owned(),
        ConstantData::Frozenset { elements } => format!("frozenset({{{}}})", list(elements)),
        ConstantData::Slice { elements } => format!("slice({})", list(elements.as_slice())),
        ConstantData::Integer { value } => {
            // More bits than the digits that can be written.
            match value.bits() > DIGITS as u64 * 10 / 3 {
                true => format!("{value:#x}"),
                false => value.to_string(),
            }
        }
        ConstantData::Float { value } => float(*value),
        ConstantData::Complex { value } => complex(value.re, value.im),
        ConstantData::Boolean { value: true } => "True".to_owned(),
        ConstantData::Boolean { value: false } => "False".to_owned(),
        ConstantData::Str { value } => string(value),
        ConstantData::Bytes { value } => bytes(value),
        ConstantData::Code { code } => {
            let line = code.first_line_number.map_or(0, |line| line.get());
            format!("<code object {}, line {line}>", code.obj_name)
        }
        ConstantData::None => "None".to_owned(),
        ConstantData::Ellipsis => "Ellipsis".to_owned(),
    }
}
