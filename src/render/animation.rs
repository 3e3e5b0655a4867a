//! All steps in one SVG that moves by itself, without a script: what steps have in common stands
//! in it once, and style sheet animations say when it is seen.

use super::svg::{Drawing, Head, parts};
use super::theme::Theme;
use super::timeline::{Group, Timeline, contains};
use super::xml::{Xml, rounded};
use crate::layout::Picture;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How long a new box takes to appear, in seconds.
const FADE: f64 = 0.4;
/// The same as a share of a step, where steps are short.
const MOST_FADE: f64 = 0.3;
/// What names begin with until it is known what they are to begin with.
const DRAFT: &str = "mv";

/// Collects pictures; every one has the same size.
pub struct Animation {
    drawing: Drawing,
    timeline: Timeline,
    /// Seconds for each step.
    delay: f64,
    width: f64,
    height: f64,
    file: String,
    events: Vec<String>,
}

impl Animation {
    pub fn new(theme: Theme, delay: f64) -> Animation {
        Animation {
            drawing: Drawing::new(DRAFT, theme),
            timeline: Timeline::default(),
            delay,
            width: 0.0,
            height: 0.0,
            file: String::new(),
            events: Vec::new(),
        }
    }

    pub fn add(&mut self, picture: &Picture) {
        self.width = self.width.max(picture.width);
        self.height = self.height.max(picture.height);
        if self.file.is_empty() {
            self.file.clone_from(&picture.caption.file);
        }
        let caption = &picture.caption;
        self.events
            .push(format!("{}: {}.", caption.step, caption.event));
        self.timeline.add(parts(&self.drawing, picture));
    }

    /// The SVG document.
    pub fn finish(&self) -> String {
        let draft = self.document(DRAFT);
        let prefix = format!("mv{:08x}", crc32fast::hash(draft.as_bytes()));
        self.document(&prefix)
    }

    fn document(&self, prefix: &str) -> String {
        let steps = self.timeline.steps();
        let title = format!("{}, {steps} steps, one after the other", self.file);
        let head = Head {
            prefix,
            width: self.width,
            height: self.height,
            title: &title,
            description: &self.events.join(" "),
        };
        let still = self.fullest();
        let groups = self.timeline.groups(|_| true);
        let mut moves: BTreeMap<String, usize> = BTreeMap::new();
        let ways: Vec<Option<usize>> = groups
            .iter()
            .map(|group| {
                let way = self.keyframes(group)?;
                let next = moves.len();
                Some(*moves.entry(way).or_insert(next))
            })
            .collect();
        let style = self.style(prefix, &moves);
        head.document(|xml| {
            xml.text("style", &[], &style);
            Drawing::new(prefix, self.drawing.theme()).arrow_heads(xml);
            xml.element("g", &[("id", prefix.into())], |xml| {
                for (group, way) in groups.iter().zip(&ways) {
                    self.group(xml, prefix, group, *way, still);
                }
            });
        })
    }

    fn group(
        &self,
        xml: &mut Xml,
        prefix: &str,
        group: &Group<'_>,
        way: Option<usize>,
        still: u32,
    ) {
        let style = way.map(|way| format!("animation-name:{prefix}-{way}"));
        let mut attributes = Vec::new();
        // For viewers in which nothing moves, and readers who want nothing to move.
        if !contains(group.shown, still) {
            attributes.push(("visibility", "hidden".into()));
        }
        attributes.extend(style.as_ref().map(|style| ("style", style.into())));
        xml.element("g", &attributes, |xml| {
            for part in &group.parts {
                xml.raw(&with_prefix(part, prefix));
            }
        });
    }

    /// The step with the most to see; of equals the last.
    fn fullest(&self) -> u32 {
        let sizes = self.timeline.sizes();
        (0..self.timeline.steps())
            .max_by_key(|step| sizes[*step as usize])
            .unwrap_or(0)
    }

    fn style(&self, prefix: &str, moves: &BTreeMap<String, usize>) -> String {
        let seconds = rounded(f64::from(self.timeline.steps()) * self.delay);
        let mut style = format!(
            "#{prefix}>g{{animation:{seconds}s step-end infinite}}\
             #{prefix}:hover>g{{animation-play-state:paused}}\
             @media print,(prefers-reduced-motion:reduce){{#{prefix}>g{{animation:none!important}}}}"
        );
        let mut by_number: Vec<(usize, &String)> =
            moves.iter().map(|(way, number)| (*number, way)).collect();
        by_number.sort_unstable();
        for (number, way) in by_number {
            let _ = write!(style, "@keyframes {prefix}-{number}{{{way}}}");
        }
        style
    }

    /// When a group is seen; nothing for what is always seen.
    fn keyframes(&self, group: &Group<'_>) -> Option<String> {
        let steps = self.timeline.steps();
        if *group.shown == [(0, steps)] {
            return None;
        }
        let at = |steps_gone: f64| {
            let percent = format!("{:.3}", steps_gone * 100.0 / f64::from(steps));
            percent
                .trim_end_matches('0')
                .trim_end_matches('.')
                .to_owned()
        };
        let fade = (FADE / self.delay).min(MOST_FADE);
        let fades = self.timeline.fades(group.owner, group.shown);
        let mut out = String::new();
        let mut faded = false;
        if group.shown.first().is_none_or(|(start, _)| *start > 0) {
            out.push_str("0%{visibility:hidden}");
        }
        for ((start, end), (comes, goes)) in group.shown.iter().zip(fades) {
            let (start, end) = (f64::from(*start), f64::from(*end));
            if comes {
                let _ = write!(
                    out,
                    "{}%{{visibility:visible;opacity:0;animation-timing-function:linear}}{}%{{opacity:1}}",
                    at(start),
                    at(start + fade)
                );
            } else {
                let opacity = if faded { ";opacity:1" } else { "" };
                let _ = write!(out, "{}%{{visibility:visible{opacity}}}", at(start));
            }
            if goes {
                faded = true;
                let _ = write!(
                    out,
                    "{}%{{opacity:1;animation-timing-function:linear}}{}%{{visibility:hidden;opacity:0}}",
                    at(end),
                    at(end + fade)
                );
            } else if end < f64::from(steps) {
                let _ = write!(out, "{}%{{visibility:hidden}}", at(end));
            }
        }
        Some(out)
    }
}

/// Gives the references of a part the prefix of their document. Only attributes hold a bare quote,
/// so no text that looks like a reference is changed.
pub(super) fn with_prefix(part: &str, prefix: &str) -> String {
    part.replace(&format!("\"url(#{DRAFT}-"), &format!("\"url(#{prefix}-"))
}
