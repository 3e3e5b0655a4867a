//! Questions about a trace: who, why, life, growth.

mod common;

use common::recorded::{Recorded, boxes, drawn, number};
use common::{Folder, find_object, global, steps, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The lessons that the questions are asked about.
const ASKED: [&str; 9] = [
    "aliasing",
    "copies",
    "counter_closure",
    "cycle_with_del",
    "exception_frames",
    "generator_life",
    "linked_list_drop",
    "mutable_default",
    "two_node_cycle",
];

/// Objects that the program made and that live at the steps where a module line has just run.
fn made_by_program(json: &Value) -> Vec<(u32, u64)> {
    let mut out = Vec::new();
    for step in steps(json) {
        for object in step["heap"].as_array().into_iter().flatten() {
            let id = object["id"].as_u64().expect("objects have serials");
            let made = !json["objects"][id as usize - 1]["born"].is_null();
            if made && object["value"].is_null() {
                out.push((number(step), id));
            }
        }
    }
    out
}

#[test]
fn who_lists_one_line_for_each_reference() {
    let mut asked = 0;
    for lesson in ASKED {
        let recorded = Recorded::lesson(lesson);
        let json = recorded.with_classes();
        for (at, id) in made_by_program(&json).into_iter().step_by(11) {
            let object = find_object(&steps(&json)[at as usize - 1], id).expect("it lives there");
            let step = at.to_string();
            let answer = recorded.ask(&["who", "out", &id.to_string(), "--step", &step]);
            let owners = object["owners"].as_array().expect("there is a ledger");
            let strong = answer.split("weakly").next().unwrap_or_default();
            let mut lines: Vec<&str> = strong.lines().filter(|l| l.starts_with("  ")).collect();
            lines.retain(|line| !line.contains("in a place that is not recorded"));
            assert_eq!(
                lines.len(),
                owners.len(),
                "{lesson} {id} at {at}:\n{answer}"
            );
            for owner in owners {
                let label = owner["label"].as_str().expect("owners have labels");
                assert!(
                    lines.iter().any(|line| line.ends_with(label)),
                    "{label}\n{answer}"
                );
            }
            let garbage = answer.contains("garbage waiting for the collector");
            assert_eq!(garbage, object["reachable"] == false, "{answer}");
            asked += 1;
        }
    }
    assert!(asked > 40, "only {asked} questions");
}

/// The serials in a line of words: `list #3 [0] → Node #5`.
fn serials(line: &str) -> Vec<u64> {
    line.split(" → ")
        .filter_map(|part| {
            let digits = part.split('#').nth(1)?;
            let end = digits
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(digits.len());
            digits[..end].parse().ok()
        })
        .collect()
}

/// How many references away from a root each object is, in the JSON of a step, without passing
/// through `without`.
fn distances(step: &Value, without: u64) -> BTreeMap<u64, usize> {
    let heap = step["heap"].as_array().expect("there is a heap");
    let mut distance = BTreeMap::new();
    let mut open = std::collections::VecDeque::new();
    for object in heap {
        let id = object["id"].as_u64().expect("objects have serials");
        let owners = object["owners"].as_array().expect("there is a ledger");
        let rooted = owners.iter().any(|owner| owner["from"].is_string())
            || object["unexplained"] != 0
            || object["refcount"] == "immortal";
        if rooted && id != without {
            distance.insert(id, 1);
            open.push_back(id);
        }
    }
    while let Some(id) = open.pop_front() {
        for object in heap {
            let to = object["id"].as_u64().expect("objects have serials");
            let owned = object["owners"]
                .as_array()
                .is_some_and(|owners| owners.iter().any(|owner| owner["from"] == id));
            if owned && to != without && !distance.contains_key(&to) {
                distance.insert(to, distance[&id] + 1);
                open.push_back(to);
            }
        }
    }
    distance
}

#[test]
fn why_gives_the_shortest_chain_through_each_owner() {
    let mut chains = 0;
    let mut garbage = 0;
    for lesson in ASKED {
        let recorded = Recorded::lesson(lesson);
        let json = recorded.with_classes();
        for (at, id) in made_by_program(&json).into_iter().step_by(7) {
            let step = &steps(&json)[at as usize - 1];
            let object = find_object(step, id).expect("it lives there");
            let number = at.to_string();
            let asked = [
                "why",
                "out",
                &id.to_string(),
                "--step",
                &number,
                "--chains",
                "99",
            ];
            let answer = recorded.ask(&asked);
            let is_garbage = object["reachable"] == false;
            assert_eq!(
                answer.contains("nothing: garbage waiting for the collector"),
                is_garbage
            );
            garbage += usize::from(is_garbage);
            let distances = distances(step, id);
            let owners: BTreeSet<u64> = object["owners"]
                .as_array()
                .expect("there is a ledger")
                .iter()
                .filter_map(|owner| owner["from"].as_u64())
                .collect();
            let mut through = BTreeSet::new();
            for line in answer.lines().filter(|line| line.contains(" → ")) {
                let chain = serials(line);
                assert_eq!(chain.last(), Some(&id), "{line}");
                assert_eq!(
                    chain.iter().filter(|link| **link == id).count(),
                    1,
                    "{line}"
                );
                for (place, pair) in chain.windows(2).enumerate() {
                    assert_eq!(distances[&pair[0]], place + 1, "not the shortest: {line}");
                    let refs = find_object(step, pair[0]).and_then(|o| o["refs"].as_array());
                    let strong = refs.into_iter().flatten().any(|reference| {
                        reference["to"] == pair[1] && reference["strength"] == "strong"
                    });
                    assert!(strong, "no such reference: {line}");
                }
                if let [.., owner, _] = chain[..] {
                    through.insert(owner);
                }
                chains += 1;
            }
            // Every owner that lives without the object has its chain, and no other has.
            let wanted: BTreeSet<u64> = owners
                .into_iter()
                .filter(|owner| distances.contains_key(owner))
                .collect();
            assert_eq!(through, wanted, "{lesson} {id} at {at}:\n{answer}");
        }
    }
    assert!(
        chains > 40 && garbage > 0,
        "{chains} chains, {garbage} pieces of garbage"
    );
}

#[test]
fn why_draws_its_chains_alone() {
    let list = Recorded::lesson("linked_list_drop");
    let answer = list.ask(&["why", "out", "head.rest.rest"]);
    let line = answer
        .lines()
        .find(|line| line.contains(" → "))
        .expect("there is a chain");
    let chain = serials(line);
    assert_eq!(chain.len(), 3, "{answer}");
    assert!(
        line.contains("globals head → Node #") && line.contains(" .rest → Node #"),
        "{line}"
    );
    let at = list.after(15);
    assert!(answer.contains(&format!("at step {at} of ")), "{answer}");
    let name = format!("out/why-{}-at-{at}.svg", chain[2]);
    let read = |name: &str| std::fs::read_to_string(list.folder.path().join(name));
    let picture = read(&name).expect("the picture stands beside the trace");
    assert_eq!(drawn(&picture), chain.iter().copied().collect());
    assert!(boxes(&picture).contains_key("call0"));
    // Again: the same bytes; elsewhere: no file of others is written over without a word.
    let arguments = ["why", "out", "head.rest.rest", "-o", "here.svg"];
    list.ask(&arguments);
    assert_eq!(read("here.svg").expect("it was asked for"), picture);
    list.ask(&[&arguments[..], &["--theme", "dark"]].concat());
    assert_ne!(read("here.svg").expect("it was asked for"), picture);
    list.folder.write("here.svg", "<svg>mine</svg>");
    assert!(
        list.refused(&arguments)
            .contains("here.svg is not memviz's")
    );
    list.ask(&[&arguments[..], &["--force"]].concat());
    assert_eq!(read("here.svg").expect("it was asked for"), picture);
}

#[test]
fn the_readmes_answer_is_the_one_that_is_given() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).expect("there is a README");
    let question = "$ memviz why output/two_node_cycle a";
    let mut lines = readme
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != question);
    assert_eq!(lines.next(), Some(question), "the README asks no question");
    let shown: Vec<&str> = lines.take_while(|line| !line.starts_with('`')).collect();
    let given = Recorded::lesson("two_node_cycle").ask(&["why", "out", "a"]);
    let plain = |lines: &mut dyn Iterator<Item = &str>| -> String {
        // Serials are the recording's own affair.
        let text: Vec<&str> = lines
            .filter(|line| !line.is_empty())
            .map(str::trim)
            .collect();
        text.join("\n").replace(|c: char| c.is_ascii_digit(), "")
    };
    assert_eq!(plain(&mut shown.into_iter()), plain(&mut given.lines()));
}

