//! Values that the agent has read, as Python writes them.

use super::wire::Value;
use crate::record::text::{ValueText, bytes_text, quoted};
use crate::trace::VALUE_LIMIT;
use rustpython_vm::literal;

/// How much of a key is shown.
const KEY_LIMIT: usize = 40;
/// How much of a value in a table.
const CELL_LIMIT: usize = 14;
/// Bytes of a row of values after which no further value is shown.
const ROW_LIMIT: usize = 60;

/// The text of an atom.
pub(super) fn text(value: &Value, limit: usize) -> ValueText {
    let whole = |text: String| ValueText {
        text,
        true_length: None,
    };
    match value {
        Value::None => whole("None".to_owned()),
        Value::True => whole("True".to_owned()),
        Value::False => whole("False".to_owned()),
        Value::Ellipsis => whole("Ellipsis".to_owned()),
        Value::NotImplemented => whole("NotImplemented".to_owned()),
        Value::Int(negative, digits) => whole(decimal(*negative, digits)),
        Value::LongInt(bits) => ValueText {
            text: format!("int of {bits} bits"),
            true_length: Some(*bits),
        },
        Value::Float(bits) => whole(literal::float::to_string(f64::from_bits(*bits))),
        Value::Complex(real, imaginary) => whole(literal::complex::to_string(
            f64::from_bits(*real),
            f64::from_bits(*imaginary),
        )),
        Value::Str(text, length) => {
            let shown: String = text.chars().take(limit).collect();
            let is_cut = *length > shown.chars().count() as u64;
            ValueText {
                text: quoted(&shown, is_cut),
                true_length: is_cut.then_some(*length),
            }
        }
        Value::Bytes(data, length) => bytes_text(data, *length, limit.min(data.len()), "b", ""),
        Value::ByteArray(data, length) => {
            bytes_text(data, *length, limit.min(data.len()), "bytearray(b", ")")
        }
        Value::Range(parts) => {
            let [start, stop, step] = &**parts;
            let part = |value| text(value, limit).text;
            whole(match part(step).as_str() {
                "1" => format!("range({}, {})", part(start), part(stop)),
                step => format!("range({}, {}, {step})", part(start), part(stop)),
            })
        }
        Value::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| text(part, limit).text).collect();
            whole(match &parts[..] {
                [one] => format!("({one},)"),
                parts => format!("({})", parts.join(", ")),
            })
        }
        Value::Single(bits) => {
            // The shortest digits that tell it from its neighbours of the same size.
            let single = f32::from_bits(*bits).to_string();
            let double = single.parse().unwrap_or(f64::NAN);
            whole(literal::float::to_string(double))
        }
        Value::Row(parts) => {
            let mut row = String::new();
            for part in parts {
                if !row.is_empty() {
                    row.push_str(", ");
                }
                if row.len() > ROW_LIMIT {
                    row.push('…');
                    break;
                }
                row.push_str(&text(part, limit).text);
            }
            whole(format!("[{row}]"))
        }
        Value::Table(rows) => {
            let rows: Vec<Vec<String>> = rows
                .iter()
                .map(|row| {
                    row.iter()
                        .map(|value| text(value, CELL_LIMIT).text)
                        .collect()
                })
                .collect();
            whole(table(&rows))
        }
        Value::Facts(facts) => {
            let facts = facts.iter().map(|(name, value)| {
                let value = text(value, limit).text;
                match name.as_str() {
                    "" => value,
                    name => format!("{name} {value}"),
                }
            });
            whole(facts.collect::<Vec<_>>().join("; "))
        }
        Value::Other(name) => whole(format!("<{name}>")),
        Value::Name(name) => whole(name.clone()),
    }
}

/// Rows with their cells under each other, one a fact. The space between is one that is never folded.
fn table(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let room = width(column) - cell.chars().count();
            format!("{cell}{}", "\u{a0}".repeat(room))
        });
        let cells: Vec<String> = cells.collect();
        cells.join("\u{a0}\u{a0}").replace(' ', "\u{a0}")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("; ")
}

/// The text of an atom, as far as a picture shows it.
pub(super) fn atom(value: &Value) -> ValueText {
    text(value, VALUE_LIMIT)
}

/// The text of a dict's key.
pub(super) fn key(value: &Value) -> String {
    text(value, KEY_LIMIT).text
}

/// An int of digits of 30 bits, written in tens.
fn decimal(negative: bool, digits: &[u32]) -> String {
    const BILLION: u64 = 1_000_000_000;
    let mut rest: Vec<u64> = digits.iter().map(|digit| u64::from(*digit)).collect();
    let mut parts = Vec::new();
    while rest.iter().any(|digit| *digit != 0) {
        let mut over = 0;
        for digit in rest.iter_mut().rev() {
            let all = over << 30 | *digit;
            *digit = all / BILLION;
            over = all % BILLION;
        }
        parts.push(over);
    }
    let mut text = parts.pop().map_or("0".to_owned(), |part| part.to_string());
    for part in parts.into_iter().rev() {
        text.push_str(&format!("{part:09}"));
    }
    if negative {
        text.insert(0, '-');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ints_are_written_in_tens() {
        assert_eq!(decimal(false, &[]), "0");
        assert_eq!(decimal(false, &[0]), "0");
        assert_eq!(decimal(true, &[7]), "-7");
        assert_eq!(decimal(false, &[1_000_000_000]), "1000000000");
        // 2 ** 64.
        assert_eq!(decimal(false, &[0, 0, 16]), "18446744073709551616");
    }
}
