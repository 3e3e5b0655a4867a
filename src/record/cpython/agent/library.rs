//! What objects of the library's hold of the program's: they are no part of the recording, and are looked
//! for where a count is left that nothing else explains.

use crate::agent::Agent;
use crate::describe::text_in;
use crate::dicts::{Entries, traverse};
use crate::frames::{self, Running, name};
use crate::holders::{Held, LIBRARY};
use crate::memory::AddressMap;
use crate::offsets::{NAMESPACE, RECEIVER};
use crate::python::{Addr, Python, before_object, count_of, type_name, type_of, word};
use crate::values::{key, string};
use crate::wire::Value;
use std::rc::Rc;

/// Looking through all objects of the process takes a thousand times what a step takes: this often at
/// first, and once more after so many steps.
const AT_FIRST: u64 = 100;
const STEPS: u64 = 10;

#[derive(Default)]
pub struct Library {
    /// What was found to hold each: where it stands, and its block.
    holders: AddressMap<Vec<(Addr, Addr)>>,
    /// Which count of each has been looked into.
    asked: AddressMap<u64>,
    /// Those holders by their blocks, while these are not given back.
    blocks: AddressMap<Addr>,
    /// How often all objects have been looked through.
    walks: u64,
}

impl Library {
    /// A block was given back: what stood there holds nothing any more.
    pub fn given_back(&mut self, block: Addr) {
        self.blocks.remove(&block);
    }

    /// Forgets an object: it is dead.
    pub fn forget(&mut self, at: Addr) {
        self.holders.remove(&at);
        self.asked.remove(&at);
    }
}

/// What the library holds of objects whose counts nothing else explains. Those that were found before are
/// asked again whether they still do.
///
/// # Safety
/// The interpreter's lock must be held.
pub unsafe fn holders(
    agent: &mut Agent,
    everywhere: &[&Rc<Running>],
    held: &[Held],
    steps: u64,
) -> Vec<Held> {
    let open = open_counts(agent, everywhere, held);
    let mut library = std::mem::take(&mut agent.objects.library);
    let mut found = Vec::new();
    let is_new = |(at, left): &&(Addr, u64)| library.asked.get(at) != Some(left);
    let may_walk = library.walks < AT_FIRST + steps / STEPS;
    if may_walk && open.iter().any(|one| is_new(&one)) {
        library.walks += 1;
        // SAFETY: the caller's.
        let holders = unsafe { all_holders(agent, &open) };
        for (at, left) in &open {
            library.asked.insert(*at, *left);
            library.holders.remove(at);
        }
        for (at, holders) in holders {
            let placed = holders.into_iter().map(|holder| {
                // SAFETY: it was just found.
                let class = unsafe { type_of(holder) };
                (
                    holder,
                    holder - before_object(class, agent.python.layout.minor),
                )
            });
            let placed: Vec<(Addr, Addr)> = placed.collect();
            library
                .blocks
                .extend(placed.iter().map(|(holder, block)| (*block, *holder)));
            library.holders.insert(at, placed);
        }
    }
    // SAFETY: as above.
    unsafe {
        let minor = agent.python.layout.minor;
        let lives = |(holder, block): &&(Addr, Addr)| {
            library.blocks.get(block) == Some(holder) && count_of(*holder, minor) != Some(0)
        };
        // Each of them is walked through once: a list that is being made holds thousands.
        let holders = open.iter().filter_map(|(at, _)| library.holders.get(at));
        let mut walked: AddressMap<()> = AddressMap::default();
        let holders: Vec<Addr> = holders
            .flat_map(|holders| holders.iter().filter(lives))
            .map(|(holder, _)| *holder)
            .filter(|holder| walked.insert(*holder, ()).is_none())
            .collect();
        let mut left: AddressMap<u64> = open.into_iter().collect();
        for holder in holders {
            let is_known = |at: &Addr| {
                let known = library.holders.get(at);
                known.is_some_and(|known| known.iter().any(|(one, _)| *one == holder))
            };
            traverse(holder, &mut |to| {
                if let Some(left) = left.get_mut(&to)
                    && *left > 0
                    && is_known(&to)
                {
                    *left -= 1;
                    found.push(Held {
                        kind: LIBRARY,
                        by: words(holder, to, &agent.python),
                        to,
                        certain: false,
                    });
                }
            });
        }
    }
    agent.objects.library = library;
    found
}

