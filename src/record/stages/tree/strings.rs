//! Strings with expressions in them.

use super::super::constants;
use super::{At, Tree};
use crate::trace::stages::Span;
use rustpython_vm::common::wtf8::Wtf8Buf;
use rustpython_vm::compiler::ast::{
    AnyStringFlags, ConversionFlag, Expr, ExprFString, ExprTString, FStringPart,
    InterpolatedElement, InterpolatedStringElement, InterpolatedStringElements,
};
use rustpython_vm::compiler::codegen;
use std::ops::Range;

/// A piece of such a string.
enum Piece<'a> {
    Text(Wtf8Buf, Range<u32>),
    Value(&'a InterpolatedElement, AnyStringFlags),
}

impl Tree<'_> {
    pub(super) fn f_string(&mut self, one: &ExprFString, at: At) {
        let node = self.node("JoinedStr", at, one.range);
        let mut pieces = Vec::new();
        for part in one.value.as_slice() {
            match part {
                FStringPart::Literal(text) => {
                    let value = codegen::string_literal_part_value(self.file, text);
                    pieces.push(Piece::Text(value, text.range.into()));
                }
                FStringPart::FString(part) => {
                    self.pieces(&part.elements, part.flags.into(), &mut pieces);
                }
            }
        }
        self.joined(pieces, node, "FormattedValue");
    }

    pub(super) fn t_string(&mut self, one: &ExprTString, at: At) {
        let node = self.node("TemplateStr", at, one.range);
        let mut pieces = Vec::new();
        for part in one.value.as_slice() {
            self.pieces(&part.elements, part.flags.into(), &mut pieces);
        }
        self.joined(pieces, node, "Interpolation");
    }

    /// `{name=}` puts its own text in front.
    fn pieces<'a>(
        &self,
        elements: &'a InterpolatedStringElements,
        flags: AnyStringFlags,
        pieces: &mut Vec<Piece<'a>>,
    ) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(text) => {
                    let value = codegen::interpolated_string_literal_value(self.file, text, flags);
                    pieces.push(Piece::Text(value, text.range.into()));
                }
                InterpolatedStringElement::Interpolation(value) => {
                    if let Some(text) = &value.debug_text {
                        let span = self.span_of(&value.expression);
                        // The parser's own types of places cannot be named from here.
                        let range = alike(value.range.start(), span);
                        let (text, range) =
                            codegen::interpolation_debug_text(self.file, text, range.into());
                        pieces.push(Piece::Text(text.into(), range.into()));
                    }
                    pieces.push(Piece::Value(value, flags));
                }
            }
        }
    }

    /// Where an expression stands.
    fn span_of(&self, expression: &Expr) -> Span {
        let mut apart = Tree {
            file: self.file,
            nodes: Vec::new(),
        };
        apart.expression(expression, At::field(0, "value"));
        let first = apart.nodes.first().and_then(|node| node.span);
        first.unwrap_or(Span::new(0, 0))
    }

    /// Neighbouring texts are one constant, and an empty one is none.
    fn joined(&mut self, pieces: Vec<Piece<'_>>, node: u32, kind: &'static str) {
        let mut index = 0;
        let mut open: Option<(Wtf8Buf, Range<u32>)> = None;
        let mut place = || {
            index += 1;
            At::item(node, "values", index - 1)
        };
        for piece in pieces {
            match piece {
                Piece::Text(text, range) => match &mut open {
                    Some((before, place)) => {
                        before.push_wtf8(&text);
                        place.end = range.end;
                    }
                    None => open = Some((text, range)),
                },
                Piece::Value(value, flags) => {
                    if let Some(text) = open.take().filter(|(text, _)| !text.is_empty()) {
                        self.text(text, place());
                    }
                    self.interpolation(value, flags, kind, place());
                }
            }
        }
        if let Some(text) = open.filter(|(text, _)| !text.is_empty()) {
            self.text(text, place());
        }
    }

    fn text(&mut self, (text, range): (Wtf8Buf, Range<u32>), at: At) {
        let node = self.node("Constant", at, range);
        self.value(node, "value", constants::string(&text));
    }

    fn interpolation(
        &mut self,
        one: &InterpolatedElement,
        flags: AnyStringFlags,
        kind: &'static str,
        at: At,
    ) {
        let node = self.node(kind, at, one.range);
        self.child(&one.expression, node, "value");
        // What `{name=}` shows is its `repr`, unless it says otherwise.
        let conversion = match one.conversion {
            ConversionFlag::None if one.debug_text.is_some() && one.format_spec.is_none() => {
                ConversionFlag::Repr
            }
            other => other,
        };
        self.value(node, "conversion", (conversion as i8).to_string());
        let Some(format) = &one.format_spec else {
            return;
        };
        let range: Range<u32> = format.range.into();
        // The colon belongs to it, and the parser leaves it out at times.
        let before = (range.start as usize).checked_sub(1);
        let colon = before.is_some_and(|at| self.file.source_text().as_bytes()[at] == b':');
        let range = range.start - u32::from(colon)..range.end;
        let format_node = self.node("JoinedStr", At::field(node, "format_spec"), range);
        let mut pieces = Vec::new();
        self.pieces(&format.elements, flags, &mut pieces);
        self.joined(pieces, format_node, "FormattedValue");
    }
}

/// A span's two ends, as the type of `_like` has them.
fn alike<S: From<u32>>(_like: S, span: Span) -> Range<S> {
    span.start.into()..span.end.into()
}
