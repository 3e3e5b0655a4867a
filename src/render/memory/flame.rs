//! Flame graphs: what was made, and what was alive at the peak, by the calls that made it.

use super::{MOST_TYPES, cut, grouped, place, type_colour};
use crate::analyse::{Line, MemoryLife, PathFrame, PathId};
use crate::render::SIGNATURE;
use crate::render::theme::Theme;
use crate::trace::{Symbol, Trace};
use inferno::flamegraph::color::{BackgroundColor, Color, PaletteMap};
use inferno::flamegraph::{Options, TextTruncateDirection, from_lines};

/// Calls of a path that are drawn; of a deeper one the oldest and the newest.
const DEEPEST: usize = 40;
const WIDTH: usize = 1200;
const LONGEST_NAME: usize = 80;
/// What the lowest row is, which the graph leaves without a name.
const ROOT: &str = "lowest row: all of the run; what stands on a row was made by it";

/// What the run made, in objects; `None` where it made nothing.
pub fn flame_graph_made(trace: &Trace, life: &MemoryLife, theme: Theme) -> Option<String> {
    let title = format!(
        "{}: {} objects made in the run, by the calls that made them; types on top",
        name(trace),
        grouped(life.made as u64)
    );
    let made = life.paths.made.iter();
    let weights = made.map(|((path, of), count)| (*path, *of, *count as u64));
    graph(trace, life, theme, &title, "objects", weights.collect())
}

/// What was alive at the peak, in bytes; `None` where no size is known.
pub fn flame_graph_peak(trace: &Trace, life: &MemoryLife, theme: Theme) -> Option<String> {
    let peak = life.peak.as_ref()?;
    let unknown = match peak.alive.unsized_objects {
        0 => String::new(),
        count => format!(" ({} of unknown size left out)", grouped(count as u64)),
    };
    let title = format!(
        "{}: {} bytes alive at the peak, step {}, by the calls that made them{unknown}",
        name(trace),
        grouped(peak.alive.bytes),
        peak.step
    );
    let alive = peak.by_path.iter();
    let weights = alive.map(|((path, of), alive)| (*path, *of, alive.bytes));
    graph(trace, life, theme, &title, "bytes", weights.collect())
}

fn name(trace: &Trace) -> &str {
    let script = &trace.header.script;
    script.rsplit('/').next().unwrap_or(script)
}

fn graph(
    trace: &Trace,
    life: &MemoryLife,
    theme: Theme,
    title: &str,
    unit: &str,
    weights: Vec<(PathId, Symbol, u64)>,
) -> Option<String> {
    let mut colours = PaletteMap::default();
    let call = match theme {
        Theme::Light | Theme::Print => Color::new(0xdd, 0xe3, 0xea),
        Theme::Dark => Color::new(0x9a, 0xa9, 0xba),
    };
    // The row below all has no name of its own.
    colours.insert("", call);
    let mut stacks = Vec::new();
    for (path, type_name, weight) in weights.into_iter().filter(|(.., weight)| *weight > 0) {
        let mut stack = String::new();
        for call_name in calls(trace, life.paths.frames(path)) {
            colours.insert(&call_name, call);
            stack.push_str(&call_name);
            stack.push(';');
        }
        let leaf = part(trace.symbols.text(type_name));
        let at = life.types.iter().position(|of| of.type_name == type_name);
        let (red, green, blue) = type_colour(theme, at.unwrap_or(MOST_TYPES));
        colours.insert(&leaf, Color::new(red, green, blue));
        stacks.push(format!("{stack}{leaf} {weight}"));
    }
    stacks.sort();
    let mut options = options(theme, title, unit);
    options.palette_map = Some(&mut colours);
    let mut out = Vec::new();
    // Without any weight there is nothing to draw.
    from_lines(&mut options, stacks.iter().map(String::as_str), &mut out).ok()?;
    let drawn = String::from_utf8(out).ok()?;
    let (body, end) = drawn.split_at(drawn.rfind("</svg>")?);
    // The word for searching would hardly be seen, and the line below the title be black.
    let text = theme.palette().text;
    let style = format!("<style>#search {{ opacity: 0.8; }} #subtitle {{ fill: {text}; }}</style>");
    Some(format!("{body}{style}{end}"))
}

fn options<'a>(theme: Theme, title: &str, unit: &str) -> Options<'a> {
    let palette = theme.palette();
    let mut options = Options::default();
    options.title = title.to_owned();
    options.subtitle = Some(ROOT.to_owned());
    options.count_name = unit.to_owned();
    options.name_type = "Call or type:".to_owned();
    options.notes = SIGNATURE.to_owned();
    options.bgcolors = Some(BackgroundColor::Flat(colour(palette.background)));
    options.uicolor = colour(palette.text);
    options.font_type = "monospace".to_owned();
    options.font_width = 0.61;
    options.image_width = Some(WIDTH);
    options.frame_height = 18;
    options.text_truncate_direction = TextTruncateDirection::Right;
    options.deterministic = true;
    options
}

/// `#rrggbb`.
fn colour(hex: &str) -> Color {
    let part = |at: usize| {
        let digits = hex.get(at..at + 2);
        digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())
    };
    let part = |at| part(at).unwrap_or(0);
    Color::new(part(1), part(3), part(5))
}

/// The calls of a path in words, the oldest first.
fn calls(trace: &Trace, frames: &[PathFrame]) -> Vec<String> {
    if frames.is_empty() {
        return vec!["(a call that is not known)".to_owned()];
    }
    let words = |frame: &PathFrame| {
        let line = Line {
            file: frame.file,
            line: frame.line,
        };
        let name = trace.symbols.text(frame.function);
        let name = name.rsplit_once("<locals>.").map_or(name, |(_, name)| name);
        let file = trace.header.files.get(frame.file.0 as usize);
        part(&match (frame.is_module, frame.is_class_body) {
            (true, _) => {
                let file = file.map_or("module", |file| file.name());
                format!("{file}, line {}", frame.line)
            }
            (_, true) => format!("class {name}, {}", place(trace, line)),
            _ => format!("{name}(), {}", place(trace, line)),
        })
    };
    let left_out = frames.len().saturating_sub(DEEPEST);
    if left_out == 0 {
        return frames.iter().map(words).collect();
    }
    let (oldest, newest) = (DEEPEST / 2, frames.len() - DEEPEST / 2);
    let between = format!("({left_out} calls between)");
    let before = frames[..oldest].iter().map(words);
    let after = frames[newest..].iter().map(words);
    before.chain([between]).chain(after).collect()
}

/// A name as a part of a stack, in which semicolons stand between parts.
fn part(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if c == ';' || c.is_control() { ' ' } else { c })
        .collect();
    cut(name.trim(), LONGEST_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_stack_has_nothing_that_ends_it() {
        assert_eq!(part("a;b\nc "), "a b c");
        assert_eq!(part(&"x".repeat(200)).chars().count(), LONGEST_NAME);
        assert_eq!(colour("#15181d"), Color::new(0x15, 0x18, 0x1d));
    }
}
