//! Animated SVG: each step as its picture, and two on one page.

use super::*;

/// What an animated SVG shows late in a step: its head, and the groups that are seen then.
struct Animated<'d> {
    head: &'d str,
    groups: Vec<(&'d str, Option<usize>, f64, f64)>,
    /// For each step, the times that are on.
    on: Vec<BTreeSet<usize>>,
}

impl<'d> Animated<'d> {
    fn read(source: &'d str, document: &Document<'_>, steps: usize) -> Animated<'d> {
        let all = document
            .root_element()
            .children()
            .find(|node| node.has_tag_name("g"))
            .expect("there is a group around everything");
        let groups = all
            .children()
            .filter(|node| node.is_element())
            .map(|node| {
                let style = node.attribute("style").unwrap_or_default();
                let after = |name: &str| {
                    let (_, rest) = style.split_once(name)?;
                    let end = rest.find(|c: char| !c.is_ascii_digit());
                    rest[..end.unwrap_or(rest.len())].parse::<usize>().ok()
                };
                (
                    &source[node.range()],
                    after("var(--t"),
                    after("--mc:").map_or(-1.0, |step| step as f64),
                    after("--md:").map_or(f64::INFINITY, |step| step as f64),
                )
            })
            .collect();
        let style = document
            .descendants()
            .find(|node| node.has_tag_name("style"))
            .and_then(|node| node.text())
            .expect("there is a style sheet");
        Animated {
            head: &source[..all.range().start],
            groups,
            on: ticks(style, steps),
        }
    }

    fn at(&self, step: usize) -> String {
        let now = step as f64;
        let seen = self.groups.iter().filter(|(_, time, comes, goes)| {
            time.is_none_or(|time| self.on[step].contains(&time)) && now >= *comes && now < *goes
        });
        // The still picture's signs are not wanted: everything that is here is seen.
        let prefix = self.head.split_once("id=\"").expect("there are names").1;
        let prefix = &prefix[..prefix.find('-').expect("names have two parts")];
        let groups: String = seen.map(|(text, ..)| *text).collect();
        format!("{}<g id=\"{prefix}\">{groups}</g></svg>", self.head)
    }
}

/// Which times are on at each step, from the ticks of the style sheet's clock.
fn ticks(style: &str, steps: usize) -> Vec<BTreeSet<usize>> {
    let clock = style.split_once("-s{").expect("there is a clock").1;
    let clock = &clock[..clock.find("}}").expect("it ends")];
    let mut changes: BTreeMap<usize, Vec<(usize, bool)>> = BTreeMap::new();
    for tick in clock.split('}') {
        let (percent, times) = tick.split_once("%{").expect("a tick has a moment");
        let moment: f64 = percent.parse().expect("in percent");
        let step = (moment * steps as f64 / 100.0).round() as usize;
        for time in times.split(';') {
            let (name, value) = time.split_once(':').expect("a time is on or off");
            let number = name.trim_start_matches("--t").parse().expect("a number");
            changes
                .entry(step)
                .or_default()
                .push((number, value == "1"));
        }
    }
    let mut now = BTreeSet::new();
    (0..steps)
        .map(|step| {
            for (number, on) in changes.get(&step).into_iter().flatten() {
                if *on {
                    now.insert(*number);
                } else {
                    now.remove(number);
                }
            }
            now.clone()
        })
        .collect()
}

#[test]
fn an_animated_svg_shows_each_step_as_its_picture() {
    let folder = Folder::new();
    let out = run(&folder, LESSON, &["--format", "svg,asvg"]);
    let frames = numbered(&out, "svg");
    let source = read_text(&out.join("animation.svg"));
    let document = Document::parse(&source).expect("it is XML");
    let animated = Animated::read(&source, &document, frames.len());
    for (step, frame) in frames.iter().enumerate() {
        assert!(
            raster(&animated.at(step), 0.5) == raster(&read_text(frame), 0.5),
            "step {}",
            step + 1
        );
    }
    // A viewer in which nothing moves shows one of the steps.
    let still = raster(&source, 0.5);
    assert!(
        frames
            .iter()
            .any(|frame| raster(&read_text(frame), 0.5) == still),
        "the still picture is no step"
    );
    assert!(!source.contains("<script"));
    assert!(source.contains("prefers-reduced-motion"));
}

