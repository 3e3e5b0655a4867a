//! Numbers on the command line.

/// Reads a number from `least` to `most`.
pub(super) fn number_within(word: &str, least: f64, most: f64) -> Result<f64, String> {
    word.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("a number from {least} to {most} is wanted"))
}
