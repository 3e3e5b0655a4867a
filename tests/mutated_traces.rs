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
use memviz::analyse::{Target, Words, find, ledger, life, why};
use memviz::layout::plan;
use memviz::trace::{State, Step, TraceFile};
use memviz::view::{Scenes, ViewOptions};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// What all of them together may use at a time, in MB.
const MOST_MEMORY: u64 = 512;
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
import atexit, json
atexit.register(chain, 1)
kept_open = open(__file__)
";

/// The bytes of a segment's head: tag, version, length, checksum; and behind it three numbers.
const HEAD: usize = 14;
const NUMBERS: usize = 12;
/// The tags of the index and of the segments whose numbers say something.
const INDEX: u8 = 7;
const STATE: u8 = 4;
const STEPS: u8 = 5;

/// Where the segments stand.
#[derive(Debug, Serialize, Deserialize)]
struct Index {
    segments: Vec<Place>,
    /// For each name the segments with steps in which what it leads to changes.
    names: BTreeMap<u32, Vec<u32>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    tag: u8,
    first: u32,
    count: u32,
    at: u64,
}

/// A segment taken apart.
#[derive(Debug, Clone)]
struct Segment {
    tag: u8,
    version: u8,
    first: u32,
    count: u32,
    contents: Vec<u8>,
}

impl Segment {
    /// The segment at the start of some bytes, and what follows it; `None` at the end.
    fn split_off(bytes: &[u8]) -> Option<(Segment, &[u8])> {
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four"));
        let length = bytes.get(2..10)?;
        let length = u64::from_le_bytes(length.try_into().expect("eight")) as usize;
        let body = bytes.get(HEAD + NUMBERS..HEAD + length)?;
        let mut contents = Vec::new();
        ZlibDecoder::new(body)
            .read_to_end(&mut contents)
            .expect("a whole segment");
        assert_eq!(contents.len(), number(HEAD) as usize);
        let segment = Segment {
            tag: bytes[0],
            version: bytes[1],
            first: number(HEAD + 4),
            count: number(HEAD + 8),
            contents,
        };
        Some((segment, &bytes[HEAD + length..]))
    }

    /// Puts it behind others, with a right checksum.
    fn put(&self, out: &mut Vec<u8>) {
        let mut rest = Vec::new();
        for number in [self.contents.len() as u32, self.first, self.count] {
            rest.extend(number.to_le_bytes());
        }
        let mut encoder = ZlibEncoder::new(rest, flate2::Compression::fast());
        encoder.write_all(&self.contents).expect("memory is there");
        let rest = encoder.finish().expect("memory is there");
        out.extend([self.tag, self.version]);
        out.extend((rest.len() as u64).to_le_bytes());
        out.extend(crc32fast::hash(&rest).to_le_bytes());
        out.extend(rest);
    }
}

/// A trace taken apart.
struct Parts {
    head: Vec<u8>,
    segments: Vec<Segment>,
}

impl Parts {
    fn of(bytes: &[u8]) -> Parts {
        let mut segments = Vec::new();
        let mut rest = &bytes[12..];
        while let Some((segment, more)) = Segment::split_off(rest) {
            if segment.tag != INDEX {
                segments.push(segment);
            }
            rest = more;
        }
        assert!(segments.len() >= 5, "{segments:?}");
        Parts {
            head: bytes[..12].to_vec(),
            segments,
        }
    }

