//! What is said of imports and of what a program has open.

use crate::analyse::{AskedModule, Resource, ResourceEnd};
use crate::trace::{Importer, ModuleFact, ResourceFact, ResourceKind, Trace, visible};

/// From where a module came: `found in the folder of the script: shop/till.py`, and behind it who
/// found and loaded it, as Python calls them. What is not known is left out.
pub fn module_origin(fact: &ModuleFact, trace: &Trace) -> String {
    let own = fact
        .own
        .and_then(|file| trace.header.files.get(usize::from(file.0)));
    let mut words = match (own, fact.origin.as_deref()) {
        (Some(file), _) => match is_beside(&trace.header.script, &file.path) {
            true => format!("found in the folder of the script: {}", visible(&file.path)),
            false => format!("found in the file {}", visible(&file.path)),
        },
        (None, Some("built-in")) => "built into the interpreter".to_owned(),
        (None, Some("frozen")) => "its code is kept inside the interpreter".to_owned(),
        (None, Some(path)) => format!("found in the file {}", visible(path)),
        (None, None) => "where it came from is not known".to_owned(),
    };
    if fact.is_package {
        words.push_str(", a package");
    }
    let by = match (&fact.finder, &fact.loader) {
        (Some(finder), Some(loader)) if finder == loader => format!("by {finder}"),
        (Some(finder), Some(loader)) => format!("found by {finder}, loaded by {loader}"),
        (Some(finder), None) => format!("found by {finder}"),
        (None, Some(loader)) => format!("loaded by {loader}"),
        (None, None) => return words,
    };
    format!("{words} [{}]", visible(&by))
}

/// Whether a file stands in the folder of the script, or in one inside that.
fn is_beside(script: &str, file: &str) -> bool {
    match script.rsplit_once('/') {
        Some((folder, _)) => {
            let rest = file.strip_prefix(folder);
            rest.is_some_and(|rest| rest.starts_with('/'))
        }
        None => !file.starts_with(['/', '.']),
    }
}

/// What there is to say of the compiled code of a module of the program's own.
pub fn kept_code(fact: &ModuleFact, trace: &Trace) -> Option<String> {
    let file = trace.header.files.get(usize::from(fact.own?.0))?;
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let cached = fact.cached.as_deref()?;
    let gap = if folder.is_empty() { "" } else { "/" };
    let name = match cached.rsplit_once("/__pycache__/") {
        Some((_, name)) => format!("{folder}{gap}__pycache__/{name}"),
        None => cached.to_owned(),
    };
    let is_there = match fact.is_cached {
        true => "which was there",
        false => "which was not there",
    };
    Some(format!(
        "its compiled code belongs in {}, {is_there}",
        visible(&name)
    ))
}

/// Whose code asked for a module: `line 4 of shop/till.py`, `json.decoder, line 3`.
pub fn importer(by: &Importer, trace: &Trace) -> String {
    let own = by
        .own
        .and_then(|file| trace.header.files.get(usize::from(file.0)));
    let function = match by.function.as_str() {
        "<module>" => String::new(),
        name => format!(" in {}()", visible(name)),
    };
    match (own, &by.module) {
        (Some(file), _) => format!("line {} of {}{function}", by.line, visible(&file.path)),
        (None, Some(module)) => format!("{}, line {}{function}", visible(module), by.line),
        (None, None) => format!("line {}{function} of code without a module", by.line),
    }
}

/// What became of a module that a statement asks for.
pub fn import_words(asked: &AskedModule) -> String {
    let name = visible(&asked.name);
    match asked.module {
        None => format!("{name}: no module of that name was loaded"),
        Some(_) if asked.was_there => {
            format!("{name}: was there already, in sys.modules; nothing of it ran again")
        }
        Some(_) => format!("{name}: new"),
    }
}

/// What a resource is: `file notes.txt (rb)`, `socket (AF_UNIX, SOCK_STREAM)`.
pub fn resource_words(resource: &Resource) -> String {
    let mut words = resource.kind.name().to_owned();
    if let Some(name) = resource.name() {
        words.push_str(&format!(" {}", visible(name)));
    }
    if let Some(mode) = &resource.first().mode {
        words.push_str(&format!(" ({})", visible(mode)));
    }
    if let Some((id, _)) = resource.first().process {
        words.push_str(&format!(" {id}"));
    }
    words
}

