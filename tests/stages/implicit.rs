//! Names that the source has not, names that are not seen where they are kept, and words for tokens.

use super::common::{Folder, text};
use super::stages;
use memviz::export::{StagesChoice, stages_text};
use memviz::narrate::{name_note, token_words};
use memviz::trace::stages::{Scope, Stages};

const SOURCE: &str = "\
names = [name.upper() for name in ('tea', 'cake')]
both = [both for both in names]
total: int = 0
gen = (one for one in names)

class Shop:
    open: bool = True

    def __init__(self, items):
        super().__init__()
        self.items = [item for item in items if (last := item)]
";

fn scope<'s>(all: &'s Stages, kind: &str, name: &str) -> &'s Scope {
    let mut scopes = all.scopes.iter();
    let found = scopes.find(|one| one.kind == kind && one.name == name);
    found.unwrap_or_else(|| panic!("no {kind} {name}"))
}

/// The word that stands in the place of where a name is looked for, and what is said.
fn note(all: &Stages, scope: &Scope, name: &str) -> Option<(&'static str, String)> {
    let symbol = scope.symbols.iter().find(|one| one.name == name);
    let symbol = symbol.unwrap_or_else(|| panic!("no {name} in {}", scope.name));
    name_note(all, scope, symbol)
}

#[test]
fn the_variable_of_a_comprehension_is_not_the_modules() {
    let all = stages(SOURCE);
    let module = &all.scopes[0];
    let (word, said) = note(&all, module, "name").expect("it is not seen there");
    assert_eq!(word, "comprehension");
    assert!(said.contains("line 1") && said.contains("3.12"), "{said}");
    // Bound by the module as well, or by it alone.
    assert_eq!(note(&all, module, "both"), None);
    assert_eq!(note(&all, module, "total"), None);
    let init = scope(&all, "function", "__init__");
    assert_eq!(
        note(&all, init, "item").expect("not seen").0,
        "comprehension"
    );
    // What := binds is the function's.
    assert_eq!(note(&all, init, "last"), None);
    let generator = scope(&all, "comprehension", "genexpr");
    assert_eq!(note(&all, generator, "one"), None);
}

#[test]
fn names_of_the_compilers_own_are_explained() {
    let all = stages(SOURCE);
    let generator = scope(&all, "comprehension", "genexpr");
    assert_eq!(
        note(&all, generator, ".0").expect("it has none").0,
        "implicit"
    );
    let init = scope(&all, "function", "__init__");
    let (_, said) = note(&all, init, "__class__").expect("the source has none");
    assert!(said.contains("super()"), "{said}");
    // Where the source names it, it is a name as any.
    let named = stages("class A:\n    def f(self):\n        return __class__\n");
    assert_eq!(
        note(&named, scope(&named, "function", "f"), "__class__"),
        None
    );
    let hidden = all.scopes.iter().filter(|one| all.is_implicit(one));
    assert_eq!(
        hidden.count(),
        3,
        "the annotations of module, class and method"
    );
}

#[test]
fn no_comprehension_reads_its_variable_too_early() {
    let folder = Folder::new();
    folder.write("a.py", SOURCE);
    let done = folder.memviz(&[
        "stages", "a.py", "--view", "names", "--format", "svg", "--out", "svg",
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let drawn = std::fs::read_to_string(folder.path().join("svg/names.svg"));
    let drawn = drawn.expect("it is drawn");
    assert!(!drawn.contains("asks for it"), "nothing is unbound");
    assert!(!drawn.contains("annotation __annotate__"));
    assert!(drawn.contains("Left out: 3 of __annotate__"));
}

#[test]
fn parts_of_an_f_string_have_words() {
    let all = stages("f'a{1:>3}b'\n");
    let words: Vec<&str> = all.tokens.iter().filter_map(token_words).collect();
    let wanted = [
        "f-string begins",
        "f-string text",
        "f-string text",
        "f-string text",
        "f-string ends",
    ];
    assert_eq!(words, wanted);
    let told = stages_text(&all, &StagesChoice::default());
    assert!(
        told.contains("token FSTRING_MIDDLE (f-string text) 'b'"),
        "{told}"
    );
}

#[test]
fn a_trace_stands_beside_other_pythons() {
    let folder = Folder::new();
    folder.write("script.py", "x = 1\nprint(x)\n");
    let recorded = folder.memviz(&["script.py", "--format", "none", "--out", "out"]);
    assert_eq!(recorded.status.code(), Some(0));
    // The text of the trace is meant, not that of the file.
    folder.write("script.py", "something_else()\n");
    let link = super::embedded_python(&folder);
    let link = link.to_string_lossy();
    let asked = ["stages", "out", "--python", "rustpython", "--python", &link];
    let done = folder.memviz(&[&asked[..], &["--view", "bytecode"]].concat());
    let said = text(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let calls = said.lines().filter(|line| line.contains(" CALL "));
    assert_eq!(calls.count(), 2, "once each: {said}");
    assert!(!said.contains("something_else"), "{said}");
    let refused = folder.memviz(&[&asked[..], &["--view", "errors"]].concat());
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("hint: leave --python out"), "{said}");
}
