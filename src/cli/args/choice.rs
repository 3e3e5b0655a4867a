//! The options that choose what to see.

use crate::analyse::{PictureMark, picture_name, shapes};
use crate::view::{Color, Counts, Shape};
use clap::{Args, ValueEnum};

/// What stands above these options in the help.
const HEADING: &str = "Choosing what to see";

/// What one `--shape` says.
type Shapes = Vec<(Shape, String)>;

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ChoiceArgs {
    /// Draw only these names' objects and what they reach: `head`, `a.b[0]`, `#12`
    #[arg(help_heading = HEADING, long, value_name = "NAME,...")]
    pub focus: Vec<String>,
    /// Draw only objects that are at most this many references away from a name, or from the
    /// focus: 1 is the named object alone
    #[arg(help_heading = HEADING, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub depth: Option<u32>,
    /// Leave out these names' objects, or all objects of these types
    #[arg(help_heading = HEADING, long, value_name = "NAME|TYPE,...")]
    pub hide: Vec<String>,
    /// Draw these names' objects, or all objects of these types, without their contents
    #[arg(help_heading = HEADING, long, value_name = "NAME|TYPE,...")]
    pub fold: Vec<String>,
    /// Draw at most this many objects in one picture, and count the others by type
    #[arg(help_heading = HEADING, long, value_name = "N", default_value_t = 60)]
    pub max_objects: usize,
    /// Draw small values (ints, strings, `None`) as boxes of their own, too
    #[arg(help_heading = HEADING, long)]
    pub boxes: bool,
    /// Draw small values in the rows, also where the script asks for boxes
    #[arg(help_heading = HEADING, long, conflicts_with = "boxes")]
    pub inline: bool,
    /// Draw also what objects of the standard library keep for themselves (threads, locks, enums)
    #[arg(help_heading = HEADING, long)]
    pub internals: bool,
    /// Draw these steps: 3,7-12 or 40-, or all [default: those at which something is new that is
    /// drawn]
    #[arg(help_heading = HEADING, long, value_name = "STEPS", value_delimiter = ',', value_parser = steps)]
    pub steps: Vec<(u32, u32)>,
    /// Draw the steps at which this line of the script, or one below it, has run
    #[arg(help_heading = HEADING, long, value_name = "LINE")]
    pub from_line: Option<u32>,
    /// Draw the steps at which this line of the script, or one above it, has run
    #[arg(help_heading = HEADING, long, value_name = "LINE")]
    pub to_line: Option<u32>,
    /// Draw only steps at which what is drawn has changed
    #[arg(help_heading = HEADING, long)]
    pub only_changes: bool,
    /// Draw the moments when this line of the script has run, in files of this name, under this
    /// caption
    #[arg(help_heading = HEADING, long, value_name = "LINE[:NAME][=CAPTION]", value_parser = picture)]
    pub picture: Vec<(u32, PictureMark)>,
    /// As --picture, with what was before the line beside it
    #[arg(help_heading = HEADING, long, value_name = "LINE[:NAME][=CAPTION]", value_parser = pair)]
    pub pair: Vec<(u32, PictureMark)>,
    /// Draw these steps on one page, strip.svg (with png also strip.png), beside the others
    #[arg(help_heading = HEADING, long, value_name = "STEP,...", value_delimiter = ',')]
    pub strip: Vec<u32>,
    /// Outline the boxes that these names lead to, or the rows of values that have none
    #[arg(help_heading = HEADING, long, value_name = "NAME,...")]
    pub highlight: Vec<String>,
    /// Write these words above the box that this name leads to
    #[arg(help_heading = HEADING, long, value_name = "NAME=WORDS", value_parser = label)]
    pub label: Vec<(String, String)>,
    /// Say this in the pictures of the moments when this line of the script has run
    #[arg(help_heading = HEADING, long, value_name = "LINE=WORDS", value_parser = note)]
    pub note: Vec<(u32, String)>,
    /// Give the boxes of this name or type a colour: red, orange, yellow, green, blue, purple, grey
    #[arg(help_heading = HEADING, long, value_name = "NAME|TYPE=COLOR", value_parser = color)]
    pub color: Vec<(String, Color)>,
    /// Set what these names lead to in these shapes: `tree(root)`, `grid(m)` (its lists line by
    /// line), `row(a)` (plain values side by side), `rows(a)` (no shape of memviz's choice)
    #[arg(help_heading = HEADING, long, value_name = "SHAPE(NAME),...", value_parser = shaped)]
    pub shape: Vec<Shapes>,
    /// Draw what instances are made from: arrows to their classes, and from these to their bases
    #[arg(help_heading = HEADING, long)]
    pub classes: bool,
    /// Draw reference counts in titles, and tell how they change: auto does where the script is
    /// about them (gc, weakref, getrefcount, ctypes, `__del__`, `del` of a name)
    #[arg(help_heading = HEADING, long, value_enum, default_value_t = CountsArg::Auto)]
    pub counts: CountsArg,
    /// Pay no heed to `# memviz: ...` comments in the script
    #[arg(help_heading = HEADING, long)]
    pub no_marks: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CountsArg {
    Never,
    Auto,
    Always,
}

impl From<CountsArg> for Counts {
    fn from(counts: CountsArg) -> Counts {
        match counts {
            CountsArg::Never => Counts::Never,
            CountsArg::Auto => Counts::Auto,
            CountsArg::Always => Counts::Always,
        }
    }
}

/// Reads `12`, `12:trap`, `12=caption` or `12:trap=caption`.
fn picture(text: &str) -> Result<(u32, PictureMark), String> {
    moment(text, false)
}

fn pair(text: &str) -> Result<(u32, PictureMark), String> {
    moment(text, true)
}

fn moment(text: &str, pair: bool) -> Result<(u32, PictureMark), String> {
    let (place, caption) = text.split_once('=').unwrap_or((text, ""));
    let (number, name) = match place.split_once(':') {
        Some((number, name)) => (number, Some(picture_name(name.trim())?)),
        None => (place, None),
    };
    let picture = PictureMark {
        caption: caption.trim().to_owned(),
        name,
        pair,
    };
    Ok((line(number)?, picture))
}

fn line(text: &str) -> Result<u32, String> {
    let line = text.trim().parse().ok().filter(|line| *line > 0);
    line.ok_or_else(|| format!("`{text}` is no line: the first is 1"))
}

/// What stands on both sides of the first `=`, where something does.
fn sides<'t>(text: &'t str, wanted: &str) -> Result<(&'t str, &'t str), String> {
    let sides = text.split_once('=').map(|(a, b)| (a.trim(), b.trim()));
    sides
        .filter(|(a, b)| !a.is_empty() && !b.is_empty())
        .ok_or_else(|| format!("write it as {wanted}"))
}

