//! The heads of definitions, as the source has them.

use super::source::SourceText;
use super::syntax::Syntax;

/// Lines that decorators and parameters take at most.
const LONGEST_HEAD: usize = 60;

impl SourceText {
    /// `adder(k)`: name and parameters of the function that the statement at a line defines, if it
    /// has this name. Of several lambdas in a line it is not known which is meant.
    pub(super) fn function_head(&self, name: Option<&str>, line: u32) -> Option<String> {
        let code = self.code(line);
        if name == Some("<lambda>") {
            let line = code.lines().next()?;
            let mut lambdas = line.match_indices("lambda").filter(|(at, word)| {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                !line[..*at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part)
            });
            let (at, word) = lambdas.next()?;
            let rest = &line[at + word.len()..];
            return lambdas
                .next()
                .is_none()
                .then(|| format!("λ({})", parameters(rest, ':')));
        }
        let rest = undecorated(&code)?;
        let rest = rest.strip_prefix("async ").unwrap_or(rest);
        let (found, rest) = word(rest.strip_prefix("def ")?);
        let parameters = parameters(&rest[rest.find('(')? + 1..], ')');
        let is_meant = name.is_none_or(|name| name == found);
        is_meant.then(|| format!("{found}({parameters})"))
    }

    /// The name of the class that the statement at a line defines, if it is this one.
    pub(super) fn class_head(&self, name: &str, line: u32) -> Option<String> {
        let code = self.code(line);
        let (found, _) = word(undecorated(&code)?.strip_prefix("class ")?);
        (found == name).then(|| name.to_owned())
    }

    /// The source from a line on, without texts and comments.
    fn code(&self, line: u32) -> String {
        let lines = self.lines.iter().skip((line as usize).saturating_sub(1));
        let mut code = String::new();
        for line in lines.take(LONGEST_HEAD) {
            let mut at = 0;
            for (range, syntax) in &line.spans {
                if matches!(syntax, Syntax::Text | Syntax::Comment) {
                    code.push_str(&line.text[at..range.start]);
                    at = range.end;
                }
            }
            code.push_str(&line.text[at..]);
            code.push('\n');
        }
        code
    }
}

/// What stands behind the decorators.
fn undecorated(code: &str) -> Option<&str> {
    let mut rest = code.trim_start();
    while rest.starts_with('@') {
        let mut depth = 0;
        let end = rest.find(|c| {
            depth += nesting(c);
            c == '\n' && depth == 0
        })?;
        rest = rest[end..].trim_start();
    }
    Some(rest)
}

fn nesting(c: char) -> i32 {
    match c {
        '(' | '[' | '{' => 1,
        ')' | ']' | '}' => -1,
        _ => 0,
    }
}

/// The word that a text begins with, and what follows.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    text.split_at(end.unwrap_or(text.len()))
}

/// The names of parameters up to where their list ends, without annotations and default values.
fn parameters(text: &str, end: char) -> String {
    let mut names = vec![String::new()];
    let (mut depth, mut is_name) = (0, true);
    for c in text.chars() {
        match c {
            _ if depth == 0 && c == end => break,
            ',' if depth == 0 => {
                names.push(String::new());
                is_name = true;
            }
            ':' | '=' if depth == 0 => is_name = false,
            _ if is_name => names.last_mut().into_iter().for_each(|name| name.push(c)),
            _ => {}
        }
        depth += nesting(c);
    }
    let names = names.iter().map(|name| name.trim());
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_those_of_the_statement_at_a_line() {
        let text = SourceText::new(
            "@deco(a,\n      b)\n@other\nasync def f(a, *rest: int, b=(1, 'x)'), **more) -> int:\n    pass\nclass A(B):\n    x = lambda self, y=3: y\nz = (lambda: 1, lambda: 2)\ndef g(\n    a: dict[str, int],  # a)\n    /,\n):\n    pass\n",
        );
        let function = |name, line| text.function_head(name, line);
        let f = Some("f(a, *rest, b, **more)".to_owned());
        assert_eq!(function(Some("f"), 1), f);
        assert_eq!(function(Some("f"), 4), f);
        assert_eq!(function(None, 3), f);
        assert_eq!(function(Some("g"), 4), None);
        assert_eq!(function(Some("f"), 5), None);
        assert_eq!(function(Some("g"), 9), Some("g(a, /)".to_owned()));
        assert_eq!(function(Some("<lambda>"), 7), Some("λ(self, y)".to_owned()));
        assert_eq!(function(Some("<lambda>"), 8), None);
        assert_eq!(text.class_head("A", 6), Some("A".to_owned()));
        assert_eq!(text.class_head("B", 6), None);
        assert_eq!(text.class_head("A", 7), None);
    }
}
