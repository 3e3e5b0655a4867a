//! What holds an object, where that is neither a name nor a plain container.

mod common;

use common::{Folder, after_line, follow, global, object, steps, type_of};

#[test]
fn members_of_a_frozen_set_are_its_references() {
    let folder = Folder::new();
    let trace = folder.trace("class C: pass\nc = C()\nf = frozenset([c])\nprint(1)\n");
    let step = after_line(&trace, 3);
    let c = global(step, "c");
    assert_eq!(follow(step, global(step, "f"), "element"), c);
    assert_eq!(object(step, c)["unexplained"], 0);
}

#[test]
fn frozen_objects_and_kept_garbage_are_named() {
    let folder = Folder::new();
    let source = "import gc\na = [1]\ngc.freeze()\nb = a\ngc.unfreeze()\ngc.set_debug(gc.DEBUG_SAVEALL)\nd = []; d.append(d); kept = id(d)\ndel d\ngc.collect()\nprint(1)\n";
    let trace = folder.trace(source);
    let a = |line| {
        let step = after_line(&trace, line);
        object(step, global(step, "a")).clone()
    };
    assert_eq!(a(3)["frozen"], true);
    assert!(a(3)["generation"].is_null());
    assert_eq!(a(5)["generation"], 2);
    let step = after_line(&trace, 9);
    let found = step["gc"][0]["unreachable"][0]
        .as_u64()
        .expect("it was found");
    let owners = object(step, found)["owners"].as_array().expect("owners");
    assert!(
        owners.contains(&serde_json::json!({"from": "interpreter", "label": "gc.garbage"})),
        "{owners:?}"
    );
    assert_eq!(object(step, found)["unexplained"], 0);
}

/// A suspended generator holds the exception that it handles; what stands on its value stack is no
/// trace function.
#[test]
fn a_suspended_generator_holds_what_it_handles() {
    let folder = Folder::new();
    let source = "def f():\n    try:\n        raise KeyError('k')\n    except KeyError:\n        yield 1\ng = f()\nnext(g)\nx = 1\n";
    let trace = folder.trace(source);
    let step = steps(&trace).last().expect("there are steps");
    let generator = object(step, global(step, "g"));
    let labels: Vec<&str> = generator["refs"]
        .as_array()
        .expect("it refers to something")
        .iter()
        .filter_map(|one| one["label"].as_str())
        .collect();
    let to = generator["refs"]
        .as_array()
        .and_then(|refs| refs.iter().find(|one| one["label"] == "exception"))
        .and_then(|one| one["to"].as_u64())
        .unwrap_or_else(|| panic!("{labels:?}"));
    assert_eq!(type_of(&trace, to), "KeyError");
    let everywhere = step["heap"].to_string();
    assert!(!everywhere.contains("\"f_trace\""), "{everywhere}");
}

/// While what a frame held is dropped, because an exception leaves it, a generator that it was going
/// through is closed: the exception, and what the script's names lead to, are held as before.
#[test]
fn what_is_closed_while_an_exception_leaves_hides_no_owner() {
    let folder = Folder::new();
    let source = "class Own(Exception):\n    pass\ndef boom():\n    raise Own('x')\nfor number in (k for k in [1, 2]):\n    boom()\n";
    let trace = folder.trace(source);
    let closing = steps(&trace)
        .iter()
        .filter(|step| step["passage"] == "throw");
    assert_eq!(closing.count(), 1);
    common::laws::of_counts(&trace).unwrap_or_else(|why| panic!("{why}"));
}
