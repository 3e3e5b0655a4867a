//! The options that say what is drawn, how and where to.

use super::choice::ChoiceArgs;
use super::numbers::number_within;
use super::page::PageArgs;
use crate::layout::{Direction, PageOptions};
use crate::render::Theme;
use crate::view::Style;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct ProductArgs {
    /// Folder to write to [default: output/SCRIPT_STEM]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write over a folder that holds something else
    #[arg(long)]
    pub force: bool,
    /// What to write
    #[arg(
        long,
        value_name = "FORMATS",
        value_delimiter = ',',
        default_value = "svg,html",
        default_value_if("watch", "true", "html")
    )]
    pub format: Vec<Format>,
    /// Size of PNG and GIF, as a multiple of the SVG's [default: 2 for PNG, 1 for sheet.png; 1 for
    /// GIF, which is no wider than 960 pixels then; with --preset or --font-size 1, for print 300
    /// pixels to an inch]
    #[arg(long, value_name = "F", value_parser = scale)]
    pub scale: Option<f64>,
    /// How long GIF and animated SVG show a step
    #[arg(long, value_name = "SECONDS", default_value = "1.5", value_parser = delay)]
    pub delay: f64,
    /// Who lays out the pictures: memviz, or an installed Graphviz, step by step, so that boxes
    /// move; the player's are always memviz's
    #[arg(long, value_enum, default_value_t = LayoutBy::Memviz)]
    pub layout: LayoutBy,
    /// Where what is linked leads: right, trees as well; or down, chains as well [default: trees down,
    /// chains to the right; with Graphviz all to the right]
    #[arg(long, value_enum)]
    pub direction: Option<DirectionName>,
    /// Colours [default: light; print with --preset print]
    #[arg(long, value_enum)]
    pub theme: Option<ThemeName>,
    /// What the pictures look like; the player's are always memviz's
    #[arg(long, value_enum, default_value_t = StyleName::Memviz)]
    pub style: StyleName,
    /// Draw worksheets, too: blank/0007.svg (with png also blank/0007.png) is the picture
    /// frames/0007.svg, which is its answer, without values, arrows and words
    #[arg(long)]
    pub blank: bool,
    /// Say of each object which generation of the collector's it is in
    #[arg(long)]
    pub generations: bool,
    /// Say of each object how many bytes it takes
    #[arg(long)]
    pub sizes: bool,
    #[command(flatten)]
    pub page: PageArgs,
    #[command(flatten)]
    pub choice: ChoiceArgs,
    /// Have the player ask at each step what will change (html)
    #[arg(long)]
    pub quiz: bool,
    /// Open the player in the browser (html)
    #[arg(long)]
    pub open: bool,
}

impl ProductArgs {
    /// The colours that are asked for, or the preset's own.
    pub(in crate::cli) fn theme(&self) -> Theme {
        self.theme
            .map_or_else(|| self.page.theme(), ThemeName::into)
    }

    /// How the pages are composed, and where what is linked leads on them.
    pub(in crate::cli) fn page_options(&self) -> PageOptions {
        PageOptions {
            direction: self.direction.map(Direction::from),
            ..self.page.options()
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// frames/0001.svg ..., one picture a step
    Svg,
    /// frames/0001.png ...
    Png,
    /// animation.gif
    Gif,
    /// animation.svg: all steps in one file that moves by itself
    Asvg,
    /// steps.pdf, one page a step
    Pdf,
    /// steps.pptx, one slide a step, of shapes and texts that can be changed, with notes
    Pptx,
    /// sheet.svg: all steps on one page; with png also sheet.png
    Sheet,
    /// snippet.html and snippet.md, to paste into a page, and the pictures that snippet.md names
    HtmlSnippet,
    /// index.html, the player: the run to be walked and questioned in a browser
    Html,
    /// dot/0001.dot ..., for Graphviz
    Dot,
    /// tikz/0001.tex ..., documents for pdflatex
    Tikz,
    /// trace.json
    Json,
    /// Nothing beside the trace itself
    None,
}

fn scale(word: &str) -> Result<f64, String> {
    number_within(word, 0.1, 10.0)
}

fn delay(word: &str) -> Result<f64, String> {
    number_within(word, 0.05, 600.0)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LayoutBy {
    Memviz,
    Dot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DirectionName {
    Right,
    Down,
}

impl From<DirectionName> for Direction {
    fn from(name: DirectionName) -> Direction {
        match name {
            DirectionName::Right => Direction::Right,
            DirectionName::Down => Direction::Down,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum StyleName {
    /// Boxes under titles in the colours of their kinds, with the objects' numbers
    Memviz,
    /// Environment diagrams: numbered frames with their parents, the value that a call returns,
    /// functions as objects
    Environment,
    /// As web tutors draw: the same with the types small above the boxes
    Tutor,
}

impl From<StyleName> for Style {
    fn from(name: StyleName) -> Style {
        match name {
            StyleName::Memviz => Style::Memviz,
            StyleName::Environment => Style::Environment,
            StyleName::Tutor => Style::Tutor,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ThemeName {
    Light,
    Dark,
    Print,
}

impl From<ThemeName> for Theme {
    fn from(name: ThemeName) -> Theme {
        match name {
            ThemeName::Light => Theme::Light,
            ThemeName::Dark => Theme::Dark,
            ThemeName::Print => Theme::Print,
        }
    }
}
