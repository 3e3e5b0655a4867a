//! Names for what an object refers to.
//!
//! The interpreter says which objects another refers to, in an order that each type fixes; here
//! each of them gets its label. What has no better name is `referent 3`, so that the labelled
//! references are always, one for one, the interpreter's own.
//!
//! Some objects are parts of another in all but name: the dict of an instance, the tuple of a
//! function's defaults. While nothing else of the program refers to such a part it is folded
//! away, and what it refers to is shown as its owner's.

use super::describe::{function_code, suspendable};
use super::raw::frames::slots_of_object;
use super::raw::header::{ObjPtr, frame_of};
use super::text;
use crate::trace::{Kind, Label, Symbols};
use rustc_hash::FxHashMap as HashMap;
use rustpython_vm::builtins::{
    PyBaseException, PyCode, PyFrozenSet, PyFunction, PyTraceback, PyType, PyWeak,
};
use rustpython_vm::{AsObject, Py, PyObject, VirtualMachine};

/// One reference of an object: its label and where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawReference {
    pub label: Label,
    pub to: ObjPtr,
    pub weak: bool,
}

/// A field of a native or slotted type: its name, and its place relative to the object.
#[derive(Debug, Clone)]
struct Field {
    name: String,
    /// A slot of the program's own class, as against a field of a native type.
    slot: bool,
    /// In bytes from the object's start; slots stand before it.
    offset: isize,
}

/// What labelling needs beside the objects: texts, and the fields of the classes seen so far.
#[derive(Default)]
pub(crate) struct Labeller {
    fields: HashMap<usize, Vec<Field>>,
    /// The variables that cells stand for, by the cells' addresses.
    cells: HashMap<usize, String>,
}

/// Why a part is folded into its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Attributes,
    Closure,
    Defaults,
    KwDefaults,
}

impl Labeller {
    /// Forgets what is known of the class at `address`.
    pub(crate) fn forget(&mut self, address: usize) {
        self.fields.remove(&address);
        self.cells.remove(&address);
    }

    /// Notes which variable a cell stands for; a cell itself does not know.
    pub(crate) fn name_cell(&mut self, cell: ObjPtr, variable: &str) {
        let name = self.cells.entry(cell.address());
        name.or_insert_with(|| variable.to_owned());
    }

    /// Notes the variables of a function's closure.
    fn name_closure(&mut self, function: &PyObject, vm: &VirtualMachine) {
        let code = function_code(function, vm);
        let Some(code) = code.and_then(|code| code.object().downcast_ref::<PyCode>()) else {
            return;
        };
        if code.code.freevars.is_empty() {
            return;
        }
        let Ok(closure) = function.get_attr(vm.ctx.intern_str("__closure__"), vm) else {
            return;
        };
        let mut cells = Vec::new();
        ObjPtr::of(&closure).extend_referents(&mut cells);
        for (cell, variable) in cells.into_iter().zip(code.code.freevars.iter()) {
            self.name_cell(cell, variable.as_str());
        }
    }

    /// The labelled references of an object, and the parts of it that are or could be folded.
    pub(crate) fn references(
        &mut self,
        pointer: ObjPtr,
        kind: Kind,
        may_fold: &dyn Fn(ObjPtr) -> bool,
        symbols: &mut Symbols,
        vm: &VirtualMachine,
    ) -> (Vec<RawReference>, Vec<ObjPtr>) {
        let mut out = Vec::new();
        if kind == Kind::WeakRef {
            weak_references(pointer, symbols, vm, &mut out);
        }
        if kind == Kind::Function {
            self.name_closure(pointer.object(), vm);
        }
        let cell = self.cells.get(&pointer.address()).map(String::as_str);
        let mut raw = Vec::new();
        pointer.extend_referents(&mut raw);
        let mut labels = vec![None; raw.len()];
        let mut foldable = Vec::new();
        let mut pass = Pass {
            pointer,
            raw: &raw,
            labels: &mut labels,
            foldable: &mut foldable,
            next: 0,
            symbols,
            vm,
        };
        pass.prefix();
        pass.payload(kind, cell);
        pass.fields(self.fields_of(pointer.object(), vm));
        if kind == Kind::Function {
            pass.defaults();
        }
        for (i, to) in raw.iter().enumerate() {
            let part = foldable
                .iter()
                .find(|(at, _)| *at == i)
                .map(|(_, part)| *part);
            if let Some(part) = part
                && may_fold(*to)
            {
                fold(part, *to, symbols, vm, &mut out);
                continue;
            }
            out.push(RawReference {
                label: labels[i].unwrap_or(Label::Referent(i as u32)),
                to: *to,
                weak: false,
            });
        }
        bound_self(pointer, &raw, symbols, vm, &mut out);
        frozen_members(pointer, &raw, &mut out);
        let parts = foldable.iter().map(|(at, _)| raw[*at]).collect();
        (out, parts)
    }

