//! Programs that watch themselves: trace and profile functions, `sys.monitoring`, jumps.

use super::{Gen, Place};

fn watched(g: &mut Gen) {
    g.budget = 9 + g.below(8);
    let place = [Place::Function, Place::Generator, Place::Coroutine][g.below(3)];
    g.function(place, "watched", "x=1");
    let call = match place {
        Place::Generator => "drive(watched(), ['next', 3, Own(1), 'close'])",
        Place::Coroutine => "run(watched())",
        _ => "watched()",
    };
    g.line(format!("def go():\n    try:\n        {call}\n        for i in range(3): pass\n        for c in 'ab': c\n        any(i > 1 for i in range(3))\n        return sum([i for i in range(2)])\n    except Exception as error:\n        return type(error).__name__"));
}

/// `sys.settrace` and `sys.setprofile`.
pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    watched(g);
    g.line("seen = []\ndef value(v):\n    return v[0].__name__ if type(v) is tuple and v and isinstance(v[0], type) else type(v).__name__");
    let what = g.below(5);
    let local = g.pick(&[
        "tell",
        "tell",
        "None",
        "tell if frame.f_code.co_name == 'watched' else None",
    ]);
    g.line(format!("def tell(frame, event, v):\n    seen.append((frame.f_code.co_name, event, frame.f_lineno, value(v)))\n    return {local}"));
    if g.one_in(4) {
        g.line("def opcodes(frame, event, v):\n    frame.f_trace_opcodes = True\n    return tell(frame, event, v) and opcodes");
    } else {
        g.line("opcodes = tell");
    }
    let (on, off) = match what {
        0 | 1 => ("sys.settrace(opcodes)", "sys.settrace(None)"),
        2 => ("sys.setprofile(tell)", "sys.setprofile(None)"),
        3 => (
            "sys.settrace(tell); sys.setprofile(tell)",
            "sys.settrace(None); sys.setprofile(None)",
        ),
        _ => (
            "sys._getframe().f_trace = tell; sys.settrace(tell)",
            "sys.settrace(None)",
        ),
    };
    let times = 1 + g.below(2);
    g.block(format!("for again in range({times}):"), |g| {
        g.line(format!("{on}\ntry:\n    print(go())\nfinally:\n    {off}"));
    });
    g.line("for one in seen: print(one)\nprint(sys.gettrace(), sys.getprofile())\nsys._getframe().f_trace = None");
    g.leave();
}

/// Without LINE and INSTRUCTION: with these, RustPython 0.6.0 tells of a line that begins with a
/// constant only once, and may crash, without recording.
const EVENTS: [&str; 14] = [
    "PY_START",
    "PY_RESUME",
    "PY_RETURN",
    "PY_YIELD",
    "PY_THROW",
    "PY_UNWIND",
    "CALL",
    "JUMP",
    "BRANCH_LEFT",
    "BRANCH_RIGHT",
    "STOP_ITERATION",
    "RAISE",
    "RERAISE",
    "EXCEPTION_HANDLED",
];

