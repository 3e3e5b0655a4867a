//! The options that choose what to see.

use clap::Args;

/// What stands above these options in the help.
const HEADING: &str = "Choosing what to see";

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ChoiceArgs {
    /// Draw only these names' objects and what they reach: `head`, `a.b[0]`, `#12`
    #[arg(help_heading = HEADING, long, value_name = "NAME,...")]
    pub focus: Vec<String>,
    /// Draw only objects that are at most this many references away from a name, or from the
    /// focus: 1 is the named object alone
    #[arg(help_heading = HEADING, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub depth: Option<u32>,
    /// Leave out these names' objects, or all objects of these types
    #[arg(help_heading = HEADING, long, value_name = "NAME|TYPE,...")]
    pub hide: Vec<String>,
    /// Draw these names' objects, or all objects of these types, without their contents
    #[arg(help_heading = HEADING, long, value_name = "NAME|TYPE,...")]
    pub fold: Vec<String>,
    /// Draw at most this many objects in one picture, and count the others by type
    #[arg(help_heading = HEADING, long, value_name = "N", default_value_t = 60)]
    pub max_objects: usize,
    /// Draw small values (ints, strings, `None`) as boxes of their own, too
    #[arg(help_heading = HEADING, long)]
    pub boxes: bool,
    /// Draw small values in the rows, also where the script asks for boxes
    #[arg(help_heading = HEADING, long, conflicts_with = "boxes")]
    pub inline: bool,
    /// Draw also what objects of the standard library keep for themselves (threads, locks, enums)
    #[arg(help_heading = HEADING, long)]
    pub internals: bool,
    /// Draw these steps: 3,7-12 or 40-, or all [default: those at which something is new that is
    /// drawn]
    #[arg(help_heading = HEADING, long, value_name = "STEPS", value_delimiter = ',', value_parser = steps)]
    pub steps: Vec<(u32, u32)>,
    /// Draw the steps at which this line of the script, or one below it, has run
    #[arg(help_heading = HEADING, long, value_name = "LINE")]
    pub from_line: Option<u32>,
    /// Draw the steps at which this line of the script, or one above it, has run
    #[arg(help_heading = HEADING, long, value_name = "LINE")]
    pub to_line: Option<u32>,
    /// Draw only steps at which what is drawn has changed
    #[arg(help_heading = HEADING, long)]
    pub only_changes: bool,
    /// Pay no heed to `# memviz: ...` comments in the script
    #[arg(help_heading = HEADING, long)]
    pub no_marks: bool,
}

/// Reads `7`, `3-12` or `40-`.
fn steps(text: &str) -> Result<(u32, u32), String> {
    if text.trim() == "all" {
        return Ok((1, u32::MAX));
    }
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|step| *step > 0);
    let range = match text.split_once('-') {
        None => number(text).map(|step| (step, step)),
        Some((first, last)) if last.trim().is_empty() => number(first).map(|f| (f, u32::MAX)),
        Some((first, last)) => number(first).zip(number(last)),
    };
    range
        .filter(|(first, last)| first <= last)
        .ok_or_else(|| "write `all`, or steps from 1 on as 3,7-12 or 40-".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbers_and_ranges_from_1_on() {
        assert_eq!(steps("7"), Ok((7, 7)));
        assert_eq!(steps("3-12"), Ok((3, 12)));
        assert_eq!(steps("40-"), Ok((40, u32::MAX)));
        for wrong in ["", "0", "x", "5-3", "-3", "1-2-3"] {
            assert!(steps(wrong).is_err(), "{wrong}");
        }
    }
}
