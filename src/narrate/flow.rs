//! What a line has decided that changes nothing in memory: which way the program goes on.

use super::nouns::{call_in_words, enumerated, short};
use super::step::Telling;
use crate::analyse::split_outside;
use crate::trace::{Event, Kind, NameKind, ObjId};

/// A line of source.
struct Line<'s> {
    /// From 1.
    number: u32,
    /// Without its indentation and comment.
    code: &'s str,
    indentation: usize,
}

impl Telling<'_> {
    /// What the line that has run did without changing a name or an object that can be called by one.
    pub(super) fn flow(&self) -> Option<String> {
        let head = &self.step.head;
        if head.event == Event::Exception {
            return Some(format!("the exception comes to line {}", head.line));
        }
        if head.event != Event::Line {
            return None;
        }
        let running = self.after.frames.last()?;
        let Some(number) = head.ran else {
            let is_call = !running.class_body && !running.is_module(&self.trace.symbols);
            let call = call_in_words(running.shown_name(&self.trace.symbols));
            return is_call.then(|| format!("{call} begins with line {}", head.line));
        };
        let file = self.trace.header.files.get(head.file.0 as usize)?;
        let ran = line(&file.text, number)?;
        let next = line(&file.text, head.line)?;
        let goes_in = next.indentation > ran.indentation
            && next.number > ran.number
            && !has_code_between(&file.text, &ran, &next);
        if running.class_body && ran.code.starts_with("class ") {
            return Some(format!("{} begins", running.in_words(&self.trace.symbols)));
        }
        let last = self.last?;
        if matches!(last.event, Event::Exception | Event::Unwind) {
            return Some(format!("the exception goes on to line {}", next.number));
        }
        let defines = ["def ", "async def ", "class ", "@"];
        if ran.code.starts_with('@') && defines.iter().any(|one| next.code.starts_with(one)) {
            let done = match self.last_here.and_then(|last| last.ran) == Some(next.number) {
                true => "has been applied",
                false => "is ready",
            };
            return Some(format!("the decorator {} {done}", short(ran.code)));
        }
        if ran.code.starts_with("yield") && last.event == Event::Throw {
            return Some(format!("the generator goes to line {}", next.number));
        }
        let text = &file.text;
        decided(&ran, &next, goes_in, &|line| block_head(text, line))
            .or_else(|| stands_alone(text, &ran))
            .or_else(|| self.stays(ran.code))
            .or_else(|| self.made())
            .or_else(|| self.nothing_has_changed())
    }

    /// `swapped stays True`: what is assigned to a name that led there before.
    fn stays(&self, code: &str) -> Option<String> {
        let name = code.split_once(" = ")?.0;
        let frame = self.after.frames.last()?;
        let mut names = frame.names.iter();
        let known = names.find(|one| one.kind != NameKind::Stack && self.text(one.name) == name)?;
        let is_value = !matches!(known.kind, NameKind::Cell | NameKind::Free);
        let value = self.new.own_words(known.to).filter(|_| is_value)?;
        Some(format!("{name} stays {value}"))
    }

    /// What was made that has no name yet.
    fn made(&self) -> Option<String> {
        let new = &self.step.head.allocated;
        let objects = || new.iter().filter_map(|id| self.after.heap.get(id));
        let is_part = |id: ObjId| {
            let mut refs = objects().flat_map(|object| &object.refs);
            refs.any(|reference| reference.to == id)
        };
        let in_class = self.after.frames.last()?.class_body;
        let is_told = |id: &&ObjId| {
            self.is_data(**id) && self.after.heap.contains_key(id) && !is_part(**id) && !in_class
        };
        let made = new.iter().filter(is_told);
        let made: Vec<String> = made.take(2).map(|id| self.new.new_noun(*id)).collect();
        match made.len() {
            0 => None,
            1 => Some(format!("{} is made", made[0])),
            _ => Some(format!("{} are made", enumerated(&made))),
        }
    }

    fn nothing_has_changed(&self) -> Option<String> {
        let step = self.step;
        let is_same = step.head.allocated.is_empty()
            && step.head.freed.is_empty()
            && step.head.out_of_reach.is_empty()
            && step.changed.iter().all(|(_, change)| change.refs.is_none());
        let mut grown = step.changed.iter().filter_map(|(id, change)| {
            let is_list = matches!(self.trace.object(*id).kind, Kind::Sequence | Kind::Set);
            let is_unnamed = self.is_data(*id) && self.new.first_path(*id).is_none();
            let count = change
                .refs
                .as_ref()
                .and(self.after.heap.get(id))?
                .refs
                .len();
            let more = count > self.before.heap.get(id)?.refs.len();
            (is_list && is_unnamed && more).then_some((*id, count))
        });
        Some(match (is_same, grown.next_back()) {
            (true, _) => "nothing in memory changes".to_owned(),
            (false, Some((id, count))) => format!(
                "the {} that is being made has {count} {} now",
                self.new.type_name(id),
                if count == 1 { "item" } else { "items" }
            ),
            (false, None) => "no name changes".to_owned(),
        })
    }
}

