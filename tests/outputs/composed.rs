//! How pages are composed: cropped to what they show, with letters that are read from afar, nothing
//! cut where there is room, nothing on top of anything else.

use super::*;
use roxmltree::Node;

/// Left, top, right and bottom, in the units of boxes.
type Area = [f64; 4];

/// A page, read back from its SVG.
struct Page {
    /// In pixels.
    width: f64,
    height: f64,
    /// Pixels of a unit.
    scale: f64,
    texts: Vec<(Area, String)>,
    boxes: Vec<Area>,
    /// All that is drawn but the backgrounds.
    drawn: Vec<Area>,
    size: Area,
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    let value = node.attribute(name).and_then(|value| value.parse().ok());
    value.unwrap_or_else(|| panic!("no number {name}"))
}

fn area(node: Node<'_, '_>) -> Area {
    let [x, y, width, height] = ["x", "y", "width", "height"].map(|name| number(node, name));
    [x, y, x + width, y + height]
}

/// From the top of capital letters to a little below the baseline.
fn text_area(node: Node<'_, '_>) -> Area {
    let size = node.attribute("font-size");
    let size: f64 = size.map_or(13.0, |size| size.parse().expect("a number"));
    let (x, y) = (number(node, "x"), number(node, "y"));
    let width = number(node, "textLength");
    [x, y - 0.73 * size, x + width, y + 0.2 * size]
}

impl Page {
    fn read(svg: &str) -> Page {
        let document = Document::parse(svg).expect("it is XML");
        let root = document.root_element();
        let view = root.attribute("viewBox").expect("it has one");
        let view: Vec<f64> = view.split(' ').flat_map(str::parse).collect();
        assert_eq!(view[..2], [0.0, 0.0]);
        let (width, height) = (number(root, "width"), number(root, "height"));
        let named = |name: &'static str| {
            let all = document.descendants();
            all.filter(move |node| node.has_tag_name(name))
        };
        let texts: Vec<(Area, String)> = named("text")
            .map(|node| (text_area(node), node.text().unwrap_or_default().to_owned()))
            .collect();
        let boxes: Vec<Area> = named("g")
            .filter_map(|group| group.children().find(|child| child.has_tag_name("rect")))
            .map(area)
            .collect();
        let drawn = texts.iter().map(|(area, _)| *area).chain(boxes.clone());
        Page {
            width,
            height,
            scale: width / view[2],
            drawn: drawn.collect(),
            texts,
            boxes,
            size: [0.0, 0.0, view[2], view[3]],
        }
    }

    fn letters(&self) -> f64 {
        13.0 * self.scale
    }

    /// Letters of rows where the page fills a screen.
    fn letters_on_screen(&self) -> f64 {
        self.letters() * (1920.0 / self.width).min(1080.0 / self.height)
    }

    /// How much of it lies in a cell, of a net of small cells, in which or beside which something is
    /// drawn.
    fn used(&self) -> f64 {
        const CELL: f64 = 40.0;
        let columns = (self.size[2] / CELL).ceil() as usize;
        let rows = (self.size[3] / CELL).ceil() as usize;
        let used = (0..columns * rows).filter(|cell| {
            let (x, y) = (
                (cell % columns) as f64 * CELL,
                (cell / columns) as f64 * CELL,
            );
            let around = [x - CELL, y - CELL, x + 2.0 * CELL, y + 2.0 * CELL];
            self.drawn.iter().any(|area| overlap(area, &around))
        });
        used.count() as f64 / (columns * rows) as f64
    }

    /// Fails where texts overlap each other, boxes, or the page's edge.
    fn check(&self, name: &str) {
        for (i, (area, text)) in self.texts.iter().enumerate() {
            let [width, height] = [self.size[2], self.size[3]];
            assert!(
                area[0] >= 0.0 && area[1] >= 0.0 && area[2] <= width && area[3] <= height,
                "{name}: {text:?} leaves the page"
            );
            for (other, words) in &self.texts[i + 1..] {
                assert!(!overlap(area, other), "{name}: {text:?} lies on {words:?}");
            }
            for rect in &self.boxes {
                let is_inside = area[0] >= rect[0] && area[2] <= rect[2] + 0.2;
                let is_inside = is_inside && area[1] >= rect[1] && area[3] <= rect[3];
                assert!(
                    is_inside || !overlap(area, rect),
                    "{name}: {text:?} lies on a box"
                );
            }
        }
    }

    fn says(&self, text: &str) -> bool {
        self.texts.iter().any(|(_, words)| words.contains(text))
    }
}

fn overlap(a: &Area, b: &Area) -> bool {
    let inside = 0.3;
    a[0] + inside < b[2] && b[0] + inside < a[2] && a[1] + inside < b[3] && b[1] + inside < a[3]
}

fn lesson(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    read_text(&folder.join(format!("{name}.py")))
}

