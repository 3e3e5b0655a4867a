//! The player: one HTML file in which a run can be walked, questioned and shown.
//!
//! The file holds the run as changes from step to step (`payload`): memory itself, for the
//! questions (`memory`), and the pictures, which are those of the SVG frames (`drawn`). The
//! page (`page`) is made of plain files beside this one; no tool but the compiler puts them in.

mod compare;
mod drawn;
mod lesson;
mod live;
mod memory;
mod page;
mod payload;
mod stages;
mod texts;
mod whole;

pub use compare::{ComparePage, compare_page};
pub use live::{live_page, waiting_page};
pub use stages::{StagesRun, stages_page};

use crate::analyse::WholeHeap;
use crate::layout::Picture;
use crate::trace::Trace;
use drawn::{Drawn, DrawnChange};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use memory::{Head, Memory, MemoryChange};
use payload::{Payload, StepRecord};
use serde::Serialize;
use std::io::{BufWriter, IntoInnerError};
use texts::Texts;
use whole::WholeEntry;

/// Bytes that are deflated at a time.
const PIECE: usize = 1 << 16;

/// Data for a page: a JSON document, deflated.
fn packed(data: &impl Serialize) -> Vec<u8> {
    let packed = ZlibEncoder::new(Vec::new(), Compression::best());
    // The encoder clears its room at each write, and the document is written number by number.
    let mut packed = BufWriter::with_capacity(PIECE, packed);
    // Writing plain data to memory does not fail.
    serde_json::to_writer(&mut packed, data).expect("the data has string keys only");
    let packed = packed.into_inner().map_err(IntoInnerError::into_error);
    let packed = packed.and_then(ZlibEncoder::finish);
    packed.expect("memory takes every byte")
}

/// How the page opens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlayerOptions {
    /// Ask at each step what will change.
    pub quiz: bool,
}

/// A page that is being made: it is given the pictures of the steps, in order.
#[derive(Debug)]
pub struct Player<'t> {
    trace: &'t Trace,
    options: PlayerOptions,
    texts: Texts,
    memory: Memory<'t>,
    drawn: Drawn,
    steps: Vec<StepRecord>,
    whole: Option<WholeEntry>,
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
            whole: None,
        }
    }

    /// Adds what was counted of the whole interpreter.
    pub fn count_whole(&mut self, whole: &WholeHeap) {
        self.whole = WholeEntry::new(whole);
    }

    /// Takes the next picture. Steps before it of which there is none are passed over.
    pub fn add(&mut self, picture: &Picture) {
        while let Some((number, head, memory)) = self.memory.next(&mut self.texts) {
            if number < picture.number {
                self.skip(head, memory);
                continue;
            }
            let words = picture.caption.words.join(" ");
            self.steps.push(StepRecord {
                skip: false,
                caption: self.texts.intern(&picture.caption.event),
                words: self.texts.intern(&words),
                head,
                memory,
                drawn: self.drawn.next(picture, &mut self.texts),
            });
            return;
        }
    }

    fn skip(&mut self, head: Head, memory: MemoryChange) {
        let nothing = self.texts.intern("");
        self.steps.push(StepRecord {
            skip: true,
            caption: nothing,
            words: nothing,
            head,
            memory,
            drawn: DrawnChange::default(),
        });
    }

    /// The page. `stages`: where its second page stands, that of the files' stages.
    pub fn finish(mut self, stages: Option<&str>) -> String {
        while let Some((_, head, memory)) = self.memory.next(&mut self.texts) {
            self.skip(head, memory);
        }
        let objects = memory::objects(self.trace, &mut self.texts);
        let picture = self.drawn.finish();
        let payload = Payload::new(
            self.trace,
            self.options,
            self.texts,
            objects,
            picture,
            self.steps,
            stages,
        );
        let payload = payload.with_whole(self.whole);
        page::page(&page::RUN, &self.trace.header.script, &packed(&payload))
    }
}
