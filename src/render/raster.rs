//! Pictures as pixels, and as PNG.

use super::SIGNATURE;
use super::rendered_svg::{DrawError, RenderedSvg};
use resvg::tiny_skia::{Pixmap, Transform};
use std::collections::BTreeMap;

/// The most pixels that a picture may have.
const MOST_PIXELS: u64 = 150_000_000;

/// An opaque picture, three bytes a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<[u8; 3]>,
}

impl RenderedSvg {
    /// The picture's pixels, at `scale` times its size.
    ///
    /// # Errors
    /// Where that would be too many.
    pub fn raster(&self, scale: f64) -> Result<Raster, DrawError> {
        let size = self.tree().size();
        let side = |length: f32| (f64::from(length) * scale).round().max(1.0) as u64;
        let (width, height) = (side(size.width()), side(size.height()));
        let too_large = || DrawError::TooLarge(width, height);
        if width.saturating_mul(height) > MOST_PIXELS {
            return Err(too_large());
        }
        let mut canvas = Pixmap::new(width as u32, height as u32).ok_or_else(too_large)?;
        // What a viewer shows beyond the picture's edge.
        canvas.fill(resvg::tiny_skia::Color::WHITE);
        let transform = Transform::from_scale(scale as f32, scale as f32);
        resvg::render(self.tree(), transform, &mut canvas.as_mut());
        Ok(Raster {
            width: canvas.width(),
            height: canvas.height(),
            pixels: canvas
                .pixels()
                .iter()
                .map(|pixel| [pixel.red(), pixel.green(), pixel.blue()])
                .collect(),
        })
    }
}

impl Raster {
    /// The picture as a PNG file: with a palette where it has few colours, since that is smaller.
    ///
    /// # Errors
    /// What the encoder says.
    pub fn png(&self) -> Result<Vec<u8>, DrawError> {
        let failed = |error: png::EncodingError| DrawError::Encoder(error.to_string());
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_depth(png::BitDepth::Eight);
        // Areas of one colour and repeated letters: filters would only hide the repetition.
        encoder.set_filter(png::Filter::NoFilter);
        encoder.set_compression(png::Compression::Balanced);
        encoder
            .add_text_chunk("Comment".to_owned(), SIGNATURE.to_owned())
            .map_err(failed)?;
        let data = match self.indexed() {
            Some((palette, indices)) => {
                encoder.set_color(png::ColorType::Indexed);
                encoder.set_palette(palette.concat());
                indices
            }
            None => {
                encoder.set_color(png::ColorType::Rgb);
                self.pixels.concat()
            }
        };
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&data).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(out)
    }

    /// The colours and each pixel's place among them, if a byte can say it.
    fn indexed(&self) -> Option<(Vec<[u8; 3]>, Vec<u8>)> {
        let mut places: BTreeMap<[u8; 3], u8> = BTreeMap::new();
        let mut palette = Vec::new();
        let mut indices = Vec::with_capacity(self.pixels.len());
        let mut last = None;
        for pixel in &self.pixels {
            let index = match last {
                Some((colour, index)) if colour == pixel => index,
                _ => match places.get(pixel) {
                    Some(index) => *index,
                    None => {
                        let index = u8::try_from(palette.len()).ok()?;
                        places.insert(*pixel, index);
                        palette.push(*pixel);
                        index
                    }
                },
            };
            last = Some((pixel, index));
            indices.push(index);
        }
        Some((palette, indices))
    }
}