#[test]
fn two_animated_svgs_share_no_name() {
    let folder = Folder::new();
    let first = run(&folder, LESSON, &["--format", "asvg"]);
    let first = read_text(&first.join("animation.svg"));
    let slower = run(&folder, LESSON, &["--format", "asvg", "--delay", "3"]);
    let slower = read_text(&slower.join("animation.svg"));
    let other = run(&folder, "a = [1]\nb = a\n", &["--format", "asvg"]);
    let other = read_text(&other.join("animation.svg"));
    let all = [names(&first), names(&slower), names(&other)];
    for names in &all {
        assert!(names.len() > 8, "{names:?}");
    }
    assert!(all[0].is_disjoint(&all[1]));
    assert!(all[0].is_disjoint(&all[2]));
    // Every rule is for the elements of its own document.
    for (svg, names) in [&first, &slower, &other].into_iter().zip(&all) {
        let document = Document::parse(svg).expect("it is XML");
        let style = document
            .descendants()
            .find(|node| node.has_tag_name("style"))
            .and_then(|node| node.text())
            .expect("there is a style sheet");
        let selectors = style.split(['{', '}']).filter(|part| part.starts_with('#'));
        for selector in selectors {
            let end = selector.find([' ', '>', ':']).unwrap_or(selector.len());
            assert!(names.contains(&selector[1..end]), "{selector}");
        }
    }
}

/// A page on which the animations stand still in the middle of a step.
fn paused(svg: &str, delay: f64, step: usize) -> String {
    let prefix = svg.split_once("id=\"").expect("there are names").1;
    let prefix = &prefix[..prefix.find('-').expect("names have two parts")];
    let gone = delay * (step as f64 + 0.6);
    svg.replacen(
        "</style>",
        &format!(
            "#{prefix}{{animation-delay:-{gone}s!important;animation-play-state:paused!important}}</style>"
        ),
        1,
    )
}

#[test]
fn a_browser_plays_two_animations_on_one_page() {
    let Some(chromium) = tools::find("chromium") else {
        return;
    };
    let folder = Folder::new();
    let mut movies = Vec::new();
    for (source, steps) in [
        (LESSON, [6, 30, 61]),
        (
            "a = [[1], 2]\nb = a[0]\ndel a\nb.append(b)\ndel b\n",
            [2, 4, 7],
        ),
    ] {
        let out = run(&folder, source, &["--format", "svg,asvg", "--delay", "2"]);
        let movie = read_text(&out.join("animation.svg"));
        let frames = numbered(&out, "svg");
        let frames: Vec<String> = steps.iter().map(|step| read_text(&frames[*step])).collect();
        movies.push((movie, steps, frames));
    }
    let (mut moving, mut still) = (String::new(), String::new());
    let (mut width, mut height) = (0, 0);
    let mut add = |play: String, frame: &str| {
        let file = |kind: &str, svg: &str| {
            let name = format!("{kind}{height}.svg");
            folder.write(&name, svg);
            format!("<img style=\"display:block\" src=\"{name}\">")
        };
        // Once inline and once as an image, which is another way to draw it.
        moving += &format!("<div style=\"height:{}px\">{play}</div>", size(frame).1);
        moving += &file("moving", &play);
        still += &format!("<div style=\"height:{}px\">{frame}</div>", size(frame).1);
        still += &file("still", frame);
        width = width.max(size(frame).0);
        height += 2 * size(frame).1;
    };
    for at in 0..3 {
        for (movie, steps, frames) in &movies {
            // The same animation at three moments, each by itself: names are made to differ.
            let prefix = movie.split_once("id=\"").expect("names").1;
            let prefix = &prefix[..prefix.find('-').expect("names have two parts")];
            let play = paused(movie, 2.0, steps[at]);
            let play = play.replace(prefix, &format!("{prefix}at{at}"));
            add(play, &frames[at]);
        }
    }
    let page = |body: &str| {
        format!("<!doctype html><meta charset=\"utf-8\"><body style=\"margin:0\">{body}")
    };
    let moving = tools::screenshot(&chromium, &folder, &page(&moving), width, height);
    let still = tools::screenshot(&chromium, &folder, &page(&still), width, height);
    assert!(still.distinct() > 100, "the page is almost blank");
    let far = moving.far_from(&still, 0);
    assert!(far == 0.0, "{far} of the pixels differ");
}

#[test]
fn a_browser_draws_svg_as_we_do() {
    let Some(chromium) = tools::find("chromium") else {
        return;
    };
    let folder = Folder::new();
    let out = run(&folder, LESSON, &["--format", "svg,sheet,html-snippet"]);
    let svg = read_text(&numbered(&out, "svg")[40]);
    let (width, height) = size(&svg);
    let page = format!("<!doctype html><meta charset=\"utf-8\"><body style=\"margin:0\">{svg}");
    let shown = tools::screenshot(&chromium, &folder, &page, width, height);
    let far = shown.far_from(&raster(&svg, 1.0), 128);
    assert!(far < 0.02, "{far} of the pixels differ");
    // A browser makes of a snippet what we put into it.
    let snippet = read_text(&out.join("snippet.html"));
    let dom = tools::dom(
        &chromium,
        &folder,
        &format!("<!doctype html><body>{snippet}"),
    );
    let count = |what: &str| dom.matches(what).count();
    assert_eq!(count("<figure"), LESSON_STEPS);
    assert_eq!(count("<figcaption>"), LESSON_STEPS);
    assert_eq!(count("<svg "), LESSON_STEPS);
    assert_eq!(count("<script"), 0);
}
