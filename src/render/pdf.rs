//! All steps as one PDF, a page each; its text can be selected and searched.

use super::SIGNATURE;
use super::rendered_svg::{DrawError, RenderedSvg};
use crate::view::Caption;
use krilla::Document;
use krilla::destination::XyzDestination;
use krilla::geom::{Point, Size};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};

/// Points per inch over pixels per inch, as browsers print.
const POINTS: f32 = 0.75;

/// Collects pages.
#[derive(Default)]
pub struct Pdf {
    document: Document,
    title: String,
    steps: Vec<String>,
}

impl Pdf {
    /// Adds a page, and its entry in the list of contents.
    ///
    /// # Errors
    /// Where no page can have such a size.
    pub fn add(&mut self, picture: &RenderedSvg, caption: &Caption) -> Result<(), DrawError> {
        let size = picture.tree().size();
        let (width, height) = (size.width() * POINTS, size.height() * POINTS);
        let too_large = || DrawError::TooLarge(size.width() as u64, size.height() as u64);
        let settings = PageSettings::from_wh(width, height).ok_or_else(too_large)?;
        let size = Size::from_wh(width, height).ok_or_else(too_large)?;
        let mut page = self.document.start_page_with(settings);
        let mut surface = page.surface();
        surface
            .draw_svg(picture.tree(), size, SvgSettings::default())
            .ok_or_else(too_large)?;
        surface.finish();
        page.finish();
        if self.title.is_empty() {
            self.title.clone_from(&caption.file);
        }
        let words = format!("{}: {}", caption.step, caption.event);
        self.steps.push(words);
        Ok(())
    }

    /// The PDF file.
    ///
    /// # Errors
    /// What the encoder says.
    pub fn finish(mut self) -> Result<Vec<u8>, DrawError> {
        let mut contents = Outline::new();
        for (page, words) in self.steps.into_iter().enumerate() {
            let top = XyzDestination::new(page, Point::from_xy(0.0, 0.0));
            contents.push_child(OutlineNode::new(words, top));
        }
        self.document.set_outline(contents);
        self.document.set_metadata(
            Metadata::new()
                .title(self.title)
                .creator(SIGNATURE.to_owned()),
        );
        self.document
            .finish()
            .map_err(|error| DrawError::Encoder(format!("{error:?}")))
    }
}
