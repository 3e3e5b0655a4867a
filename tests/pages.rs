//! Pages that run what they show: those of the project hold, and what does not hold is found.

mod common;

use common::{Folder, text};
use std::fs;
use std::path::Path;

#[test]
fn the_pages_of_the_book_hold() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/book/src");
    let folder = Folder::new();
    let pages = pages.to_str().expect("the path is text");
    let done = folder.memviz_by_default(&["check", "--out", "copy", pages]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let said = text(&done.stderr);
    let counted = said.lines().filter(|line| line.ends_with(" 0 faults"));
    assert_eq!(counted.count(), 3, "{said}");
    // What the commands make stands in the copy, and not beside the pages.
    assert!(
        folder
            .path()
            .join("copy/pictures/stages/names.svg")
            .exists()
    );
    assert!(!Path::new(pages).join("pictures").exists());
}

#[test]
fn what_a_page_says_wrongly_is_found() {
    let folder = Folder::new();
    folder.write("a.py", "print('one')\nprint('two')\n");
    folder.write("bad.py", "1 / 0\n");
    let cases = [
        (
            "```console\n$ memviz run --no-record a.py\none\ntwo\n```\n",
            None,
        ),
        (
            "```console\n$ memviz run --no-record a.py\n...\ntwo\n```\n",
            None,
        ),
        (
            "```console status=1\n$ memviz run --no-record bad.py\nTraceback ...\n...\nZeroDivisionError: division by zero\n```\n",
            None,
        ),
        (
            "# Here we are\n\n[up](#here-we-are), [a](a.py), [far](https://example.org/none)\n",
            None,
        ),
        (
            "```console\n$ memviz run --no-record a.py\none\nthree\n```\n",
            Some("page.md:2: memviz run --no-record a.py is said to print"),
        ),
        (
            "```console\n$ memviz run --no-record bad.py\n```\n",
            Some("page.md:2: memviz run --no-record bad.py ended with 1, not with 0"),
        ),
        (
            "```console status=1\n$ memviz run --no-record a.py\n```\n",
            Some("ended with 0, not with 1"),
        ),
        (
            "```console\n$ rm -r a.py\n```\n",
            Some("page.md:2: rm -r a.py: only commands of memviz are run"),
        ),
        ("\n![none](b.svg)\n", Some("page.md:2: nothing is at b.svg")),
        (
            "[up](#nowhere)\n",
            Some("page.md:1: no heading is at #nowhere"),
        ),
    ];
    for (page, fault) in cases {
        folder.write("page.md", page);
        let done = folder.memviz_by_default(&["check", "page.md"]);
        let said = text(&done.stderr);
        match fault {
            None => assert_eq!(done.status.code(), Some(0), "{page}\n{said}"),
            Some(fault) => {
                assert_eq!(done.status.code(), Some(1), "{page}\n{said}");
                assert!(said.contains(fault), "{page}\n{said}");
            }
        }
    }
}

#[test]
fn a_copy_is_not_written_over_what_is_there() {
    let folder = Folder::new();
    folder.write("page.md", "# A page\n");
    fs::create_dir(folder.path().join("there")).expect("it can be made");
    folder.write("there/mine.txt", "mine");
    let done = folder.memviz_by_default(&["check", "--out", "there", "page.md"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("hint: name another folder"));
    let done = folder.memviz_by_default(&["check", "--out", "there", "--force", "page.md"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(folder.path().join("there/page.md").exists());
    assert!(!folder.path().join("there/there").exists());
    assert!(folder.path().join("there/mine.txt").exists());
}