/// The pages of a script as they come, with options.
fn pages(folder: &Folder, source: &str, options: &[&str]) -> Vec<Page> {
    folder.write("lesson.py", source);
    let all = [&["lesson.py", "--format", "svg", "--out", "out"], options].concat();
    let done = folder.memviz_by_default(&all);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    pages_in(&folder.path().join("out"))
}

fn again(folder: &Folder, options: &[&str]) -> Vec<Page> {
    let all = [
        &[
            "render", "out", "--format", "svg", "--out", "again", "--force",
        ],
        options,
    ]
    .concat();
    let done = folder.memviz_by_default(&all);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    pages_in(&folder.path().join("again"))
}

fn pages_in(out: &Path) -> Vec<Page> {
    let pages: Vec<Page> = numbered(out, "svg")
        .iter()
        .map(|path| Page::read(&read_text(path)))
        .collect();
    assert!(!pages.is_empty());
    pages
}

/// Lessons, and the letters in pixels that their slides have at least.
const SLIDES: [(&str, f64); 6] = [
    ("aliasing", 28.0),
    ("argument_passing", 28.0),
    ("rebind_or_mutate", 28.0),
    ("shallow_copy_trap", 24.0),
    ("two_node_cycle", 24.0),
    ("generator_life", 24.0),
];

#[test]
fn a_slide_has_its_size_and_large_letters() {
    let folder = Folder::new();
    for (name, least) in SLIDES {
        for theme in ["light", "print"] {
            let options = ["--preset", "slide", "--theme", theme];
            for page in pages(&folder, &lesson(name), &options) {
                assert_eq!((page.width, page.height), (1920.0, 1080.0), "{name}");
                let letters = page.letters();
                assert!(letters >= least, "{name}: letters of {letters} px");
                page.check(name);
            }
        }
    }
    let options = ["--preset", "slide", "--format", "png"];
    let out = run(&folder, &lesson("aliasing"), &options);
    for file in numbered(&out, "png") {
        let picture = png(&read(&file));
        assert_eq!((picture.width, picture.height), (1920, 1080));
    }
}

#[test]
fn pages_are_full_and_nothing_overlaps() {
    let folder = Folder::new();
    for (name, _) in SLIDES {
        let run = pages(&folder, &lesson(name), &[]);
        let size = (run[0].width, run[0].height);
        let mut fullest: f64 = 0.0;
        for page in &run {
            page.check(name);
            assert_eq!((page.width, page.height), size, "{name}: one size for all");
            assert_eq!(page.scale, 1.0);
            fullest = fullest.max(page.used());
        }
        assert!(
            fullest > 0.6,
            "{name}: {fullest} of the fullest page is used"
        );
        let mut sizes = BTreeSet::new();
        for page in again(&folder, &["--crop", "step"]) {
            page.check(name);
            let used = page.used();
            assert!(used > 0.5, "{name}: {used} of a page of its own is used");
            sizes.insert((page.width as u32, page.height as u32));
        }
        assert!(sizes.len() > 1, "{name}: every page has its own size");
    }
}

#[test]
fn presets_and_font_size_set_the_size() {
    let folder = Folder::new();
    let plain = pages(&folder, &lesson("aliasing"), &[]);
    for page in again(&folder, &["--preset", "post"]) {
        assert_eq!(page.width, 720.0);
        assert!(page.letters() >= 13.0);
        page.check("post");
    }
    for page in again(&folder, &["--preset", "print"]) {
        assert_eq!(page.width, 326.4);
        page.check("print");
    }
    let print = numbered(&folder.path().join("again"), "svg");
    assert!(
        read_text(&print[0]).contains("fill=\"#000000\""),
        "black on white"
    );
    let large = again(&folder, &["--font-size", "26"]);
    for (page, plain) in large.iter().zip(&plain) {
        assert_eq!(
            (page.width, page.height),
            (2.0 * plain.width, 2.0 * plain.height)
        );
        assert_eq!(page.letters(), 26.0);
    }
    let done = folder.memviz(&["render", "out", "--preset", "slide", "--font-size", "20"]);
    assert_eq!(done.status.code(), Some(2));
}

#[test]
fn parts_that_are_left_out_are_not_there_and_take_no_room() {
    let folder = Folder::new();
    let source =
        "import weakref\nclass A: pass\na = A()\nw = weakref.ref(a)\nprint('hello there')\nb = a\n";
    let whole = pages(&folder, source, &[]);
    let last = whole.last().expect("there are pages");
    for (part, sign) in [
        ("code", "b = a"),
        ("caption", "b is the same"),
        ("step", "step "),
        ("file", "lesson.py"),
        ("serials", " #"),
        ("counts", " refs"),
        ("legend", "adds nothing to the count"),
        ("output", "printed"),
    ] {
        assert!(last.says(sign), "{part}: {:?}", last.texts);
        let without = again(&folder, &["--without", part]);
        let page = without.last().expect("there are pages");
        assert!(!page.says(sign), "{part} is there");
        let room = |page: &Page| page.width * page.height;
        assert!(room(page) <= room(last), "{part} takes room");
        page.check(part);
    }
    let bare = "code,caption,step,file,serials,counts,legend,output";
    let pages = again(&folder, &["--without", bare]);
    let page = pages.last().expect("there are pages");
    page.check("bare");
    let right = page.boxes.iter().map(|area| area[2]).fold(0.0, f64::max);
    let bottom = page.boxes.iter().map(|area| area[3]).fold(0.0, f64::max);
    let [width, height] = [page.size[2], page.size[3]];
    assert!(
        width - right < 40.0 && height - bottom < 40.0,
        "boxes end at {right}, {bottom} of {width}, {height}"
    );
    let done = folder.memviz(&["render", "out", "--without", "cod"]);
    assert_eq!(done.status.code(), Some(2));
    let errors = text(&done.stderr);
    assert!(
        errors.contains("serials") && errors.contains("legend"),
        "{errors}"
    );
}

