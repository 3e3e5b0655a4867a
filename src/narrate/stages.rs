//! What is said of a file's stages: whose they are, and what the file is.

use crate::trace::stages::{EncodingSource, FileFacts, Span, Stages, StagesEngine, Token};

/// A fact about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFact {
    /// What it is about.
    pub about: &'static str,
    /// The fact.
    pub words: String,
    /// Where the file itself says it.
    pub span: Option<Span>,
}

/// Whose tokens, tree and instructions are shown.
pub fn stages_engine(engine: &StagesEngine) -> String {
    let others = match engine.name.as_str() {
        "CPython" => "other versions have other instructions",
        _ => "CPython has other instructions and offsets",
    };
    match engine.python == engine.version {
        true => format!("{} {}; {others}", engine.name, engine.version),
        false => format!(
            "{} {}, Python {} syntax; {others}",
            engine.name, engine.version, engine.python
        ),
    }
}

/// What a token is, where its kind alone says too little: the parts of an f-string.
pub fn token_words(token: &Token) -> Option<&'static str> {
    Some(match &*token.kind {
        "FSTRING_START" => "f-string begins",
        "FSTRING_MIDDLE" => "f-string text",
        "FSTRING_END" => "f-string ends",
        "TSTRING_START" => "t-string begins",
        "TSTRING_MIDDLE" => "t-string text",
        "TSTRING_END" => "t-string ends",
        _ => return None,
    })
}

/// All that is known of the file before anything of it is understood.
pub fn file_facts(stages: &Stages) -> Vec<FileFact> {
    let file = &stages.file;
    let mut facts = Vec::new();
    let mut add = |about, words: String, span| facts.push(FileFact { about, words, span });
    add("Path", file.path.clone(), None);
    if let Some(bytes) = file.bytes {
        add("Size", counted(bytes, "byte"), None);
    }
    let (encoding, span) = encoding(file);
    add("Encoding", encoding, span);
    let mark = match file.byte_order_mark {
        true => "there is one; it is no part of the source",
        false => "none",
    };
    add("Byte order mark", mark.to_owned(), None);
    if stages.is_decoded() {
        let lines = counted(stages.lines().count() as u64, "line");
        add("Lines", lines, None);
        add("Line ends", line_ends(file), None);
    }
    let kept = match (&file.cache.path, file.cache.exists) {
        (None, _) => "no file".to_owned(),
        (Some(path), Some(true)) => format!("{path}, which is there"),
        (Some(path), Some(false)) => format!("{path}, which is not there"),
        (Some(path), None) => path.clone(),
    };
    add("Kept code", kept, None);
    add("Why", file.cache.reason.clone(), None);
    facts
}

fn encoding(file: &FileFacts) -> (String, Option<Span>) {
    let (found, span) = match file.found_by {
        EncodingSource::Default => ("nothing in the file says another", None),
        EncodingSource::ByteOrderMark => ("its byte order mark says so", None),
        EncodingSource::Cookie(span) => ("a comment in the file says so", Some(span)),
        EncodingSource::Text => ("it was at hand as text", None),
    };
    (format!("{}: {found}", file.encoding), span)
}

fn line_ends(file: &FileFacts) -> String {
    let ends = file.line_ends;
    let kinds = [(ends.lf, "LF"), (ends.crlf, "CR LF"), (ends.cr, "CR")];
    let used = kinds.iter().filter(|(count, _)| *count > 0);
    let mut words: Vec<String> = used
        .map(|(count, kind)| format!("{count} {kind}"))
        .collect();
    if ends.last_is_open {
        words.push("the last line has none".to_owned());
    }
    match words.is_empty() {
        true => "none".to_owned(),
        false => words.join(", "),
    }
}

fn counted(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_said_with_what_differs() {
        let engine = |name: &str, version: &str, python: &str| StagesEngine {
            name: name.to_owned(),
            version: version.to_owned(),
            python: python.to_owned(),
        };
        assert_eq!(
            stages_engine(&engine("RustPython", "0.6.0", "3.14")),
            "RustPython 0.6.0, Python 3.14 syntax; CPython has other instructions and offsets"
        );
        assert_eq!(
            stages_engine(&engine("CPython", "3.12.1", "3.12.1")),
            "CPython 3.12.1; other versions have other instructions"
        );
    }
}
