//! Addresses that are used again: the next object at an address is another object.

mod common;

use common::{Folder, laws, text};
use serde_json::Value;

/// Others stand where the dead stood: what leads there leads to another object, although the address
/// is the same.
#[test]
fn what_takes_the_place_of_the_dead_is_another_object() {
    let folder = Folder::new();
    let makers = [
        "[{}]",
        "A({})",
        "{1: {}}",
        "str({}) + 'x'",
        "{} + 0.5",
        "iter([{}])",
        "{{}: 1}.items()",
        "weakref.ref(w, lambda r: {})",
        "lambda: {}",
    ];
    let holders = [
        ("[0]", "h[0]"),
        ("A(0)", "h.x"),
        ("{}", "h['k']"),
        ("0", "h"),
    ];
    let mut script =
        "import weakref\nclass A:\n    def __init__(self, x): self.x = x\nw = A(0)\n".to_owned();
    for made in makers {
        for (holder, place) in holders {
            let several = |from: usize| {
                let all = [0, 1, 2].map(|i| {
                    let value = made.replacen("{}", &(from + i).to_string(), 1);
                    format!("{place} = {value}")
                });
                all.join("; ")
            };
            script.push_str(&format!("h = {holder}\n{}\n{}\n", several(1), several(4)));
        }
    }
    // Where nothing runs, too: through the dict of an instance, and in frames that wait.
    script.push_str(
        "a = A(0)\na.__dict__ = {'q': 1}; a.__dict__ = {'q': 2}\nd = a.__dict__\ndel d\n\
         a.__dict__ = {'q': 3}; a.__dict__ = {'q': 4}\n\
         def outer():\n    c = [1]\n    def inner():\n        nonlocal c\n        global w\n        c = [2]; c = [3]\n        w = [2]; w = [3]\n        z = 1\n    inner()\n    return c\nouter()\n",
    );
    folder.write("script.py", &script);
    let done = folder.memviz(&["--verify", "--format", "json", "--out", "out", "script.py"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let json = std::fs::read(folder.path().join("out/trace.json")).expect("a trace");
    let trace: Value = serde_json::from_slice(&json).expect("JSON");
    laws::of_lives(&trace).expect("lives");
    laws::of_counts(&trace).expect("counts");
}
