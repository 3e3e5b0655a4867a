//! What a script says to memviz in its comments: `# memviz: picture "both names"` and so on.
//! Python does not see them; the trace holds the script's text, so a saved trace has them too.

use super::comments::{comments, statements};
use super::near::near;
use crate::trace::{Event, FileId, StepHead, Trace};

/// A mark and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    pub place: Place,
    pub says: DirectiveKind,
}

/// Where a mark stands, and the lines that it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub file: FileId,
    pub line: u32,
    /// First and last line of the statement that it stands in or behind, or of the one above.
    pub statement: (u32, u32),
    /// It is a loop on one line.
    pub is_loop: bool,
}

/// A picture that is asked for: the moment when a statement has run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PictureMark {
    /// What stands above it; may be empty.
    pub caption: String,
    /// What its file is called instead of by its number.
    pub name: Option<String>,
    /// The moment before the statement is drawn beside it.
    pub pair: bool,
}

/// What a mark asks for or claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectiveKind {
    Picture(PictureMark),
    /// Steps that are drawn on one page.
    Strip(Vec<u32>),
    /// What these lead to is outlined from here on, and nothing else.
    Highlight(Vec<String>),
    /// Words above the box of what this leads to, from here on.
    Label(String, String),
    /// A sentence in the picture of this moment.
    Note(String),
    /// Names or types, and the name of a colour.
    Color(Vec<String>, String),
    /// A shape each, and the name of what it is for.
    Layout(Vec<(String, String)>),
    Focus(Vec<String>),
    Hide(Vec<String>),
    Fold(Vec<String>),
    Depth(usize),
    Boxes,
    Classes,
    Counts,
    Generations,
    Sizes,
    /// One claim.
    Expect(String),
    /// A question of the player's quiz, the right answer, and wrong ones.
    Ask {
        question: String,
        right: String,
        wrong: Vec<String>,
    },
    /// Prose of a lesson, in Markdown.
    Text(String),
}

/// A mark that says nothing that memviz knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectiveError {
    pub file: FileId,
    pub line: u32,
    /// What is wrong with it, in words.
    pub problem: String,
}

const WORDS: [&str; 20] = [
    "picture",
    "pair",
    "strip",
    "highlight",
    "label",
    "note",
    "color",
    "layout",
    "focus",
    "hide",
    "fold",
    "depth",
    "boxes",
    "classes",
    "counts",
    "generations",
    "sizes",
    "expect",
    "ask",
    "text",
];

impl Place {
    /// The statement that a line of a file belongs to, if there is one.
    pub fn at_line(trace: &Trace, file: FileId, line: u32) -> Option<Place> {
        let text = &trace.header.files.get(file.0 as usize)?.text;
        let within = |(first, last): &(u32, u32)| (*first..=*last).contains(&line);
        let statement = statements(text).into_iter().find(within)?;
        Some(Place {
            file,
            line,
            statement,
            is_loop: is_loop(text, statement),
        })
    }

    /// Whether a step shows memory when the statement has run: the function goes on with another
    /// line, or returns. A loop on one line has run also where it is the next one again; a comprehension
    /// has not, which tells its line for each item.
    ///
    /// `before` is the step before; at steps of instructions the line left shows there.
    pub fn has_run(&self, head: &StepHead, before: Option<&StepHead>) -> bool {
        let within = |line: u32| self.statement.0 <= line && line <= self.statement.1;
        if head.file != self.file {
            return false;
        }
        match head.event {
            Event::Line => head.ran.is_some_and(within) && (self.is_loop || !within(head.line)),
            Event::Return | Event::Yield | Event::Unwind => within(head.ran.unwrap_or(head.line)),
            Event::Instruction => {
                before.is_some_and(|before| {
                    (before.function, before.file) == (head.function, head.file)
                        && within(before.line)
                }) && !within(head.line)
            }
            Event::Call | Event::Resume | Event::Throw | Event::Exception | Event::Exit => false,
        }
    }
}

/// Whether a statement is a loop that stands on one line.
fn is_loop(text: &str, (first, last): (u32, u32)) -> bool {
    let line = text.lines().nth((first as usize).saturating_sub(1));
    let line = line.unwrap_or_default().trim_start();
    let words = ["for ", "while ", "async for "];
    first == last && words.iter().any(|word| line.starts_with(word))
}