#[test]
fn a_fleeting_object_has_a_life_of_one_line() {
    let recorded = Recorded::new("n = len([1, 2])\n");
    let objects = recorded.json["objects"]
        .as_array()
        .expect("there are objects");
    let list = objects
        .iter()
        .find(|object| object["type"] == "list" && !object["born"].is_null());
    let id = list.expect("the list was met")["id"].to_string();
    let life = recorded.ask(&["life", "out", &id]);
    assert!(
        life.contains("made and dead within one step: its count fell to 0"),
        "{life}"
    );
    let why = recorded.ask(&["why", "out", &id]);
    assert!(why.contains("dead since step "), "{why}");
}

#[test]
fn why_tells_garbage_death_and_what_is_not_there_yet() {
    let cycle = Recorded::lesson("two_node_cycle");
    let (both, gone) = (cycle.after(17), cycle.after(20));
    let asked = |step: u32| cycle.ask(&["why", "out", "a", "--step", &step.to_string()]);
    let alive = asked(both);
    assert!(alive.contains("1. globals a → Node #"), "{alive}");
    assert!(alive.contains("2. globals b → Node #"), "{alive}");
    let garbage = asked(gone - 1);
    assert!(
        garbage.contains("to which a of globals led last, at step"),
        "{garbage}"
    );
    assert!(garbage.contains("nothing: garbage waiting for the collector (1 reference)"));
    let dead = asked(gone + 1);
    let words = format!("dead since step {gone}, line 20 `gc.collect()`: the collector freed it");
    assert!(dead.contains(&words), "{dead}");
    let refused = cycle.refused(&["why", "out", "a", "--step", "3"]);
    assert!(
        refused.contains("a leads nowhere yet at step 3"),
        "{refused}"
    );
    let id = global(cycle.step(both), "a").to_string();
    let unborn = cycle.ask(&["why", "out", &id, "--step", "3"]);
    assert!(unborn.contains("it is not there yet"), "{unborn}");
}

