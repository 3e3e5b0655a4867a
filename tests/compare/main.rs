//! Runs side by side: each kind of difference is found where one is made by hand, and nothing where none
//! is.

mod said;

use memviz::analyse::{
    ComparedRun, Comparison, Difference, DifferenceKind, Fact, LifeEnd, Reason, compare,
};
use memviz::trace::{
    Cause, Count, Death, Event, Kind, Moment, NameKind, ObjId, Outcome, Step, Trace, TraceFile,
};
use said::text;
use std::path::Path;

fn stored(name: &str) -> Trace {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    let file = TraceFile::open(&folder.join(format!("{name}.memviz")));
    file.and_then(TraceFile::read).expect("it is a trace")
}

const LESSONS: [&str; 11] = [
    "aliasing",
    "argument_passing",
    "collector_at_work",
    "counter_closure",
    "exception_frames",
    "generator_life",
    "killed",
    "late_binding",
    "threads",
    "two_node_cycle",
    "compare/who_frees_what-3.13",
];

fn compared(one: &Trace, other: &Trace) -> Comparison {
    compare(&[ComparedRun::new(one), ComparedRun::new(other)])
}

fn differences(one: &Trace, other: &Trace) -> Vec<Difference> {
    compared(one, other).others[0].differences.clone()
}

/// What differs between a trace and the same with a change in it.
fn changed(trace: &Trace, change: impl FnOnce(&mut Trace)) -> Vec<Difference> {
    let mut other = trace.clone();
    change(&mut other);
    assert_ne!(*trace, other, "nothing was changed");
    differences(trace, &other)
}

/// The only difference there is.
fn only(found: &[Difference]) -> &Difference {
    let [one] = found else {
        panic!("not one difference: {found:#?}");
    };
    one
}

/// What a global name leads to at the last step at which it is there, and that step, from 1.
fn named(trace: &Trace, name: &str) -> (ObjId, u32) {
    let mut found = None;
    let mut replay = trace.replay();
    while let Some((number, _, state)) = replay.next() {
        let names = state.frames.first().map_or(&[][..], |frame| &frame.names);
        let is_it = |one: &&memviz::trace::Name| {
            one.kind == NameKind::Global && trace.symbols.text(one.name) == name
        };
        found = names
            .iter()
            .find(is_it)
            .map(|one| (one.to, number))
            .or(found);
    }
    found.unwrap_or_else(|| panic!("no name {name}"))
}

/// The steps in which an object enters, as indices.
fn entry(trace: &Trace, id: ObjId) -> usize {
    let enters = |step: &Step| step.entered.iter().any(|(entered, _)| *entered == id);
    trace.steps.iter().position(enters).expect("it enters")
}

#[test]
fn a_run_does_not_differ_from_itself() {
    for lesson in LESSONS {
        let trace = stored(lesson);
        let found = compared(&trace, &trace);
        assert_eq!(found.others[0].differences, [], "{lesson}");
        assert!(found.rows.iter().all(|row| row.steps[0] == row.steps[1]));
        let is_alike = |row: usize| found.groups(row).len() == 1;
        assert!((0..found.rows.len()).all(is_alike), "{lesson}");
    }
}

#[test]
fn whichever_run_comes_first_the_same_is_found() {
    let pairs = [
        (
            "compare/who_frees_what-rustpython",
            "compare/who_frees_what-3.13",
        ),
        ("compare/who_frees_what-3.11", "compare/who_frees_what-3.13"),
        ("aliasing", "two_node_cycle"),
        ("late_binding", "counter_closure"),
        ("collector_at_work", "killed"),
    ];
    for (one, other) in pairs {
        let (one, other) = (stored(one), stored(other));
        let there = compared(&one, &other);
        let back = compared(&other, &one);
        let turned = |row: &memviz::analyse::ComparedRow| [row.steps[1], row.steps[0]];
        let rows: Vec<_> = back.rows.iter().map(turned).collect();
        assert!(there.rows.iter().zip(&rows).all(|(a, b)| a.steps == b));
        let mut turned = back.others[0].differences.clone();
        turned.iter_mut().for_each(|one| one.facts.reverse());
        let mut found = there.others[0].differences.clone();
        let key = |one: &Difference| format!("{one:?}");
        turned.sort_by_key(key);
        found.sort_by_key(key);
        assert!(!found.is_empty());
        assert_eq!(found, turned);
    }
}

