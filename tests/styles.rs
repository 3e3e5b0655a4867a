//! The styles of courses: what their pictures say, and that nothing moves in them.

mod common;

use common::{Folder, text};
use memviz::layout::{Measure, drawn, plan, runs_through};
use memviz::trace::TraceFile;
use memviz::view::{Scenes, Style, ViewOptions};
use roxmltree::Document;
use std::path::Path;

const ADDER: &str = "\
def make_adder(n):
    def adder(k):
        return k + n
    return adder

add3 = make_adder(3)
square = lambda x: x * x
total = add3(4)
nine = square(3)
";

const CLASSES: &str = "\
from dataclasses import dataclass
class Animal:
    def speak(self, loud):
        return self.name
class Dog(Animal):
    pass
@dataclass
class Point:
    x: int
rex = Dog()
rex.name = 'Rex'
said = rex.speak(True)
numbers = [1, 2, 3]
both = [numbers, numbers]
p = Point(1)
";

const GENERATOR: &str = "\
def count():
    n = 0
    while n < 2:
        n += 1
        yield n
def twice(x):
    return 2 * x
numbers = count()
a = next(numbers)
b = twice(a)
c = next(numbers)
";

/// The texts of each picture.
fn pictures(folder: &Folder, source: &str, options: &[&str]) -> Vec<(String, Vec<String>)> {
    folder.write("script.py", source);
    let mut arguments = vec!["script.py", "--out", "out", "--format", "svg", "--force"];
    arguments.extend(options);
    let done = folder.memviz(&arguments);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    read(&folder.path().join("out/frames"))
}

fn read(folder: &Path) -> Vec<(String, Vec<String>)> {
    let files = std::fs::read_dir(folder).expect("there are pictures");
    let mut files: Vec<_> = files.flatten().map(|file| file.path()).collect();
    files.sort();
    let texts = |svg: &str| {
        let document = Document::parse(svg).expect("it is XML");
        let texts = document.descendants().filter(|n| n.has_tag_name("text"));
        let texts = texts.map(|text| {
            let parts = text
                .descendants()
                .filter_map(|n| n.text().filter(|_| n.is_text()));
            parts.collect::<String>()
        });
        texts.collect()
    };
    files
        .iter()
        .map(|file| {
            let name = file.file_name().expect("it has a name").to_string_lossy();
            let svg = std::fs::read_to_string(file).expect("it is text");
            (name.into_owned(), texts(&svg))
        })
        .collect()
}

/// Whether a picture has these texts, one right behind the other.
fn shows(picture: &(String, Vec<String>), texts: &[&str]) -> bool {
    picture.1.windows(texts.len()).any(|some| some == texts)
}

fn ever(pictures: &[(String, Vec<String>)], texts: &[&str]) -> bool {
    pictures.iter().any(|picture| shows(picture, texts))
}

#[test]
fn frames_are_numbered_and_have_the_parents_in_which_their_functions_were_defined() {
    let folder = Folder::new();
    let all = pictures(&folder, ADDER, &["--style", "environment"]);
    for title in [
        "Global frame",
        "f1: make_adder [parent=Global]",
        "f2: adder [parent=f1]",
        "f3: λ [parent=Global]",
        "func make_adder(n) [parent=Global]",
        "func adder(k) [parent=f1]",
        "func λ(x) [parent=Global]",
    ] {
        assert!(ever(&all, &[title]), "{title}: {all:?}");
    }
    assert!(ever(&all, &["Return value", "7"]));
    assert!(ever(&all, &["Return value", "9"]));
    // The variable that both share stands in its frame, then with the function that keeps it.
    let of_call = |all: &[(String, Vec<String>)], title: &str| {
        let mut all = all.iter().filter(|one| shows(one, &[title]));
        all.next_back().expect("it is called").clone()
    };
    let making = of_call(&all, "f1: make_adder [parent=Global]");
    assert!(shows(
        &making,
        &["f1: make_adder [parent=Global]", "n", "3"]
    ));
    assert!(!shows(&making, &["func adder(k) [parent=f1]", "n"]));
    let adding = of_call(&all, "f2: adder [parent=f1]");
    assert!(shows(&adding, &["func adder(k) [parent=f1]", "n", "3"]));
}

#[test]
fn classes_and_functions_are_objects_without_numbers() {
    let folder = Folder::new();
    let all = pictures(&folder, CLASSES, &["--style", "environment"]);
    for title in [
        "class Animal",
        "class Dog(Animal)",
        "class Point",
        "func speak(self, loud) [parent=Global]",
        "f1: speak [parent=Global]",
        "Dog instance",
    ] {
        assert!(ever(&all, &[title]), "{title}: {all:?}");
    }
    // Its indices stand above the items.
    assert!(ever(&all, &["list", "0", "1", "1", "2", "2", "3"]));
    for (name, texts) in &all {
        // Nobody has written the functions of a data class.
        let generated =
            |one: &String| one.starts_with("func __init__") || one.starts_with("func __eq__");
        let generated = texts.iter().any(generated);
        assert!(!generated, "{name}: {texts:?}");
        let is_line =
            |one: &str| (one.strip_prefix("line ")).is_some_and(|n| n.parse::<u32>().is_ok());
        let numbered = |one: &&String| one.trim_start().starts_with('#') || is_line(one);
        assert_eq!(texts.iter().find(numbered), None, "{name}");
    }
}

