//! All steps in one SVG that moves by itself, without a script: what steps have in common stands
//! in it once, and style sheet animations say when it is seen.

use super::style::Looks;
use super::svg::{DRAFT, Drawing, Head, parts};
use super::theme::Theme;
use super::timeline::{Group, Run, Timeline, contains};
use super::xml::{Xml, rounded};
use crate::layout::Picture;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How long a new box takes to appear, in seconds.
const FADE: f64 = 0.4;
/// The same as a share of a step, where steps are short.
const MOST_FADE: f64 = 0.3;

/// Collects pictures; every one has the same size.
pub struct Animation {
    drawing: Drawing,
    timeline: Timeline,
    /// Seconds for each step.
    delay: f64,
    width: f64,
    height: f64,
    scale: f64,
    file: String,
    events: Vec<String>,
}

impl Animation {
    pub fn new(theme: Theme, delay: f64) -> Animation {
        Animation {
            drawing: Drawing::new(theme),
            timeline: Timeline::default(),
            delay,
            width: 0.0,
            height: 0.0,
            scale: 1.0,
            file: String::new(),
            events: Vec::new(),
        }
    }

    pub fn add(&mut self, picture: &Picture) {
        self.width = self.width.max(picture.page.width);
        self.height = self.height.max(picture.page.height);
        self.scale = picture.page.scale;
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
        let drawing = Drawing::new(self.drawing.theme());
        let head = Head {
            prefix,
            width: self.width,
            height: self.height,
            scale: self.scale,
            text_colour: drawing.text_colour(),
            title: &format!("{}, {steps} steps, one after the other", self.file),
            description: &self.events.join(" "),
        };
        let groups = self.timeline.groups(|_| true);
        let mut times = Times::default();
        let styles: Vec<String> = groups
            .iter()
            .map(|group| self.when(group, &mut times))
            .collect();
        let mut looks = Looks::default();
        let bodies: Vec<Vec<String>> = groups
            .iter()
            .map(|group| {
                let parts = group.parts.iter();
                parts
                    .map(|part| looks.shorten(&with_prefix(part, prefix)))
                    .collect()
            })
            .collect();
        let sheet = looks.rules(prefix) + &self.style(prefix, &times);
        let still = self.fullest();
        head.document(|xml| {
            xml.text("style", &[], &sheet);
            drawing.arrow_heads(xml);
            // For viewers in which nothing moves, and readers who want nothing to move: one step.
            let all = [("id", prefix.into()), ("visibility", "hidden".into())];
            xml.element("g", &all, |xml| {
                for ((group, style), body) in groups.iter().zip(&styles).zip(&bodies) {
                    place(xml, body, style, contains(group.shown, still));
                }
            });
        })
    }

    /// The step with the most to see; of equals the last.
    fn fullest(&self) -> u32 {
        let sizes = self.timeline.sizes();
        (0..self.timeline.steps())
            .max_by_key(|step| sizes[*step as usize])
            .unwrap_or(0)
    }

    /// The style that says when a group is seen: which times it keeps, the step in which it comes
    /// little by little, and the one in which it goes. Nothing for what is always seen.
    fn when(&self, group: &Group<'_>, times: &mut Times) -> String {
        if *group.shown == [(0, self.timeline.steps())] {
            return String::new();
        }
        let mut shown = group.shown.to_vec();
        let fades = self.timeline.fades(group.owner, group.shown);
        let comes = fades.first().is_some_and(|(comes, _)| *comes);
        let goes = fades.last().is_some_and(|(_, goes)| *goes);
        let mut more = String::new();
        if let (true, Some((start, _))) = (comes, shown.first()) {
            let _ = write!(more, ";--mc:{start}");
        }
        if let (true, Some((_, end))) = (goes, shown.last_mut()) {
            let _ = write!(more, ";--md:{end}");
            // It is there while it goes.
            *end += 1;
        }
        format!("--mt:var(--t{},0){more}", times.number(shown))
    }