    /// A file of the same form, with right checksums, and with or without its index.
    fn put_together(&self, segments: &[Segment], with_index: bool) -> Vec<u8> {
        let mut out = self.head.clone();
        let mut places = Vec::new();
        for one in segments {
            places.push(Place {
                tag: one.tag,
                first: one.first,
                count: one.count,
                at: out.len() as u64,
            });
            one.put(&mut out);
        }
        if with_index {
            let at = out.len() as u64;
            // Any text may be a name, and change anywhere; there is one segment more than there are.
            let runs = places.iter().filter(|place| place.tag == STEPS).count() as u32;
            let names = (0..200).map(|symbol| (symbol, (0..=runs).collect()));
            let index = Index {
                names: names.collect(),
                segments: places,
            };
            let contents = postcard::to_stdvec(&index).expect("an index");
            let index = Segment {
                tag: INDEX,
                version: 1,
                first: 0,
                count: 0,
                contents,
            };
            index.put(&mut out);
            out.extend(at.to_le_bytes());
            out.extend(b"MEMVIZ.\n");
        }
        out
    }

    fn mutated(&self, random: &mut Random) -> Vec<u8> {
        let mut segments = self.segments.clone();
        for _ in 0..1 + random.below(4) {
            let at = random.below(segments.len());
            match random.below(40) {
                0 => drop(segments.remove(at)),
                1 => segments.insert(at, segments[random.below(segments.len())].clone()),
                2 => segments.swap(at, 0),
                3 => segments[at].tag = random.below(12) as u8,
                4 => segments[at].version = random.below(3) as u8,
                5 => segments[at].first = random.below(100) as u32,
                6 => segments[at].count = random.below(100) as u32,
                _ => mutate(&mut segments[at].contents, random),
            }
        }
        let mut bytes = self.put_together(&segments, random.below(2) == 0);
        if random.one_in(20) {
            bytes.truncate(random.below(bytes.len()));
        }
        bytes
    }
}

fn mutate(contents: &mut Vec<u8>, random: &mut Random) {
    let place = random.below(contents.len());
    match random.below(6) {
        0 => contents[place] ^= 1 << random.below(8),
        1 => contents[place] = random.below(256) as u8,
        2 => contents[place] = contents[place].wrapping_add(1),
        3 => {
            contents.remove(place);
        }
        4 => contents.insert(place, random.below(256) as u8),
        // A number as large as there is.
        _ => {
            contents.splice(place..=place, [0xff, 0xff, 0xff, 0xff, 0x0f]);
        }
    }
    if contents.is_empty() {
        contents.push(0);
    }
}

/// Steps and states come in several segments: the trace is cut into small ones.
fn cut(parts: Parts) -> Parts {
    let mut segments = Vec::new();
    for segment in parts.segments {
        if segment.tag != STEPS {
            segments.push(segment);
            continue;
        }
        let steps: Vec<Step> = postcard::from_bytes(&segment.contents).expect("steps");
        let mut state = State::default();
        let mut first = segment.first;
        for (number, part) in steps.chunks(7).enumerate() {
            let piece = |tag, count, contents| Segment {
                tag,
                version: 1,
                first,
                count,
                contents,
            };
            if number % 2 == 1 {
                let contents = postcard::to_stdvec(&state).expect("a state");
                segments.push(piece(STATE, 0, contents));
            }
            let contents = postcard::to_stdvec(&part).expect("steps");
            segments.push(piece(STEPS, part.len() as u32, contents));
            part.iter().for_each(|step| state.apply(step));
            first += part.len() as u32;
        }
    }
    Parts { segments, ..parts }
}

/// Reads all of a trace in every way, and draws it. Returns whether it was taken for sound.
fn use_all(path: &std::path::Path) -> bool {
    let Ok(file) = TraceFile::open(path) else {
        return false;
    };
    for number in 0..=file.steps().min(50) + 1 {
        if let Ok(Some((step, state))) = file.step(number) {
            let granularity = file.trace.header.granularity;
            let _ = ledger(&state, &file.trace.objects, &step.head.held, granularity);
            let _ = memviz::narrate::outcome(&file.trace.header, &step.head, &file.trace.symbols);
        }
    }
    ask(&file);
    let (stages, facts) = (file.stages(), file.outside());
    let Ok(trace) = file.read() else {
        return false;
    };
    if let (Ok(stages), Ok(facts)) = (stages, facts) {
        let found = memviz::analyse::imports(&trace, &stages, &facts);
        let _ = memviz::export::imports_text(&trace, &found);
        let _ = memviz::narrate::import_rows(&trace, &found);
        let end = memviz::export::RunEnd {
            resources: memviz::analyse::resources(&trace, &facts),
            exit: memviz::analyse::run_exit(&trace, &facts),
            left: memviz::analyse::memory_life(&trace).end,
        };
        let _ = memviz::export::end_text(&trace, &end);
        let _ = memviz::export::end_json(&trace, &end);
    }
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
        let _ = memviz::render::dot(&plan.picture(&scene), memviz::render::DotOptions::default());
    }
    true
}

