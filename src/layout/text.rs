//! Text in a given width: lines of words, pieces side by side, what has to be cut.

use super::metrics::text_width;

/// Breaks words into lines of at most `width`; what takes more lines than `most` is cut.
pub(super) fn wrap(text: &str, font: f64, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if text_width(line, font) + text_width(word, font) + font <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let more = lines.len() > most;
    lines.truncate(most);
    if let (true, Some(last)) = (more, lines.last_mut()) {
        last.push_str(" …");
    }
    lines
        .into_iter()
        .map(|line| fit(&line, font, width))
        .collect()
}

/// As much of a text as stands in `width`.
pub fn fit(text: &str, font: f64, width: f64) -> String {
    if text_width(text, font) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, font) + text_width("…", font) > width {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}

/// Sets pieces of these widths side by side, in as many lines as it takes: the line of each and
/// where it begins in it.
pub(super) fn flow(widths: &[f64], gap: f64, width: f64) -> Vec<(usize, f64)> {
    let (mut line, mut x) = (0, 0.0);
    let mut places = Vec::new();
    for piece in widths {
        if x > 0.0 && x + piece > width {
            (line, x) = (line + 1, 0.0);
        }
        places.push((line, x));
        x += piece + gap;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_broken_and_cut_to_their_width() {
        let ten = text_width("0123456789", 10.0);
        assert_eq!(wrap("aa bb cc dd ee", 10.0, ten, 9), ["aa bb cc", "dd ee"]);
        assert_eq!(wrap("aa bb cc dd ee", 10.0, ten, 1), ["aa bb cc …"]);
        assert_eq!(wrap("0123456789ab c", 10.0, ten, 9), ["012345678…", "c"]);
        assert_eq!(fit("漢字かな漢字", 10.0, ten), "漢字かな…");
        assert_eq!(
            flow(&[40.0, 40.0, 90.0], 10.0, 90.0),
            [(0, 0.0), (0, 50.0), (1, 0.0)]
        );
    }
}
