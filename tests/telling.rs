//! What captions say of each step, and the pictures of the collector at work.

mod common;

use common::{Folder, after_line, steps, text};
use serde_json::Value;

/// The sentences of a step.
fn words(step: &Value) -> Vec<String> {
    let words = step["words"].as_array().expect("each step is told");
    words
        .iter()
        .filter_map(|sentence| Some(sentence.as_str()?.to_owned()))
        .collect()
}

fn pictures_in(folder: &Folder, frames: &str) -> Vec<String> {
    let frames = std::fs::read_dir(folder.path().join(frames));
    frames
        .expect("they are drawn")
        .flatten()
        .map(|entry| std::fs::read_to_string(entry.path()).expect("pictures are text"))
        .collect()
}

/// How many pictures have these words as a text of their own.
fn telling(pictures: &[String], words: &str) -> usize {
    let text = format!(">{words}<");
    pictures.iter().filter(|svg| svg.contains(&text)).count()
}

#[test]
fn a_second_name_is_told_with_the_count() {
    let folder = Folder::new();
    let trace = folder.trace("a = [1, 2]\nb = a\nb.append(3)\ndel a\nb = None\nprint(1)\n");
    let told = |line| words(after_line(&trace, line));
    assert_eq!(told(1), ["a is a new list [1, 2]"]);
    assert_eq!(
        told(2),
        [
            "b is the same list as a",
            "The count of the list a goes from 1 to 2"
        ]
    );
    assert_eq!(
        told(3),
        ["3 is added at the end of a; b is the same list, so it shows it too"]
    );
    assert_eq!(
        told(4),
        [
            "The name a is gone",
            "The count of the list b goes from 2 to 1"
        ]
    );
    assert_eq!(
        told(5),
        [
            "b is now None",
            "Nothing refers to the list that was b any more: it is freed",
        ]
    );
}

#[test]
fn a_call_and_its_return_are_told() {
    let folder = Folder::new();
    let trace = folder.trace("def f(x):\n    return [x]\na = []\nb = f(a)\nprint(1)\n");
    let of_f = |event: &str| {
        let is = |step: &&Value| step["function"] == "f" && step["event"] == event;
        words(steps(&trace).iter().find(is).expect("f runs"))
    };
    let step = after_line(&trace, 4);
    assert_eq!(of_f("call"), ["f() is called with x = a"]);
    assert_eq!(of_f("return"), ["f() returns a new list [[]]"]);
    assert_eq!(words(step), ["b is the list that f() has returned"]);
}

#[test]
fn a_generator_and_an_exception_are_told_apart_from_calls() {
    let folder = Folder::new();
    let source = "def g():\n    try:\n        yield [1]\n    except KeyError:\n        pass\n    1 / 0\nx = g()\na = next(x)\ntry:\n    x.throw(KeyError)\nexcept ZeroDivisionError:\n    pass\n";
    let trace = folder.trace(source);
    let passages = |function: &str| -> Vec<&str> {
        let of = steps(&trace)
            .iter()
            .filter(|step| step["function"] == function);
        of.filter_map(|step| step["passage"].as_str()).collect()
    };
    assert_eq!(passages("g"), ["start", "yield", "throw", "unwind"]);
    assert_eq!(passages("<module>"), ["start", "return"]);
    let yields = steps(&trace)
        .iter()
        .find(|step| step["passage"] == "yield")
        .expect("it yields");
    assert_eq!(yields["event"], "return");
    assert_eq!(words(yields), ["g() yields a new list [1]"]);
}

