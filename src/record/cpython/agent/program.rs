//! What belongs to the program: its own files, code, modules and classes, as against the library's.

use crate::bytecode::Bytecode;
use crate::describe::text_in;
use crate::memory::AddressMap;
use crate::offsets::{class, flags, object};
use crate::python::{Addr, Python, flags_of, half, type_of, word};
use crate::qualified::names_in;
use crate::values::string;
use crate::variables::{Variables, variables_of};
use crate::wire::{INSTRUCTIONS, Settings, Writer, tag};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A code object of the program's own.
struct Known {
    file: Option<u64>,
    /// Its number in messages, once it has one.
    number: Option<u64>,
    variables: Option<Rc<Variables>>,
    /// The name by which it is told, where the code object does not have it itself.
    qualified: Option<String>,
}

pub struct Program {
    pub settings: Settings,
    folder: Option<PathBuf>,
    files: u64,
    by_path: HashMap<String, Option<u64>>,
    codes: AddressMap<Known>,
    /// Their instructions, where steps are instructions.
    pub bytecode: Bytecode,
    /// Deaths are told: what is known of an address holds until then.
    pub knows_deaths: bool,
    numbers: u64,
    constants: AddressMap<u64>,
    read: AddressMap<()>,
    modules: HashSet<String>,
    /// The program's own classes.
    pub classes: AddressMap<()>,
    /// Messages that are to go out before others.
    pub out: Vec<Vec<u8>>,
}

impl Program {
    pub fn new(settings: Settings) -> Program {
        let folder = (!settings.folder.is_empty()).then(|| PathBuf::from(&settings.folder));
        Program {
            settings,
            folder,
            files: 0,
            by_path: HashMap::new(),
            codes: AddressMap::default(),
            bytecode: Bytecode::default(),
            knows_deaths: false,
            numbers: 0,
            constants: AddressMap::default(),
            read: AddressMap::default(),
            modules: HashSet::from(["__main__".to_owned()]),
            classes: AddressMap::default(),
            out: Vec::new(),
        }
    }

    /// Forgets what is known of a block: its object is dead.
    pub fn forget(&mut self, block: Addr) {
        // Code objects have nothing before them; classes have what the collector needs.
        self.codes.remove(&block);
        self.bytecode.forget(block);
        self.read.remove(&block);
        self.classes.remove(&(block + 16));
    }

    /// The number of a code object's file, if that is one of the program's own.
    ///
    /// # Safety
    /// There must be a living code object.
    pub unsafe fn own_file(&mut self, at: Addr, python: &Python) -> Option<u64> {
        if let Some(known) = self.codes.get(&at) {
            return known.file;
        }
        // SAFETY: it is a code object.
        let path =
            unsafe { string(word(at + python.layout.code.file_name), python) }.unwrap_or_default();
        let file = self.file_named(&path);
        if !self.knows_deaths {
            return file;
        }
        self.codes.insert(
            at,
            Known {
                file,
                number: None,
                variables: None,
                qualified: None,
            },
        );
        file
    }

    fn file_named(&mut self, path: &str) -> Option<u64> {
        if let Some(known) = self.by_path.get(path) {
            return *known;
        }
        let file = self.full_path(path).map(|full| {
            let mut message = Writer::default();
            message.byte(tag::FILE);
            message.bytes(full.as_bytes());
            self.out.push(message.0);
            self.files += 1;
            self.files - 1
        });
        self.by_path.insert(path.to_owned(), file);
        file
    }