/// Tools of the program's own.
pub fn monitoring(g: &mut Gen) {
    g.enter(Place::Module);
    watched(g);
    let tool = g.pick(&["0", "1", "2", "3", "5"]);
    g.line(format!("m, E, tool = sys.monitoring, sys.monitoring.events, {tool}\nm.use_tool_id(tool, 'own')\nseen = []"));
    let local = g.one_in(2);
    let (mut names, count) = (Vec::new(), 1 + g.below(4));
    for _ in 0..count {
        let name = g.pick(&EVENTS);
        // Events of exceptions belong to no code, so they are on everywhere or nowhere.
        if !names.contains(&name)
            && (!local
                || !matches!(
                    name,
                    "PY_THROW" | "PY_UNWIND" | "RAISE" | "RERAISE" | "EXCEPTION_HANDLED"
                ))
        {
            names.push(name);
        }
    }
    if names.is_empty() {
        names.push("PY_START");
    }
    g.line("def line_of(code, at):\n    for start, end, line in code.co_lines():\n        if start <= at < end: return line");
    for name in &names {
        let exceptional = matches!(
            *name,
            "PY_THROW" | "PY_UNWIND" | "RAISE" | "RERAISE" | "EXCEPTION_HANDLED"
        );
        let disable = if g.one_in(5) && !exceptional {
            "    return m.DISABLE"
        } else {
            "    return None"
        };
        // Which of a call's units an exception comes from depends on whether it was specialised.
        let place = if exceptional { "line_of(code, v)" } else { "v" };
        g.line(format!("def on_{name}(code, *more):\n    if code.co_name in ('watched', 'go', '<genexpr>', 'drive'):\n        seen.append(('{name}', code.co_name, [{place} if type(v) is int else type(v).__name__ for v in more]))\n{disable}\nm.register_callback(tool, E.{name}, on_{name})"));
    }
    let mask: Vec<String> = names.iter().map(|n| format!("E.{n}")).collect();
    let mask = mask.join(" | ");
    if local {
        g.line(format!("m.set_local_events(tool, watched.__code__, {mask})\nm.set_local_events(tool, go.__code__, {mask})"));
    } else {
        g.line(format!("m.set_events(tool, {mask})"));
    }
    g.line("print(go())");
    if g.one_in(2) {
        g.line("m.restart_events()\nprint(go())");
    }
    g.line("m.set_events(tool, 0)\nm.set_local_events(tool, watched.__code__, 0)\nm.set_local_events(tool, go.__code__, 0)\nprint(go(), m.get_tool(tool))\nm.free_tool_id(tool)\nfor one in seen: print(one)\nprint(len(seen), [m.get_tool(i) for i in range(6)])");
    g.leave();
}

/// `frame.f_lineno` set from a trace function: what must not move, refuses.
pub fn jumps(g: &mut Gen) {
    g.enter(Place::Module);
    g.line("def jumped(log):");
    let mut body: Vec<String> = vec![
        "log.append(1)".into(),
        "x = 2".into(),
        "log.append(x)".into(),
    ];
    for _ in 0..1 + g.below(3) {
        let n = g.label();
        match g.below(6) {
            0 => body.extend([
                "for i in range(2):".into(),
                format!("    log.append(('i', i, {n}))"),
                "    x += i".into(),
            ]),
            1 => body.extend([
                "try:".into(),
                format!("    log.append({n})"),
                "    x += 1".into(),
                "finally:".into(),
                "    log.append('finally')".into(),
            ]),
            2 => body.extend([
                format!("if x > {n}:"),
                "    log.append('more')".into(),
                "else:".into(),
                "    log.append('less')".into(),
            ]),
            3 => body.extend([format!("with Cm({n}):"), format!("    log.append({n})")]),
            4 => body.extend([
                "while x < 5:".into(),
                "    x += 1".into(),
                "    log.append(x)".into(),
            ]),
            _ => body.extend([
                format!("log.append({n})"),
                format!("y = [x, {n}]"),
                "log.append(y)".into(),
            ]),
        }
    }
    body.push("log.append('last')".into());
    body.push("return x".into());
    g.line(
        body.iter()
            .map(|l| format!("    {l}"))
            .collect::<Vec<_>>()
            .join("\n"),
    );
    let length = body.len();
    g.line("jumped([])");
    for _ in 0..2 + g.below(3) {
        let (from, to) = (1 + g.below(length), 1 + g.below(length));
        g.line(format!("def tell(frame, event, v, first=jumped.__code__.co_firstlineno, done=[]):\n    if frame.f_code is not jumped.__code__: return tell\n    if event == 'line' and frame.f_lineno == first + {from} and len(done) < 2:\n        done.append(1)\n        try:\n            frame.f_lineno = first + {to}\n            print('moved', frame.f_lineno - first)\n        except ValueError as e:\n            print('refused', frame.f_lineno - first)\n    return tell\nlog = []\nsys.settrace(tell)\ntry:\n    print(jumped(log))\nexcept Exception as error:\n    print(type(error).__name__)\nfinally:\n    sys.settrace(None)\nprint(log)"));
    }
    g.leave();
}
