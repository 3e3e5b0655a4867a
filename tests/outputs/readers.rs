//! What other programs read: PDF and DOT.

use super::*;

#[test]
fn poppler_reads_the_pdf() {
    let Some(pdftoppm) = tools::find("pdftoppm") else {
        return;
    };
    let folder = Folder::new();
    let options = ["--format", "png,pdf", "--scale", "1"];
    let out = run(&folder, LESSON, &options);
    let pdf = out.join("steps.pdf");
    let pages = folder.path().join("page");
    tools::run(
        &pdftoppm,
        &[
            "-r".as_ref(),
            "96".as_ref(),
            pdf.as_os_str(),
            pages.as_os_str(),
        ],
    );
    let pngs = numbered(&out, "png");
    for (step, file) in pngs.iter().enumerate() {
        let page = ppm(&read(
            &folder.path().join(format!("page-{:02}.ppm", step + 1)),
        ));
        let picture = png(&read(file));
        assert_eq!((page.width, page.height), (picture.width, picture.height));
        let far = page.far_from(&picture, 96);
        assert!(far < 0.02, "page {}: {far} of the pixels differ", step + 1);
    }
    let past_the_end = folder.path().join(format!("page-{}.ppm", pngs.len() + 1));
    assert!(!past_the_end.exists());
    if let Some(pdftotext) = tools::find("pdftotext") {
        let words = tools::run(
            &pdftotext,
            &["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()],
        );
        for step in 1..=pngs.len() {
            assert!(words.contains(&format!("step {step} of {}", pngs.len())));
        }
        assert!(words.contains("self.value = value"));
    }
    if let Some(pdffonts) = tools::find("pdffonts") {
        let fonts = tools::run(&pdffonts, &[pdf.as_os_str()]);
        let fonts: Vec<&str> = fonts.lines().skip(2).collect();
        assert_eq!(fonts.len(), 2, "{fonts:?}");
        for font in fonts {
            // Embedded, a subset, with its characters.
            assert!(font.contains("yes yes yes"), "{font}");
        }
    }
}

/// Middle, width and height of each box, in inches, upwards.
fn boxes(svg: &str) -> BTreeMap<String, [f64; 4]> {
    const INCH: f64 = 96.0;
    let document = Document::parse(svg).expect("it is XML");
    let number = |node: roxmltree::Node<'_, '_>, name| {
        let text: &str = node.attribute(name).expect("a box has a size");
        text.parse::<f64>().expect("a number") / INCH
    };
    let bottom = number(document.root_element(), "height");
    document
        .descendants()
        .filter(|node| node.has_tag_name("g"))
        .filter_map(|group| {
            let name = group.attribute("id")?.split_once('-')?.1.replace('-', "_");
            let rect = group.children().find(|child| child.has_tag_name("rect"))?;
            let [x, y, width, height] =
                ["x", "y", "width", "height"].map(|name| number(rect, name));
            let middle = [x + width / 2.0, bottom - y - height / 2.0];
            Some((name, [middle[0], middle[1], width, height]))
        })
        .collect()
}

#[test]
fn graphviz_draws_our_layout() {
    let (Some(dot), Some(neato)) = (tools::find("dot"), tools::find("neato")) else {
        return;
    };
    let folder = Folder::new();
    let out = run(&folder, LESSON, &["--format", "svg,dot"]);
    let mut edges = 0;
    for frame in numbered(&out, "svg").iter().step_by(9) {
        let graph = out
            .join("dot")
            .join(frame.file_name().expect("it has a name"))
            .with_extension("dot");
        let ours = boxes(&read_text(frame));
        tools::run(&dot, &["-Tsvg".as_ref(), graph.as_os_str()]);
        let plain = tools::run(
            &neato,
            &["-n2".as_ref(), "-Tplain".as_ref(), graph.as_os_str()],
        );
        let numbers = |line: &str, from: usize| -> Vec<f64> {
            let words = line.split(' ').skip(from);
            words.map_while(|word| word.parse().ok()).collect()
        };
        let name = |line: &str, at| line.split(' ').nth(at).expect("a name").to_owned();
        let lines = |kind: &'static str| plain.lines().filter(move |line| line.starts_with(kind));
        let nodes: BTreeMap<String, Vec<f64>> = lines("node ")
            .map(|line| (name(line, 1), numbers(line, 2)))
            .collect();
        assert_eq!(nodes.len(), ours.len());
        // neato moves the whole drawing to the corner.
        let (first, node) = nodes.iter().next().expect("there are boxes");
        let shift = [node[0] - ours[first][0], node[1] - ours[first][1]];
        for (name, node) in &nodes {
            let [x, y, width, height] = ours[name];
            assert!((node[0] - x - shift[0]).abs() < 0.02, "{name} has moved");
            assert!((node[1] - y - shift[1]).abs() < 0.02, "{name} has moved");
            // In another font a box may be somewhat larger.
            assert!(node[2] > width - 0.05 && node[2] < width * 1.3, "{name}");
            assert!(node[3] > height - 0.05 && node[3] < height * 1.3, "{name}");
        }
        for line in lines("edge ") {
            edges += 1;
            let way = numbers(line, 4);
            let at = |from: usize| [way[from] - shift[0], way[from + 1] - shift[1]];
            // From a dot inside the box to the left side of the other, less the arrow's head.
            let [x, y, width, height] = ours[&name(line, 1)];
            let [from_x, from_y] = at(0);
            assert!((from_x - x).abs() < width / 2.0, "{line}");
            assert!((from_y - y).abs() < height / 2.0, "{line}");
            let [x, y, width, height] = ours[&name(line, 2)];
            let [to_x, to_y] = at(way.len() - 2);
            let space = x - width / 2.0 - to_x;
            assert!(space > 0.0 && space < 0.2, "{line}");
            assert!((to_y - y).abs() < height / 2.0, "{line}");
        }
    }
    assert!(edges > 20, "only {edges} edges");
}
