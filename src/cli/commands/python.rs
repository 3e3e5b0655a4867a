//! The command line of Python itself, for a memviz that is called `python3`: what a program starts
//! by `sys.executable` runs as under Python, and unrecorded.

use crate::cli::say::say;
use crate::record::{Script, Switches, run_as_python, version};
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// The exit code of a wrong command line, which is Python's own.
const USAGE: i32 = 2;
const HELP: &str = "\
usage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...
This is memviz under the name of python3: it runs programs as Python does, and records nothing.
-B -E -I -O -OO -P -S -W arg -X opt -b -d -q -s -u -v : as with Python
-V, --version : print Python's version";

/// What a command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Run(Switches, What, Vec<String>),
    Version,
    Help,
    Wrong(String),
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Command(String),
    Module(String),
    File(OsString),
    /// Standard input, and the word by which it was named.
    Stdin(&'static str),
}

/// Does what a command line of Python's says; returns the exit code.
pub(in crate::cli) fn run(arguments: impl IntoIterator<Item = OsString>) -> i32 {
    let arguments: Vec<OsString> = arguments.into_iter().skip(1).collect();
    let (switches, what, arguments) = match read(&arguments) {
        Asked::Run(switches, what, arguments) => (switches, what, arguments),
        Asked::Version => return print(&format!("Python {}", version())),
        Asked::Help => return print(HELP),
        Asked::Wrong(word) => {
            say!("{word}");
            say!("usage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...");
            say!("Try `python3 -h' for more information.");
            return USAGE;
        }
    };
    let script = match script(what) {
        Ok(script) => script,
        Err(words) => {
            say!("{words}");
            return USAGE;
        }
    };
    match run_as_python(&script, &arguments, &switches) {
        Ok(exit) => exit.take(),
        Err(error) => {
            say!("python3: {error}");
            USAGE
        }
    }
}

fn print(text: &str) -> i32 {
    i32::from(writeln!(io::stdout(), "{text}").is_err())
}

fn script(what: What) -> Result<Script, String> {
    match what {
        What::Command(code) => Ok(Script::Command(code)),
        What::Module(name) => Ok(Script::Module(name)),
        What::Stdin(_) if io::stdin().is_terminal() => Err(
            "python3: memviz's Python is not interactive: name a script, or say -c or -m"
                .to_owned(),
        ),
        What::Stdin(word) => Script::from_stdin(word)
            .map_err(|error| format!("python3: cannot read standard input: {error}")),
        What::File(name) => Script::at(Path::new(&name)).map_err(|error| {
            let full = std::path::absolute(&name).unwrap_or_else(|_| name.clone().into());
            let number = error.raw_os_error().unwrap_or(0);
            let error = error.to_string();
            let words = error.split(" (os error").next().unwrap_or_default();
            let full = full.display();
            format!("python3: can't open file '{full}': [Errno {number}] {words}")
        }),
    }
}

fn text(word: &OsString) -> String {
    word.to_string_lossy().into_owned()
}

/// Reads a command line, without the program's name.
fn read(words: &[OsString]) -> Asked {
    let mut switches = Switches::default();
    let mut words = words.iter();
    let rest = |words: std::slice::Iter<OsString>| words.map(text).collect();
    while let Some(word) = words.next() {
        let given = text(word);
        match given.as_str() {
            "-" => return Asked::Run(switches, What::Stdin("-"), rest(words)),
            "--help" | "-h" | "-?" => return Asked::Help,
            "--version" | "-V" | "-VV" => return Asked::Version,
            "--check-hash-based-pycs" => {
                words.next();
                continue;
            }
            "--" => {
                return match words.next() {
                    Some(file) => Asked::Run(switches, What::File(file.clone()), rest(words)),
                    None => Asked::Run(switches, What::Stdin(""), Vec::new()),
                };
            }
            _ => {}
        }
        let Some(letters) = given.strip_prefix('-') else {
            return Asked::Run(switches, What::File(word.clone()), rest(words));
        };
        if letters.starts_with('-') {
            return Asked::Wrong(format!("unknown option {given}"));
        }
        match read_letters(letters, &mut switches, &mut words) {
            Ok(None) => {}
            Ok(Some(what)) => return Asked::Run(switches, what, rest(words)),
            Err(wrong) => return Asked::Wrong(wrong),
        }
    }
    Asked::Run(switches, What::Stdin(""), Vec::new())
}

