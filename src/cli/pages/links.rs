//! Where the links of a page lead.

use super::page::{Link, Page};
use std::fs;
use std::path::Path;

/// What is wrong with a link of the page at `path`, of which `page` was read.
pub(super) fn fault(link: &Link, path: &Path, page: &Page) -> Option<String> {
    let to = &link.to;
    if is_elsewhere(to) {
        return None;
    }
    let (file, anchor) = to.split_once('#').unwrap_or((to, ""));
    if file.is_empty() {
        return missing(anchor, &page.anchors, to);
    }
    let target = path.parent().unwrap_or(Path::new("")).join(file);
    if !target.exists() {
        return Some(format!("nothing is at {to}"));
    }
    if anchor.is_empty() || target.extension().is_none_or(|extension| extension != "md") {
        return None;
    }
    match fs::read_to_string(&target) {
        Ok(text) => missing(anchor, &Page::of(&text).anchors, to),
        Err(error) => Some(format!("cannot read {to}: {error}")),
    }
}

fn missing(anchor: &str, anchors: &[String], to: &str) -> Option<String> {
    (!anchors.iter().any(|one| one == anchor)).then(|| format!("no heading is at {to}"))
}

/// Whether a link leads out of the pages: nothing is asked of the network.
fn is_elsewhere(to: &str) -> bool {
    let scheme = to.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && (scheme.chars()).all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}
