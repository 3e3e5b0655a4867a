//! What an object refers to, and under which label.

use crate::describe::Kind;
use crate::dicts::{Entries, beside_entries, inline_values, instance_dict, order, owns_keys, walk};
use crate::frames;
use crate::generators::{self, State};
use crate::implicit_names::is_implicit;
use crate::memory::AddressMap;
use crate::numpy;
use crate::objects::Objects;
use crate::offsets::{class, flags, kind, object, traceback};
use crate::program::Program;
use crate::python::{Addr, Python, bases, flags_of, half, type_of, word};
use crate::values::{key, string};
use crate::variables::variables_of;
use crate::wire::{Value, label};
use std::ffi::{CStr, c_char};

/// How a reference is named at its owner.
#[derive(Debug, Clone)]
pub enum Label {
    Index(usize),
    Value(Value),
    Key(Value),
    Attr(String),
    Element,
    Cell(String),
    Default(usize),
    KwDefault(Value),
    Closure(usize),
    Named(String),
    Referent(usize),
}

impl Label {
    /// As it stands in messages.
    pub fn written(self, objects: &mut Objects) -> (u8, u64) {
        match self {
            Label::Index(at) => (label::INDEX, at as u64),
            Label::Value(value) => (label::VALUE, objects.value(value)),
            Label::Key(value) => (label::KEY, objects.value(value)),
            Label::Attr(name) => (label::ATTR, objects.name(&name)),
            Label::Element => (label::ELEMENT, 0),
            Label::Cell(name) => (label::CELL, objects.name(&name)),
            Label::Default(at) => (label::DEFAULT, at as u64),
            Label::KwDefault(value) => (label::KW_DEFAULT, objects.value(value)),
            Label::Closure(at) => (label::CLOSURE, at as u64),
            Label::Named(name) => (label::NAMED, objects.name(&name)),
            Label::Referent(at) => (label::REFERENT, at as u64),
        }
    }
}

/// A labelled reference.
pub struct Raw {
    pub label: Label,
    pub to: Addr,
    pub weak: bool,
}

/// One labelling of one object.
struct Pass<'a> {
    at: Addr,
    raw: Vec<Addr>,
    labels: Vec<Option<Label>>,
    out: Vec<Raw>,
    parts: &'a mut Vec<Addr>,
    objects: &'a mut Objects,
    python: &'a Python,
}

/// The labelled references of an object. `parts`: gets the parts of it that are told with it.
///
/// # Safety
/// There must be a living object, and the interpreter's lock be held.
pub unsafe fn references(
    at: Addr,
    kind: Kind,
    parts: &mut Vec<Addr>,
    objects: &mut Objects,
    python: &Python,
    program: &mut Program,
) -> Vec<Raw> {
    // SAFETY: the caller's; each function below is asked for objects of its kind alone.
    unsafe {
        let mut raw = Vec::new();
        let is_dict = flags_of(type_of(at)) & flags::DICT != 0;
        match is_dict {
            true if type_of(at) == python.types.dict => {}
            true => raw = beside_entries(at, python),
            false => walk(at, python, &mut |to| raw.push(to)),
        }
        // The types' own walks go from the last to the first.
        let items = items_of_derived(at, python);
        take_out_all(&mut raw, &items);
        let labels = vec![None; raw.len()];
        let items = items.into_iter().enumerate();
        let mut pass = Pass {
            at,
            raw,
            labels,
            out: items
                .map(|(place, to)| Raw {
                    label: Label::Index(place),
                    to,
                    weak: false,
                })
                .collect(),
            parts,
            objects,
            python,
        };
        if is_dict {
            pass.entries(at, |key| Label::Value(key), true, kind == Kind::Namespace);
        }
        match kind {
            Kind::Function => pass.function(),
            Kind::Class => pass.class(),
            Kind::Module => pass.part(word(at + 16), |key| Label::Attr(bare(key)), "__dict__"),
            Kind::Generator => pass.generator(program),
            Kind::Exception => pass.fields(python.layout.exception.fields),
            Kind::Traceback => {
                pass.fields(&[(traceback::NEXT, "tb_next"), (traceback::FRAME, "frame")])
            }
            Kind::Frame => pass.frame(program),
            Kind::Method => pass.fields(&[(16, "__func__"), (24, "__self__")]),
            Kind::WeakRef => pass.weak(),
            Kind::Other if numpy::is_array(at) => pass.array(),
            _ => {}
        }
        pass.attributes();
        pass.members();
        pass.rest(kind);
        pass.finish()
    }
}