#[test]
fn a_wrapper_is_the_programs_only_where_the_program_defines_it() {
    let source = "\
import functools, contextlib
def log(fn):
    @functools.wraps(fn)
    def wrapper(*args):
        return fn(*args)
    return wrapper
@log
def greet(name):
    return name
@contextlib.contextmanager
def opened(path):
    yield path
greet('a')
";
    let folder = Folder::new();
    let all = pictures(&folder, source, &["--style", "environment"]);
    assert!(ever(&all, &["func wrapper(*args) [parent=f1]"]), "{all:?}");
    assert!(ever(&all, &["f2: wrapper [parent=f1]"]));
    assert!(ever(&all, &["f3: greet [parent=Global]"]));
    let last = all.last().expect("there is a picture");
    let defined = "func opened(path) [parent=Global]";
    let count = last.1.iter().filter(|one| *one == defined).count();
    assert_eq!(count, 1, "{last:?}");
}

#[test]
fn a_generator_that_goes_on_has_the_number_that_it_had() {
    let folder = Folder::new();
    let options = ["--style", "environment", "--steps", "all"];
    let all = pictures(&folder, GENERATOR, &options);
    let title = "f1: count [parent=Global]";
    let runs: Vec<bool> = all.iter().map(|one| shows(one, &[title])).collect();
    assert_eq!(runs.chunk_by(|a, b| a == b).filter(|run| run[0]).count(), 2);
    assert!(ever(&all, &["f2: twice [parent=Global]"]));
    let mut texts = all.iter().flat_map(|one| &one.1);
    assert!(!texts.any(|one| one.starts_with("f3:")));
}

#[test]
fn the_tutors_style_names_functions_as_they_are_called() {
    let folder = Folder::new();
    let all = pictures(&folder, ADDER, &["--style", "tutor"]);
    for title in ["make_adder(n)", "adder(k) [parent=f1]", "f1: make_adder"] {
        assert!(ever(&all, &[title]), "{title}: {all:?}");
    }
}

#[test]
fn a_worksheet_has_the_boxes_of_its_answer_and_no_values() {
    let folder = Folder::new();
    let answers = pictures(&folder, ADDER, &["--style", "environment", "--blank"]);
    let blanks = read(&folder.path().join("out/blank"));
    let names = |all: &[(String, Vec<String>)]| -> Vec<String> {
        all.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&answers), names(&blanks));
    let mut arrows = 0;
    for file in names(&answers) {
        let read = |of: &str| {
            let path = folder.path().join("out").join(of).join(&file);
            std::fs::read_to_string(path).expect("it is there")
        };
        let (answer, blank) = (read("frames"), read("blank"));
        let rects = |svg: &str| svg.matches("rx=\"3\"").count();
        assert_eq!(rects(&answer), rects(&blank), "{file}");
        arrows += answer.matches("marker-end").count();
        assert!(!blank.contains("marker-end"), "{file}");
    }
    assert!(arrows > 0);
    assert!(ever(&answers, &["Return value", "7"]) && ever(&answers, &["n", "3"]));
    assert!(ever(&blanks, &["Return value"]) && ever(&blanks, &["f2: adder [parent=f1]"]));
    assert!(!ever(&blanks, &["Return value", "7"]) && !ever(&blanks, &["n", "3"]));
    for (name, texts) in &blanks {
        let told = texts.iter().find(|one| one.contains("returns"));
        assert_eq!(told, None, "{name}");
    }
}

#[test]
fn nothing_moves_and_no_line_runs_through_a_box() {
    for source in [ADDER, CLASSES, GENERATOR] {
        let folder = Folder::new();
        pictures(&folder, source, &[]);
        let trace = TraceFile::open(&folder.path().join("out/trace.memviz"))
            .and_then(|file| file.read())
            .expect("a trace was written");
        for style in [Style::Environment, Style::Tutor] {
            let view = ViewOptions {
                style,
                ..ViewOptions::default()
            };
            let plan = plan(Scenes::new(&trace, &view));
            let mut measure = Measure::new();
            for scene in Scenes::new(&trace, &view) {
                let drawn = drawn(&plan.picture(&scene));
                for line in &drawn.lines {
                    let hits = runs_through(line, &drawn.boxes).count();
                    assert_eq!(hits, 0, "{style:?}, step {}", scene.number);
                }
                measure.add(drawn, plan.starts_anew(scene.number));
            }
            let figures = measure.figures();
            assert!(
                figures.survivors > 0 && figures.moved == 0,
                "{style:?}: {figures:?}"
            );
        }
    }
}
