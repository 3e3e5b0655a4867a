//! What belongs to the program: its own files, modules and classes, as against the standard
//! library's.

use super::raw::header::ObjPtr;
use super::waiting::Waiting;
use crate::trace::{FileId, SourceFile};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use rustpython_vm::builtins::{PyCode, PyStr, PyType};
use rustpython_vm::{AsObject, Py, VirtualMachine};
use std::path::{Path, PathBuf};

/// The name under which Python files code that came from the command line.
pub(crate) const COMMAND_FILE: &str = "<string>";
/// The same for code that came from standard input.
pub(crate) const STDIN_FILE: &str = "<stdin>";

/// The program that is recorded.
pub(crate) struct Program {
    /// Files under this folder are the program's own.
    folder: Option<PathBuf>,
    /// The folder as the user would name it; put before a file's path in the folder.
    shown_folder: PathBuf,
    /// A file name that is no path, and its source.
    inline: Option<(String, String)>,
    pub files: Vec<SourceFile>,
    by_path: HashMap<String, Option<FileId>>,
    codes: HashMap<usize, Option<FileId>>,
    pub waiting: Waiting,
    namespaces: HashSet<usize>,
    foreign_namespaces: HashSet<usize>,
    modules: HashSet<String>,
    /// The namespace of the first of its modules that ran: the script's.
    pub main_namespace: Option<ObjPtr>,
}

impl Program {
    /// A program whose files stand under `folder`, named to the user as `shown_folder`.
    pub(crate) fn in_folder(folder: PathBuf, shown_folder: PathBuf) -> Program {
        Program {
            folder: Some(folder),
            shown_folder,
            inline: None,
            files: Vec::new(),
            by_path: HashMap::default(),
            codes: HashMap::default(),
            waiting: Waiting::default(),
            namespaces: HashSet::default(),
            foreign_namespaces: HashSet::default(),
            modules: HashSet::from_iter(["__main__".to_owned()]),
            main_namespace: None,
        }
    }

    /// A program given as text under a file name that is no path. What it imports from the
    /// current folder is its own as well.
    pub(crate) fn inline(name: String, source: String) -> Program {
        let mut program =
            Program::in_folder(std::env::current_dir().unwrap_or_default(), PathBuf::new());
        program.inline = Some((name, source));
        program
    }

    /// The file of a code object, if it is one of the program's own.
    pub(crate) fn own_file(&mut self, code: &Py<PyCode>) -> Option<FileId> {
        let address = ObjPtr::of(code.as_object()).address();
        if let Some(known) = self.codes.get(&address) {
            return *known;
        }
        let file = self.file_named(code.source_path().as_str());
        self.codes.insert(address, file);
        file
    }

    /// The program's own file at a path under which code of it has run.
    pub(crate) fn known_file(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied().flatten()
    }

    /// Whether the code object at an address is known to be one of the program's own.
    pub(crate) fn is_own_code(&self, address: usize) -> bool {
        matches!(self.codes.get(&address), Some(Some(_)))
    }

    fn file_named(&mut self, path: &str) -> Option<FileId> {
        if let Some(known) = self.by_path.get(path) {
            return *known;
        }
        let found = self.open(path);
        let file = found.map(|source| {
            let id = FileId(self.files.len() as u16);
            self.files.push(source);
            id
        });
        self.by_path.insert(path.to_owned(), file);
        file
    }

    fn open(&self, path: &str) -> Option<SourceFile> {
        if let Some((name, source)) = &self.inline
            && path == *name
        {
            return Some(SourceFile {
                path: path.to_owned(),
                text: source.clone(),
            });
        }
        let folder = self.folder.as_deref()?;
        let full = std::fs::canonicalize(Path::new(path)).ok()?;
        let inside = full.strip_prefix(folder).ok()?;
        let installed = inside
            .components()
            .any(|part| part.as_os_str() == "site-packages");
        if installed || full.extension().is_some_and(|e| e == "pyc") {
            return None;
        }
        let bytes = std::fs::read(&full).ok()?;
        Some(SourceFile {
            path: self
                .shown_folder
                .join(inside)
                .to_string_lossy()
                .into_owned(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }

    /// Notes a module of the program's own: its namespace and its name.
    pub(crate) fn add_module(&mut self, namespace: ObjPtr, name: Option<String>) {
        self.namespaces.insert(namespace.address());
        self.main_namespace.get_or_insert(namespace);
        self.modules.extend(name);
    }

    /// Notes the namespace of a module that is not the program's.
    pub(crate) fn add_foreign_namespace(&mut self, namespace: ObjPtr) {
        self.foreign_namespaces.insert(namespace.address());
    }

    pub(crate) fn is_foreign_namespace(&self, dict: ObjPtr) -> bool {
        self.foreign_namespaces.contains(&dict.address())
    }

    pub(crate) fn is_own_namespace(&self, address: usize) -> bool {
        self.namespaces.contains(&address)
    }

    /// A class that a module of the program's own made.
    pub(crate) fn is_own_class(&self, class: &Py<PyType>, vm: &VirtualMachine) -> bool {
        if class.heaptype_ext().is_none() {
            return false;
        }
        let module = class.attributes().get(vm.ctx.intern_str("__module__"));
        module
            .as_ref()
            .and_then(|module| module.downcast_ref::<PyStr>())
            .and_then(|name| name.to_str())
            .is_some_and(|name| self.modules.contains(name))
    }

    /// Forgets what is known of an address: the object there is dead.
    pub(crate) fn forget(&mut self, address: usize) {
        self.codes.remove(&address);
        self.waiting.forget(address);
        self.namespaces.remove(&address);
    }
}
