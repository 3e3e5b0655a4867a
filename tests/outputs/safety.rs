//! The same bytes each time, harmless values, and files that are not ours.

use super::*;

const EVERY_FORMAT: &str = "svg,png,gif,asvg,pdf,pptx,dot,tikz,html-snippet,sheet,json,html";

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(below).expect("it is a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it is below").to_owned();
                files.insert(name, read(&path));
            }
        }
    }
    files
}

#[test]
fn a_trace_gives_the_same_bytes_in_every_format() {
    let folder = Folder::new();
    run(&folder, HOSTILE, &["--format", "none"]);
    let mut made = Vec::new();
    for out in ["first", "again"] {
        let done = folder.memviz(&[
            "render",
            "out/trace.memviz",
            "--out",
            out,
            "--format",
            EVERY_FORMAT,
            // The pictures are large, and no better for it here.
            "--scale",
            "0.5",
        ]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        made.push(files(&folder.path().join(out)));
    }
    assert!(made[0].len() > 30, "{:?}", made[0].keys());
    for (name, content) in &made[0] {
        assert!(made[1].get(name) == Some(content), "{}", name.display());
    }
    assert_eq!(made[0].len(), made[1].len());
}

#[test]
fn hostile_values_are_harmless_in_every_format() {
    let folder = Folder::new();
    let half = ["--format", EVERY_FORMAT, "--boxes", "--scale", "0.5"];
    let out = run(&folder, HOSTILE, &half);
    let frames = numbered(&out, "svg");
    for (name, content) in files(&out) {
        let extension = name
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        match extension {
            "svg" => {
                let svg = String::from_utf8(content).expect("it is UTF-8");
                let document = Document::parse(&svg).expect("it is XML");
                let scripts = document
                    .descendants()
                    .filter(|node| node.has_tag_name("script"));
                assert_eq!(scripts.count(), 0, "{}", name.display());
                let most = if name.starts_with("frames") {
                    60_000
                } else {
                    300_000
                };
                assert!(svg.len() < most, "{}: {}", name.display(), svg.len());
                raster(&svg, 0.2);
            }
            "png" => {
                assert!(png(&content).distinct() > 40);
                let most = if name.starts_with("frames") {
                    300_000
                } else {
                    1_500_000
                };
                assert!(
                    content.len() < most,
                    "{}: {}",
                    name.display(),
                    content.len()
                );
            }
            "gif" => {
                assert_eq!(gif(&content).len(), frames.len());
                assert!(content.len() < 300_000, "GIF: {}", content.len());
            }
            "pdf" => {
                assert!(content.starts_with(b"%PDF-"));
                assert!(content.len() < 1_500_000, "PDF: {}", content.len());
            }
            _ => {}
        }
    }
    if let Some(pdftotext) = tools::find("pdftotext") {
        let pdf = out.join("steps.pdf");
        let words = tools::run(&pdftotext, &[pdf.as_os_str(), "-".as_ref()]);
        assert!(words.contains("<script>alert(1)</script>"));
    }
}

#[test]
fn only_what_memviz_made_is_written_over() {
    let folder = Folder::new();
    let out = run(&folder, "a = [1]\n", &["--format", "none"]);
    // Other people's files beside a trace.
    std::fs::create_dir(out.join("frames")).expect("it can be made");
    let foreign = [
        ("frames/0002.png", "png"),
        ("frames/0900.svg", "svg"),
        ("animation.gif", "gif"),
        ("animation.svg", "asvg"),
        ("steps.pdf", "pdf"),
        ("steps.pptx", "pptx"),
        ("sheet.svg", "sheet"),
        ("snippet.md", "html-snippet"),
        ("trace.json", "json"),
        ("index.html", "html"),
    ];
    for (name, _) in foreign {
        std::fs::write(out.join(name), "mine").expect("it can be written");
    }
    for (name, format) in foreign {
        for arguments in [
            ["render", "out/trace.memviz", "--format", format].as_slice(),
            &["lesson.py", "--out", "out", "--format", format],
        ] {
            let done = folder.memviz(arguments);
            assert_eq!(done.status.code(), Some(2), "{format}");
            let said = text(&done.stderr);
            assert!(said.contains(&format!("{name} is not memviz's")), "{said}");
            assert!(said.contains("--force"), "{said}");
        }
        assert_eq!(read(&out.join(name)), b"mine");
    }
    let force = [
        "render",
        "out/trace.memviz",
        "--force",
        "--format",
        EVERY_FORMAT,
    ];
    let done = folder.memviz(&force);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    for (name, _) in foreign {
        // Said to be written over; a number that is not among the steps is left alone.
        assert_eq!(
            read(&out.join(name)) == b"mine",
            name.contains("0900"),
            "{name}"
        );
    }
    std::fs::remove_file(out.join("frames/0900.svg")).expect("it is there");
    // What memviz made is replaced unasked, and what an earlier, longer run made is taken away.
    run(&folder, "a = 1\n", &["--format", EVERY_FORMAT]);
    assert_eq!(numbered(&out, "svg").len(), numbered(&out, "png").len());
    let steps = numbered(&out, "svg").len();
    run(
        &folder,
        "a = 1\nb = 2\nc = 3\n",
        &["--format", EVERY_FORMAT],
    );
    run(&folder, "a = 1\n", &["--format", EVERY_FORMAT]);
    assert_eq!(numbered(&out, "svg").len(), steps);
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let folder = Folder::new();
    run(&folder, "a = [1]\n", &["--format", "none"]);
    for (options, said) in [
        (
            ["--format", "png", "--scale", "0"],
            "a number from 0.1 to 10",
        ),
        (
            ["--format", "gif", "--delay", "1e9"],
            "a number from 0.05 to 600",
        ),
        (["--format", "gif", "--layout", "dot"], "no Graphviz"),
    ] {
        let mut arguments = vec!["render", "out/trace.memviz"];
        arguments.extend(options);
        let done = folder.memviz(&arguments);
        assert_eq!(done.status.code(), Some(2), "{options:?}");
        let errors = text(&done.stderr);
        assert!(errors.starts_with("error: "), "{errors}");
        assert!(errors.contains("\nhint: "), "{errors}");
        assert!(errors.contains(said), "{errors}");
    }
}