    fn full_path(&self, path: &str) -> Option<String> {
        if !self.settings.inline.is_empty() && path == self.settings.inline {
            return Some(path.to_owned());
        }
        let full = std::fs::canonicalize(Path::new(path)).ok()?;
        let inside = full.strip_prefix(self.folder.as_deref()?).ok()?;
        let library = |part: std::path::Component<'_>| {
            part.as_os_str() == "site-packages" || part.as_os_str() == "dist-packages"
        };
        let is_own = !inside.components().any(library) && full.is_file();
        is_own.then(|| full.to_string_lossy().into_owned())
    }

    /// The number of a code object in messages: it is told of when it is first asked for.
    ///
    /// # Safety
    /// There must be a living code object of the program's own.
    pub unsafe fn code(&mut self, at: Addr, python: &Python) -> u64 {
        // SAFETY: the caller's.
        let file = unsafe { self.own_file(at, python) };
        if let Some(number) = self.codes.get(&at).and_then(|known| known.number) {
            return number;
        }
        // SAFETY: it is a code object.
        unsafe {
            let layout = python.layout.code;
            let text = |offset| string(word(at + offset), python).unwrap_or_default();
            let mut message = Writer::default();
            message.byte(tag::CODE);
            message.option(file);
            let name = text(layout.name);
            let known = self
                .codes
                .get(&at)
                .and_then(|known| known.qualified.clone());
            let qualified = match layout.qualified {
                Some(offset) => text(offset),
                None => known.unwrap_or_else(|| name.clone()),
            };
            message.bytes(name.as_bytes());
            message.bytes(qualified.as_bytes());
            message.number(u64::from(half(at + layout.first_line)));
            message.number(u64::from(half(at + layout.flags)));
            self.out.push(message.0);
        }
        let number = self.numbers;
        self.numbers += 1;
        if let Some(known) = self.codes.get_mut(&at) {
            known.number = Some(number);
        }
        number
    }

    /// The names of a code object's variables and their kinds, in the order of their places.
    ///
    /// # Safety
    /// There must be a living code object.
    pub unsafe fn variables(&mut self, at: Addr, python: &Python) -> Rc<Variables> {
        // SAFETY: the caller's.
        unsafe { self.own_file(at, python) };
        if let Some(known) = self
            .codes
            .get(&at)
            .and_then(|known| known.variables.as_ref())
        {
            return Rc::clone(known);
        }
        // SAFETY: as above.
        let variables = Rc::new(unsafe { variables_of(at, python) });
        if let Some(known) = self.codes.get_mut(&at) {
            known.variables = Some(Rc::clone(&variables));
        }
        variables
    }

    /// Notes the constants of a code object and of those in it: they were there before the program ran.
    /// Hands each code object to `act`.
    ///
    /// # Safety
    /// There must be a living code object.
    pub unsafe fn add_code(&mut self, at: Addr, python: &Python, act: &mut dyn FnMut(Addr)) {
        if self.read.insert(at, ()).is_some() {
            return;
        }
        act(at);
        if self.settings.granularity == INSTRUCTIONS {
            // SAFETY: the caller's.
            unsafe {
                let flows = self.settings.flows.as_bytes();
                self.bytecode.read(at, flows, python);
            }
        }
        if python.layout.code.qualified.is_none() {
            // SAFETY: the caller's; what is among its constants lives.
            for (code, name) in unsafe { names_in(at, python) } {
                // SAFETY: as above.
                unsafe { self.own_file(code, python) };
                if let Some(known) = self.codes.get_mut(&code) {
                    known.qualified = Some(name);
                }
            }
        }
        // SAFETY: constants are a tuple of objects.
        unsafe {
            let all = word(at + python.layout.code.consts);
            for i in 0..word(all + object::SIZE) {
                let constant = word(all + object::ITEMS + 8 * i);
                if type_of(constant) == python.types.code {
                    self.add_code(constant, python, act);
                } else {
                    *self.constants.entry(constant).or_default() += 1;
                }
            }
        }
    }

    pub fn is_constant(&self, at: Addr) -> bool {
        self.constants.contains_key(&at)
    }

    /// How many of the program's code objects have an object among their constants.
    pub fn constant_of(&self, at: Addr) -> u64 {
        self.constants.get(&at).copied().unwrap_or(0)
    }

    pub fn add_module(&mut self, name: String) {
        self.modules.insert(name);
    }

    pub fn is_own_module(&self, name: &str) -> bool {
        self.modules.contains(name)
    }

    /// Whether a class was made by a module of the program's own.
    ///
    /// # Safety
    /// There must be a living type.
    pub unsafe fn is_own_class(&mut self, at: Addr, python: &Python) -> bool {
        // SAFETY: it is a type.
        unsafe {
            if flags_of(at) & flags::HEAP_TYPE == 0 {
                return false;
            }
            let module = text_in(word(at + class::DICT), "__module__", python);
            let is_own = module.is_some_and(|name| self.modules.contains(&name));
            if is_own {
                self.classes.insert(at, ());
            }
            is_own
        }
    }
}
