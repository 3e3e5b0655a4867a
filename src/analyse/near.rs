//! Names that somebody may have meant.

/// How alike two words must be, from 0 to 1.
const ALIKE: f64 = 0.75;

/// The name most like `word`, if there is one like it; the first of equally like ones.
pub fn near<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let mut best = (ALIKE, None);
    for name in names {
        let alike = if name.eq_ignore_ascii_case(word) {
            1.0
        } else {
            strsim::jaro_winkler(word, name)
        };
        if alike > best.0 {
            best = (alike, Some(name));
        }
    }
    best.1
}

/// What to try instead of an unknown word: the name like it, or what there is.
pub fn instead(word: &str, what: &str, names: &[&str]) -> String {
    const SHOWN: usize = 8;
    match near(word, names.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if names.is_empty() => format!("there are no {what}"),
        None => {
            let more = if names.len() > SHOWN { ", ..." } else { "" };
            let shown = &names[..names.len().min(SHOWN)];
            format!("the {what} are {}{more}", shown.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found_and_what_is_unlike_is_not() {
        assert_eq!(near("hed", ["tail", "head"]), Some("head"));
        assert_eq!(near("node", ["tail", "Node"]), Some("Node"));
        assert_eq!(near("refcout", ["count", "refcount"]), Some("refcount"));
        assert_eq!(near("a", ["b", "c"]), None);
        assert_eq!(instead("a", "names", &["b", "c"]), "the names are b, c");
    }
}
