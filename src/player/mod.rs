//! The player: one HTML file in which a run can be walked, questioned and shown.
//!
//! The file holds the run as changes from step to step ([`payload`]): memory itself, for the
//! questions ([`memory`]), and the pictures, which are those of the SVG frames ([`drawn`]). The
//! page ([`page`]) is made of plain files beside this one; no tool but the compiler puts them in.

mod drawn;
mod memory;
mod page;
mod payload;

use crate::layout::Picture;
use crate::trace::Trace;
use drawn::Drawn;
use memory::Memory;
use payload::{Payload, StepRecord, Texts};

/// How the page opens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlayerOptions {
    /// Ask at each step what will change.
    pub quiz: bool,
}

/// A page that is being made: it is given the picture of every step, in order.
#[derive(Debug)]
pub struct Player<'t> {
    trace: &'t Trace,
    options: PlayerOptions,
    texts: Texts,
    memory: Memory<'t>,
    drawn: Drawn,
    steps: Vec<StepRecord>,
}

impl<'t> Player<'t> {
    pub fn new(trace: &'t Trace, options: PlayerOptions) -> Player<'t> {
        Player {
            trace,
            options,
            texts: Texts::default(),
            memory: Memory::new(trace),
            drawn: Drawn::default(),
            steps: Vec::with_capacity(trace.steps.len()),
        }
    }

    /// Takes the picture of the next step.
    pub fn add(&mut self, picture: &Picture) {
        let Some((head, memory)) = self.memory.next(&mut self.texts) else {
            return;
        };
        let caption = self.texts.intern(&picture.caption.event);
        let drawn = self.drawn.next(picture, &mut self.texts);
        self.steps.push(StepRecord {
            caption,
            head,
            memory,
            drawn,
        });
    }

    /// The page.
    pub fn finish(mut self) -> String {
        let objects = memory::objects(self.trace, &mut self.texts);
        let picture = self.drawn.finish();
        let payload = Payload::new(
            self.trace,
            self.options,
            self.texts,
            objects,
            picture,
            self.steps,
        );
        page::page(&self.trace.header.script, &payload.packed())
    }
}