/// The items of a list or tuple of a class that derives from these, in order.
unsafe fn items_of_derived(at: Addr, python: &Python) -> Vec<Addr> {
    // SAFETY: there is an object, and such a one has its items where lists and tuples have them.
    unsafe {
        let class = type_of(at);
        let items = match flags_of(class) {
            flags if flags & flags::LIST != 0 && class != python.types.list => {
                word(at + object::ITEMS)
            }
            flags if flags & flags::TUPLE != 0 && class != python.types.tuple => at + object::ITEMS,
            _ => return Vec::new(),
        };
        let places = 0..word(at + object::SIZE);
        let items = places.map(|place| word(items + 8 * place));
        items.filter(|item| *item != 0).collect()
    }
}

/// Takes each of these out of what was found, as often as it stands here.
fn take_out_all(raw: &mut Vec<Addr>, these: &[Addr]) {
    let mut left: AddressMap<usize> = AddressMap::default();
    for one in these {
        *left.entry(*one).or_default() += 1;
    }
    raw.retain(|to| match left.get_mut(to) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
}

/// A key's text where it is one: as attributes are written.
fn bare(key: Value) -> String {
    match key {
        Value::Str(text, _) => text,
        other => format!("{other:?}"),
    }
}

impl Pass<'_> {
    /// Takes the first reference to `to` that has no label yet.
    fn take(&mut self, to: Addr, label: Label) {
        let free = |i: &usize| self.labels[*i].is_none() && self.raw[*i] == to;
        if let Some(at) = (0..self.raw.len()).find(free) {
            self.labels[at] = Some(label);
        }
    }

    /// Takes out the first reference to `to` that has no label yet: what it holds is told instead.
    fn take_out(&mut self, to: Addr) -> bool {
        let free = |i: &usize| self.labels[*i].is_none() && self.raw[*i] == to;
        let Some(at) = (0..self.raw.len()).find(free) else {
            return false;
        };
        self.raw.remove(at);
        self.labels.remove(at);
        true
    }

    unsafe fn fields(&mut self, fields: &[(usize, &str)]) {
        for (offset, name) in fields {
            // SAFETY: the fields are the type's.
            let to = unsafe { word(self.at + offset) };
            if to != 0 {
                self.take(to, Label::Named((*name).to_owned()));
            }
        }
    }

    fn push(&mut self, label: Label, to: Addr) {
        self.out.push(Raw {
            label,
            to,
            weak: false,
        });
    }

    /// The entries of a dict under labels made of their keys.
    unsafe fn entries(
        &mut self,
        dict: Addr,
        label: impl Fn(Value) -> Label,
        with_keys: bool,
        of_module: bool,
    ) {
        // SAFETY: it is a living dict.
        unsafe {
            let owns = owns_keys(dict) && with_keys;
            let body = self.objects.body_in(dict).cloned();
            let mut entries: Vec<(Addr, Addr)> = Entries::of(dict, self.python).collect();
            let order: AddressMap<usize> = order(dict, self.python).into_iter().zip(0..).collect();
            entries.sort_by_key(|(key, _)| order.get(key));
            for (entry, value) in entries {
                let text = key(entry, self.python, 2);
                // What the interpreter puts into every module is no data of the program's.
                if of_module && matches!(&text, Value::Str(name, _) if is_implicit(name)) {
                    continue;
                }
                if owns {
                    self.push(Label::Key(text.clone()), entry);
                }
                // The names of a body that runs stand in its call.
                let is_name = |name: &str| body.as_ref().is_some_and(|body| body.has_entry(name));
                if !string(entry, self.python).is_some_and(|name| is_name(&name)) {
                    self.push(label(text), value);
                }
            }
        }
    }

    /// A dict or tuple that serves its owner alone is told with it; else it is an object as others are.
    unsafe fn part(&mut self, part: Addr, label: impl Fn(Value) -> Label, name: &str) {
        if part == 0 {
            return;
        }
        if !self.objects.may_fold(part) {
            self.take(part, Label::Named(name.to_owned()));
            return;
        }
        self.take_out(part);
        self.parts.push(part);
        // SAFETY: it is a living dict.
        unsafe { self.entries(part, label, true, false) };
    }

    unsafe fn tuple_part(&mut self, part: Addr, label: impl Fn(usize) -> Label, name: &str) {
        if part == 0 {
            return;
        }
        if !self.objects.may_fold(part) {
            self.take(part, Label::Named(name.to_owned()));
            return;
        }
        self.take_out(part);
        self.parts.push(part);
        // SAFETY: it is a living tuple.
        unsafe {
            for i in 0..word(part + object::SIZE) {
                self.push(label(i), word(part + object::ITEMS + 8 * i));
            }
        }
    }

    unsafe fn function(&mut self) {
        // SAFETY: it is a function.
        unsafe {
            let layout = self.python.layout.function;
            let closure = word(self.at + layout.closure);
            if closure != 0 {
                let code = word(self.at + layout.code);
                let free = variables_of(code, self.python).all.into_iter();
                let free = free.filter(|one| one.kind & kind::FREE != 0);
                for (i, one) in free.enumerate() {
                    if i < word(closure + object::SIZE) {
                        let cell = word(closure + object::ITEMS + 8 * i);
                        self.objects.cells.insert(cell, one.name.to_string());
                    }
                }
            }
            let defaults = word(self.at + layout.defaults);
            self.tuple_part(defaults, Label::Default, "__defaults__");
            self.tuple_part(closure, Label::Closure, "__closure__");
            let kw_defaults = word(self.at + layout.kw_defaults);
            self.part(kw_defaults, Label::KwDefault, "__kwdefaults__");
            let dict = word(self.at + layout.dict);
            self.part(dict, |key| Label::Attr(bare(key)), "__dict__");
            self.fields(layout.fields);
        }
    }

    unsafe fn class(&mut self) {
        // SAFETY: it is a class of Python's own.
        unsafe {
            let dict = word(self.at + class::DICT);
            self.part(dict, |key| Label::Attr(bare(key)), "__dict__");
            self.fields(&[
                (class::BASE, "__base__"),
                (class::BASES, "__bases__"),
                (class::MRO, "__mro__"),
            ]);
        }
    }

    /// The variables of a generator that does not run, which stand in itself.
    unsafe fn generator(&mut self, program: &mut Program) {
        // SAFETY: it is a generator, whose frame is there until it is through.
        unsafe {
            let layout = &self.python.layout;
            let state = generators::state_of(self.at, self.python);
            let frame = generators::frame_of(self.at, self.python);
            if self.objects.running.contains(&frame) {
                // What it works with stands in the call stack.
                self.raw.clear();
                self.labels.clear();
                let function = layout
                    .frame
                    .function
                    .map_or(0, |offset| word(frame + offset));
                if function != 0 && layout.minor < 12 {
                    self.push(Label::Named("function".to_owned()), function);
                }
                return;
            }
            self.fields(layout.generator_fields);
            if layout.has_frame_objects() {
                self.frame_part(frame, program);
            } else if matches!(state, State::NotStarted | State::Suspended) {
                self.variables(frame, program);
            }
        }
    }

    unsafe fn frame(&mut self, program: &mut Program) {
        // SAFETY: it is a frame object.
        unsafe {
            if self.python.layout.has_frame_objects() {
                self.frame_fields(self.at, program);
                return;
            }
            self.fields(self.python.layout.frame.fields);
            let frame = frames::of_object(self.at, self.python);
            if frame != 0 {
                self.variables(frame, program);
            }
        }
    }

    /// The frame of a generator, an object that is told with it as long as nobody else has it.
    unsafe fn frame_part(&mut self, frame: Addr, program: &mut Program) {
        if frame == 0 {
            return;
        }
        if !self.objects.may_fold(frame) {
            self.take(frame, Label::Named("frame".to_owned()));
            return;
        }
        if self.take_out(frame) {
            self.parts.push(frame);
            // SAFETY: it is a living frame object.
            unsafe {
                walk(frame, self.python, &mut |to| self.raw.push(to));
                self.labels.resize(self.raw.len(), None);
                self.frame_fields(frame, program);
            }
        }
    }

    /// What a frame object holds, where every call has one. The variables of a call that runs stand in the
    /// call.
    unsafe fn frame_fields(&mut self, frame: Addr, program: &mut Program) {
        // SAFETY: it is a living frame object.
        unsafe {
            let layout = self.python.layout.frame;
            let is_running = self.objects.running.contains(&frame);
            if is_running {
                let code = word(frame + layout.code);
                let variables = program.variables(code, self.python);
                let depth = frames::stated_depth(frame, variables.slots, self.python);
                for i in 0..variables.slots + depth.max(0) as usize {
                    self.take_out(word(frame + layout.locals_plus + 8 * i));
                }
            } else {
                self.variables(frame, program);
            }
            for (offset, name) in layout.fields {
                let to = word(frame + offset);
                if to != 0 {
                    self.take(to, Label::Named((*name).to_owned()));
                }
            }
        }
    }

    unsafe fn variables(&mut self, frame: Addr, program: &mut Program) {
        // SAFETY: it is a frame of the interpreter's.
        unsafe {
            let layout = self.python.layout.frame;
            let code = word(frame + layout.code);
            let variables = program.variables(code, self.python);
            for one in &variables.all {
                let to = word(frame + layout.locals_plus + 8 * one.slot);
                if to != 0 {
                    self.take(to, Label::Named(one.name.to_string()));
                }
            }
            let depth = frames::stated_depth(frame, variables.slots, self.python);
            for place in 0..depth.max(0) as usize {
                let to = word(frame + layout.locals_plus + 8 * (variables.slots + place));
                if to != 0 {
                    self.take(to, Label::Named(format!("stack {place}")));
                }
            }
            let fields = [
                (Some(layout.code), "f_code"),
                (layout.function, "function"),
                (Some(layout.locals), "f_locals"),
                (layout.object, "frame"),
            ];
            for (offset, name) in fields {
                let Some(offset) = offset else { continue };
                let to = word(frame + offset);
                if to != 0 {
                    self.take(to, Label::Named(name.to_owned()));
                }
            }
        }
    }

    /// What an array of numpy's refers to: none of it is shown to the collector.
    unsafe fn array(&mut self) {
        // SAFETY: it is one.
        let all = unsafe { numpy::references(self.at, self.python) };
        let mut place = 0;
        for (name, to) in all {
            let label = match name {
                Some(name) => Label::Named(name.to_owned()),
                None => {
                    place += 1;
                    Label::Index(place - 1)
                }
            };
            self.push(label, to);
        }
    }

    unsafe fn weak(&mut self) {
        // SAFETY: it is a weak reference.
        unsafe {
            let to = word(self.at + 16);
            if to != self.python.types.none && to != 0 {
                self.out.push(Raw {
                    label: Label::Named("referent".to_owned()),
                    to,
                    weak: true,
                });
            }
            self.fields(&[(24, "callback")]);
        }
    }

    /// What an instance's attributes lead to.
    unsafe fn attributes(&mut self) {
        // SAFETY: it is a living object.
        unsafe {
            let class = type_of(self.at);
            if flags_of(class) & flags::HEAP_TYPE != 0 {
                self.take(class, Label::Named("__class__".to_owned()));
            }
            if flags_of(class) & flags::TYPE != 0 || class == self.python.types.function {
                return;
            }
            let dict = instance_dict(self.at, self.python);
            let inline = inline_values(self.at, self.python);
            match dict {
                Some(dict) if class != self.python.types.module => {
                    let folds = self.objects.may_fold(dict);
                    // With values inline the walk shows these as well as the dict.
                    for (_, value) in inline.iter().filter(|_| folds) {
                        self.take_out(*value);
                    }
                    if folds {
                        self.part(dict, |key| Label::Attr(bare(key)), "__dict__");
                    } else {
                        for (_, value) in &inline {
                            self.take_out(*value);
                        }
                        self.take(dict, Label::Named("__dict__".to_owned()));
                    }
                }
                _ => {
                    for (name, value) in inline {
                        let name = string(name, self.python).unwrap_or_default();
                        if self.take_out(value) {
                            self.push(Label::Attr(name), value);
                        }
                    }
                }
            }
        }
    }

    /// Slots, and fields of native types, by the types' own tables of members.
    unsafe fn members(&mut self) {
        const OBJECT: i32 = 6;
        const OBJECT_OR_ERROR: i32 = 16;
        // SAFETY: a type's table ends with an entry without a name.
        unsafe {
            for base in bases(type_of(self.at)) {
                let is_own = flags_of(base) & flags::HEAP_TYPE != 0;
                let mut member = word(base + class::MEMBERS);
                while member != 0 && word(member) != 0 {
                    let kind = half(member + 8) as i32;
                    if kind == OBJECT || kind == OBJECT_OR_ERROR {
                        let name = CStr::from_ptr(word(member) as *const c_char);
                        let name = name.to_string_lossy().into_owned();
                        let to = word(self.at.wrapping_add(word(member + 16)));
                        let is_slot = is_own && kind == OBJECT_OR_ERROR;
                        if to != 0 {
                            self.take(
                                to,
                                match is_slot {
                                    true => Label::Attr(name),
                                    false => Label::Named(name),
                                },
                            );
                        }
                    }
                    member += 40;
                }
            }
        }
    }

    /// What has no label yet, by the kind.
    fn rest(&mut self, kind: Kind) {
        let open: Vec<usize> = (0..self.raw.len())
            .filter(|i| self.labels[*i].is_none())
            .collect();
        for (count, at) in open.iter().enumerate() {
            self.labels[*at] = Some(match kind {
                Kind::Sequence => Label::Index(count),
                Kind::Set => Label::Element,
                Kind::Cell => match self.objects.cells.get(&self.at) {
                    Some(name) => Label::Cell(name.clone()),
                    None => Label::Named("cell_contents".to_owned()),
                },
                Kind::Iterator if open.len() == 1 => Label::Named("iterable".to_owned()),
                _ => Label::Referent(*at),
            });
        }
    }

    fn finish(self) -> Vec<Raw> {
        let mut all = self.out;
        let walked = self.raw.into_iter().zip(self.labels).enumerate();
        all.extend(walked.map(|(i, (to, label))| Raw {
            label: label.unwrap_or(Label::Referent(i)),
            to,
            weak: false,
        }));
        all
    }
}