    /// The fields of the object's class that hold one object each.
    fn fields_of(&mut self, object: &PyObject, vm: &VirtualMachine) -> &[Field] {
        let class = object.class();
        let address = ObjPtr::of(class.as_object()).address();
        self.fields
            .entry(address)
            .or_insert_with(|| read_fields(class, vm))
    }
}

fn read_fields(class: &Py<PyType>, vm: &VirtualMachine) -> Vec<Field> {
    use rustpython_vm::builtins::descriptor::{MemberAccess, MemberKind, PyMemberDescriptor};
    let mut fields = Vec::new();
    for base in class.mro_collect() {
        for (name, descriptor) in base.attributes().attributes(&vm.ctx) {
            let Some(descriptor) = descriptor.downcast_ref::<PyMemberDescriptor>() else {
                continue;
            };
            let one_object = matches!(
                descriptor.member.kind,
                MemberKind::Object | MemberKind::ObjectEx
            );
            if one_object && !matches!(descriptor.access, MemberAccess::TupleItem) {
                fields.push(Field {
                    name: name.as_str().to_owned(),
                    slot: descriptor.member.offset < 0,
                    offset: descriptor.member.offset,
                });
            }
        }
    }
    fields
}

/// The weak reference itself is not one of the interpreter's counted edges, nor, in this
/// interpreter, is its callback, although that one is strong.
fn weak_references(
    pointer: ObjPtr,
    symbols: &mut Symbols,
    vm: &VirtualMachine,
    out: &mut Vec<RawReference>,
) {
    let Some(weak) = pointer.object().downcast_ref::<PyWeak>() else {
        return;
    };
    let Some(referent) = weak.upgrade() else {
        return;
    };
    out.push(RawReference {
        label: Label::Named(symbols.intern("referent")),
        to: ObjPtr::of(&referent),
        weak: true,
    });
    let getter = vm
        .ctx
        .types
        .weakref_type
        .get_attr(vm.ctx.intern_str("__callback__"));
    let callback = getter.and_then(|getter| {
        vm.call_if_get_descriptor(&getter, pointer.object().to_owned())
            .ok()
    });
    if let Some(callback) = callback
        && !vm.is_none(&callback)
    {
        out.push(RawReference {
            label: Label::Named(symbols.intern("callback")),
            to: ObjPtr::of(&callback),
            weak: false,
        });
    }
}

/// A native method that is bound to an object holds it, which this interpreter's walk of its
/// references does not show.
fn bound_self(
    pointer: ObjPtr,
    raw: &[ObjPtr],
    symbols: &mut Symbols,
    vm: &VirtualMachine,
    out: &mut Vec<RawReference>,
) {
    let object = pointer.object();
    let types = &vm.ctx.types;
    let class = object.class();
    if !class.is(types.builtin_function_or_method_type) && !class.is(types.builtin_method_type) {
        return;
    }
    let Ok(bound) = object.get_attr(vm.ctx.intern_str("__self__"), vm) else {
        return;
    };
    let to = ObjPtr::of(&bound);
    if !vm.is_none(&bound) && !raw.contains(&to) {
        out.push(RawReference {
            label: Label::Named(symbols.intern("__self__")),
            to,
            weak: false,
        });
    }
}

/// The members of a frozen set, which this interpreter's walk of its references does not show.
fn frozen_members(pointer: ObjPtr, raw: &[ObjPtr], out: &mut Vec<RawReference>) {
    let Some(set) = pointer.object().downcast_ref::<PyFrozenSet>() else {
        return;
    };
    for member in set.elements() {
        let to = ObjPtr::of(&member);
        if !raw.contains(&to) {
            out.push(RawReference {
                label: Label::Element,
                to,
                weak: false,
            });
        }
    }
}

