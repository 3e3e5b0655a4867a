//! Where memviz's own options end and the script's begin.

use super::command_line::Cli;
use clap::CommandFactory;
use std::collections::HashMap;
use std::ffi::OsString;

/// Puts the options that stand right after the script before it, and keeps what is the script's
/// own from being read as memviz's.
pub(in crate::cli) fn arrange(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments = arguments.into_iter();
    let mut out: Vec<OsString> = arguments.next().into_iter().collect();
    let mut rest: Vec<OsString> = arguments.collect();
    if rest.first().is_some_and(|word| word == "run") {
        out.push(rest.remove(0));
    } else if rest
        .first()
        .is_some_and(|word| Cli::command().find_subcommand(word).is_some() || word == "help")
    {
        out.extend(rest);
        return out;
    }
    let options = own_options();
    let mut at = take_options(&rest, 0, &options, &mut out);
    let Some(first) = rest.get(at) else {
        return out;
    };
    if first == "-c" || first == "-m" {
        let end = (at + 2).min(rest.len());
        let script = rest[at..end].to_vec();
        at = take_options(&rest, end, &options, &mut out);
        out.extend(script);
        out.extend(rest.drain(at..).skip_while(|word| word == "--"));
        return out;
    }
    if first != "-" && first.to_string_lossy().starts_with('-') {
        // No option of ours: clap says so.
        out.extend(rest.drain(at..));
        return out;
    }
    let script = first.clone();
    at = take_options(&rest, at + 1, &options, &mut out);
    out.extend([OsString::from("--"), script]);
    let mut own = rest.drain(at..).peekable();
    if own.peek().is_some_and(|word| word == "--") {
        own.next();
    }
    out.extend(own);
    out
}

/// A command line in its order, some options that take no value left out of it, and words put in behind
/// memviz's own options.
#[cfg(feature = "python")]
pub(in crate::cli) fn rearranged(
    words: Vec<OsString>,
    out: &[&str],
    put: &[&str],
) -> Vec<OsString> {
    let is_end = |word: &OsString| ["--", "-c", "-m"].iter().any(|end| word == end);
    let end = words.iter().position(is_end).unwrap_or(words.len());
    let (own, scripts) = words.split_at(end);
    let kept = own
        .iter()
        .filter(|word| !out.iter().any(|one| *word == one));
    let kept = kept.cloned().chain(put.iter().map(OsString::from));
    kept.chain(scripts.iter().cloned()).collect()
}

/// memviz's options that may stand around a script, and whether a value follows each.
fn own_options() -> HashMap<String, bool> {
    let command = Cli::command();
    let mut options = HashMap::from([
        ("--help".to_owned(), false),
        ("-h".to_owned(), false),
        ("--version".to_owned(), false),
        ("-V".to_owned(), false),
    ]);
    for argument in command.get_arguments() {
        let value = argument.get_action().takes_values();
        if let Some(long) = argument.get_long() {
            options.insert(format!("--{long}"), value);
        }
        if let Some(short) = argument.get_short().filter(|short| !"cm".contains(*short)) {
            options.insert(format!("-{short}"), value);
        }
    }
    options.insert("-vv".to_owned(), false);
    options
}

/// Moves the options that stand at `at` and behind it to `out`; returns where they end.
fn take_options(
    words: &[OsString],
    mut at: usize,
    options: &HashMap<String, bool>,
    out: &mut Vec<OsString>,
) -> usize {
    while let Some(word) = words.get(at) {
        let text = word.to_string_lossy();
        let name = text.split('=').next().unwrap_or_default();
        let Some(takes_value) = options.get(name) else {
            break;
        };
        out.push(word.clone());
        at += 1;
        if *takes_value && !text.contains('=') {
            out.extend(words.get(at).cloned());
            at += 1;
        }
    }
    at.min(words.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(line: &str) -> String {
        let words = line.split(' ').map(OsString::from);
        let out: Vec<String> = arrange(words)
            .into_iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        out.join(" ")
    }

    #[test]
    fn options_may_stand_before_the_script_or_right_after_it() {
        let cases = [
            ("memviz a.py", "memviz -- a.py"),
            (
                "memviz a.py --format json --out d x",
                "memviz --format json --out d -- a.py x",
            ),
            (
                "memviz --out=d a.py x --out e",
                "memviz --out=d -- a.py x --out e",
            ),
            ("memviz a.py -- --out e", "memviz -- a.py --out e"),
            ("memviz a.py --own 3", "memviz -- a.py --own 3"),
            (
                "memviz run --no-record a.py -v",
                "memviz run --no-record -v -- a.py",
            ),
            (
                "memviz -c 1 --format json -x",
                "memviz --format json -c 1 -x",
            ),
            (
                "memviz a.py --watch x --watch",
                "memviz --watch -- a.py x --watch",
            ),
            ("memviz - a", "memviz -- - a"),
            ("memviz --bogus a.py", "memviz --bogus a.py"),
            ("memviz render t --out d", "memviz render t --out d"),
        ];
        for (given, wanted) in cases {
            assert_eq!(arranged(given), wanted, "{given}");
        }
    }

    #[cfg(feature = "python")]
    #[test]
    fn options_are_taken_out_and_put_in_and_the_scripts_own_stay() {
        let words = ["memviz", "--open", "--watch", "--", "a.py", "--watch"].map(OsString::from);
        let new = rearranged(
            words.to_vec(),
            &["--watch", "--open"],
            &["--format", "html"],
        );
        assert_eq!(new, ["memviz", "--format", "html", "--", "a.py", "--watch"]);
    }
}
