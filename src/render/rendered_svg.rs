//! SVG with its text set in fonts: what PNG, GIF and PDF are made from.
//!
//! The font is embedded, so that pictures look alike on every machine. Only characters that it
//! lacks (Chinese, emoji, ...) are looked for in the fonts of the system.

use crate::trace::is_unseen;
use resvg::usvg::fontdb::{Database, FaceInfo, ID, Source};
use resvg::usvg::{self, FontResolver, Options, Tree};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The name under which pictures ask for the embedded font.
const FAMILY: &str = "DejaVu Sans Mono";

/// An SVG document whose text has its glyphs.
#[derive(Debug)]
pub struct RenderedSvg(Tree);

/// Why a picture has no pixels or page.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    #[error("the picture is no SVG that can be drawn: {0}")]
    Svg(#[from] usvg::Error),
    #[error("a picture of {0} by {1} pixels is too large")]
    TooLarge(u64, u64),
    #[error("the file could not be made: {0}")]
    Encoder(String),
}

impl RenderedSvg {
    /// Sets the text of an SVG document.
    ///
    /// # Errors
    /// Where the text is no SVG.
    pub fn new(svg: &str) -> Result<RenderedSvg, DrawError> {
        let options = Options {
            font_family: FAMILY.to_owned(),
            fontdb: EMBEDDED.clone(),
            font_resolver: FontResolver {
                select_font: FontResolver::default_font_selector(),
                select_fallback: Box::new(fallback),
            },
            ..Options::default()
        };
        Ok(RenderedSvg(Tree::from_str(svg, &options)?))
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.0
    }
}

static EMBEDDED: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for face in [dejavu::sans_mono::regular(), dejavu::sans_mono::bold()] {
        fonts.load_font_source(Source::Binary(Arc::new(face)));
    }
    for set_generic in [
        Database::set_monospace_family,
        Database::set_serif_family,
        Database::set_sans_serif_family,
    ] {
        set_generic(&mut fonts, FAMILY);
    }
    Arc::new(fonts)
});

/// The system's fonts in an order that does not depend on the order of its folders.
static SYSTEM: LazyLock<(Database, Vec<FaceInfo>)> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    let mut faces: Vec<FaceInfo> = fonts.faces().cloned().collect();
    faces.sort_by_cached_key(|face| {
        let family = face.families.first().map(|(name, _)| name.clone());
        (!face.monospaced, family, face.post_script_name.clone())
    });
    (fonts, faces)
});

/// The face that has a character, by character and weight: looking for it means opening fonts.
type Found = BTreeMap<(char, u16), Option<FaceInfo>>;
static FOUND: Mutex<Found> = Mutex::new(Found::new());

/// The characters so far that neither the embedded fonts nor the system's have: boxes stand for them.
pub fn undrawable() -> Vec<char> {
    let found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    let missing = found.iter().filter(|(_, face)| face.is_none());
    let mut missing: Vec<char> = missing.map(|((c, _), _)| *c).collect();
    // What changes how the character before is drawn has no picture of its own.
    missing.retain(|c| !is_unseen(*c) && !matches!(c, '\u{fe00}'..='\u{fe0f}'));
    missing.dedup();
    missing
}

/// Finds a font of the system's for a character that the fonts in `used` lack.
fn fallback(wanted: char, used: &[ID], fonts: &mut Arc<Database>) -> Option<ID> {
    let weight = fonts.face(*used.first()?)?.weight.0;
    let face = FOUND
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry((wanted, weight))
        .or_insert_with(|| system_face(wanted, weight))
        .clone()?;
    let known = fonts
        .faces()
        .find(|other| other.post_script_name == face.post_script_name)
        .map(|other| other.id);
    match known {
        Some(id) if used.contains(&id) => None,
        Some(id) => Some(id),
        None => Some(Arc::make_mut(fonts).push_face_info(face)),
    }
}

fn system_face(wanted: char, weight: u16) -> Option<FaceInfo> {
    let (fonts, faces) = &*SYSTEM;
    let mut best: Option<(u16, &FaceInfo)> = None;
    for face in faces {
        let distance = face.weight.0.abs_diff(weight);
        if best.is_none_or(|(nearest, _)| distance < nearest) && has(fonts, face.id, wanted) {
            best = Some((distance, face));
        }
    }
    best.map(|(_, face)| face.clone())
}

fn has(fonts: &Database, face: ID, wanted: char) -> bool {
    fonts
        .with_face_data(face, |data, index| {
            ttf_parser::Face::parse(data, index)
                .is_ok_and(|face| face.glyph_index(wanted).is_some())
        })
        .unwrap_or(false)
}
