//! A picture as SVG: one file that any viewer draws alike.

use super::theme::{Palette, Theme};
use super::xml::{Xml, rounded};
use crate::layout::{
    MARGIN, PADDING, Picture, PictureArrow, PictureBox, PictureCell, PictureRow, Piece, ROW_FONT,
    ROW_HEIGHT, SMALL_FONT, TITLE_FONT, TITLE_HEIGHT, text_width,
};
use crate::trace::Cause;
use crate::view::{Mark, Status, Tone};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SvgOptions {
    pub theme: Theme,
}

const FONTS: &str = "DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace";
const LINE: f64 = 17.0;

/// Writes a picture as an SVG document.
pub fn svg(picture: &Picture, options: &SvgOptions) -> String {
    let drawing = Drawing {
        prefix: format!("mv{}", picture.number),
        theme: options.theme,
        palette: options.theme.palette(),
    };
    let mut xml = Xml::default();
    let view_box = format!("0 0 {} {}", rounded(picture.width), rounded(picture.height));
    let name = |part: &str| format!("{}-{part}", drawing.prefix);
    let labelled = format!("{} {}", name("title"), name("desc"));
    let attributes = [
        ("xmlns", "http://www.w3.org/2000/svg".into()),
        ("width", picture.width.into()),
        ("height", picture.height.into()),
        ("viewBox", (&view_box).into()),
        ("role", "img".into()),
        ("aria-labelledby", (&labelled).into()),
        ("font-family", FONTS.into()),
    ];
    xml.element("svg", &attributes, |xml| {
        let caption = &picture.caption;
        let title = format!("{}, {}: {}", caption.file, caption.step, caption.event);
        xml.text("title", &[("id", (&name("title")).into())], &title);
        let description = describe(picture);
        xml.text("desc", &[("id", (&name("desc")).into())], &description);
        drawing.arrow_heads(xml);
        drawing.page(xml, picture);
        drawing.caption(xml, picture);
        for arrow in &picture.arrows {
            drawing.arrow(xml, arrow);
        }
        for picture_box in &picture.boxes {
            drawing.boxed(xml, picture_box);
        }
        for picture_box in &picture.boxes {
            drawing.dots(xml, picture_box);
        }
        drawing.legend(xml, picture);
    });
    xml.finish()
}

/// The picture in words, for those who do not see it.
fn describe(picture: &Picture) -> String {
    let mut out = String::new();
    for picture_box in &picture.boxes {
        let serial = picture_box
            .serial
            .map_or(String::new(), |n| format!(" #{n}"));
        out.push_str(&format!("{}{serial}", picture_box.title));
        if !picture_box.count.is_empty() {
            out.push_str(&format!(" ({})", picture_box.count));
        }
        let note = note(picture_box);
        if !note.is_empty() {
            out.push_str(&format!(", {note}"));
        }
        let mut parts = Vec::new();
        let mut arrows = picture
            .arrows
            .iter()
            .filter(|arrow| arrow.from == picture_box.key);
        for row in &picture_box.rows {
            let label = match &row.label {
                PictureCell::Text(text) => format!("{text}: "),
                _ => String::new(),
            };
            match &row.value {
                PictureCell::Text(text) => parts.push(format!("{label}{text}")),
                PictureCell::Dot(_) => {
                    let to = arrows
                        .next()
                        .and_then(|arrow| picture.boxes.iter().find(|other| other.key == arrow.to));
                    let to = to.map_or(String::new(), |to| match to.serial {
                        Some(serial) => format!("{} #{serial}", to.title),
                        None => to.title.clone(),
                    });
                    parts.push(format!("{label}to {to}"));
                }
                PictureCell::Empty => {}
            }
        }
        if !parts.is_empty() {
            out.push_str(&format!(": {}", parts.join(", ")));
        }
        out.push_str(". ");
    }
    out.trim_end().to_owned()
}

/// The words above a box.
fn note(picture_box: &PictureBox) -> &'static str {
    match (picture_box.status, picture_box.mark) {
        (Status::Unreachable, _) => "unreachable",
        (Status::Dead(Cause::RefCount), _) => "freed: count fell to 0",
        (Status::Dead(Cause::Collector), _) => "freed by the collector",
        (Status::Dead(Cause::Exit), _) => "freed at exit",
        (Status::Alive, Mark::New) => "new",
        (Status::Alive, _) => "",
    }
}

