//! Bodies so long, and names so many, that instructions need arguments of more than one byte.

use super::Gen;

/// Short statements, many of them.
fn straight(g: &mut Gen, lines: usize) {
    for i in 0..lines {
        let line = match g.below(12) {
            0 => format!("x = x + {i} if i % 2 else x - {i}"),
            1 => format!("log.append({i} + x)"),
            2 => format!("if x % 3 == {}: x += 1", i % 3),
            3 => format!("y = [x, {i}.5, 'k{i}']"),
            4 => format!("x = (x * 3 + {i}) % 1009"),
            5 => "for j in (1, 2): x += j".to_owned(),
            6 => format!("d['k{}'] = x", i % 40),
            7 => format!("x += len(f'{{x}}{i}')"),
            8 => format!("try:\n    x += 1 // (x % 2)\nexcept ZeroDivisionError:\n    x += {i}"),
            9 => format!("with Cm({i}, True): x += 1"),
            _ => "x += 1".to_owned(),
        };
        g.line(line);
    }
}

/// A body of 1 to 2,000 lines in a loop, a branch, a handler, a function, a class.
pub fn bodies(g: &mut Gen) {
    let lines = match g.below(8) {
        0 => 1 + g.below(10),
        1..=4 => 10 + g.below(120),
        5 | 6 => 120 + g.below(400),
        _ => 500 + g.below(1500),
    };
    let rounds = if lines > 400 { 2 } else { 2 + g.below(24) };
    let place = g.below(5);
    let head = match place {
        0 => "if True:",
        1 => "class Long:",
        2 => "def long(x=1, d=d, log=log):",
        3 => "def long(x=1, d=d, log=log):",
        _ => "async def long(x=1, d=d, log=log):",
    };
    g.line("import itertools\nd, log, x, i, y = {}, [], 1, 0, []");
    g.block(head, |g| {
        if place < 2 {
            g.line("x, i = 1, 0");
        }
        let shape = g.below(14);
        let head = match shape {
            0 => format!("for i in range({rounds}):"),
            1 => format!("for i in list(range({rounds})):"),
            2 => format!("for i, _ in enumerate('x' * {rounds}):"),
            3 => format!("for i in (k for k in range({rounds})):"),
            4 => format!("while (i := i + 1) < {rounds}:"),
            5 => format!("while i < {rounds} and d is not None:\n    i += 1"),
            6 if place == 4 => format!("async for i in Count({rounds}):"),
            7 => "with Cm('outer', True) as i:".to_owned(),
            8 => "try:".to_owned(),
            9 => format!("for i in Count({rounds}):"),
            10 => format!("for i in {{k: 1 for k in range({rounds})}}:"),
            11 => format!("for i in itertools.islice(itertools.count(), {rounds}):"),
            12 => format!("for i in tuple(range({rounds})):"),
            _ => "if x:".to_owned(),
        };
        let head = match head.strip_suffix("\n    i += 1") {
            Some(head) => head.to_owned(),
            None => head,
        };
        let tried = head == "try:";
        let looped = head.starts_with("for") || head.starts_with("while");
        g.block(head, |g| {
            if shape == 5 {
                g.line("i += 1");
            }
            if shape == 7 {
                g.line("i = 1");
            }
            straight(g, lines);
            if looped && g.one_in(2) {
                let word = g.pick(&["continue", "break"]);
                g.line(format!("if x % 5 == 1: {word}"));
                straight(g, 3);
            }
            if place == 3 {
                g.line("x += num((yield x))");
            }
            if tried {
                g.line("boom(x % 6)");
            }
        });
        if tried {
            g.block("except Own:", |g| straight(g, lines / 3));
            g.block("except (ValueError, KeyError) as e:", |g| straight(g, lines / 4));
            g.block("except Exception as e:", |g| {
                g.line("told(e)");
                straight(g, lines / 4);
            });
            g.block("finally:", |g| straight(g, lines / 3));
        } else if looped || shape == 4 || shape == 5 {
            g.block("else:", |g| straight(g, 2));
        } else if shape == 13 {
            g.block("else:", |g| straight(g, lines));
        }
        g.line("print(i, x % 1000, len(log), sum(v for v in log if type(v) is int) % 10007, sorted(d)[:3])");
        // The jump back of a comprehension is long when its element is.
        let terms = 1 + g.below(80);
        let element: Vec<String> = (0..terms).map(|k| format!("k * {}", k + 2)).collect();
        g.line(format!("print([{} for k in range(3)])", element.join(" + ")));
    });
    match place {
        2 => g.line("long()\nlong(2)"),
        3 => g.line("drive(long(), ['next', 3, 'next', Own(1), 'close'])\nprint(sum(num(v) for v in long()) % 1009)"),
        4 => g.line("run(long())"),
        _ => {}
    }
    g.line("print('end', x % 7, len(log))");
}