/// A trace with a step that comes twice; the second time nothing has changed.
fn with_step_twice(trace: &mut Trace, at: usize) {
    let depth = trace.state_at(at as u32 + 1).frames.len() as u32;
    let mut again = trace.steps[at].clone();
    again.head.stdout.clear();
    again.head.stderr.clear();
    again.head.allocated.clear();
    again.head.freed.clear();
    again.head.collections.clear();
    again.head.incidents.clear();
    again.entered.clear();
    again.changed.clear();
    again.left.clear();
    again.frames.clear();
    again.frames_kept = depth;
    again.others = None;
    trace.steps.insert(at + 1, again);
    trace.header.steps += 1;
    let moved = |moment: &mut Moment| moment.step += u32::from(moment.step as usize > at + 1);
    for object in &mut trace.objects {
        let died = object.died.as_mut().map(|death| &mut death.at);
        object.born.iter_mut().chain(died).for_each(moved);
    }
}

#[test]
fn a_step_more_is_found_and_moves_nothing_else() {
    let trace = stored("late_binding");
    let is_line = |step: &Step| step.head.event == Event::Line;
    let lines = (0..trace.steps.len()).filter(|at| is_line(&trace.steps[*at]));
    for at in lines {
        let found = changed(&trace, |trace| with_step_twice(trace, at));
        let one = only(&found);
        assert_eq!(
            (one.kind, one.times, one.reason),
            (DifferenceKind::Steps, 1, None)
        );
    }
}

#[test]
fn a_line_that_another_version_tells_again_is_of_a_known_kind() {
    let trace = stored("late_binding");
    let head = |step: &Step| {
        let line = trace.header.files[0]
            .text
            .lines()
            .nth(step.head.line as usize - 1);
        line.is_some_and(|line| line.trim_start().starts_with("for "))
    };
    let at = trace
        .steps
        .iter()
        .position(|step| step.head.event == Event::Line && head(step));
    let at = at.expect("there is a loop");
    let found = changed(&trace, |trace| {
        with_step_twice(trace, at);
        trace.header.python = "3.8.0".to_owned();
    });
    let one = only(&found);
    assert_eq!(
        (one.kind, one.reason),
        (DifferenceKind::Steps, Some(Reason::LineEvents))
    );
    // The same of a version that is the same is of none.
    let found = changed(&trace, |trace| with_step_twice(trace, at));
    assert_eq!(only(&found).reason, None);
}

#[test]
fn another_value_is_found() {
    let trace = stored("aliasing");
    let is_value = |text: &&String| text.as_str() == "3";
    let at = trace.symbols.all().iter().position(|text| is_value(&text));
    assert!(at.is_some(), "{:?}", trace.symbols.all());
    let found = changed(&trace, |trace| {
        trace.symbols.rewrite(|text| match text {
            "3" => "4".to_owned(),
            text => text.to_owned(),
        });
    });
    let values = found
        .iter()
        .filter(|one| one.kind == DifferenceKind::Values);
    let facts = [Fact::Text("3".to_owned()), Fact::Text("4".to_owned())];
    assert!(values.clone().count() > 0, "{found:#?}");
    for one in values {
        assert_eq!((&one.facts, one.reason), (&facts, None));
    }
}

#[test]
fn a_value_that_is_another_address_is_of_a_known_kind() {
    let mut trace = stored("aliasing");
    let spelled = |with: &'static str| {
        move |text: &str| match text {
            "3" => format!("'<x at {with}>'"),
            text => text.to_owned(),
        }
    };
    let mut other = trace.clone();
    trace.symbols.rewrite(spelled("0x7f0000001230"));
    other.symbols.rewrite(spelled("0x7f0000004560"));
    let found = differences(&trace, &other);
    assert!(!found.is_empty());
    for one in found {
        assert_eq!(
            (one.kind, one.reason),
            (DifferenceKind::Values, Some(Reason::Address))
        );
    }
}

#[test]
fn another_count_is_found() {
    let trace = stored("aliasing");
    let (id, _) = named(&trace, "a");
    let at = entry(&trace, id);
    let count = |trace: &mut Trace, count: Count| {
        let entered = trace.steps[at].entered.iter_mut();
        for (_, object) in entered.filter(|(entered, _)| *entered == id) {
            object.refcount = count;
        }
    };
    // Nobody holds what is counted more.
    let found = changed(&trace, |trace| count(trace, Count::Of(7)));
    let one = &found[0];
    assert_eq!(
        (one.kind, one.subject.as_str()),
        (DifferenceKind::Counts, "a")
    );
    assert_eq!(
        (&one.facts[1], one.reason),
        (&Fact::Count(Count::Of(7)), None)
    );
    let found = changed(&trace, |trace| count(trace, Count::Immortal));
    let one = &found[0];
    assert_eq!(
        (one.kind, one.reason),
        (DifferenceKind::Counts, Some(Reason::Immortal))
    );
}