/// Asks about names, a path, and an object, and draws the step that the answer is about.
fn ask(file: &TraceFile) {
    for (what, at) in [("head", None), ("names['a']", Some(9)), ("#7", None)] {
        let Ok(found) = find(file, &Target::new(what), at) else {
            continue;
        };
        let _ = life(file, found.id);
        let Ok(Some((step, state))) = file.step(found.step) else {
            continue;
        };
        let now = Words {
            trace: &file.trace,
            state: &state,
            head: &step.head,
        };
        let _ = why(now, found.id, found.step);
        let before = file.step(found.step - 1).ok().flatten();
        let excerpt = file.trace.clone().excerpt(before, step, found.step);
        let view = ViewOptions::default();
        let plan = plan(Scenes::new(&excerpt, &view));
        for scene in Scenes::new(&excerpt, &view) {
            let _ = plan.picture(&scene);
        }
    }
}

#[test]
fn a_trace_with_errors_is_refused_or_drawn() {
    let folder = Folder::new();
    folder.write("script.py", SCRIPT);
    folder.memviz(&["--format", "none", "--out", "out", "script.py"]);
    let bytes = std::fs::read(folder.path().join("out/trace.memviz")).expect("a trace");
    let parts = cut(Parts::of(&bytes));
    let whole = folder.path().join("whole.memviz");
    for with_index in [false, true] {
        let bytes = parts.put_together(&parts.segments, with_index);
        std::fs::write(&whole, bytes).expect("a folder that can be written to");
        assert!(use_all(&whole), "the form has changed");
    }
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
        // The machine may have had other things to do: what is late is tried again.
        let again = || {
            let began = Instant::now();
            let _ = catch_unwind(AssertUnwindSafe(|| use_all(&path)));
            began.elapsed()
        };
        if began.elapsed() > LATE && again() > LATE {
            faults.push(format!("seed {number} takes longer than {LATE:?}, twice"));
        }
        let _ = std::fs::remove_file(&path);
    }
    let peak = peak_memory();
    let found = faults.len();
    println!("{wanted} traces: {drawn} drawn, {found} faults, {peak} MB at most");
    if peak > MOST_MEMORY {
        faults.push(format!("{peak} MB were used"));
    }
    assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
}

/// The most memory that this process has had, in MB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0) / 1024
}

#[test]
fn what_unpacks_into_too_much_is_refused() {
    let folder = Folder::new();
    folder.write("script.py", "x = 1\n");
    folder.memviz(&["--format", "none", "--out", "out", "script.py"]);
    let bytes = std::fs::read(folder.path().join("out/trace.memviz")).expect("a trace");
    let mut parts = Parts::of(&bytes);
    let steps = parts.segments.iter().position(|one| one.tag == STEPS);
    let steps = steps.expect("it has steps");
    parts.segments[steps].contents = vec![0; 200 << 20];
    let path = folder.path().join("bomb.memviz");
    let bytes = parts.put_together(&parts.segments, true);
    assert!(bytes.len() < 1 << 20, "{}", bytes.len());
    std::fs::write(&path, bytes).expect("a folder that can be written to");
    let done = folder.memviz(&["info", "bomb.memviz"]);
    let said = common::text(&done.stderr);
    assert!(said.contains("a segment is impossibly large"), "{said}");
}
