//! From bytes to text, as the interpreter does it.

use super::failure::{Failed, with_interpreter};
use crate::trace::stages::{Cache, EncodingSource, FileFacts, LineEnds, Span};
use rustpython_vm::builtins::PyStr;
use std::path::Path;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file's text, or why there is none.
pub(super) struct Decoded {
    pub facts: FileFacts,
    pub source: String,
    pub failed: Option<Failed>,
}

/// Decodes as the interpreter does, and asks it where the encoding is none of the two that every
/// file is tried for.
pub(super) fn decode(path: &str, bytes: &[u8]) -> Decoded {
    decode_with(path, bytes, asked)
}

/// The same, but such an encoding is left undecoded.
pub(super) fn decode_alone(path: &str, bytes: &[u8]) -> Decoded {
    decode_with(path, bytes, |_, _| None)
}

/// The text of bytes in an encoding by its name, if they are any.
type Codec = fn(&[u8], &str) -> Option<String>;

fn decode_with(path: &str, bytes: &[u8], codec: Codec) -> Decoded {
    let mark = bytes.starts_with(BYTE_ORDER_MARK);
    let cookie = cookie(bytes).map(|(name, _)| name);
    let (source, failed) = match text(bytes, mark, cookie.as_deref(), codec) {
        Some(source) => (source, None),
        None => (String::new(), Some(Failed::unreadable())),
    };
    let found_by = match (&cookie, mark) {
        (_, true) => EncodingSource::ByteOrderMark,
        (Some(_), false) => {
            let place = self::cookie(source.as_bytes()).map(|(_, place)| place);
            // A text that could not be decoded has no places.
            EncodingSource::Cookie(place.unwrap_or(Span::new(0, 0)))
        }
        (None, false) => EncodingSource::Default,
    };
    let mut facts = facts(path, Some(bytes), &source, found_by);
    facts.encoding = cookie.filter(|_| !mark).unwrap_or(facts.encoding);
    facts.byte_order_mark = mark;
    Decoded {
        facts,
        source,
        failed,
    }
}

/// What can be said of a file without understanding it.
pub(super) fn facts(
    path: &str,
    bytes: Option<&[u8]>,
    source: &str,
    found_by: EncodingSource,
) -> FileFacts {
    FileFacts {
        path: path.to_owned(),
        bytes: bytes.map(|bytes| bytes.len() as u64),
        encoding: "utf-8".to_owned(),
        found_by,
        byte_order_mark: false,
        line_ends: LineEnds::of(source),
        cache: cache(Path::new(path)),
    }
}

fn text(bytes: &[u8], mark: bool, cookie: Option<&str>, codec: Codec) -> Option<String> {
    if bytes.contains(&0) {
        return None;
    }
    let encoding = cookie.map(normalized);
    match encoding.as_deref() {
        None | Some("utf-8") => {
            let bytes = if mark {
                &bytes[BYTE_ORDER_MARK.len()..]
            } else {
                bytes
            };
            std::str::from_utf8(bytes).ok().map(str::to_owned)
        }
        // It contradicts the mark.
        Some(_) if mark => None,
        Some("iso-8859-1") => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Some(_) => codec(bytes, cookie.unwrap_or_default()),
    }
}

fn asked(bytes: &[u8], encoding: &str) -> Option<String> {
    with_interpreter(|vm| {
        let decode = vm.import("codecs", 0).ok()?.get_attr("decode", vm).ok()?;
        let bytes = vm.ctx.new_bytes(bytes.to_vec());
        let text = decode.call((bytes, encoding), vm).ok()?;
        let text = text.downcast_ref::<PyStr>()?;
        text.to_str().map(str::to_owned)
    })
}

/// The encoding that a comment in the first two lines names, and where that name stands.
fn cookie(bytes: &[u8]) -> Option<(String, Span)> {
    let from = if bytes.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let mut start = from;
    for _ in 0..2 {
        let rest = &bytes[start..];
        let length = rest.iter().position(|byte| *byte == b'\n');
        let line = &rest[..length.unwrap_or(rest.len())];
        let blank = |byte: &u8| b" \t\x0c\r".contains(byte);
        let text = line.iter().position(|byte| !blank(byte));
        match text.map(|at| line[at]) {
            Some(b'#') => {
                if let Some((name, at)) = named_in(line) {
                    let at = (start + at) as u32;
                    return Some((name.to_owned(), Span::new(at, at + name.len() as u32)));
                }
            }
            None => {}
            // A statement in the first line: the second is not looked at.
            Some(_) => return None,
        }
        start += length? + 1;
    }
    None
}

/// The name behind the first `coding:` or `coding=` of a comment.
fn named_in(line: &[u8]) -> Option<(&str, usize)> {
    let word = b"coding";
    let at = line.windows(word.len()).position(|part| part == word)?;
    let mut at = at + word.len();
    if !matches!(line.get(at), Some(b':' | b'=')) {
        return None;
    }
    at += 1;
    at += line[at..]
        .iter()
        .take_while(|byte| b" \t".contains(byte))
        .count();
    let part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let length = line[at..].iter().take_while(part).count();
    let name = std::str::from_utf8(&line[at..at + length]).ok()?;
    (!name.is_empty()).then_some((name, at))
}

/// The two encodings that Python knows by several names, each by one.
fn normalized(name: &str) -> String {
    let start: String = name.chars().take(12).collect();
    let start = start.to_ascii_lowercase().replace('_', "-");
    let is = |wanted: &str| start == wanted || start.starts_with(&format!("{wanted}-"));
    if is("utf-8") {
        "utf-8".to_owned()
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1".to_owned()
    } else {
        name.to_owned()
    }
}

/// Where the code of this file would be kept, and why it is not.
fn cache(path: &Path) -> Cache {
    let named = path
        .file_stem()
        .filter(|_| path.extension().is_some_and(|e| e == "py"));
    let Some(stem) = named else {
        return Cache {
            path: None,
            exists: None,
            reason: "only modules that are imported from a file named .py are kept".to_owned(),
        };
    };
    // The interpreter names its files as the version of CPython does that it implements.
    let version = super::super::version();
    let mut parts = version.split('.');
    let (major, minor) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let name = format!("{}.cpython-{major}{minor}.pyc", stem.to_string_lossy());
    let kept = path
        .parent()
        .unwrap_or(Path::new(""))
        .join("__pycache__")
        .join(name);
    let exists = kept.try_exists().ok();
    let reason = match exists {
        Some(true) => "an earlier import has written it; a run as a script does not look at it",
        _ => {
            "a file that is run as a script is compiled anew each time; only an import writes it, \
             and memviz's recordings write none"
        }
    };
    Cache {
        path: Some(kept.to_string_lossy().into_owned()),
        exists,
        reason: reason.to_owned(),
    }
}