/// Reads the marks of all files of a trace, in their order, and what could not be read.
pub fn directives(trace: &Trace) -> (Vec<Directive>, Vec<DirectiveError>) {
    let mut directives = Vec::new();
    let mut misread = Vec::new();
    for (index, file) in trace.header.files.iter().enumerate() {
        let file_id = FileId(index as u16);
        for comment in comments(&file.text) {
            let place = Place {
                file: file_id,
                line: comment.line,
                statement: comment.statement,
                is_loop: is_loop(&file.text, comment.statement),
            };
            let Some(text) = comment.text.trim_start().strip_prefix("memviz:") else {
                continue;
            };
            for text in text.split("# memviz:") {
                match read(text.trim()) {
                    Ok(all) => {
                        directives.extend(all.into_iter().map(|says| Directive { place, says }))
                    }
                    Err(problem) => misread.push(DirectiveError {
                        file: file_id,
                        line: comment.line,
                        problem,
                    }),
                }
            }
        }
    }
    (directives, misread)
}

/// Reads what stands behind `# memviz:`.
fn read(text: &str) -> Result<Vec<DirectiveKind>, String> {
    let (word, rest) = text
        .split_once(char::is_whitespace)
        .map_or((text, ""), |(word, rest)| (word, rest.trim()));
    let alone = |says: DirectiveKind| {
        if rest.is_empty() {
            Ok(vec![says])
        } else {
            Err(format!("`{word}` stands alone, without `{rest}`"))
        }
    };
    match word {
        "picture" | "pair" => Ok(vec![DirectiveKind::Picture(picture(rest, word == "pair")?)]),
        "strip" => Ok(vec![DirectiveKind::Strip(steps(rest)?)]),
        "highlight" if rest.is_empty() => Ok(vec![DirectiveKind::Highlight(Vec::new())]),
        "highlight" => Ok(vec![DirectiveKind::Highlight(list(word, rest)?)]),
        "label" => label(rest).map(|(name, words)| vec![DirectiveKind::Label(name, words)]),
        "note" => match quoted(rest) {
            Some(words) if !words.is_empty() => Ok(vec![DirectiveKind::Note(words.to_owned())]),
            _ => Err(format!(
                "a note stands in quotes: note \"...\", not `{rest}`"
            )),
        },
        "color" => match rest.rsplit_once(char::is_whitespace) {
            Some((names, color)) => Ok(vec![DirectiveKind::Color(
                list(word, names.trim())?,
                color.to_owned(),
            )]),
            None => Err("`color` wants a name or type, and a colour: color Node blue".to_owned()),
        },
        "layout" => Ok(vec![DirectiveKind::Layout(shapes(rest)?)]),
        "focus" => Ok(vec![DirectiveKind::Focus(list(word, rest)?)]),
        "hide" => Ok(vec![DirectiveKind::Hide(list(word, rest)?)]),
        "fold" => Ok(vec![DirectiveKind::Fold(list(word, rest)?)]),
        "depth" => match rest.parse() {
            Ok(depth @ 1..) => Ok(vec![DirectiveKind::Depth(depth)]),
            _ => Err(format!("`depth` wants a number from 1, not `{rest}`")),
        },
        "boxes" => alone(DirectiveKind::Boxes),
        "classes" => alone(DirectiveKind::Classes),
        "counts" => alone(DirectiveKind::Counts),
        "generations" => alone(DirectiveKind::Generations),
        "sizes" => alone(DirectiveKind::Sizes),
        "expect" => Ok(split_outside(rest, ';')
            .into_iter()
            .map(|claim| DirectiveKind::Expect(claim.to_owned()))
            .collect()),
        "ask" => Ok(vec![ask(rest)?]),
        "text" => match quoted(rest) {
            Some(prose) if !prose.is_empty() => Ok(vec![DirectiveKind::Text(prose.to_owned())]),
            _ => Err(format!(
                "prose stands in quotes: text \"...\", not `{rest}`"
            )),
        },
        _ => Err(match near(word, WORDS) {
            Some(meant) => format!("`{word}` is no mark of memviz's: did you mean `{meant}`?"),
            None => format!(
                "`{word}` is no mark of memviz's: there are {}",
                WORDS.join(", ")
            ),
        }),
    }
}