#[test]
fn an_interpreters_reference_is_a_root_in_words_and_in_the_picture() {
    let recorded = Recorded::new("def f():\n    x = [1]\n    return x\nf()\n");
    let returning = steps(&recorded.json)
        .iter()
        .find(|step| step["event"] == "return" && step["function"] == "f")
        .expect("f returns");
    let at = number(returning).to_string();
    let answer = recorded.ask(&["why", "out", "x", "--step", &at, "-o", "why.svg"]);
    assert!(answer.contains("f() x → list #"), "{answer}");
    assert!(
        answer.contains("the interpreter: return value → list #"),
        "{answer}"
    );
    let picture = std::fs::read_to_string(recorded.folder.path().join("why.svg"));
    let boxes = boxes(&picture.expect("it was asked for"));
    assert!(
        boxes["interpreter"].contains(&"return value".to_owned()),
        "{boxes:?}"
    );
    assert!(
        !boxes.contains_key("call0"),
        "globals lead to nothing of it"
    );
}

#[test]
fn a_life_has_every_change_of_the_count() {
    let mut told = 0;
    for lesson in ASKED {
        let recorded = Recorded::lesson(lesson);
        let ids: BTreeSet<u64> = made_by_program(&recorded.json)
            .into_iter()
            .map(|p| p.1)
            .collect();
        for id in ids.into_iter().step_by(3) {
            let answer = recorded.ask(&["life", "out", &id.to_string()]);
            let mut wanted: Vec<(u32, String)> = Vec::new();
            let mut before: Option<Value> = None;
            for step in steps(&recorded.json) {
                let now = find_object(step, id).map(|object| object["refcount"].clone());
                let count = match (&before, &now) {
                    (None, Some(count)) => Some(count.to_string()),
                    (Some(old), Some(new)) if old != new => Some(format!("{old}→{new}")),
                    (Some(_), None) => Some("0".to_owned()),
                    _ => None,
                };
                wanted.extend(count.map(|count| (number(step), count)));
                before = now;
            }
            let found: Vec<(u32, String)> = answer
                .lines()
                .filter_map(|line| {
                    let mut words = line.split_whitespace();
                    let step = words.next()?.parse().ok()?;
                    words.next()?.parse::<u32>().ok()?;
                    let count = words.next()?.to_owned();
                    count
                        .starts_with(|c: char| c.is_ascii_digit())
                        .then_some((step, count))
                })
                .collect();
            assert_eq!(found, wanted, "{lesson} {id}:\n{answer}");
            told += found.len();
            let died = &recorded.json["objects"][id as usize - 1]["died"];
            let words = match died["cause"].as_str() {
                Some("refcount") => "dead: its count fell to 0",
                Some("collector") => "dead: the collector freed it",
                _ => "it lives at the last step",
            };
            assert!(answer.contains(words), "{answer}");
        }
    }
    assert!(told > 60, "only {told} turns");
}