    /// Two clocks on the group around everything: one goes from step to step, and at each sets the
    /// times that begin or end; the other takes a moment for it, in which groups come and go.
    fn style(&self, prefix: &str, times: &Times) -> String {
        let steps = self.timeline.steps();
        let all = rounded(f64::from(steps) * self.delay);
        let fade = (FADE / self.delay).min(MOST_FADE);
        let percent = |gone: f64| {
            let percent = format!("{:.4}", gone * 100.0 / f64::from(steps.max(1)));
            let percent = percent.trim_end_matches('0').trim_end_matches('.');
            format!("{percent}%")
        };
        let changes = times.changes(steps);
        let (mut ticks, mut glides) = (String::new(), String::new());
        for step in 0..steps {
            let now = percent(f64::from(step));
            let changes = &changes[step as usize];
            if !changes.is_empty() {
                let _ = write!(ticks, "{now}{{{}}}", changes.join(";"));
            }
            let clock = format!("--{prefix}");
            let before = step.saturating_sub(1);
            let then = percent(f64::from(step) + fade);
            let _ = write!(glides, "{now}{{{clock}:{before}}}{then}{{{clock}:{step}}}");
        }
        format!(
            "@property --{prefix}{{syntax:\"<number>\";inherits:true;initial-value:0}}\
             @keyframes {prefix}-s{{{ticks}}}\
             @keyframes {prefix}-f{{{glides}}}\
             @media screen and (prefers-reduced-motion:no-preference){{\
             #{prefix}{{animation:{all}s step-end infinite {prefix}-s,{all}s linear infinite {prefix}-f}}\
             #{prefix}:hover{{animation-play-state:paused}}\
             #{prefix}>[style]{{visibility:visible;opacity:min(var(--mt),\
             var(--{prefix}) - var(--mc,-9) + 1,var(--md,{never}) - var(--{prefix}))}}}}",
            never = steps + 9
        )
    }
}

/// The times at which something is seen; what is seen at the same times shares them.
#[derive(Default)]
struct Times {
    numbers: BTreeMap<Vec<Run>, usize>,
    all: Vec<Vec<Run>>,
}

impl Times {
    fn number(&mut self, shown: Vec<Run>) -> usize {
        let next = self.all.len();
        let number = *self.numbers.entry(shown.clone()).or_insert(next);
        if number == next {
            self.all.push(shown);
        }
        number
    }

    /// What changes at each step, as declarations.
    fn changes(&self, steps: u32) -> Vec<Vec<String>> {
        let mut changes = vec![Vec::new(); steps as usize];
        for (number, shown) in self.all.iter().enumerate() {
            for (start, end) in shown {
                changes[*start as usize].push(format!("--t{number}:1"));
                if end < &steps {
                    changes[*end as usize].push(format!("--t{number}:0"));
                }
            }
        }
        changes
    }
}

/// Writes parts with the style that says when they are seen.
fn place(xml: &mut Xml, parts: &[String], style: &str, still: bool) {
    let mut attributes = Vec::new();
    if still {
        attributes.push(("visibility", "visible"));
    }
    if !style.is_empty() {
        attributes.push(("style", style));
    }
    match parts {
        // A group that is seen through has its own way of being seen.
        [part] if !part.starts_with("<g") => xml.raw(&with_attributes(part, &attributes)),
        _ => {
            let attributes: Vec<_> = attributes
                .iter()
                .map(|(key, value)| (*key, (*value).into()))
                .collect();
            xml.element("g", &attributes, |xml| {
                parts.iter().for_each(|part| xml.raw(part));
            });
        }
    }
}

/// An element with more attributes, whose values need no escape.
fn with_attributes(element: &str, attributes: &[(&str, &str)]) -> String {
    let name = element.find(' ').unwrap_or(element.len());
    let mut out = element[..name].to_owned();
    for (key, value) in attributes {
        let _ = write!(out, " {key}=\"{value}\"");
    }
    out + &element[name..]
}

/// Gives the references of a part the prefix of their document. Only attributes hold a bare quote,
/// so no text that looks like a reference is changed.
pub(super) fn with_prefix(part: &str, prefix: &str) -> String {
    part.replace(&format!("\"url(#{DRAFT}-"), &format!("\"url(#{prefix}-"))
}