/// `"What is b?" "[1, 2]" "[1]"`: a question, its answer, and one wrong answer or more.
fn ask(text: &str) -> Result<DirectiveKind, String> {
    let mut rest = text;
    let mut parts = Vec::new();
    while let Some(quote) = rest.chars().next().filter(|c| ['"', '\''].contains(c)) {
        let Some((part, behind)) = rest[1..].split_once(quote) else {
            break;
        };
        parts.push(part.trim().to_owned());
        rest = behind.trim_start();
    }
    let mut parts = parts.into_iter();
    match (parts.next(), parts.next(), parts.collect::<Vec<_>>()) {
        (Some(question), Some(right), wrong) if rest.is_empty() && !wrong.is_empty() => {
            Ok(DirectiveKind::Ask {
                question,
                right,
                wrong,
            })
        }
        _ => Err(format!(
            "`ask` wants a question, its answer and a wrong one, each in quotes: \
             ask \"What is b?\" \"[1, 2]\" \"[1]\", not `{text}`"
        )),
    }
}

/// A caption in quotes and `as` a name; both may be left out.
fn picture(text: &str, pair: bool) -> Result<PictureMark, String> {
    let closing = text.rfind(['"', '\'']).map_or(0, |at| at + 1);
    let (caption, behind) = text.split_at(closing);
    let mut words = behind.split_whitespace();
    let name = match (words.next(), words.next(), words.next()) {
        (None, ..) => None,
        (Some("as"), Some(name), None) => Some(picture_name(name)?),
        (Some("as"), ..) => {
            return Err(format!("`as` wants one name, not `{}`", behind.trim()));
        }
        _ => return Err(wrong_caption(text)),
    };
    let caption = match quoted(caption.trim()) {
        Some(caption) => caption.to_owned(),
        None if caption.is_empty() => String::new(),
        None => return Err(wrong_caption(text)),
    };
    Ok(PictureMark {
        caption,
        name,
        pair,
    })
}

fn wrong_caption(text: &str) -> String {
    format!("a caption stands in quotes: picture \"...\", not `{text}`")
}

/// A name that a file can bear anywhere, and that is no step's number.
///
/// # Errors
/// What a name is made of.
pub fn picture_name(name: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(fits);
    if is_name && name.len() <= 80 {
        Ok(name.to_owned())
    } else {
        Err(format!(
            "`{name}` is no name for a picture: a letter, then letters, digits, - and _"
        ))
    }
}

/// `rows[0] "the shared row"`: what it leads to, and the words.
fn label(text: &str) -> Result<(String, String), String> {
    let parts = ['"', '\''].into_iter().find_map(|quote| {
        let (name, words) = text.strip_suffix(quote)?.rsplit_once(quote)?;
        let name = name.trim();
        (!name.is_empty()).then(|| (name.to_owned(), words.trim().to_owned()))
    });
    parts.ok_or_else(|| format!("write a label as: label NAME \"words\", not `{text}`"))
}

/// `tree(root), row(a)`: shapes, and the name of what each is for.
///
/// # Errors
/// How it is written.
pub fn shapes(text: &str) -> Result<Vec<(String, String)>, String> {
    let one = |part: &str| {
        let (shape, name) = part.strip_suffix(')')?.split_once('(')?;
        let (shape, name) = (shape.trim(), name.trim());
        let is_whole = !shape.is_empty() && !name.is_empty();
        is_whole.then(|| (shape.to_owned(), name.to_owned()))
    };
    let parts = split_outside(text, ',');
    let shapes: Option<Vec<_>> = parts.iter().map(|part| one(part)).collect();
    shapes
        .filter(|shapes| !shapes.is_empty())
        .ok_or_else(|| format!("write shapes as: tree(root), row(a), not `{text}`"))
}

fn steps(text: &str) -> Result<Vec<u32>, String> {
    let step = |word: &str| word.trim().parse().ok().filter(|step| *step > 0);
    let steps: Option<Vec<u32>> = text.split(',').map(step).collect();
    steps.ok_or_else(|| format!("`strip` wants steps, as strip 3,7,9, not `{text}`"))
}

/// The words between quotes.
fn quoted(text: &str) -> Option<&str> {
    let inner = ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    inner.map(str::trim)
}

fn list(word: &str, text: &str) -> Result<Vec<String>, String> {
    let words: Vec<String> = split_outside(text, ',')
        .into_iter()
        .map(str::to_owned)
        .collect();
    if words.is_empty() || words.iter().any(String::is_empty) {
        return Err(format!("`{word}` wants names, with commas between them"));
    }
    Ok(words)
}

/// Splits text where `separator` stands outside of brackets and quotes; parts are trimmed.
pub fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote) = (0, 0_usize, None);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, _) if character == separator && depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() || !parts.is_empty() {
        parts.push(last);
    }
    parts
}