/// What a line that opens a block, or leaves one, has decided. `goes_in`: the first line of its block is
/// `next`; `head_of` gives the line that opens the block of another.
fn decided<'t>(
    ran: &Line<'_>,
    next: &Line<'t>,
    goes_in: bool,
    head_of: &dyn Fn(&Line<'t>) -> Option<Line<'t>>,
) -> Option<String> {
    let code = ran.code;
    let word = code.split([' ', '(', ':']).next().unwrap_or_default();
    let opens = code.ends_with(':');
    let rest = code[word.len()..].trim_end_matches(':').trim();
    let holds = |condition: &str, verdict: bool| {
        let is_comparison = [" is ", " in ", "not ", "=", "<", ">", " and ", " or "]
            .iter()
            .any(|part| condition.contains(part));
        let counts = if is_comparison { "is" } else { "counts as" };
        format!("“{}” {counts} {verdict}", short(condition))
    };
    match word {
        "pass" => Some("pass does nothing".to_owned()),
        "break" => Some("break leaves the loop".to_owned()),
        "continue" => Some("continue goes back to the head of the loop".to_owned()),
        "assert" => Some("the assertion holds".to_owned()),
        "return" => head_of(next)
            .filter(|head| head.code.starts_with("finally"))
            .map(|_| "before the return, the finally block runs".to_owned()),
        "yield" => Some("the generator goes on behind its yield".to_owned()),
        "def" | "async" | "class" if next.code.starts_with('@') => {
            Some("what is defined is given to its decorator next".to_owned())
        }
        _ if code.contains("await ") => Some("the await is over".to_owned()),
        _ if !opens || next.number == ran.number => None,
        "match" => Some("the patterns are tried in turn".to_owned()),
        "if" | "elif" => Some(holds(rest, goes_in)),
        "while" if goes_in => Some(format!("{}: the loop goes on", holds(rest, true))),
        "while" => Some(format!("{}: the loop ends", holds(rest, false))),
        "for" if goes_in => Some("the loop goes on".to_owned()),
        "for" => Some("the loop ends: there are no more items".to_owned()),
        "try" if goes_in => Some("the try block begins".to_owned()),
        "with" if goes_in => Some("the with block begins".to_owned()),
        "with" => Some("the with block is over".to_owned()),
        "except" if goes_in => Some("the exception is caught here".to_owned()),
        "except" => Some("this except does not match".to_owned()),
        "case" if goes_in => Some(format!("the pattern “{}” matches", short(rest))),
        "case" => Some(format!("the pattern “{}” does not match", short(rest))),
        _ => None,
    }
}

/// A text that is a statement, and not a part of one that goes over several lines.
fn stands_alone(text: &str, ran: &Line<'_>) -> Option<String> {
    let quotes = ['"', '\''];
    let ends_alike = ran.code.len() > 1
        && ran.code.starts_with(quotes)
        && ran.code.ends_with(quotes)
        && ran.code.chars().next() == ran.code.chars().next_back();
    // A docstring goes over several lines.
    let is_docstring = ["\"\"\"", "'''"]
        .iter()
        .any(|one| ran.code.starts_with(one));
    if !ends_alike && !is_docstring {
        return None;
    }
    let before = (1..ran.number)
        .rev()
        .filter_map(|number| line(text, number));
    let before = before.map(|line| line.code).find(|code| !code.is_empty());
    let goes_on = before.is_some_and(|code| {
        code.ends_with([',', '(', '[', '{', '\\', '+', '=', '%']) || code.ends_with(quotes)
    });
    (!goes_on).then(|| "a text on its own does nothing".to_owned())
}

/// The line that opens the block in which a line stands.
fn block_head<'t>(text: &'t str, of: &Line<'_>) -> Option<Line<'t>> {
    let mut before = (1..of.number).rev().filter_map(|number| line(text, number));
    before.find(|line| !line.code.is_empty() && line.indentation < of.indentation)
}

fn line(text: &str, number: u32) -> Option<Line<'_>> {
    let whole = text.lines().nth((number as usize).checked_sub(1)?)?;
    Some(Line {
        number,
        code: split_outside(whole, '#').first().copied().unwrap_or(""),
        indentation: whole.len() - whole.trim_start().len(),
    })
}

/// Whether lines of code stand between two.
fn has_code_between(text: &str, from: &Line<'_>, to: &Line<'_>) -> bool {
    let lines = text.lines().skip(from.number as usize);
    let mut between = lines.take((to.number - from.number - 1) as usize);
    between.any(|line| {
        let code = line.trim_start();
        !code.is_empty() && !code.starts_with('#')
    })
}
