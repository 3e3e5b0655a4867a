//! Pictures as their readers see them.

use std::collections::BTreeSet;

/// A picture as rows of red, green and blue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    pub width: usize,
    pub height: usize,
    pub colours: Vec<[u8; 3]>,
}

impl Pixels {
    /// How many colours it has.
    pub fn distinct(&self) -> usize {
        self.colours.iter().collect::<BTreeSet<_>>().len()
    }

    /// The share of pixels of which a part is further than `limit` from the other picture's.
    pub fn far_from(&self, other: &Pixels, limit: u8) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let far = self
            .colours
            .iter()
            .zip(&other.colours)
            .filter(|(a, b)| a.iter().zip(b.iter()).any(|(a, b)| a.abs_diff(*b) > limit));
        far.count() as f64 / self.colours.len() as f64
    }

    pub fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Pixels {
        let rows = (y..y + height).flat_map(|y| {
            let from = y * self.width + x;
            self.colours[from..from + width].iter().copied()
        });
        Pixels {
            width,
            height,
            colours: rows.collect(),
        }
    }
}

pub fn png(bytes: &[u8]) -> Pixels {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().expect("it is a PNG");
    let mut data = vec![0; reader.output_buffer_size().expect("it is not too large")];
    let info = reader.next_frame(&mut data).expect("it is whole");
    let channels = info.color_type.samples();
    assert!(channels >= 3, "it has colours");
    Pixels {
        width: info.width as usize,
        height: info.height as usize,
        colours: data[..info.buffer_size()]
            .chunks(channels)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect(),
    }
}

/// A binary portable pixmap.
pub fn ppm(bytes: &[u8]) -> Pixels {
    let mut at = 0;
    let mut word = || {
        let from = at;
        at += bytes[at..]
            .iter()
            .position(u8::is_ascii_whitespace)
            .expect("a header");
        at += 1;
        String::from_utf8_lossy(&bytes[from..at - 1]).into_owned()
    };
    assert_eq!(word(), "P6");
    let [width, height, most] = [word(), word(), word()].map(|n| n.parse().expect("a number"));
    assert_eq!(most, 255);
    Pixels {
        width,
        height,
        colours: bytes[at..].chunks(3).map(|c| [c[0], c[1], c[2]]).collect(),
    }
}

/// What each frame of a GIF shows, and for how many hundredths of a second.
pub fn gif(bytes: &[u8]) -> Vec<(Pixels, u16)> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(bytes).expect("it is a GIF");
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    let mut canvas = Pixels {
        width,
        height,
        colours: vec![[0, 0, 0]; width * height],
    };
    let mut shown = Vec::new();
    while let Some(frame) = decoder.read_next_frame().expect("it is whole") {
        let frame_width = usize::from(frame.width);
        for (i, pixel) in frame.buffer.chunks(4).enumerate() {
            if pixel[3] > 0 {
                let x = usize::from(frame.left) + i % frame_width;
                let y = usize::from(frame.top) + i / frame_width;
                canvas.colours[y * width + x] = [pixel[0], pixel[1], pixel[2]];
            }
        }
        shown.push((canvas.clone(), frame.delay));
    }
    shown
}