/// Puts what a folded part refers to under its owner's labels.
fn fold(
    part: Part,
    at: ObjPtr,
    symbols: &mut Symbols,
    vm: &VirtualMachine,
    out: &mut Vec<RawReference>,
) {
    let mut entries = Vec::new();
    at.extend_referents(&mut entries);
    let mut push = |label, to| {
        out.push(RawReference {
            label,
            to,
            weak: false,
        });
    };
    match part {
        Part::Closure | Part::Defaults => {
            for (i, to) in entries.into_iter().enumerate() {
                let i = i as u32;
                push(
                    if part == Part::Closure {
                        Label::Closure(i)
                    } else {
                        Label::Default(i)
                    },
                    to,
                );
            }
        }
        Part::Attributes | Part::KwDefaults => {
            for pair in entries.chunks_exact(2) {
                let key = text::key(pair[0].object(), vm);
                let key_symbol = symbols.intern(&key);
                push(Label::Key(key_symbol), pair[0]);
                let label = if part == Part::KwDefaults {
                    Label::KwDefault(key_symbol)
                } else {
                    let bare = key.trim_matches('\'');
                    Label::Attr(symbols.intern(bare))
                };
                push(label, pair[1]);
            }
        }
    }
}

/// One labelling of one object.
struct Pass<'a> {
    pointer: ObjPtr,
    raw: &'a [ObjPtr],
    labels: &'a mut [Option<Label>],
    foldable: &'a mut Vec<(usize, Part)>,
    next: usize,
    symbols: &'a mut Symbols,
    vm: &'a VirtualMachine,
}