#[test]
fn classes_modules_and_exceptions_are_told_in_their_own_words() {
    let folder = Folder::new();
    folder.write("other.py", "def f():\n    raise KeyError('no')\n");
    let source = "import other\nclass C:\n    count = 0\n    def up(self):\n        C.count += 1\n        super().__init__()\nC().up()\nd = {}\nd.update(a=1, b=2)\nfs = [lambda: i for i in range(2)]\ntry:\n    other.f()\nexcept KeyError as e:\n    pass\ns = {1, 2}\ns.remove(2)\nprint('one\\ntwo')\n";
    let trace = folder.trace(source);
    let all: Vec<String> = steps(&trace).iter().flat_map(words).collect();
    let said = |part: &str| all.iter().filter(|words| words.contains(part)).count();
    assert_eq!(said("C.count is now 1"), 1);
    assert_eq!(said("d['a'] is 1; d['b'] is 2"), 1);
    assert_eq!(said("class C is defined"), 1);
    assert_eq!(
        said("returns a new cell"),
        0,
        "nobody gets what a class's body returns"
    );
    assert_eq!(said(" is raised: 'no'"), 1, "once, though two calls see it");
    assert_eq!(said("__class"), 0, "{all:?}");
    assert_eq!(said("KeyError leaves f()"), 1);
    assert_eq!(said("The program prints “one” and more"), 1);
    assert_eq!(said("2 leaves s"), 1);
    let done = folder.memviz(&["script.py", "--out", "told"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let pictures = pictures_in(&folder, "told/frames");
    let said = |words| telling(&pictures, words);
    assert_eq!(said("other.py starts"), 1);
    assert_eq!(said("the script starts"), 1);
    assert_eq!(said("the last line of other.py has run"), 1);
    assert_eq!(said("the body of class C is entered"), 1);
    assert_eq!(said("C.up() is entered"), 1);
    assert_eq!(said("an exception is raised in line 2 in f()"), 1);
    assert_eq!(said("the exception comes to line 12"), 1);
    assert_eq!(said("line 12 has raised, line 13 is next"), 1);
    assert!(pictures.iter().all(|svg| !svg.contains("__classdict__")));
}

#[test]
fn a_script_that_an_exception_ends_does_not_return() {
    let folder = Folder::new();
    folder.write("a.py", "def f():\n    return 1\nf()\n1 / 0\n");
    folder.memviz(&["a.py"]);
    let pictures = pictures_in(&folder, "output/a/frames");
    let said = |words| telling(&pictures, words);
    assert_eq!(said("f() is about to return"), 1);
    assert_eq!(said("the exception leaves the script"), 1);
    assert_eq!(said("the last line of the script has run"), 0);
}

#[test]
fn garbage_and_the_collector_are_told() {
    let folder = Folder::new();
    let source = "import gc\nclass N: pass\nn = N()\nn.me = n\ndel n\ngc.collect()\nprint(1)\n";
    let trace = folder.trace(source);
    let lost = words(after_line(&trace, 5));
    assert!(
        lost.iter().any(|words| words
            == "No name leads any more to the N that was n; it waits for the collector"),
        "{lost:?}"
    );
    let found = words(after_line(&trace, 6));
    assert!(
        found[0].starts_with("gc.collect() runs on generation 2: of "),
        "{found:?}"
    );
    assert!(
        found.contains(&"The collector frees the N that was n".to_owned()),
        "{found:?}"
    );
}

#[test]
fn long_steps_are_told_in_few_sentences() {
    let folder = Folder::new();
    let names: Vec<String> = (0..30).map(|i| format!("x{i} = [{i}]")).collect();
    let trace = folder.trace(&format!("{}\nprint(1)\n", names.join("; ")));
    let told = words(after_line(&trace, 1));
    assert_eq!(told.len(), 4);
    assert_eq!(told[3], "27 more things change");
}

#[test]
fn a_run_of_the_collector_is_drawn_phase_by_phase() {
    let folder = Folder::new();
    let source = "import gc\nclass N: pass\nkept = N()\nkept.inner = N()\nn = N()\nn.me = n\ndel n\ngc.collect()\n";
    folder.trace(source);
    let done = folder.memviz(&["collector", "out"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("out/collector"))
        .expect("the folder is there")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let phases: Vec<&str> = names.iter().map(|name| &name[5..]).collect();
    assert_eq!(
        phases,
        [
            "1-counts.svg",
            "2-subtracted.svg",
            "3-suspects.svg",
            "4-rescued.svg",
            "5-freed.svg"
        ]
    );
    let picture = |place: usize| {
        let path = folder.path().join("out/collector").join(&names[place]);
        std::fs::read_to_string(path).expect("it is written")
    };
    assert!(picture(0).contains("ref_count 1"));
    assert!(picture(1).contains("ref_count 1, gc_refs 0"));
    assert!(picture(2).contains("tentatively unreachable"));
    // What only a kept object refers to is a suspect first, and rescued then.
    assert!(picture(3).contains("rescued: reached from outside"));
    assert!(picture(4).contains("freed by the collector"));
    for place in 0..names.len() {
        roxmltree::Document::parse(&picture(place)).expect("well-formed XML");
    }
}

#[test]
fn a_trace_without_collections_says_so() {
    let folder = Folder::new();
    folder.trace("a = 1\n");
    let done = folder.memviz(&["collector", "out"]);
    assert_eq!(done.status.code(), Some(2));
    let errors = text(&done.stderr);
    assert!(
        errors.contains("error: the collector has not run"),
        "{errors}"
    );
    assert!(errors.contains("hint: "), "{errors}");
}

#[test]
fn what_is_written_to_standard_error_is_told_and_so_is_the_end_by_an_exception() {
    let folder = Folder::new();
    let trace = folder.trace("import sys\nprint('bad', file=sys.stderr)\nprint('good')\n1 / 0\n");
    assert_eq!(
        words(after_line(&trace, 2)),
        ["“bad” is printed to standard error"]
    );
    assert_eq!(words(after_line(&trace, 3)), ["The program prints “good”"]);
    let end = steps(&trace).last().expect("it has a last step");
    assert_eq!(
        words(end),
        [
            "Nobody has caught the ZeroDivisionError: Python prints its traceback, and the script is over"
        ]
    );
}

#[test]
fn what_is_written_to_a_bytearray_is_told() {
    let folder = Folder::new();
    let trace = folder.trace("data = bytearray(b'no')\ndata[0] = 77\ndata.append(33)\nend = 1\n");
    assert_eq!(
        words(after_line(&trace, 2)),
        ["data is now bytearray(b'Mo')"]
    );
    assert_eq!(
        words(after_line(&trace, 3)),
        ["data is now bytearray(b'Mo!')"]
    );
}

#[test]
fn parts_of_a_statement_over_several_lines_are_no_statements() {
    let folder = Folder::new();
    let trace = folder.trace(
        "def f(items):\n    return [\n        item\n        for item in items\n    ]\nf([[1], [2]])\nnames = {\n    'a': [1],\n    'b': [2],\n}\n",
    );
    let told: Vec<String> = steps(&trace).iter().flat_map(words).collect();
    let wrong =
        |sentence: &&String| sentence.contains("finally") || sentence.contains("on its own");
    assert_eq!(told.iter().find(wrong), None, "{told:?}");
    let trace = folder.trace("def f():\n    try:\n        return 1\n    finally:\n        g = 2\nf()\n'alone'\nend = 1\n");
    let told: Vec<String> = steps(&trace).iter().flat_map(words).collect();
    assert!(
        told.contains(&"Before the return, the finally block runs".to_owned()),
        "{told:?}"
    );
}
