//! The options that say how a page is composed.

use super::numbers::number_within;
use crate::layout::{Crop, PageOptions, PagePart, Preset};
use crate::render::Theme;
use clap::{Args, ValueEnum};

/// What stands above these options in the help.
const HEADING: &str = "The page";

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct PageArgs {
    /// Compose the pictures for a place [default: a screen; as large as they need]
    #[arg(help_heading = HEADING, long, value_enum)]
    pub preset: Option<PresetName>,
    /// Height of the letters in boxes, in pixels: the whole picture grows with them [default: 13,
    /// twice that in PNG]
    #[arg(help_heading = HEADING, long, value_name = "PIXELS", value_parser = font_size, conflicts_with = "preset")]
    pub font_size: Option<f64>,
    /// What a picture has room for: what all pictures of the run show, so that nothing moves from
    /// one to the next, or what it shows itself
    #[arg(help_heading = HEADING, long, value_enum, default_value_t = CropName::Run)]
    pub crop: CropName,
    /// Leave these parts of the pictures out
    #[arg(help_heading = HEADING, long, value_name = "PARTS", value_delimiter = ',', value_enum)]
    pub without: Vec<PartName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PresetName {
    /// A slide: 1920 by 1080 pixels, letters as large as can be
    Slide,
    /// A web page: 720 pixels wide, as high as needed
    Post,
    /// A column of a printed page: 3.4 inches wide, black on white
    Print,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CropName {
    /// One size for all pictures
    Run,
    /// Each picture its own
    Step,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PartName {
    /// The source
    Code,
    /// The sentences at the top
    Caption,
    /// The step's number and event
    Step,
    /// The file's name
    File,
    /// The numbers of objects
    Serials,
    /// The reference counts
    Counts,
    /// What signs mean
    Legend,
    /// What the program has printed
    Output,
}

impl PageArgs {
    pub(in crate::cli) fn options(&self) -> PageOptions {
        PageOptions {
            preset: self.preset.map(|preset| match preset {
                PresetName::Slide => Preset::Slide,
                PresetName::Post => Preset::Post,
                PresetName::Print => Preset::Print,
            }),
            font_size: self.font_size,
            crop: match self.crop {
                CropName::Run => Crop::Run,
                CropName::Step => Crop::Step,
            },
            without: self.without.iter().map(|part| (*part).into()).collect(),
            direction: None,
        }
    }

    /// The colours that suit the preset.
    pub(super) fn theme(&self) -> Theme {
        match self.preset {
            Some(PresetName::Print) => Theme::Print,
            _ => Theme::Light,
        }
    }

    /// How large PNG and GIF are, as a multiple of the SVG's size, where that follows from what is
    /// asked for.
    pub(in crate::cli) fn scale(&self) -> Option<f64> {
        match (self.preset, self.font_size) {
            (Some(PresetName::Slide | PresetName::Post), _) | (None, Some(_)) => Some(1.0),
            (Some(PresetName::Print), _) => Some(PRINTED),
            (None, None) => None,
        }
    }
}

/// 300 pixels to an inch, where an SVG has 96.
const PRINTED: f64 = 300.0 / 96.0;

impl From<PartName> for PagePart {
    fn from(name: PartName) -> PagePart {
        match name {
            PartName::Code => PagePart::Code,
            PartName::Caption => PagePart::Caption,
            PartName::Step => PagePart::Step,
            PartName::File => PagePart::File,
            PartName::Serials => PagePart::Serials,
            PartName::Counts => PagePart::Counts,
            PartName::Legend => PagePart::Legend,
            PartName::Output => PagePart::Output,
        }
    }
}

fn font_size(word: &str) -> Result<f64, String> {
    number_within(word, 4.0, 200.0)
}