impl Pass<'_> {
    fn put(&mut self, label: Label) {
        if let Some(slot) = self.labels.get_mut(self.next) {
            *slot = Some(label);
        }
        self.next += 1;
    }

    fn named(&mut self, name: &str) {
        let symbol = self.symbols.intern(name);
        self.put(Label::Named(symbol));
    }

    /// What every object has before its own data: class, instance dict, slots.
    fn prefix(&mut self) {
        let object = self.pointer.object();
        if object.class().heaptype_ext().is_some() {
            self.named("__class__");
        }
        if object.has_instance_dict() {
            self.foldable.push((self.next, Part::Attributes));
            self.named("__dict__");
        }
        // The slots' names come with the fields.
        self.next += self.pointer.filled_slots();
    }

    fn payload(&mut self, kind: Kind, cell: Option<&str>) {
        match kind {
            Kind::Sequence => {
                for i in 0..self.raw.len().saturating_sub(self.next) {
                    self.put(Label::Index(i as u32));
                }
            }
            Kind::Set => {
                while self.next < self.raw.len() {
                    self.put(Label::Element);
                }
            }
            Kind::Mapping => self.mapping(),
            Kind::Function => self.function(),
            Kind::Generator => self.generator(),
            Kind::Exception => self.exception(),
            Kind::Traceback => self.traceback(),
            Kind::Frame => self.frame(),
            Kind::Class => self.class(),
            Kind::Cell => {
                let variable = self.symbols.intern(cell.unwrap_or("cell_contents"));
                self.put(match cell {
                    Some(_) => Label::Cell(variable),
                    None => Label::Named(variable),
                });
            }
            Kind::Iterator if self.raw.len() == self.next + 1 => self.named("iterable"),
            _ => {}
        }
    }

    fn mapping(&mut self) {
        use rustpython_vm::builtins::PyDict;
        let entries = self
            .pointer
            .object()
            .downcast_ref::<PyDict>()
            .map_or(0, |dict| dict.__len__());
        for _ in 0..entries {
            if self.next + 1 >= self.raw.len() {
                return;
            }
            let key = text::key(self.raw[self.next].object(), self.vm);
            let key = self.symbols.intern(&key);
            self.put(Label::Key(key));
            self.put(Label::Value(key));
        }
        // An OrderedDict holds its keys a second time, in order.
        while self.next < self.raw.len() {
            let to = self.raw[self.next];
            let again = (0..self.next).any(|i| self.raw[i] == to);
            if again {
                let key = text::key(to.object(), self.vm);
                let key = self.symbols.intern(&key);
                self.put(Label::Key(key));
            } else {
                self.next += 1;
            }
        }
    }

    fn function(&mut self) {
        let closure = function_code(self.pointer.object(), self.vm)
            .and_then(|code| {
                code.object()
                    .downcast_ref::<PyCode>()
                    .map(|code| !code.code.freevars.is_empty())
            })
            .unwrap_or(false);
        self.named("__globals__");
        if closure && self.next < self.raw.len() {
            self.foldable.push((self.next, Part::Closure));
            self.named("__closure__");
        }
    }

    /// Defaults stand behind a lock and so have no field; their attributes give them.
    fn defaults(&mut self) {
        let object = self.pointer.object();
        if object.downcast_ref::<PyFunction>().is_none() {
            return;
        }
        for (name, part) in [
            ("__defaults__", Part::Defaults),
            ("__kwdefaults__", Part::KwDefaults),
        ] {
            let Ok(value) = object.get_attr(self.vm.ctx.intern_str(name), self.vm) else {
                continue;
            };
            let value = ObjPtr::of(&value);
            let at =
                (0..self.raw.len()).find(|i| self.labels[*i].is_none() && self.raw[*i] == value);
            if let Some(at) = at {
                self.foldable.push((at, part));
                self.labels[at] = Some(Label::Named(self.symbols.intern(name)));
            }
        }
        for name in ["__name__", "__qualname__", "__type_params__"] {
            let Ok(value) = object.get_attr(self.vm.ctx.intern_str(name), self.vm) else {
                continue;
            };
            self.match_pointer(ObjPtr::of(&value), name, false);
        }
    }

    fn generator(&mut self) {
        let Some(suspendable) = suspendable(self.pointer.object()) else {
            return;
        };
        if suspendable.has_frame {
            self.named("frame");
        }
        self.named("code");
        self.named("__name__");
        self.named("__qualname__");
        while self.next < self.raw.len() {
            self.named("exception");
        }
    }

    fn exception(&mut self) {
        let Some(exception) = self.pointer.object().downcast_ref::<PyBaseException>() else {
            return;
        };
        if exception.__traceback__().is_some() {
            self.named("__traceback__");
        }
        if exception.__cause__().is_some() {
            self.named("__cause__");
        }
        if exception.__context__().is_some() {
            self.named("__context__");
        }
        self.named("args");
    }

    fn traceback(&mut self) {
        let Some(traceback) = self.pointer.object().downcast_ref::<PyTraceback>() else {
            return;
        };
        if traceback.next.lock().is_some() {
            self.named("tb_next");
        }
        self.named("frame");
    }

    fn frame(&mut self) {
        let Some(frame) = frame_of(self.pointer.object()) else {
            return;
        };
        self.named("f_code");
        if frame.iframe().func_obj().is_some() {
            self.named("function");
        }
        self.named("f_globals");
        self.named("f_builtins");
        let names = slot_names(frame.iframe().code());
        for (slot, name) in slots_of_object(frame).iter().zip(&names) {
            if slot.is_some() {
                self.named(name);
            }
        }
        let locals = frame.iframe().locals.get().map(|_| 1).unwrap_or(0);
        let mut entry = 0;
        while self.next + locals < self.raw.len() {
            if frame_of(self.raw[self.next].object()).is_some() {
                // A frame that outlives its call keeps its caller's.
                self.named("f_back");
            } else {
                self.named(&format!("stack {entry}"));
                entry += 1;
            }
        }
        if self.next < self.raw.len() {
            self.named("f_locals");
        }
    }

    fn class(&mut self) {
        let Some(class) = self.pointer.object().downcast_ref::<PyType>() else {
            return;
        };
        if class.iter_base_chain().nth(1).is_some() {
            self.named("__base__");
        }
        self.named("__bases__");
        for i in 0..class.mro.read().len() {
            self.named(&format!("__mro__[{i}]"));
        }
        for _ in 0..class.subclasses.read().len() {
            self.named("subclass");
        }
        if class.attributes().as_dict().is_some() {
            self.foldable.push((self.next, Part::Attributes));
            self.named("__dict__");
        }
    }

    /// Labels by the class's own list of fields: slots, and the fields of native types.
    fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            if let Some(to) = self.pointer.field(field.offset) {
                self.match_pointer(to, &field.name, field.slot);
            }
        }
    }

    /// Gives `name` to the first reference to `to` that has no label yet.
    fn match_pointer(&mut self, to: ObjPtr, name: &str, slot: bool) {
        let at = (0..self.raw.len()).find(|i| self.labels[*i].is_none() && self.raw[*i] == to);
        if let Some(at) = at {
            let symbol = self.symbols.intern(name);
            self.labels[at] = Some(if slot {
                Label::Attr(symbol)
            } else {
                Label::Named(symbol)
            });
        }
    }
}

/// The names of a code object's slots: variables, cells that are no variables, free variables.
pub(crate) fn slot_names(code: &Py<PyCode>) -> Vec<&'static str> {
    let code = &code.code;
    let variables = code.varnames.iter().map(|name| name.as_str());
    let cells = code
        .cellvars
        .iter()
        .filter(|cell| !code.varnames.iter().any(|name| name.is(**cell)))
        .map(|name| name.as_str());
    let free = code.freevars.iter().map(|name| name.as_str());
    variables.chain(cells).chain(free).collect()
}
