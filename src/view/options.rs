//! What to draw, and how much of it.

use super::filter::ViewFilter;

/// Whether reference counts are drawn and told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Counts {
    Never,
    /// Where the script is about them, or asks for them.
    #[default]
    Auto,
    Always,
}

/// How a picture says what it shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Memviz,
    /// Environment diagrams: numbered frames with their parents, functions as objects.
    Environment,
    /// As web tutors draw: the same, with the types above the boxes.
    Tutor,
}

/// What to draw, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewOptions {
    pub style: Style,
    /// Draw every object as a box, also small values.
    pub boxes: bool,
    /// Draw small values in the rows, also where the script's marks ask for boxes.
    pub inline: bool,
    /// Draw also what objects of the library keep for themselves: attributes whose names begin with `_`.
    pub internals: bool,
    /// Draw what instances are made from: arrows to their classes, and from these to their bases.
    pub classes: bool,
    /// Whether counts are drawn in titles and told in captions.
    pub counts: Counts,
    /// Draw counts in titles whether they are told or not.
    pub count_titles: bool,
    /// Say of each object which generation of the collector's it is in.
    pub generations: bool,
    /// Say of each object how many bytes it takes.
    pub sizes: bool,
    /// Objects that are drawn at most in one picture; the others are counted.
    pub max_objects: usize,
    /// Rows of a container that are drawn before and after the ones left out.
    pub first_rows: usize,
    pub last_rows: usize,
    /// What of it the user wants to see.
    pub choice: ViewFilter,
}

impl Default for ViewOptions {
    fn default() -> Self {
        ViewOptions {
            style: Style::Memviz,
            boxes: false,
            inline: false,
            internals: false,
            classes: false,
            counts: Counts::Auto,
            count_titles: false,
            generations: false,
            sizes: false,
            max_objects: 60,
            first_rows: 12,
            last_rows: 3,
            choice: ViewFilter::default(),
        }
    }
}