/// Hundreds of constants, names, locals and cells, read at the targets of jumps.
pub fn names(g: &mut Gen) {
    let count = 200 + g.below(200);
    let kind = g.below(6);
    let values = |from: usize| -> String {
        (0..count)
            .map(|i| format!("v{i} = {}", i + from))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let far = count - 1 - g.below(20);
    let reads = |g: &mut Gen| -> String {
        let near = g.below(40);
        format!(
            "r = v{far} if k % 2 else v{near}\nprint(r)\nwhile v{far} > 0:\n    v{far} -= 200\n    if v{far} % 3: continue\nelse:\n    print(v{far}, v{near})\nfor w{far} in (v{far}, v{near}):\n    if k:\n        print('a', w{far})\n    else:\n        print('far{far}', v{far}, 123456)\nprint(k and v{far} or v{near}, [v{far} for _ in range(2)], f'{{v{far}}}')\ntry:\n    v{far}[0]\nexcept TypeError:\n    v{far} = v{near}\nfinally:\n    v{near} += 1000\nprint(v{far}, v{near})\ndel v{far}\ntry:\n    print(v{far})\nexcept NameError as e:\n    print(type(e).__name__)"
        )
    };
    match kind {
        0 => {
            g.line(values(0));
            let reads = reads(g);
            g.line(format!("for k in range(3):\n    v{far} = k + 300"));
            g.block("for k in range(2):", |g| {
                g.line(format!("v{far} = 700\n{reads}"))
            });
        }
        1 => {
            g.block("def many(k):", |g| {
                g.line(values(0));
                let reads = reads(g);
                g.line(reads);
            });
            g.line("for k in range(25):\n    many(k)");
        }
        2 => {
            g.block("def many(k):", |g| {
                g.line(values(3));
                g.block("def inner():", |g| {
                    let all: Vec<String> = (0..count).map(|i| format!("v{i}")).collect();
                    g.line(format!("nonlocal v{far}\nv{far} = v{far} + 1 if k else v0\nfor x in range(3):\n    v{far} += x\n    if k: print(v{far})\n    else: v{far}\nreturn {}", all.join(" + ")));
                });
                g.line("print(inner(), inner())\nreturn inner");
            });
            g.line("for k in range(3):\n    print(many(k)())");
        }
        3 => {
            g.block("class Many:", |g| {
                g.line("k = 1");
                g.line(values(5));
                let reads = reads(g).replace(&format!("[v{far} for _ in range(2)]"), "0");
                g.line(reads);
            });
            g.line("print(len([n for n in vars(Many) if n[0] == 'v']))\nm = Many()\nfor k in range(3):\n    print(m.v3, m.v7 if k else m.v9)");
        }
        4 => {
            // Global names of a function, and attributes.
            g.line(values(9));
            let sum: Vec<String> = (0..count).map(|i| format!("v{i}")).collect();
            g.block("def many(k, o):", |g| {
                g.line(format!("s = {}\nfor _ in range(25):\n    s += v{far} if k else v1\n    s += o.v{far} if s % 2 else o.v2\n    if k:\n        v{far}\n    else:\n        o.v{far} = s\nreturn s", sum.join(" + ")));
            });
            g.line(format!("class O: pass\no = O()\nfor i in range({count}): setattr(o, f'v{{i}}', i)\nprint(many(0, o), many(1, o), o.v{far})"));
        }
        _ => {
            // Constants, a call of many arguments, a long literal, a long match.
            let constants: Vec<String> = (0..count).map(|i| format!("'c{i}', {i}.25")).collect();
            g.block("def many(k, *a, **o):", |g| {
                g.line(format!("all = [{}]\nif k > 2:\n    return 'near'\nelif k > 1:\n    return 'far', 12345.5\nelse:\n    while k < 2:\n        k += 1\n        x = 'other' if k else 'else'\n        print(x, 'never' if x == 'else' else 'farther')\n    for c in ('far1', 'far2'):\n        if c == 'far1': 'nothing'\n        else: print('last', 999.5)\nreturn len(all), len(a), len(o)", constants.join(", ")));
            });
            let positional: Vec<String> = (0..count).map(|i| format!("{i}")).collect();
            let named: Vec<String> = (0..count).map(|i| format!("n{i}={i}")).collect();
            g.line(format!(
                "for k in range(4):\n    print(many(k, {}, {}))",
                positional.join(", "),
                named.join(",\n        ")
            ));
            g.block("def choose(x):", |g| {
                g.block("match x:", |g| {
                    for i in 0..count {
                        g.line(format!("case {i}: return 'is {i}'"));
                    }
                    g.line("case _: return 'none'");
                });
            });
            g.line(format!(
                "print([choose(x) for x in (0, 5, {far}, {count})])"
            ));
        }
    }
}
