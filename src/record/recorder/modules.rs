//! The interpreter's table of modules: what comes into it, from where, and whose code asked for it.
//!
//! The table keeps the order in which modules came. It is looked at where the body of a module begins,
//! as then the calls under way tell whose import it is, and at each step; what came since the last look
//! is new. A module without a body of its own, which native code makes, shows at the next of these
//! looks: during which statement it came is known then, but not who asked for it.

use super::Recorder;
use crate::record::describe::{text_in, value_in};
use crate::record::program::Program;
use crate::record::raw::frames::{self, LiveFrame};
use crate::record::raw::header::ObjPtr;
use crate::trace::{Importer, ModuleFact, ObjId, OutsideFact};
use rustc_hash::FxHashMap as HashMap;
use rustpython_vm::builtins::{PyDict, PyList, PyModule, PyStr, PyType};
use rustpython_vm::{AsObject, VirtualMachine, identifier};
use std::fs;

/// The modules that the import system itself is made of.
const MACHINERY: [&str; 5] = [
    "importlib",
    "importlib._bootstrap",
    "importlib._bootstrap_external",
    "_frozen_importlib",
    "_frozen_importlib_external",
];
/// The finders that Python begins with. Each of the first two gives out modules that it loads itself.
const FINDERS: [&str; 3] = ["BuiltinImporter", "FrozenImporter", "PathFinder"];

/// What is known of the table.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// Which module stands under a name, by its address.
    seen: HashMap<String, usize>,
    /// Entries ever made in the table, and those that are filled.
    size: (usize, usize),
    /// How many modules have been told.
    count: u32,
    /// The numbers of those that are no objects of the trace yet, by address.
    undrawn: HashMap<usize, u32>,
    facts: Vec<OutsideFact>,
}

impl Modules {
    pub(super) fn take_facts(&mut self) -> Vec<OutsideFact> {
        std::mem::take(&mut self.facts)
    }

    /// A module has become an object of the trace.
    pub(super) fn drawn(&mut self, address: usize, object: ObjId) {
        if let Some(module) = self.undrawn.remove(&address) {
            let fact = OutsideFact::ModuleObject { module, object };
            self.facts.push(fact);
        }
    }

    /// Whether a module stands under a name, as far as is known.
    pub(super) fn has(&self, name: &str) -> bool {
        self.seen.contains_key(name)
    }

    /// What stood at an address is dead.
    pub(super) fn forget(&mut self, address: usize) {
        self.undrawn.remove(&address);
    }
}

impl Recorder {
    /// Tells which modules are new. `body`: the frame in which the body of one of them begins.
    pub(crate) fn look_at_modules(&mut self, body: Option<LiveFrame>, vm: &VirtualMachine) {
        let of_sys = vm.sys_module.dict();
        let Ok(Some(table)) = of_sys.get_item_opt(identifier!(vm, modules), vm) else {
            return;
        };
        // One of another type has code of its own.
        let Some(table) = table.downcast_ref_if_exact::<PyDict>(vm) else {
            return;
        };
        let size = table.size();
        let size = (size.entries_size, size.used);
        if size == self.modules.size {
            return;
        }
        self.modules.size = size;
        let before = std::mem::take(&mut self.modules.seen);
        let mut position = 0;
        while let Some((next, key, module)) = table.next_entry(position) {
            position = next;
            let name = key.downcast_ref::<PyStr>().and_then(|name| name.to_str());
            let Some(name) = name else { continue };
            let pointer = ObjPtr::of(&module);
            let known = before.get(name) == Some(&pointer.address());
            self.modules.seen.insert(name.to_owned(), pointer.address());
            if !known {
                self.add_module_fact(name, pointer, body, vm);
            }
        }
    }

