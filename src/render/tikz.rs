//! A picture as a LaTeX document of its own, drawn by TikZ, that pdflatex sets without any other
//! package.

use super::SIGNATURE;
use super::figure::{Align, Dashes, Group, Run, Shape, Stroke, Text, figure};
use super::theme::Theme;
use super::xml::rounded;
use crate::layout::{Picture, Piece, Point};
use std::collections::BTreeSet;
use std::fmt::Write;

/// TeX's big points per pixel, as browsers print.
const POINTS: f64 = 0.75;

/// What the document says before its picture. Text that is wider than it was measured, as in other
/// fonts, is made as narrow as that.
const PREAMBLE: &str = r"\documentclass{article}
\IfFileExists{lmodern.sty}
  {\usepackage[T1]{fontenc}\usepackage{lmodern}
   \newcommand{\mvquote}{\textquotesingle}\newcommand{\mvgrave}{\textasciigrave}}
  {\usepackage{fix-cm}\newcommand{\mvquote}{\char13 }\newcommand{\mvgrave}{\char18 }}
\usepackage{tikz}
\usetikzlibrary{arrows.meta}
\newcommand{\mvfit}[2]{\setbox0\hbox{#2}\ifdim\wd0>#1\resizebox{#1}{\height}{\box0}\else\box0\fi}
\newcommand{\mvtext}[5]{\node[anchor=base #3, inner sep=0pt] at (#1,#2) {\mvfit{#4}{#5}};}
\newcommand{\mvrun}[3]{{\ttfamily\fontsize{#1}{#1}\selectfont\color{#2}#3}}
\newcommand{\mvbold}[3]{\mvrun{#1}{#2}{\bfseries#3}}
";

/// Writes a picture as a document.
pub fn tikz(picture: &Picture, theme: Theme) -> String {
    let page = &picture.page;
    let unit = POINTS * page.scale;
    let mut drawing = TikzDrawing {
        unit,
        colours: BTreeSet::new(),
        out: String::new(),
    };
    for group in figure(picture, theme) {
        drawing.group(&group);
    }
    let (width, height) = (rounded(page.width * unit), rounded(page.height * unit));
    let caption = &picture.caption;
    let title = format!("{}, {}: {}", caption.file, caption.step, caption.event);
    let mut out = format!("% {SIGNATURE}\n% {}\n", in_a_comment(&title));
    out.push_str(
        "% In a document of yours: what stands from \\usepackage{tikz} to \\begin{document}, and the\n\
         % tikzpicture.\n",
    );
    out.push_str(PREAMBLE);
    for colour in &drawing.colours {
        let _ = writeln!(
            out,
            "\\definecolor{{{}}}{{HTML}}{{{}}}",
            named(colour),
            digits(colour)
        );
    }
    let _ = write!(
        out,
        "\\usepackage[paperwidth={width}bp, paperheight={height}bp, margin=0pt]{{geometry}}\n\
         \\pagestyle{{empty}}\n\
         \\topskip=0pt\n\
         \\begin{{document}}\n\
         \\noindent\\vbox to 0pt{{\\hbox to 0pt{{%\n\
         \\begin{{tikzpicture}}[x={x}bp, y=-{x}bp]\n\
         \\useasboundingbox (0,0) rectangle ({},{});\n",
        rounded(page.width),
        rounded(page.height),
        x = length(unit)
    );
    out.push_str(&drawing.out);
    out.push_str("\\end{tikzpicture}\\hss}\\vss}\n\\end{document}\n");
    out
}

/// Lengths need more than a tenth where they are multiplied.
fn length(number: f64) -> String {
    format!("{number:.4}")
}

fn digits(colour: &str) -> String {
    colour.trim_start_matches('#').to_uppercase()
}

fn named(colour: &str) -> String {
    format!("mv{}", digits(colour))
}

fn point(at: Point) -> String {
    format!("({},{})", rounded(at.x), rounded(at.y))
}

/// What is drawn so far.
struct TikzDrawing {
    /// Big points of a unit.
    unit: f64,
    colours: BTreeSet<&'static str>,
    out: String,
}

impl TikzDrawing {
    fn group(&mut self, group: &Group) {
        let _ = writeln!(self.out, "% {}", in_a_comment(&group.name));
        if group.opacity < 1.0 {
            let opacity = length(group.opacity);
            let scope = format!("\\begin{{scope}}[transparency group, opacity={opacity}]");
            let _ = writeln!(self.out, "{scope}");
        }
        for shape in &group.shapes {
            let line = self.shape(shape);
            let _ = writeln!(self.out, "{line}");
        }
        if group.opacity < 1.0 {
            self.out.push_str("\\end{scope}\n");
        }
    }

    fn shape(&mut self, shape: &Shape) -> String {
        match shape {
            Shape::Area {
                rect,
                radius,
                fill,
                stroke,
            } => {
                let mut looks = Vec::new();
                looks.extend(fill.map(|fill| format!("fill={}", self.colour(fill))));
                looks.extend(stroke.as_ref().map(|stroke| self.stroke(stroke)));
                if *radius > 0.0 {
                    looks.push(format!("rounded corners={}bp", length(radius * self.unit)));
                }
                let corner = Point {
                    x: rect.right(),
                    y: rect.bottom(),
                };
                let from = Point {
                    x: rect.x,
                    y: rect.y,
                };
                let looks = looks.join(", ");
                format!(
                    "\\path[{looks}] {} rectangle {};",
                    point(from),
                    point(corner)
                )
            }
            Shape::Triangle { corners, fill } => {
                let [a, b, c] = corners.map(point);
                format!("\\fill[{}] {a} -- {b} -- {c} -- cycle;", self.colour(fill))
            }
            Shape::Dot {
                middle,
                radius,
                fill,
            } => {
                let radius = length(radius * self.unit);
                format!(
                    "\\fill[{}] {} circle[radius={radius}bp];",
                    self.colour(fill),
                    point(*middle)
                )
            }
            Shape::Way {
                start,
                pieces,
                stroke,
                has_head,
            } => {
                let head = match has_head {
                    true => format!(", -{{Stealth[length={}bp]}}", length(7.0 * self.unit)),
                    false => String::new(),
                };
                let mut out = format!("\\draw[{}{head}] {}", self.stroke(stroke), point(*start));
                for piece in pieces {
                    out.push_str(&match piece {
                        Piece::Line(to) => format!(" -- {}", point(*to)),
                        Piece::Curve(a, b, to) => format!(
                            " .. controls {} and {} .. {}",
                            point(*a),
                            point(*b),
                            point(*to)
                        ),
                    });
                }
                out.push(';');
                out
            }
            Shape::Text(text) => self.text(text),
        }
    }

    fn text(&mut self, text: &Text) -> String {
        let anchor = match text.align {
            Align::Left => "west",
            Align::Middle => "",
            Align::Right => "east",
        };
        let anchor = format!("{{{anchor}}}");
        let runs: String = text.runs.iter().map(|run| self.run(run)).collect();
        let (x, y) = (rounded(text.at.x), rounded(text.at.y));
        let width = length(text.width() * self.unit);
        format!("\\mvtext{{{x}}}{{{y}}}{anchor}{{{width}bp}}{{{runs}}}")
    }

    fn run(&mut self, run: &Run) -> String {
        let set = if run.is_bold { "mvbold" } else { "mvrun" };
        let size = rounded(run.size * self.unit);
        let colour = self.colour(run.colour);
        format!("\\{set}{{{size}bp}}{{{colour}}}{{{}}}", escaped(&run.text))
    }

    fn colour(&mut self, colour: &'static str) -> String {
        self.colours.insert(colour);
        named(colour)
    }

    fn stroke(&mut self, stroke: &Stroke) -> String {
        let unit = |number: f64| length(number * self.unit);
        let dashes = match stroke.dashes {
            Dashes::None => String::new(),
            Dashes::Long => format!(", dash pattern=on {}bp off {}bp", unit(7.0), unit(3.0)),
            Dashes::Short => format!(", dash pattern=on {}bp off {}bp", unit(2.0), unit(3.0)),
            Dashes::Mixed => {
                let (long, short, gap) = (unit(7.0), unit(2.0), unit(3.0));
                format!(", dash pattern=on {long}bp off {gap}bp on {short}bp off {gap}bp")
            }
        };
        let width = unit(stroke.width);
        format!(
            "draw={}, line width={width}bp{dashes}",
            self.colour(stroke.colour)
        )
    }
}

fn in_a_comment(text: &str) -> String {
    let visible = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    text.chars().map(visible).collect()
}

/// Text as LaTeX sets it. What pdflatex's fonts lack is shown by its number.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            ' ' => out.push('~'),
            // By their places in a font of fixed width.
            '\\' => out.push_str("\\char92{}"),
            '^' => out.push_str("\\char94{}"),
            '~' => out.push_str("\\char126{}"),
            '{' | '}' | '#' | '$' | '%' | '&' | '_' => {
                out.push('\\');
                out.push(c);
            }
            '\'' => out.push_str("\\mvquote{}"),
            '`' => out.push_str("\\mvgrave{}"),
            // Two of these, or one and a quote, would become another sign.
            '-' | '<' | '>' | ',' | '!' | '?' => {
                out.push(c);
                out.push_str("{}");
            }
            c if c.is_ascii_graphic() => out.push(c),
            c => match sign(c) {
                Some(sign) => out.push_str(sign),
                None if is_set(c) => out.push(c),
                None => {
                    let _ = write!(out, "$\\langle$U+{:04X}$\\rangle$", u32::from(c));
                }
            },
        }
    }
    out
}

/// Signs that memviz itself uses.
fn sign(c: char) -> Option<&'static str> {
    Some(match c {
        '…' => "\\ldots{}",
        '⋮' => "$\\cdot$",
        '→' => "$\\rightarrow$",
        '‘' => "\\textquoteleft{}",
        '’' => "\\textquoteright{}",
        '“' => "\\textquotedblleft{}",
        '”' => "\\textquotedblright{}",
        '–' => "\\textendash{}",
        '—' => "\\textemdash{}",
        '•' => "\\textbullet{}",
        '×' => "$\\times$",
        _ => return None,
    })
}

/// Letters with accents that every LaTeX font has, or puts together.
fn is_set(c: char) -> bool {
    matches!(c, 'À'..='ÿ') && !matches!(c, 'Ð' | 'Þ' | 'ð' | 'þ' | '÷')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_is_set_or_shown_by_its_number() {
        assert_eq!(escaped("a_b {1%}"), "a\\_b~\\{1\\%\\}");
        assert_eq!(escaped("\\^~--"), "\\char92{}\\char94{}\\char126{}-{}-{}");
        assert_eq!(
            escaped("é→中\u{7}"),
            "é$\\rightarrow$$\\langle$U+4E2D$\\rangle$$\\langle$U+0007$\\rangle$"
        );
        let printable: String = (' '..='~').collect();
        let set = escaped(&printable).replace("\\{", "").replace("\\}", "");
        assert_eq!(set.matches('{').count(), set.matches('}').count());
    }
}
