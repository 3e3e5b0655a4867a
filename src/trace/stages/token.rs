//! Tokens.

use super::{Span, Word};
use serde::{Deserialize, Serialize};

/// One token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// As Python's `tokenize` calls it: `NAME`, `NUMBER`, `STRING`, `OP`, `COMMENT`, `NEWLINE`
    /// (ends a statement), `NL` (a line end that does not), `INDENT`, `DEDENT`,
    /// `FSTRING_START`, `FSTRING_MIDDLE`, `FSTRING_END`, `TSTRING_...` alike.
    pub kind: Word,
    /// What it is more precisely: the name of an operator (`LPAR`), `keyword`, `soft keyword`.
    pub exact: Option<Word>,
    /// Where it stands. INDENT holds the white space that it is; DEDENT is empty, and so is a
    /// NEWLINE that no line end stands for.
    pub span: Span,
}

/// What Python's `token` module calls an operator.
pub fn operator_name(text: &str) -> Option<&'static str> {
    let found = OPERATORS.binary_search_by_key(&text, |(text, _)| text);
    found.ok().map(|at| OPERATORS[at].1)
}

/// By their bytes.
const OPERATORS: [(&str, &str); 49] = [
    ("!", "EXCLAMATION"),
    ("!=", "NOTEQUAL"),
    ("%", "PERCENT"),
    ("%=", "PERCENTEQUAL"),
    ("&", "AMPER"),
    ("&=", "AMPEREQUAL"),
    ("(", "LPAR"),
    (")", "RPAR"),
    ("*", "STAR"),
    ("**", "DOUBLESTAR"),
    ("**=", "DOUBLESTAREQUAL"),
    ("*=", "STAREQUAL"),
    ("+", "PLUS"),
    ("+=", "PLUSEQUAL"),
    (",", "COMMA"),
    ("-", "MINUS"),
    ("-=", "MINEQUAL"),
    ("->", "RARROW"),
    (".", "DOT"),
    ("...", "ELLIPSIS"),
    ("/", "SLASH"),
    ("//", "DOUBLESLASH"),
    ("//=", "DOUBLESLASHEQUAL"),
    ("/=", "SLASHEQUAL"),
    (":", "COLON"),
    (":=", "COLONEQUAL"),
    (";", "SEMI"),
    ("<", "LESS"),
    ("<<", "LEFTSHIFT"),
    ("<<=", "LEFTSHIFTEQUAL"),
    ("<=", "LESSEQUAL"),
    ("<>", "NOTEQUAL"),
    ("=", "EQUAL"),
    ("==", "EQEQUAL"),
    (">", "GREATER"),
    (">=", "GREATEREQUAL"),
    (">>", "RIGHTSHIFT"),
    (">>=", "RIGHTSHIFTEQUAL"),
    ("@", "AT"),
    ("@=", "ATEQUAL"),
    ("[", "LSQB"),
    ("]", "RSQB"),
    ("^", "CIRCUMFLEX"),
    ("^=", "CIRCUMFLEXEQUAL"),
    ("{", "LBRACE"),
    ("|", "VBAR"),
    ("|=", "VBAREQUAL"),
    ("}", "RBRACE"),
    ("~", "TILDE"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_found() {
        for (text, name) in OPERATORS {
            assert_eq!(operator_name(text), Some(name));
        }
        assert_eq!(operator_name("a"), None);
    }
}
