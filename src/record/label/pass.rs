//! Labels for what the interpreter's walk of an object shows, in the order of the walk.

use super::Field;
use super::fold::Part;
use crate::record::describe::{function_code, suspendable};
use crate::record::raw::frames::slots_of_object;
use crate::record::raw::header::{ObjPtr, frame_of};
use crate::record::text;
use crate::trace::{Interner, Kind, Label};
use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::{PyBaseException, PyCode, PyDict, PyFunction, PyTraceback, PyType};

/// One labelling of one object.
pub(super) struct Pass<'a> {
    pub pointer: ObjPtr,
    pub raw: &'a [ObjPtr],
    pub labels: &'a mut [Option<Label>],
    pub foldable: &'a mut Vec<(usize, Part)>,
    pub next: usize,
    pub symbols: &'a mut Interner,
    pub vm: &'a VirtualMachine,
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
    pub(super) fn prefix(&mut self) {
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

    pub(super) fn payload(&mut self, kind: Kind, cell: Option<&str>) {
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
    pub(super) fn defaults(&mut self) {
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
        let names = super::slot_names(frame.iframe().code());
        for (slot, name) in slots_of_object(frame).iter().zip(&names) {
            if slot.is_some() {
                self.named(name);
            }
        }
        let locals = frame.iframe().locals.get().map(|_| 1).unwrap_or(0);
        let traced = self.pointer.object();
        let traced = traced.get_attr(self.vm.ctx.intern_str("f_trace"), self.vm);
        let traced = traced.ok().filter(|function| !self.vm.is_none(function));
        let traced = traced.map(|function| ObjPtr::of(&function));
        let mut entry = 0;
        while self.next + locals < self.raw.len() {
            if frame_of(self.raw[self.next].object()).is_some() {
                // A frame that outlives its call keeps its caller's.
                self.named("f_back");
            } else if traced == Some(self.raw[self.next]) {
                self.named("f_trace");
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
    pub(super) fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            if let Some(to) = self.pointer.field(field.offset) {
                self.match_pointer(to, &field.name, field.slot);
            }
        }
    }

    /// Labels what is left of a native object's walk, which goes through its fields in their order.
    pub(super) fn native(&mut self, kind: Kind, own: usize) {
        if !matches!(kind, Kind::Iterator | Kind::Instance | Kind::Other) {
            return;
        }
        let walked = self.raw.get(own..).unwrap_or_default();
        let names = super::native::walked_names(self.pointer.object(), walked);
        let Some(last) = names.last() else { return };
        for at in own..self.raw.len() {
            let place = at - own;
            let text = match (names.get(place), last.strip_suffix('*')) {
                (Some(name), _) if !name.ends_with('*') => (*name).to_owned(),
                (_, Some(name)) => format!("{name} {}", place + 1 - names.len()),
                _ => return,
            };
            if self.labels[at].is_none() {
                self.labels[at] = Some(Label::Named(self.symbols.intern(&text)));
            }
        }
    }

    /// Gives `name` to the first reference to `to` from a place on that has no label yet.
    pub(super) fn match_from(&mut self, own: usize, to: ObjPtr, name: &str) {
        let is_it = |i: &usize| self.labels[*i].is_none() && self.raw[*i] == to;
        if let Some(at) = (own..self.raw.len()).find(is_it) {
            self.put_at(at, name);
        }
    }

    /// Gives `name` to a reference that has no label yet.
    pub(super) fn put_at(&mut self, at: usize, name: &str) {
        let symbol = self.symbols.intern(name);
        self.labels[at].get_or_insert(Label::Named(symbol));
    }

    /// Gives `name` to a reference by how many come after it.
    pub(super) fn put_from_end(&mut self, after: usize, name: &str) {
        if let Some(at) = self.raw.len().checked_sub(after + 1) {
            self.put_at(at, name);
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