/// Lets an object die some steps later.
fn dies_later(trace: &mut Trace, id: ObjId, steps: usize, cause: Cause) {
    let at = trace.steps.iter().position(|step| step.left.contains(&id));
    let at = at.expect("it goes in the run");
    trace.steps[at].left.retain(|one| *one != id);
    trace.steps[at].head.freed.retain(|one| *one != id);
    let to = at + steps;
    trace.steps[to].left.push(id);
    trace.steps[to].head.freed.push(id);
    let moment = Moment {
        step: to as u32 + 1,
        line: trace.steps[to].head.ran.unwrap_or(0),
    };
    trace.objects[id.0 as usize - 1].died = Some(Death { at: moment, cause });
}

#[test]
fn a_later_death_is_found() {
    let trace = stored("compare/who_frees_what-3.13");
    let node = |trace: &Trace, name: &str| {
        let mut replay = trace.replay();
        let mut found = None;
        while let Some((_, _, state)) = replay.next() {
            let names = state.frames.first().map_or(&[][..], |frame| &frame.names);
            let mut names = names
                .iter()
                .filter(|one| trace.symbols.text(one.name) == name);
            let is_node = |id: ObjId| trace.object(id).kind == Kind::Instance;
            found = found.or(names.find(|one| is_node(one.to)).map(|one| one.to));
        }
        found.expect("the name leads to a node")
    };
    let (single, left) = (node(&trace, "single"), node(&trace, "left"));
    let mut other = trace.clone();
    dies_later(&mut other, single, 3, Cause::RefCount);
    let all = compared(&trace, &other);
    let deaths = all.others[0].differences.iter();
    let mut deaths = deaths.filter(|one| one.kind == DifferenceKind::Deaths);
    let one = deaths.next().expect("a death differs");
    assert_eq!((one.subject.as_str(), one.reason), ("single", None));
    assert!(deaths.next().is_none());
    let life = all
        .lives
        .iter()
        .find(|life| life.path == "single")
        .expect("its life is told");
    let [
        LifeEnd::Freed { row, .. },
        LifeEnd::Freed { row: later, .. },
    ] = life.ends[..]
    else {
        panic!("{life:?}");
    };
    assert!(row < later);

    // Who waits for the collector waits for its time.
    let found = changed(&trace, |trace| dies_later(trace, left, 1, Cause::Collector));
    let mut deaths = found
        .iter()
        .filter(|one| one.kind == DifferenceKind::Deaths);
    let reason = deaths.next().map(|one| (one.subject.as_str(), one.reason));
    assert_eq!(reason, Some(("left", Some(Reason::CollectorTime))));

    // The same place, another cause.
    let found = changed(&trace, |trace| {
        let death = trace.objects[single.0 as usize - 1].died.as_mut();
        death.expect("it dies").cause = Cause::Collector;
    });
    let one = only(&found);
    assert_eq!((one.kind, one.reason), (DifferenceKind::Deaths, None));
}

#[test]
fn what_is_freed_at_the_end_or_left_is_of_a_known_kind() {
    let trace = stored("aliasing");
    let (id, _) = named(&trace, "a");
    assert_eq!(
        trace.object(id).died.map(|death| death.cause),
        Some(Cause::Exit)
    );
    let found = changed(&trace, |trace| trace.objects[id.0 as usize - 1].died = None);
    let one = only(&found);
    assert_eq!(
        (one.kind, one.reason),
        (DifferenceKind::Deaths, Some(Reason::AtExit))
    );
}

#[test]
fn what_is_made_without_a_name_is_counted() {
    let trace = stored("aliasing");
    let found = changed(&trace, |trace| {
        let mut info = trace.objects[0].clone();
        info.born = Some(Moment { step: 2, line: 1 });
        trace.objects.push(info);
    });
    let one = only(&found);
    assert_eq!(
        (one.kind, one.reason),
        (DifferenceKind::Births, Some(Reason::Temporary))
    );
}

#[test]
fn runs_of_the_collector_are_compared() {
    let trace = stored("two_node_cycle");
    let at = trace
        .steps
        .iter()
        .position(|step| !step.head.collections.is_empty());
    let at = at.expect("the collector runs");
    let found = changed(&trace, |trace| {
        trace.steps[at].head.collections[0].unreachable.clear();
    });
    let one = only(&found);
    assert_eq!((one.kind, one.reason), (DifferenceKind::Collections, None));
    let found = changed(&trace, |trace| {
        let mut one = trace.steps[at].head.collections[0].clone();
        one.automatic = true;
        trace.steps[at].head.collections.push(one);
    });
    let one = only(&found);
    assert_eq!(
        (one.kind, one.reason),
        (DifferenceKind::Collections, Some(Reason::CollectorTime))
    );
}

