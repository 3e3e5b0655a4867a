//! Runs the commands of pages, and holds what they do against what the pages say.

use super::links;
use super::page::{Command, Page};
use crate::cli::problem::Problem;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process;

/// The one program that is run for a page.
const PROGRAM: &str = "memviz";
/// On a line of its own it stands for any number of lines, within one for any number of signs.
const ELLIPSIS: &str = "...";

/// What was found on one page.
#[derive(Debug, Default)]
pub(in crate::cli) struct Checked {
    pub commands: usize,
    pub links: usize,
    /// What does not hold, each with its line.
    pub faults: Vec<(usize, String)>,
}

/// Checks the page at `path`: runs its commands in its folder, one after another.
pub(in crate::cli) fn check(path: &Path) -> Result<Checked, Problem> {
    let text = fs::read_to_string(path)
        .map_err(|error| Problem::new(format!("cannot read {}: {error}", path.display())))?;
    let page = Page::of(&text);
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut checked = Checked {
        commands: page.commands.len(),
        links: page.links.len(),
        faults: Vec::new(),
    };
    for command in &page.commands {
        let fault = fault(command, folder)?;
        checked
            .faults
            .extend(fault.map(|fault| (command.line, fault)));
    }
    // Behind the commands: they make files that the page shows.
    for link in &page.links {
        let fault = links::fault(link, path, &page);
        checked.faults.extend(fault.map(|fault| (link.line, fault)));
    }
    checked.faults.sort();
    Ok(checked)
}

/// What a command does that the page does not say.
fn fault(command: &Command, folder: &Path) -> Result<Option<String>, Problem> {
    let Some(words) = shlex::split(&command.text) else {
        return Ok(Some(format!("{}: a quotation mark is open", command.text)));
    };
    let [program, arguments @ ..] = &words[..] else {
        return Ok(Some("there is no command behind the prompt".to_owned()));
    };
    if program != PROGRAM {
        return Ok(Some(format!(
            "{}: only commands of memviz are run",
            command.text
        )));
    }
    let (printed, status) = run(arguments, folder)?;
    if status != Some(command.status) {
        let ended = status.map_or("by a signal".to_owned(), |status| format!("with {status}"));
        let printed = printed.join("\n  ");
        return Ok(Some(format!(
            "{} ended {ended}, not with {}:\n  {printed}",
            command.text, command.status
        )));
    }
    if command.printed.is_empty() || is_as_said(&command.printed, &printed) {
        return Ok(None);
    }
    let (said, printed) = (command.printed.join("\n  "), printed.join("\n  "));
    Ok(Some(format!(
        "{} is said to print\n  {said}\nand prints\n  {printed}",
        command.text
    )))
}

/// What a command prints, to standard output and standard error as they come, and its exit code.
fn run(arguments: &[String], folder: &Path) -> Result<(Vec<String>, Option<i32>), Problem> {
    let program = std::env::current_exe().map_err(Problem::new)?;
    let (mut reader, writer) = io::pipe().map_err(Problem::new)?;
    let mut command = process::Command::new(program);
    command
        .args(arguments)
        .current_dir(match folder.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => folder.to_owned(),
        })
        .stdin(process::Stdio::null())
        .stdout(writer.try_clone().map_err(Problem::new)?)
        .stderr(writer);
    let mut child = command.spawn().map_err(Problem::new)?;
    // It holds the ends that are written to, without which reading would never end.
    drop(command);
    let mut printed = Vec::new();
    reader.read_to_end(&mut printed).map_err(Problem::new)?;
    let status = child.wait().map_err(Problem::new)?;
    let printed = String::from_utf8_lossy(&printed);
    let lines = printed.lines().map(|line| line.trim_end().to_owned());
    Ok((lines.collect(), status.code()))
}

/// Whether lines are those that are said, where a line of three dots stands for any number of them.
fn is_as_said(said: &[String], lines: &[String]) -> bool {
    match said.split_first() {
        None => lines.is_empty(),
        Some((first, said)) if first == ELLIPSIS => {
            (0..=lines.len()).any(|skipped| is_as_said(said, &lines[skipped..]))
        }
        Some((first, said)) => lines.split_first().is_some_and(|(line, lines)| {
            is_line(first.trim_end(), line) && is_as_said(said, lines)
        }),
    }
}

fn is_line(said: &str, line: &str) -> bool {
    let mut parts = said.split(ELLIPSIS);
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_dots_stand_for_any_number_of_lines() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let is = |said: &str, printed: &str| is_as_said(&lines(said), &lines(printed));
        assert!(is("a\nb", "a\nb"));
        assert!(!is("a", "a\nb"));
        assert!(is("a\n...", "a\nb\nc"));
        assert!(is("...\nc", "a\nb\nc"));
        assert!(is("a\n...\nb", "a\nb"));
        assert!(!is("a\n...\nd", "a\nb\nc"));
        assert!(is("File .../a.py, line 3", "File /home/x/a.py, line 3"));
        assert!(!is("File .../a.py, line 3", "File /home/x/a.py, line 33"));
        assert!(is("one ... three ... five", "one two three four five"));
        assert!(!is("one ... three ... five", "one two four five"));
        assert!(!is("one", "one..."));
    }
}