/// What kind of thing a resource is: `text file, opened for reading, descriptor 3`.
pub fn resource_kind(resource: &Resource) -> String {
    let mode = resource.first().mode.as_deref();
    let mut words = match (resource.kind, mode.and_then(opened_for)) {
        (ResourceKind::File, Some(opened)) => {
            let what = match resource.is_text {
                true => "text file",
                false => "file",
            };
            format!("{what} {opened}")
        }
        (kind, _) => {
            let mode = mode.map_or_else(String::new, |mode| format!(", {}", visible(mode)));
            format!("{}{mode}", kind.name())
        }
    };
    if let Some(descriptor) = resource.descriptor() {
        words.push_str(&format!(", descriptor {descriptor}"));
    }
    if let Some((id, _)) = resource.first().process {
        words.push_str(&format!(", number {id}"));
    }
    words
}

/// What a file was opened to do, by the mode that its descriptor has.
fn opened_for(mode: &str) -> Option<&'static str> {
    Some(match mode {
        "rb" => "opened for reading",
        "wb" => "opened for writing",
        "ab" => "opened for writing at its end",
        "xb" => "made anew, opened for writing",
        "rb+" | "wb+" | "ab+" | "xb+" => "opened for reading and writing",
        _ => return None,
    })
}

/// What a resource is like from a step on.
pub fn resource_state(state: &ResourceFact) -> String {
    let words = match (state.kind, state.is_open) {
        (ResourceKind::Lock | ResourceKind::ReentrantLock, true) => "locked",
        (ResourceKind::Lock | ResourceKind::ReentrantLock, false) => "free",
        (ResourceKind::Process, true) => "not waited for",
        (ResourceKind::Process, false) => "ended",
        (ResourceKind::TemporaryFile | ResourceKind::TemporaryFolder, true) => "on the disk",
        (ResourceKind::TemporaryFile | ResourceKind::TemporaryFolder, false) => "removed",
        (ResourceKind::File | ResourceKind::Socket, true) => "open",
        (ResourceKind::File | ResourceKind::Socket, false) => "closed",
    };
    let mut words = words.to_owned();
    if let Some(descriptor) = state.descriptor {
        words.push_str(&format!(", descriptor {descriptor}"));
    }
    if let Some(owner) = state.owner {
        words.push_str(&format!(", held by thread {owner}"));
    }
    if let Some((_, Some(code))) = state.process {
        words.push_str(&format!(" with {code}"));
    }
    words
}

/// What became of a resource.
pub fn resource_end(resource: &Resource) -> String {
    let kind = resource.kind;
    let done = match kind {
        ResourceKind::Lock | ResourceKind::ReentrantLock => "released",
        ResourceKind::Process => "waited for",
        ResourceKind::TemporaryFile | ResourceKind::TemporaryFolder => "removed",
        ResourceKind::File | ResourceKind::Socket => "closed",
    };
    let never = match kind {
        ResourceKind::Lock | ResourceKind::ReentrantLock => "still locked at the end".to_owned(),
        _ => format!("never {done} by the program"),
    };
    match resource.end {
        ResourceEnd::Closed(step, line) => {
            format!("{done} by the program on line {}, step {step}", line.line)
        }
        ResourceEnd::ClosedByDeath(step, line) => {
            format!(
                "{never}: its object did it when it died on line {}, step {step}",
                line.line
            )
        }
        ResourceEnd::TakenByCollector(step, line) => format!(
            "{done} when the collector took its object, on line {}, step {step}",
            line.line
        ),
        ResourceEnd::ClosedAtExit if kind.is_lock() => never,
        ResourceEnd::ClosedAtExit => {
            format!("{never}: its object did it when it died while the interpreter went")
        }
        ResourceEnd::NeverClosed if kind.is_lock() => never,
        ResourceEnd::NeverClosed => format!("{never}, and its object never died"),
        ResourceEnd::Gone(step, line) => format!(
            "its object died on line {}, step {step}; who {done} it is not known",
            line.line
        ),
        ResourceEnd::Unknown => {
            "open when it was last seen; what became of it is not known".to_owned()
        }
        ResourceEnd::Borrowed => {
            "its descriptor is another one's: letting it go closes nothing".to_owned()
        }
        ResourceEnd::NeverOpen if kind.is_lock() => "never locked at any step".to_owned(),
        ResourceEnd::NeverOpen => "not open at any step".to_owned(),
    }
}
