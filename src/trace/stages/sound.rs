//! Whether the parts of stages fit together.

use super::{Code, EncodingSource, Span, Stages};

pub(super) fn is_sound(stages: &Stages) -> bool {
    let source = &stages.source;
    let text = |span: Span| source.get(span.range()).is_some();
    let maybe = |span: Option<Span>| span.is_none_or(text);
    let tokens = stages.tokens.iter().all(|token| text(token.span));
    let in_order = stages.tokens.is_sorted_by_key(|token| token.span.start);
    let tree = stages
        .tree
        .iter()
        .enumerate()
        .all(|(number, node)| stands_behind(number, node.parent) && maybe(node.span));
    let within =
        |index: Option<u32>, length: usize| index.is_none_or(|index| (index as usize) < length);
    let scopes = stages.scopes.iter().enumerate().all(|(number, scope)| {
        stands_behind(number, scope.parent)
            && within(scope.node, stages.tree.len())
            && scope.symbols.iter().all(|symbol| {
                let uses = symbol.uses.iter();
                let mut uses =
                    uses.map(|one| text(one.span) && within(Some(one.node), stages.tree.len()));
                within(symbol.owner, stages.scopes.len()) && uses.all(|is| is)
            })
    });
    let codes = stages.codes.iter().enumerate().all(|(number, code)| {
        stands_behind(number, code.parent)
            && within(code.scope, stages.scopes.len())
            && is_code_sound(code, stages.codes.len(), text)
    });
    let cookie = match stages.file.found_by {
        EncodingSource::Cookie(span) => text(span),
        _ => true,
    };
    let failure = stages.failure.as_ref();
    let failure = failure.is_none_or(|failure| maybe(failure.span));
    tokens && in_order && tree && scopes && codes && cookie && failure
}

fn is_code_sound(code: &Code, codes: usize, text: impl Fn(Span) -> bool) -> bool {
    let mut constants = code.constants.iter().filter_map(|constant| constant.code);
    let instructions = &code.instructions;
    constants.all(|inner| (inner as usize) < codes)
        && instructions.is_sorted_by_key(|one| one.offset)
        && instructions.iter().all(|one| one.span.is_none_or(&text))
}

/// The first of a list stands in nothing, each other in one before it.
fn stands_behind(number: usize, parent: Option<u32>) -> bool {
    match parent {
        None => number == 0,
        Some(parent) => (parent as usize) < number,
    }
}