    fn add_module_fact(
        &mut self,
        name: &str,
        module: ObjPtr,
        body: Option<LiveFrame>,
        vm: &VirtualMachine,
    ) {
        let namespace = module.object().downcast_ref::<PyModule>();
        let namespace = namespace.map(|module| ObjPtr::of(module.dict().as_object()));
        let body = body.filter(|body| namespace == Some(body.globals()));
        let spec = namespace.and_then(|namespace| value_in(namespace, "__spec__"));
        let spec = spec.and_then(ObjPtr::instance_dict);
        let text = |key| spec.and_then(|spec| text_in(spec, key));
        let origin = text("origin");
        let of_namespace = |key| namespace.and_then(|namespace| text_in(namespace, key));
        let places = spec.and_then(|spec| value_in(spec, "submodule_search_locations"));
        let loader = spec.and_then(|spec| value_in(spec, "loader"));
        let loader = loader.filter(|loader| !vm.is_none(loader.object()));
        let own = origin.as_deref();
        let cached = of_namespace("__cached__").or_else(|| text("_cached"));
        let fact = ModuleFact {
            after: self.builder.steps() as u32,
            name: name.to_owned(),
            loader: loader.map(type_name),
            finder: loader.and_then(|loader| finder(loader, &self.program, vm)),
            own: own.and_then(|path| self.program.known_file(path)),
            origin,
            is_cached: (cached.as_deref()).is_some_and(|path| fs::symlink_metadata(path).is_ok()),
            cached,
            is_package: places.is_some_and(|places| !vm.is_none(places.object())),
            has_body: body.is_some(),
            importer: body.and_then(|_| importer(&mut self.program)),
        };
        let number = self.modules.count;
        self.modules.count += 1;
        self.modules.facts.push(OutsideFact::Module(fact));
        match self.by_address.get(&module.address()) {
            Some(at) => self.modules.facts.push(OutsideFact::ModuleObject {
                module: number,
                object: self.living[*at].id,
            }),
            None => {
                self.modules.undrawn.insert(module.address(), number);
            }
        }
    }
}

/// The class that an object is, or is of.
fn type_name(object: ObjPtr) -> String {
    let class = object.object();
    let class = class.downcast_ref::<PyType>();
    class.map_or_else(
        || object.object().class().name().to_owned(),
        |class| class.name().to_owned(),
    )
}

/// Which finder a module has been found by: a loader that is a finder gives out its own, and all others
/// can only have come from the last of Python's finders, where there are none but these.
fn finder(loader: ObjPtr, program: &Program, vm: &VirtualMachine) -> Option<String> {
    let is_own = |class: &rustpython_vm::Py<PyType>| program.is_own_class(class, vm);
    if let Some(class) = loader.object().downcast_ref::<PyType>() {
        let name = class.name().to_owned();
        return (!is_own(class) && FINDERS[..2].contains(&&*name)).then_some(name);
    }
    let path = vm.sys_module.get_attr("meta_path", vm).ok()?;
    let path = path.downcast_ref_if_exact::<PyList>(vm)?;
    let finders = path.borrow_vec();
    let mut names = finders.iter().map(|finder| {
        let class = finder.downcast_ref::<PyType>()?;
        (!is_own(class)).then(|| class.name().to_owned())
    });
    let all_known = names.all(|name| name.is_some_and(|name| FINDERS.contains(&&*name)));
    all_known.then(|| FINDERS[2].to_owned())
}

/// Whose code has the module imported whose body is about to run in the innermost frame.
fn importer(program: &mut Program) -> Option<Importer> {
    let mut below = frames::running().into_iter().skip(1);
    let module = |frame: &LiveFrame| text_in(frame.globals(), "__name__");
    let is_code_of_imports =
        |frame: &LiveFrame| module(frame).is_some_and(|name| MACHINERY.contains(&name.as_str()));
    let frame = below.find(|frame| !is_code_of_imports(frame))?;
    Some(Importer {
        module: module(&frame),
        function: frame.code().code.obj_name.as_str().to_owned(),
        own: program.own_file(frame.code()),
        line: frame.line(),
    })
}
