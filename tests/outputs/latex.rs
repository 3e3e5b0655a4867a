//! What LaTeX reads.

use super::*;

/// Braces outside of comments, less those that are text.
fn depth(tex: &str) -> i64 {
    let mut depth = 0;
    for line in tex.lines().filter(|line| !line.starts_with('%')) {
        let mut escaped = false;
        for c in line.chars() {
            match c {
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                '{' if !escaped => depth += 1,
                '}' if !escaped => depth -= 1,
                _ => {}
            }
            escaped = false;
            assert!(depth >= 0, "{line}");
        }
    }
    depth
}

#[test]
fn pdflatex_sets_the_last_step_of_every_lesson() {
    let pdflatex = tools::find("pdflatex");
    let pdftotext = tools::find("pdftotext");
    let folder = Folder::new();
    for script in scenarios().iter().map(String::as_str).chain([HOSTILE]) {
        let out = run(&folder, script, &["--format", "tikz"]);
        let files = numbered_in(&out.join("tikz"), "tex");
        for file in &files {
            let tex = read_text(file);
            assert_eq!(depth(&tex), 0, "{}", file.display());
            let picture = tex.split("\\begin{document}").nth(1).expect("it begins");
            for line in picture.lines().filter(|line| line.starts_with("\\mvtext")) {
                let set = |c: char| c.is_ascii() || ('À'..='ÿ').contains(&c);
                assert!(line.chars().all(set), "{line}");
            }
        }
        let last = files.last().expect("there are steps");
        let Some(pdflatex) = &pdflatex else {
            continue;
        };
        let to = format!("-output-directory={}", folder.path().display());
        let arguments = ["-interaction=nonstopmode", "-halt-on-error", &to];
        let mut arguments: Vec<&std::ffi::OsStr> = arguments.iter().map(|a| a.as_ref()).collect();
        arguments.push(last.as_os_str());
        let said = tools::run(pdflatex, &arguments);
        assert!(
            said.contains("Output written") && said.contains("(1 page"),
            "{said}"
        );
        assert!(!said.contains("Missing character"), "{said}");
        if let Some(pdftotext) = &pdftotext {
            let stem = last.file_stem().expect("it has a name");
            let pdf = folder.path().join(stem).with_extension("pdf");
            let words = tools::run(
                pdftotext,
                &["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()],
            );
            let step = format!("step {} of {}", files.len(), files.len());
            // The spaces are TeX's own.
            let letters = |text: &str| text.replace(char::is_whitespace, "");
            assert!(letters(&words).contains(&letters(&step)), "{words}");
        }
    }
}

#[test]
fn what_latex_cannot_set_is_shown_by_its_number() {
    let folder = Folder::new();
    let out = run(&folder, HOSTILE, &["--format", "tikz"]);
    let files = numbered_in(&out.join("tikz"), "tex");
    let last = read_text(files.last().expect("there are steps"));
    for wanted in ["U+6F22", "ü", "\\char92{}", "\\&"] {
        assert!(last.contains(wanted), "{wanted}");
    }
}
