//! Traces in which something is wrong although every checksum is right: what reads and draws them says
//! so or shows something, and neither panics nor goes on for ever.
//!
//! `MEMVIZ_MUTATED_TRACES=N cargo t --test mutated_traces` tries N of them, `MEMVIZ_MUTATED_SEED=S`
//! others.

mod common;

use common::Folder;
use common::random::{Random, number_from};
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use memviz::analyse::ledger;
use memviz::layout::plan;
use memviz::trace::TraceFile;
use memviz::view::{Scenes, ViewOptions};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// What a result may take.
const LATE: Duration = Duration::from_secs(2);

const SCRIPT: &str = "\
import weakref
class Node:
    def __init__(self, value, rest=None):
        self.value, self.rest = value, rest
def chain(n):
    head = None
    for value in range(n):
        head = Node(value, head)
    return head
names = {'a': [1, 2], 'b': (3, 'x')}
head = chain(3)
alias = weakref.ref(head)
head.rest.rest = head
del head
import gc
gc.collect()
try:
    names['c']
except KeyError as error:
    kept = error
names['a'].append(names)
";

/// The end of the file: where its blocks stand.
#[derive(Debug, Serialize, Deserialize)]
struct Index {
    runs: Vec<(u32, u64)>,
    steps: u32,
    symbols: u64,
    objects: u64,
    header: u64,
}

/// A trace taken apart.
struct Parts {
    head: Vec<u8>,
    index: Index,
    /// The contents of the runs, and of symbols, objects and header.
    blocks: Vec<Vec<u8>>,
}

impl Parts {
    fn of(bytes: &[u8]) -> Parts {
        let trailer = bytes.len() - 16;
        let index_at = u64::from_le_bytes(bytes[trailer..trailer + 8].try_into().expect("eight"));
        let index: Index = postcard::from_bytes(&block(bytes, index_at)).expect("an index");
        let places = index.runs.iter().map(|(_, at)| *at);
        let places = places.chain([index.symbols, index.objects, index.header]);
        Parts {
            head: bytes[..12].to_vec(),
            blocks: places.map(|at| block(bytes, at)).collect(),
            index,
        }
    }

    /// A file of the same form, with right checksums.
    fn put_together(&self, blocks: &[Vec<u8>], steps: u32, firsts: &[u32]) -> Vec<u8> {
        let mut out = self.head.clone();
        let mut places = Vec::new();
        for one in blocks {
            places.push(out.len() as u64);
            put(&mut out, one);
        }
        let runs = self.index.runs.len();
        let index = Index {
            runs: firsts
                .iter()
                .copied()
                .zip(places[..runs].iter().copied())
                .collect(),
            steps,
            symbols: places[runs],
            objects: places[runs + 1],
            header: places[runs + 2],
        };
        let at = out.len() as u64;
        put(&mut out, &postcard::to_stdvec(&index).expect("an index"));
        out.extend(at.to_le_bytes());
        out.extend(b"MEMVIZ.\n");
        out
    }

    fn mutated(&self, random: &mut Random) -> Vec<u8> {
        let mut blocks = self.blocks.clone();
        let mut steps = self.index.steps;
        let mut firsts: Vec<u32> = self.index.runs.iter().map(|(first, _)| *first).collect();
        if random.below(20) == 0 {
            steps = random.below(100) as u32;
        }
        if random.below(20) == 0 {
            let at = random.below(firsts.len());
            firsts[at] = random.below(100) as u32;
        }
        for _ in 0..1 + random.below(4) {
            let at = random.below(blocks.len());
            let block = &mut blocks[at];
            let place = random.below(block.len());
            match random.below(6) {
                0 => block[place] ^= 1 << random.below(8),
                1 => block[place] = random.below(256) as u8,
                2 => block[place] = block[place].wrapping_add(1),
                3 => {
                    block.remove(place);
                }
                4 => block.insert(place, random.below(256) as u8),
                // A number as large as there is.
                _ => {
                    block.splice(place..=place, [0xff, 0xff, 0xff, 0xff, 0x0f]);
                }
            }
            if block.is_empty() {
                block.push(0);
            }
        }
        self.put_together(&blocks, steps, &firsts)
    }
}

fn block(bytes: &[u8], at: u64) -> Vec<u8> {
    let at = at as usize;
    let stored = u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four")) as usize;
    let mut out = Vec::new();
    let body = &bytes[at + 12..at + 12 + stored];
    ZlibDecoder::new(body)
        .read_to_end(&mut out)
        .expect("a whole block");
    out
}

fn put(out: &mut Vec<u8>, raw: &[u8]) {
    let mut encoder = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(raw).expect("memory is there");
    let body = encoder.finish().expect("memory is there");
    out.extend((body.len() as u32).to_le_bytes());
    out.extend((raw.len() as u32).to_le_bytes());
    out.extend(crc32fast::hash(&body).to_le_bytes());
    out.extend(body);
}

/// Reads all of a trace in every way, and draws it. Returns whether it was taken for sound.
fn use_all(path: &std::path::Path) -> bool {
    let Ok(mut file) = TraceFile::open(path) else {
        return false;
    };
    for number in 0..=file.steps().min(50) + 1 {
        let _ = file.step(number);
    }
    let Ok(trace) = file.read() else {
        return false;
    };
    let mut replay = trace.replay();
    while let Some((_, step, state)) = replay.next() {
        let _ = ledger(
            state,
            &trace.objects,
            &step.head.held,
            trace.header.granularity,
        );
    }
    let mut json = Vec::new();
    let _ = memviz::export::write_json(&trace, memviz::export::JsonOptions::default(), &mut json);
    let view = ViewOptions::default();
    let plan = plan(Scenes::new(&trace, &view));
    for scene in Scenes::new(&trace, &view) {
        let _ = memviz::render::dot(&plan.picture(&scene));
    }
    true
}

#[test]
fn a_trace_with_errors_is_refused_or_drawn() {
    let folder = Folder::new();
    folder.write("script.py", SCRIPT);
    folder.memviz(&["--format", "none", "--out", "out", "script.py"]);
    let parts = Parts::of(&std::fs::read(folder.path().join("out/trace.memviz")).expect("a trace"));
    let (wanted, seed) = (
        number_from("MEMVIZ_MUTATED_TRACES", 500),
        number_from("MEMVIZ_MUTATED_SEED", 0),
    );
    let mut drawn = 0;
    let mut faults = Vec::new();
    for number in seed..seed + wanted {
        let bytes = parts.mutated(&mut Random(0x9e37_79b9_7f4a_7c15 ^ (number + 1)));
        // What never ends is left there.
        let path = folder.path().join(format!("{number}.memviz"));
        std::fs::write(&path, bytes).expect("a folder that can be written to");
        let began = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| use_all(&path))) {
            Ok(sound) => drawn += u64::from(sound),
            Err(what) => {
                let words = what.downcast_ref::<String>().cloned();
                faults.push(format!("seed {number} panics: {words:?}"));
            }
        }
        let _ = std::fs::remove_file(&path);
        if began.elapsed() > LATE {
            faults.push(format!("seed {number} takes {:?}", began.elapsed()));
        }
    }
    println!("{wanted} traces: {drawn} drawn, {} faults", faults.len());
    assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
}