/// Reads options of one letter that stand together: `-Bc code`. What is to be run ends them.
fn read_letters(
    letters: &str,
    switches: &mut Switches,
    words: &mut std::slice::Iter<OsString>,
) -> Result<Option<What>, String> {
    for (at, letter) in letters.char_indices() {
        if set(switches, letter) {
            continue;
        }
        if !"cmWX".contains(letter) {
            return Err(format!("unknown option -{letter}"));
        }
        // What follows at once is its argument, else the next word.
        let attached = &letters[at + 1..];
        let argument = match attached {
            "" => words.next().map(text),
            _ => Some(attached.to_owned()),
        };
        let argument =
            argument.ok_or_else(|| format!("Argument expected for the -{letter} option"))?;
        match letter {
            'c' => return Ok(Some(What::Command(argument))),
            'm' => return Ok(Some(What::Module(argument))),
            'W' => switches.warnings.push(argument),
            _ => {
                let (name, value) = match argument.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                    None => (argument, None),
                };
                switches.extra.push((name, value));
            }
        }
        return Ok(None);
    }
    Ok(None)
}

/// Sets what an option without an argument stands for; says whether there is such an option.
fn set(switches: &mut Switches, letter: char) -> bool {
    match letter {
        'b' => switches.bytes_warning += 1,
        'B' => switches.dont_write_bytecode = true,
        'd' => switches.debug += 1,
        'E' => switches.ignore_environment = true,
        'I' => switches.isolated = true,
        'O' => switches.optimize += 1,
        'P' => switches.safe_path = true,
        'q' => switches.quiet = true,
        // Random hashes, which are the rule.
        'R' => {}
        's' => switches.no_user_site = true,
        'S' => switches.no_site = true,
        'u' => switches.unbuffered = true,
        'v' => switches.verbose += 1,
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Asked {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        read(&words)
    }

    #[test]
    fn a_command_line_is_read_as_python_reads_it() {
        let none = Switches::default;
        let cases = [
            ("-c 1 -c x", none(), What::Command("1".into()), "-c x"),
            (
                "-mjson.tool -",
                none(),
                What::Module("json.tool".into()),
                "-",
            ),
            ("a.py -V", none(), What::File("a.py".into()), "-V"),
            ("- a", none(), What::Stdin("-"), "a"),
            ("", none(), What::Stdin(""), ""),
            ("-- -a.py", none(), What::File("-a.py".into()), ""),
        ];
        for (line, switches, what, rest) in cases {
            let rest = rest.split_whitespace().map(str::to_owned).collect();
            assert_eq!(asked(line), Asked::Run(switches, what, rest), "{line}");
        }
        let Asked::Run(switches, what, _) = asked("-BOOuW error -Wa -X dev -Xa=b -Isc 1") else {
            panic!("it is to be run");
        };
        let wanted = Switches {
            dont_write_bytecode: true,
            optimize: 2,
            unbuffered: true,
            isolated: true,
            no_user_site: true,
            warnings: vec!["error".into(), "a".into()],
            extra: vec![("dev".into(), None), ("a".into(), Some("b".into()))],
            ..none()
        };
        assert_eq!((switches, what), (wanted, What::Command("1".into())));
    }

    #[test]
    fn other_words_are_answered() {
        assert_eq!(asked("-B -V"), Asked::Version);
        assert_eq!(asked("--version"), Asked::Version);
        assert_eq!(asked("-h"), Asked::Help);
        assert!(matches!(asked("-Z"), Asked::Wrong(_)));
        assert!(matches!(asked("--none"), Asked::Wrong(_)));
        assert!(matches!(asked("-c"), Asked::Wrong(_)));
    }
}