struct Drawing {
    prefix: String,
    theme: Theme,
    palette: Palette,
}

/// How a piece of text is set.
struct Type<'a> {
    size: f64,
    colour: &'a str,
    weight: &'a str,
}

impl Drawing {
    fn write(&self, xml: &mut Xml, x: f64, baseline: f64, set: &Type<'_>, text: &str) {
        if text.is_empty() {
            return;
        }
        let width = text_width(text, set.size);
        let mut attributes = vec![
            ("x", x.into()),
            ("y", baseline.into()),
            ("font-size", set.size.into()),
            ("fill", set.colour.into()),
            ("textLength", width.into()),
            ("lengthAdjust", "spacingAndGlyphs".into()),
            ("xml:space", "preserve".into()),
        ];
        if set.weight != "normal" {
            attributes.push(("font-weight", set.weight.into()));
        }
        xml.text("text", &attributes, text);
    }

    fn quiet(&self, size: f64) -> Type<'_> {
        Type {
            size,
            colour: self.palette.quiet,
            weight: "normal",
        }
    }

    fn plain(&self, size: f64) -> Type<'_> {
        Type {
            size,
            colour: self.palette.text,
            weight: "normal",
        }
    }

    fn bold(&self, size: f64) -> Type<'_> {
        Type {
            weight: "bold",
            ..self.plain(size)
        }
    }

    fn arrow_heads(&self, xml: &mut Xml) {
        xml.element("defs", &[], |xml| {
            for (name, colour) in [
                ("head", self.palette.arrow),
                ("weak", self.palette.weak),
                ("moved", self.palette.changed),
                ("faded", self.palette.garbage),
            ] {
                let id = format!("{}-{name}", self.prefix);
                let attributes = [
                    ("id", (&id).into()),
                    ("viewBox", "0 0 8 8".into()),
                    ("refX", 7.0.into()),
                    ("refY", 4.0.into()),
                    ("markerWidth", 7.0.into()),
                    ("markerHeight", 7.0.into()),
                    ("orient", "auto".into()),
                ];
                xml.element("marker", &attributes, |xml| {
                    xml.empty(
                        "path",
                        &[
                            ("d", "M0 0.5L8 4L0 7.5L1.8 4Z".into()),
                            ("fill", colour.into()),
                        ],
                    );
                });
            }
        });
    }

    fn page(&self, xml: &mut Xml, picture: &Picture) {
        xml.empty(
            "rect",
            &[
                ("width", picture.width.into()),
                ("height", picture.height.into()),
                ("fill", self.palette.background.into()),
            ],
        );
        xml.empty(
            "rect",
            &[
                ("width", picture.width.into()),
                ("height", picture.header.into()),
                ("fill", self.palette.panel.into()),
            ],
        );
    }

    /// Step and event, the source around the line, and what the program has printed.
    fn caption(&self, xml: &mut Xml, picture: &Picture) {
        let caption = &picture.caption;
        self.write(xml, MARGIN, 24.0, &self.bold(ROW_FONT), &caption.step);
        let x = MARGIN + text_width(&caption.step, ROW_FONT) + 18.0;
        self.write(xml, x, 24.0, &self.plain(ROW_FONT), &caption.event);
        let file_width = text_width(&caption.file, SMALL_FONT);
        let file_x = picture.width - MARGIN - file_width;
        self.write(xml, file_x, 24.0, &self.quiet(SMALL_FONT), &caption.file);
        let digits = caption
            .source
            .last()
            .map_or(1, |line| line.number.to_string().len());
        let mut y = 50.0;
        let code_x = MARGIN + 118.0;
        let mut widest: f64 = 0.0;
        for line in &caption.source {
            let word = match (line.ran, line.next) {
                (true, true) => "ran, next",
                (true, false) => "just ran",
                (false, true) => "next",
                (false, false) => "",
            };
            if line.ran || line.next {
                let width = text_width(&line.text, ROW_FONT) + 12.0;
                xml.empty(
                    "rect",
                    &[
                        ("x", (code_x - 6.0).into()),
                        ("y", (y - 12.5).into()),
                        ("width", width.into()),
                        ("height", LINE.into()),
                        ("rx", 2.0.into()),
                        ("fill", self.palette.changed_row.into()),
                    ],
                );
            }
            let set = Type {
                size: SMALL_FONT,
                colour: self.palette.changed,
                weight: "bold",
            };
            self.write(xml, MARGIN, y, &set, word);
            if line.next {
                let at = MARGIN + 66.0;
                let triangle = format!("M{} {}l7 4l-7 4z", rounded(at), rounded(y - 8.5));
                xml.empty(
                    "path",
                    &[
                        ("d", (&triangle).into()),
                        ("fill", self.palette.changed.into()),
                    ],
                );
            }
            let number = format!("{:>digits$}", line.number);
            let number_x = code_x - 10.0 - text_width(&number, ROW_FONT);
            self.write(xml, number_x, y, &self.quiet(ROW_FONT), &number);
            self.write(xml, code_x, y, &self.plain(ROW_FONT), &line.text);
            widest = widest.max(text_width(&line.text, ROW_FONT));
            y += LINE;
        }
        if !caption.output.is_empty() {
            let x = (code_x + widest + 40.0).max(picture.width * 0.6).min(
                picture.width
                    - MARGIN
                    - caption
                        .output
                        .iter()
                        .map(|line| text_width(line, ROW_FONT))
                        .fold(60.0, f64::max),
            );
            self.write(xml, x - 58.0, 50.0, &self.quiet(SMALL_FONT), "printed");
            for (i, line) in caption.output.iter().enumerate() {
                let y = 50.0 + i as f64 * LINE;
                self.write(xml, x, y, &self.plain(ROW_FONT), line);
            }
        }
    }

    fn arrow(&self, xml: &mut Xml, arrow: &PictureArrow) {
        let (colour, head) = if arrow.mark != Mark::None {
            (self.palette.changed, "moved")
        } else if arrow.faded {
            (self.palette.garbage, "faded")
        } else if arrow.weak {
            (self.palette.weak, "weak")
        } else {
            (self.palette.arrow, "head")
        };
        let path = path(arrow);
        let marker = format!("url(#{}-{head})", self.prefix);
        let mut attributes = vec![
            ("d", (&path).into()),
            ("fill", "none".into()),
            ("stroke", colour.into()),
            (
                "stroke-width",
                if arrow.mark == Mark::None { 1.3 } else { 2.0 }.into(),
            ),
            ("marker-end", (&marker).into()),
        ];
        if arrow.weak {
            attributes.push(("stroke-dasharray", "2 4".into()));
        } else if arrow.faded {
            attributes.push(("stroke-dasharray", "7 3".into()));
        }
        xml.empty("path", &attributes);
    }

    fn boxed(&self, xml: &mut Xml, picture_box: &PictureBox) {
        let rect = picture_box.rect;
        let faded = picture_box.status != Status::Alive;
        let (edge, fill, title) = if faded {
            (
                self.palette.garbage,
                self.palette.garbage_fill,
                self.palette.garbage_fill,
            )
        } else {
            (
                self.palette.quiet,
                self.palette.row,
                self.theme.title(picture_box.tone),
            )
        };
        let dashes = match picture_box.status {
            Status::Alive => "",
            Status::Unreachable => "7 3",
            Status::Dead(_) => "2 3",
        };
        let outline = if picture_box.tone == Tone::ActiveFrame || picture_box.mark == Mark::New {
            2.0
        } else {
            1.0
        };
        let opacity = if matches!(picture_box.status, Status::Dead(_)) {
            0.6
        } else {
            1.0
        };
        let id = format!(
            "{}-{}",
            self.prefix,
            match picture_box.key {
                crate::view::BoxKey::Call(n) => format!("call{n}"),
                crate::view::BoxKey::Object(id) => format!("object{}", id.0),
                crate::view::BoxKey::MoreCalls => "more-calls".to_owned(),
                crate::view::BoxKey::MoreObjects => "more-objects".to_owned(),
            }
        );
        xml.element(
            "g",
            &[("id", (&id).into()), ("opacity", opacity.into())],
            |xml| {
                let mut frame = vec![
                    ("x", rect.x.into()),
                    ("y", rect.y.into()),
                    ("width", rect.width.into()),
                    ("height", rect.height.into()),
                    ("rx", 3.0.into()),
                    ("fill", fill.into()),
                    ("stroke", edge.into()),
                    ("stroke-width", outline.into()),
                ];
                if !dashes.is_empty() {
                    frame.push(("stroke-dasharray", dashes.into()));
                }
                xml.empty("rect", &frame);
                xml.empty(
                    "path",
                    &[
                        ("d", (&title_bar(picture_box)).into()),
                        ("fill", title.into()),
                    ],
                );
                self.title(xml, picture_box);
                for (i, row) in picture_box.rows.iter().enumerate() {
                    self.row(xml, picture_box, row, i);
                }
                let words = note(picture_box);
                let colour = match picture_box.status {
                    Status::Alive => self.palette.changed,
                    _ => self.palette.garbage,
                };
                let set = Type {
                    size: SMALL_FONT,
                    colour,
                    weight: "bold",
                };
                self.write(xml, rect.x, rect.y - 4.0, &set, words);
            },
        );
    }

    fn title(&self, xml: &mut Xml, picture_box: &PictureBox) {
        let rect = picture_box.rect;
        let baseline = rect.y + 14.0;
        let x = rect.x + PADDING;
        self.write(xml, x, baseline, &self.bold(TITLE_FONT), &picture_box.title);
        if let Some(serial) = picture_box.serial {
            let x = x + text_width(&picture_box.title, TITLE_FONT);
            let text = format!(" #{serial}");
            self.write(xml, x, baseline, &self.quiet(SMALL_FONT), &text);
        }
        let width = text_width(&picture_box.count, SMALL_FONT);
        let x = rect.x + rect.width - PADDING - width;
        let mut set = self.plain(SMALL_FONT);
        if picture_box.count_changed {
            set = Type {
                colour: self.palette.changed,
                ..self.bold(SMALL_FONT)
            };
        }
        self.write(xml, x, baseline, &set, &picture_box.count);
    }

    fn row(&self, xml: &mut Xml, picture_box: &PictureBox, row: &PictureRow, index: usize) {
        let rect = picture_box.rect;
        let baseline = row.y + 14.5;
        if row.mark != Mark::None {
            xml.empty(
                "rect",
                &[
                    ("x", (rect.x + 1.0).into()),
                    ("y", (row.y + 0.5).into()),
                    ("width", (rect.width - 2.0).into()),
                    ("height", (ROW_HEIGHT - 1.0).into()),
                    ("fill", self.palette.changed_row.into()),
                ],
            );
            let triangle = format!(
                "M{} {}l5 4l-5 4z",
                rounded(rect.x + 0.5),
                rounded(row.y + ROW_HEIGHT / 2.0 - 4.0)
            );
            xml.empty(
                "path",
                &[
                    ("d", (&triangle).into()),
                    ("fill", self.palette.changed.into()),
                ],
            );
        }
        if index > 0 {
            let line = format!(
                "M{} {}h{}",
                rounded(rect.x),
                rounded(row.y),
                rounded(rect.width)
            );
            xml.empty(
                "path",
                &[("d", (&line).into()), ("stroke", self.palette.line.into())],
            );
        }
        if picture_box.labels > 0.0 && !row.aside {
            let x = rect.x + picture_box.labels;
            let line = format!("M{} {}v{}", rounded(x), rounded(row.y), rounded(ROW_HEIGHT));
            xml.empty(
                "path",
                &[("d", (&line).into()), ("stroke", self.palette.line.into())],
            );
        }
        if let PictureCell::Text(text) = &row.label {
            self.write(xml, rect.x + PADDING, baseline, &self.quiet(ROW_FONT), text);
        }
        if let PictureCell::Text(text) = &row.value {
            if row.aside {
                self.write(xml, rect.x + PADDING, baseline, &self.quiet(ROW_FONT), text);
            } else {
                let x = rect.x + picture_box.labels + PADDING;
                self.write(xml, x, baseline, &self.plain(ROW_FONT), text);
            }
        }
    }

    /// The dots from which arrows leave, above everything else.
    fn dots(&self, xml: &mut Xml, picture_box: &PictureBox) {
        for row in &picture_box.rows {
            for cell in [&row.label, &row.value] {
                if let PictureCell::Dot(at) = cell {
                    let colour = if row.mark == Mark::None {
                        self.palette.arrow
                    } else {
                        self.palette.changed
                    };
                    xml.empty(
                        "circle",
                        &[
                            ("cx", at.x.into()),
                            ("cy", at.y.into()),
                            ("r", 3.2.into()),
                            ("fill", colour.into()),
                        ],
                    );
                }
            }
        }
    }

    /// What the signs mean, as far as this picture uses them.
    fn legend(&self, xml: &mut Xml, picture: &Picture) {
        let y = picture.height - 14.0;
        let mut x = MARGIN;
        let any_status =
            |wanted: fn(Status) -> bool| picture.boxes.iter().any(|b| wanted(b.status));
        let mut entry = |sample: &str, dashes: &str, colour: &str, words: &str| {
            let mut attributes = vec![
                (
                    "d",
                    sample
                        .replace("{x}", &rounded(x))
                        .replace("{y}", &rounded(y - 4.0)),
                ),
                ("stroke", colour.to_owned()),
                ("fill", "none".to_owned()),
            ];
            if !dashes.is_empty() {
                attributes.push(("stroke-dasharray", dashes.to_owned()));
            }
            let attributes: Vec<_> = attributes
                .iter()
                .map(|(key, value)| (*key, value.into()))
                .collect();
            xml.empty("path", &attributes);
            self.write(xml, x + 34.0, y, &self.quiet(SMALL_FONT), words);
            x += 34.0 + text_width(words, SMALL_FONT) + 22.0;
        };
        const SAMPLE_LINE: &str = "M{x} {y}h26";
        const SAMPLE_BOX: &str = "M{x} {y}m2 -6h22v12h-22z";
        entry(SAMPLE_LINE, "", self.palette.arrow, "reference");
        if picture.arrows.iter().any(|arrow| arrow.weak) {
            entry(
                SAMPLE_LINE,
                "2 4",
                self.palette.weak,
                "weak reference: adds nothing to the count",
            );
        }
        if picture
            .boxes
            .iter()
            .any(|b| b.mark != Mark::None || b.rows.iter().any(|r| r.mark != Mark::None))
        {
            entry(
                SAMPLE_LINE,
                "",
                self.palette.changed,
                "new or changed in this step",
            );
        }
        if any_status(|status| status == Status::Unreachable) {
            entry(
                SAMPLE_BOX,
                "7 3",
                self.palette.garbage,
                "unreachable: waiting for the collector",
            );
        }
        if any_status(|status| matches!(status, Status::Dead(_))) {
            entry(
                SAMPLE_BOX,
                "2 3",
                self.palette.garbage,
                "freed in this step",
            );
        }
    }
}

/// The title bar, rounded above and straight below.
fn title_bar(picture_box: &PictureBox) -> String {
    let rect = picture_box.rect;
    format!(
        "M{} {}v-{}q0 -2.5 2.5 -2.5h{}q2.5 0 2.5 2.5v{}z",
        rounded(rect.x + 0.5),
        rounded(rect.y + TITLE_HEIGHT),
        rounded(TITLE_HEIGHT - 3.0),
        rounded(rect.width - 6.0),
        rounded(TITLE_HEIGHT - 3.0),
    )
}

fn path(arrow: &PictureArrow) -> String {
    let mut out = format!("M{} {}", rounded(arrow.start.x), rounded(arrow.start.y));
    for piece in &arrow.pieces {
        match piece {
            Piece::Line(to) => out.push_str(&format!("L{} {}", rounded(to.x), rounded(to.y))),
            Piece::Curve(a, b, to) => out.push_str(&format!(
                "C{} {} {} {} {} {}",
                rounded(a.x),
                rounded(a.y),
                rounded(b.x),
                rounded(b.y),
                rounded(to.x),
                rounded(to.y)
            )),
        }
    }
    out
}