#[test]
fn a_life_names_what_came_and_went() {
    let cycle = Recorded::lesson("two_node_cycle");
    let answer = cycle.ask(&["life", "out", "a"]);
    let step = cycle.step(cycle.after(17));
    let b = global(step, "b");
    let turns: Vec<&str> = answer.lines().skip(3).collect();
    for (turn, words) in [
        (0, "made by `a = Node()`; + globals a".to_owned()),
        (1, format!("1→2       + Node #{b} .other")),
        (2, "2→1       - globals a".to_owned()),
        (
            3,
            "nothing reaches it: it waits for the collector".to_owned(),
        ),
        (
            4,
            format!("dead: the collector freed it; - Node #{b} .other"),
        ),
    ] {
        assert!(turns[turn].ends_with(&words), "{words}\n{answer}");
    }
    let finalized = Recorded::lesson("cycle_with_del").ask(&["life", "out", "a"]);
    assert!(
        finalized.contains("the collector ran its __del__"),
        "{finalized}"
    );
    let rebound = Recorded::lesson("rebind_or_mutate").ask(&["life", "out", "b"]);
    assert!(rebound.contains("b led also to list #"), "{rebound}");
}

#[test]
fn another_threads_frame_is_a_root_and_keeps_its_name() {
    let source = "import threading\ngate = threading.Event()\nready = threading.Event()\ndef work(basket):\n    mine = [basket]\n    ready.set()\n    gate.wait()\nbasket = ['egg']\nt = threading.Thread(target=work, args=(basket,))\nt.start()\nready.wait()\nhere = 1\ngate.set()\nt.join()\n";
    let recorded = Recorded::new(source);
    let at = recorded.after(12).to_string();
    let why = recorded.ask(&["why", "out", "mine", "--step", &at, "-o", "why.svg"]);
    assert!(
        why.contains("1. work() in Thread-1 (work) mine → list #"),
        "{why}"
    );
    let picture = std::fs::read_to_string(recorded.folder.path().join("why.svg"));
    assert!(
        picture
            .expect("it was asked for")
            .contains("work() in Thread-1 (work)")
    );
    let life = recorded.ask(&["life", "out", "basket"]);
    assert!(
        life.contains("+ work() in Thread-1 (work) basket"),
        "{life}"
    );
    assert!(!life.contains("globals in thread"), "{life}");
    assert_eq!(life.matches("globals basket").count(), 1, "{life}");
}

