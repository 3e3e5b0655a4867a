//! All steps as slides for PowerPoint, Impress and Keynote: shapes and texts that can be changed,
//! and the words of each step as notes.

mod package;
mod shapes;
mod slide;

use super::rendered_svg::DrawError;
use super::theme::Theme;
use crate::layout::Picture;
use package::package;
use slide::{notes, slide};

/// Collects slides.
pub struct Pptx {
    theme: Theme,
    title: String,
    slides: Vec<Slide>,
}

/// A slide and its notes, as XML.
struct Slide {
    slide: String,
    notes: String,
}

impl Pptx {
    pub fn new(theme: Theme) -> Pptx {
        Pptx {
            theme,
            title: String::new(),
            slides: Vec::new(),
        }
    }

    /// Adds a slide.
    pub fn add(&mut self, picture: &Picture) {
        if self.title.is_empty() {
            self.title.clone_from(&picture.caption.file);
        }
        self.slides.push(Slide {
            slide: slide(picture, self.theme),
            notes: notes(picture),
        });
    }

    /// The file.
    ///
    /// # Errors
    /// What the encoder says.
    pub fn finish(&self) -> Result<Vec<u8>, DrawError> {
        package(&self.title, &self.slides).map_err(|error| DrawError::Encoder(error.to_string()))
    }
}