/// The known objects whose counts are more than what is known to hold them, and by how much.
fn open_counts(agent: &Agent, everywhere: &[&Rc<Running>], held: &[Held]) -> Vec<(Addr, u64)> {
    let mut explained: AddressMap<u64> = AddressMap::default();
    let mut explain = |at: Addr| *explained.entry(at).or_default() += 1;
    let own = everywhere.iter().filter(|one| one.own.is_some());
    for frame in own.clone() {
        frame.names.iter().for_each(|name| explain(name.to));
    }
    held.iter().for_each(|one| explain(one.to));
    // What a call holds besides is told by the counts.
    let calls: Vec<Addr> = own
        .flat_map(|frame| {
            let arguments = frame.names.iter().take(frame.arguments as usize);
            let arguments = arguments.filter(|one| one.kind != name::STACK);
            let arguments = arguments.map(|one| one.to);
            [frame.function, frame.object, frame.namespace]
                .into_iter()
                .chain(arguments)
        })
        .collect();
    let open = agent.objects.suspects().filter_map(|(at, left)| {
        let known = explained.get(&at).copied().unwrap_or(0) + agent.program.constant_of(at);
        let left = left.checked_sub(known).filter(|left| *left > 0)?;
        (!calls.contains(&at)).then_some((at, left))
    });
    open.collect()
}

/// All objects that refer to one of those, and are none of the recording's.
unsafe fn all_holders(agent: &Agent, open: &[(Addr, u64)]) -> AddressMap<Vec<Addr>> {
    let mut found: AddressMap<Vec<Addr>> = open.iter().map(|(at, _)| (*at, Vec::new())).collect();
    // SAFETY: the collector's lists are whole, and what is in them lives.
    unsafe {
        for holder in everything(agent) {
            traverse(holder, &mut |to| {
                if let Some(holders) = found.get_mut(&to)
                    && holders.last() != Some(&holder)
                {
                    holders.push(holder);
                }
            });
        }
    }
    found.retain(|_, holders| !holders.is_empty());
    found
}

/// What the collector knows, and the dicts and tuples that it has let go since they hold nothing that could
/// be garbage; without what is recorded.
unsafe fn everything(agent: &Agent) -> Vec<Addr> {
    let python = &agent.python;
    // What running calls hold, these tell themselves.
    let is_recorded =
        |at: Addr| agent.objects.is_recorded(at) || agent.objects.running.contains(&at);
    // SAFETY: as above; what is handed over by a traversal and has a count lives.
    unsafe {
        let mut all = agent.collector.listed(2);
        all.retain(|at| !is_recorded(*at));
        let mut more: AddressMap<()> = AddressMap::default();
        for holder in &all {
            traverse(*holder, &mut |to| {
                let class = type_of(to);
                let is_plain = class == python.types.dict || class == python.types.tuple;
                let is_untracked = is_plain && word(to - 16) == 0;
                if is_untracked && word(to) & 0xffff_ffff != 0 && !is_recorded(to) {
                    more.insert(to, ());
                }
            });
        }
        let mut more: Vec<Addr> = more.into_keys().collect();
        more.sort_unstable();
        all.extend(more);
        all
    }
}

/// What a holder is called: its type, and where in it the reference stands, as far as that is plain.
unsafe fn words(holder: Addr, to: Addr, python: &Python) -> String {
    // SAFETY: both live.
    unsafe {
        let class = type_of(holder);
        let of = type_name(class);
        if class == python.types.module {
            let name = text_in(word(holder + NAMESPACE), "__name__", python);
            return format!("module {}", name.unwrap_or_default());
        }
        if class == python.types.dict {
            let name = text_in(holder, "__name__", python);
            let entry = Entries::of(holder, python).find(|(_, value)| *value == to);
            let entry = entry.map(|(at, _)| match key(at, python, 0) {
                Value::Str(text, _) => format!("[{text:?}]"),
                _ => String::new(),
            });
            let entry = entry.unwrap_or_default();
            return match name {
                Some(name) => format!("namespace of {name} (library) {entry}"),
                None => format!("dict of the library {entry}"),
            };
        }
        if class == python.types.function {
            let name =
                string(word(holder + python.layout.function.name), python).unwrap_or_default();
            return format!("function {name} (library)");
        }
        if class == python.types.native_function && word(holder + RECEIVER) == to {
            return "method of the library".to_owned();
        }
        if class == python.types.frame && frames::of_object(holder, python) != 0 {
            return "frame of the library".to_owned();
        }
        format!("{of} of the library")
    }
}