#[test]
fn output_is_compared() {
    let trace = stored("aliasing");
    let printing = |one: &str, other: &str, is_error: bool| {
        let with = |text: &str| {
            let mut trace = trace.clone();
            let head = &mut trace.steps[3].head;
            let stream = if is_error {
                &mut head.stderr
            } else {
                &mut head.stdout
            };
            text.clone_into(stream);
            trace
        };
        let found = differences(&with(one), &with(other));
        let one = only(&found);
        assert_eq!(one.kind, DifferenceKind::Output);
        one.reason
    };
    assert_eq!(printing("1\n", "2\n", false), None);
    assert_eq!(printing("1\n", "", true), None);
    let addresses = ("<K at 0x7f1234567890>", "<K at 0x55aa34567890>");
    assert_eq!(
        printing(addresses.0, addresses.1, false),
        Some(Reason::Address)
    );
    assert_eq!(
        printing("{'a', 'b'}", "{'b', 'a'}", false),
        Some(Reason::SetOrder)
    );
    assert_eq!(
        printing("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}", false),
        None
    );
    let traceback = |more: &str, last: &str| {
        format!("Traceback (most recent call last):\n  File \"a.py\"\n{more}{last}\n")
    };
    let (one, other) = (
        traceback("", "ValueError: x"),
        traceback("    ^^^\n", "ValueError: x"),
    );
    assert_eq!(printing(&one, &other, true), Some(Reason::TracebackForm));
    let other = traceback("    ^^^\n", "ValueError: y");
    assert_eq!(printing(&one, &other, true), None);
}

#[test]
fn the_end_is_compared() {
    let trace = stored("aliasing");
    let found = changed(&trace, |trace| {
        trace.header.outcome = Outcome::Exit { code: 3 };
        trace.header.exit_code = 3;
    });
    let one = only(&found);
    assert_eq!((one.kind, one.reason), (DifferenceKind::Ending, None));
}

#[test]
fn the_order_of_finalizers_is_known() {
    let one = stored("compare/who_frees_what-rustpython");
    let other = stored("compare/who_frees_what-3.13");
    let found = differences(&one, &other);
    let by_order = |kind: DifferenceKind| {
        let found = found.iter().filter(|one| one.kind == kind);
        found
            .clone()
            .all(|one| one.reason == Some(Reason::FinalizerOrder))
            && found.count() > 0
    };
    assert!(by_order(DifferenceKind::Output), "{found:#?}");
    let unexplained: Vec<_> = found.iter().filter(|one| one.reason.is_none()).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    let has = |reason: Reason| found.iter().any(|one| one.reason == Some(reason));
    assert!(has(Reason::Call) && has(Reason::OwnObjects) && has(Reason::ImplicitName));
    // Of the one that is finalized alone there is no order.
    let found = changed(&other, |trace| {
        trace
            .symbols
            .rewrite(|text| text.replace("'single'", "'alone'"));
        for step in &mut trace.steps {
            step.head.stdout = step.head.stdout.replace("of single", "of alone");
        }
    });
    let output = found.iter().find(|one| one.kind == DifferenceKind::Output);
    assert_eq!(output.map(|one| one.reason), Some(None));
}

#[test]
fn what_a_run_does_not_tell_is_not_guessed() {
    let trace = stored("compare/who_frees_what-3.13");
    let mut less = ComparedRun::new(&trace);
    less.knows.counts = false;
    less.knows.deaths = false;
    let found = compare(&[ComparedRun::new(&trace), less]);
    let differences = &found.others[0].differences;
    assert!(!differences.is_empty());
    for one in differences {
        let known = match one.kind {
            DifferenceKind::Counts => Reason::CountsUnknown,
            _ => Reason::DeathsUnknown,
        };
        assert_eq!(one.reason, Some(known), "{one:?}");
        assert_eq!(one.facts[1], Fact::Unknown, "{one:?}");
    }
    for life in &found.lives {
        let is_open = matches!(life.ends[1], LifeEnd::OutOfReach { .. } | LifeEnd::Reached);
        assert!(is_open, "{life:?}");
    }
    let runs = [ComparedRun::new(&trace), less];
    let text = text(&runs, &found);
    assert!(text.contains("not known; out of reach from line"), "{text}");
}

#[test]
fn lines_of_another_version_of_a_file_are_found_again() {
    let trace = stored("late_binding");
    let mut other = trace.clone();
    other.header.files[0]
        .text
        .insert_str(0, "# one line more\n");
    for step in &mut other.steps {
        step.head.line += 1;
        step.head.ran = step.head.ran.map(|line| line + 1);
    }
    let found = differences(&trace, &other);
    assert_eq!(found, []);
}