fn label(text: &str) -> Result<(String, String), String> {
    let (name, words) = sides(text, "NAME=WORDS")?;
    Ok((name.to_owned(), words.to_owned()))
}

fn note(text: &str) -> Result<(u32, String), String> {
    let (number, words) = sides(text, "LINE=WORDS")?;
    Ok((line(number)?, words.to_owned()))
}

/// Reads `tree(root),row(a)`.
fn shaped(text: &str) -> Result<Shapes, String> {
    let shapes = shapes(text)?.into_iter();
    shapes
        .map(|(shape, name)| Ok((Shape::named(&shape)?, name)))
        .collect()
}

fn color(text: &str) -> Result<(String, Color), String> {
    let (name, color) = sides(text, "NAME=COLOR")?;
    Ok((name.to_owned(), Color::named(color)?))
}

/// Reads `7`, `3-12` or `40-`.
fn steps(text: &str) -> Result<(u32, u32), String> {
    if text.trim() == "all" {
        return Ok((1, u32::MAX));
    }
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|step| *step > 0);
    let range = match text.split_once('-') {
        None => number(text).map(|step| (step, step)),
        Some((first, last)) if last.trim().is_empty() => number(first).map(|f| (f, u32::MAX)),
        Some((first, last)) => number(first).zip(number(last)),
    };
    range
        .filter(|(first, last)| first <= last)
        .ok_or_else(|| "write `all`, or steps from 1 on as 3,7-12 or 40-".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_lines_with_names_and_captions() {
        let mark = |name: Option<&str>, caption: &str| PictureMark {
            caption: caption.to_owned(),
            name: name.map(str::to_owned),
            pair: false,
        };
        assert_eq!(picture("12"), Ok((12, mark(None, ""))));
        assert_eq!(picture("12:a-b_1"), Ok((12, mark(Some("a-b_1"), ""))));
        assert_eq!(picture("12=a: b = c"), Ok((12, mark(None, "a: b = c"))));
        assert_eq!(picture("12:trap=two"), Ok((12, mark(Some("trap"), "two"))));
        assert_eq!(pair("3").map(|(_, picture)| picture.pair), Ok(true));
        for wrong in ["", "0", "x", "3:", "3:0012", "3:a b", "3:../up", ":name"] {
            assert!(picture(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            label("d['k']=the words"),
            Ok(("d['k']".into(), "the words".into()))
        );
        assert_eq!(color("Node=blue"), Ok(("Node".into(), Color::Blue)));
        let both = vec![(Shape::Tree, "a[f(0)]".into()), (Shape::Row, "b".into())];
        assert_eq!(shaped("tree(a[f(0)]), row(b)"), Ok(both));
        for wrong in ["", "tree", "tree()", "ring(a)", "tree(a) b", "(a)"] {
            assert!(shaped(wrong).is_err(), "{wrong}");
        }
        for wrong in ["Node", "=blue", "Node=", "Node=mauve"] {
            assert!(color(wrong).is_err(), "{wrong}");
        }
        assert_eq!(note("3=a = b"), Ok((3, "a = b".into())));
        assert!(note("a=3").is_err() && note("3=").is_err());
    }

    #[test]
    fn steps_are_numbers_and_ranges_from_1_on() {
        assert_eq!(steps("7"), Ok((7, 7)));
        assert_eq!(steps("3-12"), Ok((3, 12)));
        assert_eq!(steps("40-"), Ok((40, u32::MAX)));
        for wrong in ["", "0", "x", "5-3", "-3", "1-2-3"] {
            assert!(steps(wrong).is_err(), "{wrong}");
        }
    }
}
