//! All steps as one GIF: one palette for all, and of each step only what has changed.

use super::SIGNATURE;
use super::raster::Raster;
use super::rendered_svg::DrawError;
use gif::{DisposalMethod, Encoder, Frame, Repeat};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::BTreeMap;

type Colour = [u8; 3];

/// Colours of the palette; one more says that a pixel stays as it was. Letters need few shades,
/// and few shades repeat more often, which makes the file smaller.
const COLOURS: usize = 31;
const SAME: u8 = COLOURS as u8;
/// Pixels that stay are written again where there are so few between changed ones: whole letters
/// repeat, letters with holes do not.
const SMALLEST_GAP: usize = 20;

/// Collects pictures of one size.
pub struct Gif {
    /// Hundredths of a second for each step.
    delay: u16,
    width: u16,
    height: u16,
    last: Vec<Colour>,
    changes: Vec<Change>,
    /// How many pixels have each colour.
    colours: BTreeMap<Colour, u64>,
}

/// What a step changes: a rectangle, and the pixels in it, row by row, as runs of one colour or of
/// pixels that stay.
struct Change {
    left: u16,
    top: u16,
    width: u16,
    height: u16,
    runs: Vec<(u32, Option<Colour>)>,
}

impl Gif {
    pub fn new(delay: f64) -> Gif {
        Gif {
            delay: (delay * 100.0).round().clamp(2.0, f64::from(u16::MAX)) as u16,
            width: 0,
            height: 0,
            last: Vec::new(),
            changes: Vec::new(),
            colours: BTreeMap::new(),
        }
    }

    /// Adds the next step.
    ///
    /// # Errors
    /// Where a GIF cannot be so large.
    pub fn add(&mut self, raster: Raster) -> Result<(), DrawError> {
        let side = |length: u32| {
            u16::try_from(length)
                .map_err(|_| DrawError::TooLarge(u64::from(raster.width), u64::from(raster.height)))
        };
        let (width, height) = (side(raster.width)?, side(raster.height)?);
        let first = self.changes.is_empty();
        if first {
            (self.width, self.height) = (width, height);
        } else if (self.width, self.height) != (width, height) {
            return Err(DrawError::Encoder(
                "its pictures are not of one size".to_owned(),
            ));
        }
        let same = |at: usize| !first && self.last[at] == raster.pixels[at];
        let (left, top, right, bottom) = extent(usize::from(width), usize::from(height), &same);
        let mut runs: Vec<(u32, Option<Colour>)> = Vec::new();
        for y in top..bottom {
            let row = y * usize::from(width);
            let kept: Vec<bool> = (left..right).map(|x| same(row + x)).collect();
            for (x, kept) in (left..right).zip(without_gaps(kept)) {
                let pixel = (!kept).then(|| raster.pixels[row + x]);
                match runs.last_mut() {
                    Some((length, colour)) if *colour == pixel => *length += 1,
                    _ => runs.push((1, pixel)),
                }
            }
        }
        for (length, colour) in &runs {
            if let Some(colour) = colour {
                *self.colours.entry(*colour).or_default() += u64::from(*length);
            }
        }
        self.changes.push(Change {
            left: left as u16,
            top: top as u16,
            width: (right - left) as u16,
            height: (bottom - top) as u16,
            runs,
        });
        self.last = raster.pixels;
        Ok(())
    }

    /// The GIF file.
    ///
    /// # Errors
    /// What the encoder says.
    pub fn finish(&self) -> Result<Vec<u8>, DrawError> {
        let failed = |error: gif::EncodingError| DrawError::Encoder(error.to_string());
        let palette = palette(&self.colours);
        let nearest: BTreeMap<Colour, u8> = self
            .colours
            .keys()
            .map(|colour| (*colour, nearest(&palette, *colour)))
            .collect();
        let frames: Vec<Frame<'static>> = self
            .changes
            .par_iter()
            .map(|change| self.frame(change, &nearest))
            .collect();
        let mut out = Vec::new();
        let mut encoder =
            Encoder::new(&mut out, self.width, self.height, &palette.concat()).map_err(failed)?;
        encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
        encoder
            .write_raw_extension(
                gif::AnyExtension(gif::Extension::Comment as u8),
                &[SIGNATURE.as_bytes()],
            )
            .map_err(|error| DrawError::Encoder(error.to_string()))?;
        for frame in &frames {
            encoder.write_lzw_pre_encoded_frame(frame).map_err(failed)?;
        }
        drop(encoder);
        Ok(out)
    }

    fn frame(&self, change: &Change, nearest: &BTreeMap<Colour, u8>) -> Frame<'static> {
        let mut pixels = Vec::with_capacity(usize::from(change.width) * usize::from(change.height));
        for (length, colour) in &change.runs {
            let index = colour.map_or(SAME, |colour| nearest[&colour]);
            pixels.resize(pixels.len() + *length as usize, index);
        }
        let mut frame = Frame {
            delay: self.delay,
            dispose: DisposalMethod::Keep,
            transparent: Some(SAME),
            left: change.left,
            top: change.top,
            width: change.width,
            height: change.height,
            buffer: pixels.into(),
            ..Frame::default()
        };
        frame.make_lzw_pre_encoded();
        frame
    }
}

/// The smallest rectangle around what is not the same: left, top, right, bottom. One pixel, where
/// nothing has changed: a step takes its time all the same.
fn extent(
    width: usize,
    height: usize,
    same: &dyn Fn(usize) -> bool,
) -> (usize, usize, usize, usize) {
    let mut found: Option<(usize, usize, usize, usize)> = None;
    for y in 0..height {
        let row = || (0..width).filter(|x| !same(y * width + x));
        let (Some(first), Some(last)) = (row().next(), row().next_back()) else {
            continue;
        };
        let (left, top, right, _) = found.unwrap_or((first, y, last + 1, y + 1));
        found = Some((left.min(first), top, right.max(last + 1), y + 1));
    }
    found.unwrap_or((0, 0, 1, 1))
}

/// Which pixels of a row stay, less those in small gaps between others.
fn without_gaps(mut kept: Vec<bool>) -> Vec<bool> {
    let mut changed = None;
    for x in 0..kept.len() {
        if kept[x] {
            continue;
        }
        if let Some(before) = changed
            && x - before <= SMALLEST_GAP
        {
            kept[before..x].fill(false);
        }
        changed = Some(x);
    }
    kept
}

fn distance(a: Colour, b: Colour) -> u64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| u64::from(a.abs_diff(b)).pow(2))
        .sum()
}

/// The colours to keep: again and again the one that is worst served by those already kept, by its
/// pixels and its distance. Areas of one colour come first, and so stay as they are.
fn palette(colours: &BTreeMap<Colour, u64>) -> Vec<Colour> {
    let mut left: Vec<(Colour, u64, u64)> = colours
        .iter()
        .map(|(colour, pixels)| (*colour, *pixels, u64::from(u32::MAX)))
        .collect();
    let mut kept = Vec::new();
    while kept.len() < COLOURS {
        let worst = left
            .iter()
            .max_by_key(|(_, pixels, away)| u128::from(*pixels) * u128::from(*away));
        let Some((colour, _, 1..)) = worst.copied() else {
            break;
        };
        kept.push(colour);
        for (other, _, away) in &mut left {
            *away = (*away).min(distance(*other, colour));
        }
    }
    kept
}

fn nearest(palette: &[Colour], colour: Colour) -> u8 {
    (0..palette.len())
        .min_by_key(|index| distance(palette[*index], colour))
        .map_or(0, |index| index as u8)
}