#[test]
fn lines_of_source_are_whole_where_there_is_room() {
    let folder = Folder::new();
    let source = format!(
        "names = {{'{}': 1, 'b': 2}}  # a comment that ends here\nshelf = [names, names]\nshelf.append([])\n",
        "a".repeat(40)
    );
    for options in [&[][..], &["--preset", "slide"], &["--preset", "post"]] {
        for page in pages(&folder, &source, options) {
            page.check("whole");
            assert!(page.says("# a comment that ends here"), "{:?}", page.texts);
        }
    }
    // A line that nothing has room for is cut, and says so.
    let long = format!("text = '{}'\nother = [text]\n", "x".repeat(400));
    for page in pages(&folder, &long, &["--preset", "slide"]) {
        page.check("long");
        assert!(page.letters() > 28.0, "{}", page.letters());
        assert!(page.says("…"));
    }
}

#[test]
fn the_line_that_ran_and_the_next_look_different() {
    let folder = Folder::new();
    folder.write("lesson.py", "a = [1]\nb = a\nc = b\n");
    for theme in ["light", "dark", "print"] {
        let options = [
            "lesson.py",
            "--format",
            "svg",
            "--theme",
            theme,
            "--out",
            "out",
        ];
        folder.memviz(&options);
        let svg = read_text(&numbered(&folder.path().join("out"), "svg")[2]);
        let document = Document::parse(&svg).expect("it is XML");
        let looks: BTreeSet<(&str, Option<&str>)> = document
            .root_element()
            .children()
            .filter(|node| node.attribute("rx") == Some("2"))
            .map(|node| {
                (
                    node.attribute("fill").expect("a fill"),
                    node.attribute("stroke"),
                )
            })
            .collect();
        assert_eq!(looks.len(), 2, "{theme}: {looks:?}");
        let page = Page::read(&svg);
        assert!(page.says("ran") && page.says("next"));
    }
}

/// Prints how large the letters of lessons are on a screen, and how full their pages:
/// `MEMVIZ_PAGES_OF=FOLDER cargo t --test outputs -- a_table_of_pages --nocapture` for other scripts.
#[test]
fn a_table_of_pages() {
    let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let other = std::env::var_os("MEMVIZ_PAGES_OF").map(PathBuf::from);
    let is_own = other.is_none();
    let mut scripts: Vec<PathBuf> = std::fs::read_dir(other.unwrap_or(lessons))
        .expect("there is such a folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "py"))
        .collect();
    scripts.sort();
    println!(
        "{:24} {:>11} {:>8} {:>8} {:>6} {:>6}",
        "script", "page", "screen", "slide", "most", "mean"
    );
    let folder = Folder::new();
    let mut all = Vec::new();
    for script in scripts {
        let name = script.file_stem().unwrap_or_default().to_string_lossy();
        folder.write("lesson.py", read(&script));
        folder.memviz_by_default(&["lesson.py", "--format", "svg", "--out", "out"]);
        if !folder.path().join("out/frames").exists() {
            println!("{name:24} draws nothing");
            continue;
        }
        let run = pages_in(&folder.path().join("out"));
        let slide = again(&folder, &["--preset", "slide"])[0].letters();
        let used: Vec<f64> = run.iter().map(Page::used).collect();
        let most = used.iter().copied().fold(0.0, f64::max);
        let mean = used.iter().sum::<f64>() / used.len() as f64;
        let screen = run[0].letters_on_screen();
        let size = format!("{}x{}", run[0].width, run[0].height);
        println!("{name:24} {size:>11} {screen:>8.1} {slide:>8.1} {most:>6.2} {mean:>6.2}");
        all.push((name.into_owned(), screen));
        std::fs::remove_dir_all(folder.path().join("out")).expect("it is there");
    }
    let mut letters: Vec<f64> = all.iter().map(|(_, letters)| *letters).collect();
    letters.sort_by(f64::total_cmp);
    assert!(letters.len() > 10);
    if is_own {
        let middle = letters[letters.len() / 2];
        assert!(
            middle > 22.0,
            "half of the lessons have letters below {middle} px: {all:?}"
        );
    }
}
