//! The tokenizer's tokens, as Python's `tokenize` calls them.

use crate::trace::stages::{Span, Token, Word, operator_name};
use rustpython_vm::compiler::TokenKind;
use rustpython_vm::compiler::ast::token::Token as Parsed;

/// All tokens, the end of the file left out: it is no place.
pub(super) fn tokens(all: &[Parsed], source: &str) -> Vec<Token> {
    let all = all.iter().map(|token| token.as_tuple());
    let all = all.filter(|(kind, _)| !kind.is_eof());
    all.map(|(kind, range)| {
        let span = Span::new(range.start().to_u32(), range.end().to_u32());
        token(kind, span, source)
    })
    .collect()
}

/// One token by the tokenizer's own kind.
pub(super) fn token(kind: TokenKind, span: Span, source: &str) -> Token {
    let (kind, exact) = names(kind, source.get(span.range()).unwrap_or_default());
    Token {
        kind: Word::Borrowed(kind),
        exact: exact.map(Word::Borrowed),
        span,
    }
}

fn names(kind: TokenKind, text: &str) -> (&'static str, Option<&'static str>) {
    let plain = match kind {
        TokenKind::Name => "NAME",
        TokenKind::Int | TokenKind::Float | TokenKind::Complex => "NUMBER",
        TokenKind::String => "STRING",
        TokenKind::FStringStart => "FSTRING_START",
        TokenKind::FStringMiddle => "FSTRING_MIDDLE",
        TokenKind::FStringEnd => "FSTRING_END",
        TokenKind::TStringStart => "TSTRING_START",
        TokenKind::TStringMiddle => "TSTRING_MIDDLE",
        TokenKind::TStringEnd => "TSTRING_END",
        TokenKind::Comment => "COMMENT",
        TokenKind::Newline => "NEWLINE",
        TokenKind::NonLogicalNewline => "NL",
        TokenKind::Indent => "INDENT",
        TokenKind::Dedent => "DEDENT",
        TokenKind::Unknown | TokenKind::Question | TokenKind::IpyEscapeCommand => "ERRORTOKEN",
        kind if kind.is_soft_keyword() => return ("NAME", Some("soft keyword")),
        kind if kind.is_keyword() => return ("NAME", Some("keyword")),
        _ => return ("OP", operator_name(text)),
    };
    (plain, None)
}
