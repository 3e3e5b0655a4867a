//! Parts that are folded into their owner: what they refer to gets its labels.

use super::RawReference;
use crate::record::raw::header::ObjPtr;
use crate::record::text;
use crate::trace::{Interner, Label};
use rustpython_vm::VirtualMachine;

/// Why a part is folded into its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Attributes,
    Closure,
    Defaults,
    KwDefaults,
}

/// Puts what a folded part refers to under its owner's labels.
pub(super) fn fold(
    part: Part,
    at: ObjPtr,
    symbols: &mut Interner,
    vm: &VirtualMachine,
    out: &mut Vec<RawReference>,
) {
    let mut entries = Vec::new();
    at.extend_referents(&mut entries);
    let mut push = |label, to| {
        out.push(RawReference {
            label,
            to,
            weak: false,
            doubtful: false,
        });
    };
    match part {
        Part::Closure | Part::Defaults => {
            for (i, to) in entries.into_iter().enumerate() {
                let i = i as u32;
                push(
                    if part == Part::Closure {
                        Label::Closure(i)
                    } else {
                        Label::Default(i)
                    },
                    to,
                );
            }
        }
        Part::Attributes | Part::KwDefaults => {
            for pair in entries.chunks_exact(2) {
                let key = text::key(pair[0].object(), vm);
                let key_symbol = symbols.intern(&key);
                push(Label::Key(key_symbol), pair[0]);
                let label = if part == Part::KwDefaults {
                    Label::KwDefault(key_symbol)
                } else {
                    let bare = key.trim_matches('\'');
                    Label::Attr(symbols.intern(bare))
                };
                push(label, pair[1]);
            }
        }
    }
}
