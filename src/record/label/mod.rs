//! Names for what an object refers to.
//!
//! The interpreter says which objects another refers to, in an order that each type fixes; here
//! each of them gets its label. What has no better name is `referent 3`, so that the labelled
//! references are always, one for one, the interpreter's own.
//!
//! Some objects are parts of another in all but name: the dict of an instance, the tuple of a
//! function's defaults. While nothing else of the program refers to such a part it is folded
//! away, and what it refers to is shown as its owner's.

mod asked;
mod fold;
mod native;
mod pass;
mod unseen;

use super::describe::function_code;
use super::raw::header::ObjPtr;
use crate::trace::{Interner, Kind, Label};
use fold::fold;
use native::Doubts;
use pass::Pass;
use rustc_hash::FxHashMap as HashMap;
use rustpython_vm::builtins::{PyCode, PyType};
use rustpython_vm::{AsObject, Py, PyObject, VirtualMachine};
use unseen::{bound_self, class_of_slot, frozen_members, weak_references};

pub(crate) use asked::ask;
pub(crate) use native::{Doubt, data_of, is_ordered, may_hide};
pub(crate) use unseen::{callback, generator_fields};

/// One reference of an object: its label and where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawReference {
    pub label: Label,
    pub to: ObjPtr,
    pub weak: bool,
    /// It was found in an object's data where a flag, and what is left over in memory beside it, would
    /// look the same; but this place has held a reference in another such object.
    pub doubtful: bool,
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
    /// Cells whose variables have become known since this was last asked for.
    renamed: Vec<usize>,
    doubts: Doubts,
}

impl Labeller {
    /// Forgets what is known of the class at `address`.
    pub(crate) fn forget(&mut self, address: usize) {
        self.fields.remove(&address);
        self.cells.remove(&address);
        self.doubts.forget(address);
    }

    /// Addresses of the cells whose variables have become known since this was last asked for.
    pub(crate) fn take_renamed(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.renamed)
    }

    /// What looked like references since this was last asked for, and may be none.
    pub(crate) fn take_doubts(&mut self) -> Vec<Doubt> {
        std::mem::take(&mut self.doubts.open)
    }

    /// Keeps a doubt for later.
    pub(crate) fn keep_doubt(&mut self, doubt: Doubt) {
        self.doubts.open.push(doubt);
    }

    /// It is a reference.
    pub(crate) fn settle(&mut self, doubt: Doubt) {
        self.doubts.settled.insert(doubt);
    }

    /// What an object that is not recorded refers to, for sure, beside what its walk shows.
    pub(crate) fn hidden_in(&mut self, pointer: ObjPtr, vm: &VirtualMachine) -> Vec<ObjPtr> {
        if !native::hides_data(pointer.object()) {
            return Vec::new();
        }
        native::surely_hidden(pointer, self.fields_of(pointer.object(), vm))
    }

    /// Notes which variable a cell stands for; a cell itself does not know.
    pub(crate) fn name_cell(&mut self, cell: ObjPtr, variable: &str) {
        self.cells.entry(cell.address()).or_insert_with(|| {
            self.renamed.push(cell.address());
            variable.to_owned()
        });
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
        symbols: &mut Interner,
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
        let handled = unseen::handled_exception(pointer, kind, &mut raw);
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
        let own = pass.next.min(raw.len());
        pass.payload(kind, cell);
        pass.fields(self.fields_of(pointer.object(), vm));
        asked::label(&mut pass, kind, own);
        pass.native(kind, own);
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
                doubtful: false,
            });
        }
        out.extend(handled.map(|to| RawReference {
            label: Label::Named(symbols.intern("exception")),
            to,
            weak: false,
            doubtful: false,
        }));
        frozen_members(pointer, &raw, &mut out);
        if is_ordered(pointer.object()) {
            native::put_in_order(pointer, &mut out);
        }
        if may_hide(pointer.object(), kind) {
            let hidden = native::hidden(pointer, &raw[own..], &mut self.doubts);
            let fields = self.fields_of(pointer.object(), vm);
            native::label_hidden(pointer, kind, hidden, fields, symbols, &mut out);
        }
        bound_self(pointer, symbols, vm, &mut out);
        class_of_slot(pointer, symbols, &mut out);
        let parts = foldable.iter().map(|(at, _)| raw[*at]).collect();
        (out, parts)
    }

    /// Where a native type keeps what a member of it names, in bytes from the object's start.
    pub(crate) fn field_named(
        &mut self,
        object: &PyObject,
        name: &str,
        vm: &VirtualMachine,
    ) -> Option<isize> {
        let mut fields = self.fields_of(object, vm).iter();
        let field = fields.find(|field| field.name == name && !field.slot)?;
        Some(field.offset)
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
