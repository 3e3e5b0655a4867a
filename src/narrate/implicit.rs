//! What is said of names that the source has not, or that are not seen where the compiler keeps them.

use crate::trace::stages::{Scope, Stages, Symbol};

/// What is said of a scope that the compiler has made for annotations.
pub const ANNOTATIONS: &str =
    "made by the compiler: works the annotations out when somebody asks for them";

/// A word in the place of where a name is looked for, and an explanation.
pub fn name_note(
    stages: &Stages,
    scope: &Scope,
    symbol: &Symbol,
) -> Option<(&'static str, String)> {
    if let Some(home) = stages.inlined_in(scope, symbol) {
        let line = stages.lines().line(home.start);
        let words = format!(
            "seen only in the comprehension of line {line}, which is a part of this code since Python 3.12"
        );
        return Some(("comprehension", words));
    }
    symbol
        .is_implicit()
        .then(|| ("implicit", implicit(&symbol.name).to_owned()))
}

/// What the compiler needs a name for that it has made.
fn implicit(name: &str) -> &'static str {
    match name {
        ".0" => "what the comprehension goes through, handed to it as its argument",
        ".format" => "in which form the annotations are asked for",
        "__class__" => "the class around the method, for super()",
        "__classdict__" => "the names of the class, for its annotations",
        "__conditional_annotations__" => "which annotations the program has come to",
        _ => "made by the compiler",
    }
}