#[test]
fn growth_counts_what_was_born_and_not_freed() {
    for lesson in ["linked_list_drop", "two_node_cycle", "exception_frames"] {
        let recorded = Recorded::lesson(lesson);
        let last = steps(&recorded.json).len() as u64;
        for (from, to) in [(1, last), (5, last - 6), (last - 3, last), (4, 4)] {
            let bounds = [from.to_string(), to.to_string()];
            let asked = ["growth", "out", "--from", &bounds[0], "--to", &bounds[1]];
            let answer = recorded.ask(&asked);
            let objects = recorded.json["objects"]
                .as_array()
                .expect("there are objects");
            let born = |object: &&Value| {
                object["born"]["step"]
                    .as_u64()
                    .is_some_and(|born| from < born && born <= to)
            };
            let made = objects.iter().filter(born).count();
            let mut left: BTreeMap<&str, usize> = BTreeMap::new();
            let mut lines: BTreeMap<u64, usize> = BTreeMap::new();
            for object in objects.iter().filter(born) {
                let at_exit = object["died"]["cause"] == "exit";
                let died = object["died"]["step"].as_u64();
                if at_exit || died.is_none_or(|died| died > to) {
                    *left
                        .entry(object["type"].as_str().expect("a name"))
                        .or_default() += 1;
                    *lines
                        .entry(object["born"]["line"].as_u64().expect("a line"))
                        .or_default() += 1;
                }
            }
            let all: usize = left.values().sum();
            let head = format!(": {made} object");
            assert!(answer.contains(&head), "{head}\n{answer}");
            assert!(
                answer.contains(&format!(", {all} of them left at step {to} (")),
                "{answer}"
            );
            let has = |start: &str, end: &str| {
                answer.lines().any(|line| {
                    line.trim_start().starts_with(&format!("{start} ")) && line.contains(end)
                })
            };
            for (name, count) in left {
                assert!(
                    has(&count.to_string(), &format!("  {name}")),
                    "{name} {count}\n{answer}"
                );
            }
            for (line, count) in lines {
                let place = format!("script.py:{line}");
                assert!(has(&count.to_string(), &place), "{place} {count}\n{answer}");
            }
        }
    }
    let cycle = Recorded::lesson("two_node_cycle");
    let at = cycle.after(19).to_string();
    let answer = cycle.ask(&["growth", "out", "--to", &at]);
    assert!(answer.contains("2 of those nothing reaches"), "{answer}");
}

#[test]
fn questions_that_cannot_be_answered_are_refused_with_what_there_is() {
    let recorded = Recorded::lesson("aliasing");
    for command in ["why", "who", "life"] {
        let ask = |rest: &[&str]| recorded.refused(&[&[command, "out"], rest].concat());
        assert!(ask(&["aa"]).contains("did you mean `a`?"), "{command}");
        assert!(ask(&["zebra"]).contains("the names are a, b"), "{command}");
        assert!(ask(&["a[9]"]).contains("has no [9]"), "{command}");
        assert!(
            ask(&["4000"]).contains("there is no object #4000"),
            "{command}"
        );
        assert!(ask(&["#0"]).contains("there is no object #0"), "{command}");
        assert!(
            ask(&["a", "--step", "99"]).contains("there is no step 99"),
            "{command}"
        );
        assert!(
            ask(&["a", "--step", "0"]).contains("there is no step 0"),
            "{command}"
        );
    }
    let growth = |rest: &[&str]| recorded.refused(&[&["growth", "out"], rest].concat());
    assert!(growth(&["--to", "99"]).contains("the steps are 1 to "));
    assert!(growth(&["--from", "5", "--to", "2"]).contains("comes after"));
    std::fs::create_dir(recorded.folder.path().join("empty")).expect("it can be made");
    assert!(
        recorded
            .refused(&["who", "empty", "a"])
            .contains("trace.memviz")
    );
    assert!(
        recorded
            .refused(&["who", "script.py", "a"])
            .contains("not a memviz trace")
    );
    // The file and its folder are the same.
    let by_file = recorded.ask(&["who", "out/trace.memviz", "a"]);
    assert_eq!(by_file, recorded.ask(&["who", "out", "a"]));
}

#[test]
fn help_names_every_command_and_option() {
    let folder = Folder::new();
    let help = text(&folder.memviz(&["help"]).stdout);
    for command in [
        "run", "check", "render", "export", "why", "who", "life", "growth", "memory",
    ] {
        assert!(
            help.contains(&format!("\n  {command} ")),
            "{command}\n{help}"
        );
        let own = text(&folder.memviz(&["help", command]).stdout);
        assert!(own.contains("Usage: memviz"), "{own}");
    }
    let render = text(&folder.memviz(&["help", "render"]).stdout);
    for option in [
        "--focus",
        "--depth",
        "--hide",
        "--fold",
        "--inline",
        "--boxes",
        "--max-objects",
        "--steps",
        "--from-line",
        "--to-line",
        "--only-changes",
        "--no-marks",
    ] {
        assert!(help.contains(option) && render.contains(option), "{option}");
    }
}
