//! Objects and their deaths.

use super::schema::{DEATHS, OBJECTS};
use super::table::{Table, Texts};
use crate::export::ExportError;
use crate::trace::{Cause, FileId, ImmortalReason, Kind, ObjId, Step, Symbol, Trace};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::path::Path;

/// What is known of an object only by going through the steps.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// The first step at which it was there, and the first at which it was not there any more.
    first: Option<u32>,
    gone: Option<u32>,
    name: Option<Symbol>,
    value: Option<Symbol>,
}

/// What had run when a step was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ran {
    pub(super) file: FileId,
    pub(super) call: Option<u32>,
}

pub(super) struct Objects {
    objects: Table,
    deaths: Table,
    seen: Vec<Seen>,
    /// Of each step.
    ran: Vec<Ran>,
    /// Whose death is written.
    written: FixedBitSet,
}

impl Objects {
    pub(super) fn begin(folder: &Path, trace: &Trace) -> Result<Objects, ExportError> {
        Ok(Objects {
            objects: Table::begin(&OBJECTS, folder)?,
            deaths: Table::begin(&DEATHS, folder)?,
            seen: vec![Seen::default(); trace.objects.len()],
            ran: Vec::new(),
            written: FixedBitSet::with_capacity(trace.objects.len() + 1),
        })
    }

    /// Goes on by a step; `freed_by` are the objects that a collection has freed, with its number.
    pub(super) fn follow(
        &mut self,
        number: u32,
        step: &Step,
        ran: Ran,
        freed_by: &FxHashMap<ObjId, u32>,
        trace: &Trace,
        texts: &mut Texts<'_>,
    ) -> Result<(), ExportError> {
        self.ran.push(ran);
        for id in &step.left {
            self.seen[id.0 as usize - 1].gone = Some(number);
        }
        for (id, object) in &step.entered {
            let seen = &mut self.seen[id.0 as usize - 1];
            seen.first.get_or_insert(number);
            seen.gone = None;
            (seen.name, seen.value) = (object.name, object.value);
        }
        for (position, id) in (1..).zip(&step.head.freed) {
            let collection = freed_by.get(id).copied();
            self.death(*id, Some(position), collection, trace, texts)?;
        }
        Ok(())
    }

    fn death(
        &mut self,
        id: ObjId,
        position: Option<u32>,
        collection: Option<u32>,
        trace: &Trace,
        texts: &mut Texts<'_>,
    ) -> Result<(), ExportError> {
        let info = trace.object(id);
        let death = info.died.filter(|death| death.cause != Cause::OutOfReach);
        let Some(death) = death.filter(|_| !self.written.put(id.0 as usize)) else {
            return Ok(());
        };
        // What dies at the interpreter's end dies behind the last step.
        let ran = self
            .ran_at(death.at.step)
            .filter(|_| death.cause != Cause::Exit);
        let ran = ran.filter(|_| death.at.line > 0);
        self.deaths.row([
            death.at.step.into(),
            position.into(),
            id.0.into(),
            texts.symbol(info.type_name).into(),
            ran.and_then(|ran| path(ran.file, trace)).into(),
            Some(death.at.line).filter(|line| *line > 0).into(),
            ran.and_then(|ran| ran.call).into(),
            cause(death.cause).into(),
            collection.into(),
        ])
    }

    fn ran_at(&self, step: u32) -> Option<Ran> {
        let place = (step as usize).checked_sub(1)?;
        self.ran.get(place).copied()
    }

    /// Writes the deaths behind the last step, and all objects; returns the numbers of rows of both tables.
    pub(super) fn end(
        mut self,
        trace: &Trace,
        texts: &mut Texts<'_>,
    ) -> Result<[u64; 2], ExportError> {
        for (position, id) in (1..).zip(&trace.header.at_exit.freed) {
            self.death(*id, Some(position), None, trace, texts)?;
        }
        for id in (1..=trace.objects.len() as u32).map(ObjId) {
            self.death(id, None, None, trace, texts)?;
            self.object(id, trace, texts)?;
        }
        Ok([self.objects.end()?, self.deaths.end()?])
    }

    fn object(
        &mut self,
        id: ObjId,
        trace: &Trace,
        texts: &mut Texts<'_>,
    ) -> Result<(), ExportError> {
        let info = trace.object(id);
        let seen = self.seen[id.0 as usize - 1];
        let born_line = info.born.map(|born| born.line).filter(|line| *line > 0);
        let ran = info.born.and_then(|born| self.ran_at(born.step));
        let ran = ran.filter(|_| born_line.is_some());
        let died = info.died.filter(|death| death.cause != Cause::OutOfReach);
        self.objects.row([
            id.0.into(),
            texts.symbol(info.type_name).into(),
            kind(info.kind).into(),
            seen.name.map(|name| texts.symbol(name)).into(),
            seen.value.map(|value| texts.symbol(value)).into(),
            info.address.into(),
            info.size.into(),
            info.immortal.into(),
            info.kept.map(ImmortalReason::name).into(),
            info.born.map(|born| born.step).into(),
            ran.and_then(|ran| path(ran.file, trace)).into(),
            born_line.into(),
            ran.and_then(|ran| ran.call).into(),
            seen.first.into(),
            seen.gone.into(),
            died.map(|death| death.at.step).into(),
            died.and_then(|death| cause(death.cause)).into(),
        ])
    }
}

fn path(file: FileId, trace: &Trace) -> Option<&str> {
    let file = trace.header.files.get(file.0 as usize)?;
    Some(&file.path)
}

fn cause(cause: Cause) -> Option<&'static str> {
    match cause {
        Cause::RefCount => Some("refcount"),
        Cause::Collector => Some("collector"),
        Cause::Exit => Some("exit"),
        Cause::Unknown | Cause::OutOfReach => None,
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Atom => "atom",
        Kind::Sequence => "sequence",
        Kind::Mapping => "mapping",
        Kind::Set => "set",
        Kind::Instance => "instance",
        Kind::Class => "class",
        Kind::Function => "function",
        Kind::Method => "method",
        Kind::Cell => "cell",
        Kind::Generator => "generator",
        Kind::Frame => "frame",
        Kind::Exception => "exception",
        Kind::Traceback => "traceback",
        Kind::Module => "module",
        Kind::Namespace => "namespace",
        Kind::WeakRef => "weak reference",
        Kind::Iterator => "iterator",
        Kind::Other => "other",
    }
}
