//! Exceptions: raised, caught, chained, grouped, left alone.

use super::{Gen, Place};

const CAUGHT: [&str; 8] = [
    "Own",
    "ZeroDivisionError",
    "(KeyError, IndexError)",
    "ValueError",
    "NameError",
    "Exception",
    "Exception",
    "BaseException",
];

impl Gen {
    pub fn try_statement(&mut self) {
        if self.one_in(6) {
            return self.try_star();
        }
        self.block("try:", |g| {
            g.body(1, 3);
            if g.one_in(2) {
                let kind = g.below(6);
                g.line(format!("boom({kind})"));
            }
        });
        let handlers = self.below(3);
        for _ in 0..handlers {
            let (kind, label) = (self.pick(&CAUGHT), self.label());
            let named = !self.one_in(3);
            let head = if named {
                format!("except {kind} as e{label}:")
            } else {
                format!("except {kind}:")
            };
            self.handler(&head, |g| {
                if named {
                    g.line(format!("told(e{label})"));
                }
                g.body(1, 2);
            });
        }
        let bare = handlers == 0 || self.one_in(4);
        let last = self.one_in(2);
        if bare && (handlers > 0 || !last) {
            self.handler("except:", |g| g.body(1, 3));
        }
        if (handlers > 0 || bare && !last) && self.one_in(3) {
            self.block("else:", |g| g.body(1, 2));
        }
        if last {
            self.block("finally:", |g| {
                let label = g.label();
                g.line(format!("t({label}, 'finally')"));
                g.body(1, 3);
            });
        }
    }

    fn handler(&mut self, head: &str, body: impl FnOnce(&mut Gen)) {
        self.scope_mut().handlers += 1;
        self.block(head, body);
        self.scope_mut().handlers -= 1;
    }

    fn try_star(&mut self) {
        self.block("try:", |g| {
            g.body(1, 2);
            let kind = if g.one_in(2) { 5 } else { g.below(5) };
            g.line(format!("boom({kind})"));
        });
        // No jump may leave the block.
        let loops = std::mem::take(&mut self.scope_mut().loops);
        self.scope_mut().shut += 1;
        for kind in ["Own", "(ValueError, IndexError)", "Exception"] {
            if kind == "Exception" || self.one_in(2) {
                let label = self.label();
                self.handler(&format!("except* {kind} as e{label}:"), |g| {
                    g.line(format!("told(e{label})"));
                    g.body(1, 2);
                });
            }
        }
        self.scope_mut().shut -= 1;
        self.scope_mut().loops = loops;
        if self.one_in(3) {
            self.block("else:", |g| g.body(1, 2));
        }
        if self.one_in(3) {
            self.block("finally:", |g| g.body(1, 2));
        }
    }
}

/// Nested `try` in functions and loops, left by every way there is.
pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    let label = g.label();
    g.function_with(Place::Function, &format!("f{label}"), "k=0", |g| {
        g.budget = 10 + g.below(20);
        g.block("for again in range(3):", |g| {
            g.scope_mut().loops += 1;
            for _ in 0..1 + g.below(3) {
                g.try_statement();
            }
            g.scope_mut().loops -= 1;
        });
        g.line("return k");
    });
    for k in 0..2 {
        g.line(format!(
            "try:\n    t('returns', f{label}({k}))\nexcept BaseException as error:\n    told(error)"
        ));
    }
    g.line("t(sys.exc_info()[0])");
    g.leave();
}

/// Exception groups.
pub fn groups(g: &mut Gen) {
    g.enter(Place::Module);
    g.budget = 14;
    let n = g.below(4);
    g.line(format!(
        "def tree(n):\n    if n == 0:\n        return [Own(1), ValueError(2), KeyError(3), TypeError(4)][{n}]\n    return ExceptionGroup(f'g{{n}}', [tree(n - 1), OSError(n), tree(0)])"
    ));
    g.function_with(Place::Function, "split", "n", |g| {
        g.block("for i in range(n):", |g| {
            g.scope_mut().loops += 1;
            g.block("try:", |g| {
                g.block("try:", |g| g.line("raise tree(i + 1)"));
                let (one, two) = (g.pick(&["Own", "ValueError", "OSError"]), g.pick(&["KeyError", "TypeError"]));
                g.line(format!("except* {one} as e:\n    told(e)\n    if i == 1: raise Own(9) from e"));
                g.line(format!("except* {two}:\n    t('second')\n    if i == 2: raise"));
            });
            g.block("except ExceptionGroup as rest:", |g| {
                g.line("told(rest)");
                g.line("hit, miss = rest.split(OSError)\nt(hit and len(hit.exceptions), miss and len(miss.exceptions))");
                g.line("t(rest.subgroup(lambda e: isinstance(e, KeyError)) is None)");
                g.body(1, 3);
            });
            g.block("finally:", |g| g.body(1, 2));
            g.scope_mut().loops -= 1;
        });
    });
    g.line("try:\n    split(3)\nexcept BaseException as error:\n    told(error)");
    g.leave();
}

/// What the program itself prints of tracebacks, of frames and of what is being handled.
pub fn tracebacks(g: &mut Gen) {
    g.enter(Place::Module);
    g.line("import traceback, os\ndef shown(text):\n    for line in text.splitlines():\n        print(line.replace(os.getcwd(), ''))");
    let label = g.label();
    g.function_with(Place::Function, &format!("f{label}"), "k=0", |g| {
        g.budget = 8;
        g.body(1, 4);
        let (kind, value) = (g.below(7), g.int(1));
        g.line(format!(
            "if k:\n    return f{label}(\n        k - 1,\n    )\ntry:\n    t(\n        {value},\n        boom(\n            {kind}),\n    )\nexcept Exception as e:\n    shown(traceback.format_exc())\n    raise Own(k) from e\nfinally:\n    shown(''.join(traceback.format_stack(limit=3)))"
        ));
    });
    let depth = g.below(4);
    g.line(format!(
        "try:\n    f{label}({depth})\nexcept BaseException as error:\n    shown(''.join(traceback.format_exception(error)))\n    told(error)\n    tb = error.__traceback__\n    while tb:\n        print(tb.tb_lineno, tb.tb_lasti >= 0, tb.tb_frame.f_lineno, tb.tb_frame.f_code.co_name, sorted(k for k in tb.tb_frame.f_locals if len(k) < 3))\n        tb = tb.tb_next\n    print(sys.exc_info()[1] is error, sys.exception() is error)\nprint(sys.exc_info())\nframe = sys._getframe()\nprint(frame.f_lineno, frame.f_code.co_name, frame.f_back is None)"
    ));
    g.leave();
}

/// Ends that the program itself does not survive.
pub fn uncaught(g: &mut Gen) {
    g.enter(Place::Module);
    g.line("import atexit\natexit.register(print, 'at exit')");
    g.line("class Last:\n    def __del__(self): print('last')\nlast = Last()");
    g.budget = 10;
    g.body(2, 6);
    let label = g.label();
    g.function_with(Place::Function, &format!("f{label}"), "k", |g| {
        g.budget = 6;
        g.body(1, 3);
        let (kind, code) = (g.below(7), g.below(9));
        let end = match g.below(8) {
            0 => format!("sys.exit({code})"),
            1 => "sys.exit('a message')".to_owned(),
            2 => format!("raise SystemExit({code})"),
            3 => "raise KeyboardInterrupt".to_owned(),
            4 => "raise Own(1) from boom(0)".to_owned(),
            5 => format!("try:\n    boom({kind})\nfinally:\n    sys.exit()"),
            6 => "async def never(): pass\nnever()\nboom(5)".to_owned(),
            _ => format!("try:\n    boom({kind})\nexcept Exception:\n    [][1]"),
        };
        g.line(end);
    });
    g.line(format!("f{label}(1)"));
    g.leave();
}

/// As deep as the interpreter allows, once and again.
pub fn recursion(g: &mut Gen) {
    g.enter(Place::Module);
    let (limit, step) = (60 + g.below(80), 1 + g.below(3));
    g.line(format!("sys.setrecursionlimit({limit})"));
    g.line(format!(
        "deepest = 0\ndef down(n):\n    global deepest\n    deepest = max(deepest, n)\n    try:\n        return down(n + {step})\n    finally:\n        if n < 3: print('up', n)\nclass R:\n    def __init__(self, n): self.n = n; self.r = R(n + 1)\n    def __getattr__(self, name): return getattr(self, name + 'x')\n    def __repr__(self): return repr(self) + 'x'\ndef gen(n):\n    yield n\n    yield from gen(n + 1)\ndef even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)"
    ));
    for call in [
        "down(0)",
        "R(0)",
        "len(list(gen(0)))",
        "even(10 ** 6)",
        "repr(R.__new__(R))",
        "R.__new__(R).zz",
        "sorted([1, 2], key=lambda x: down(0))",
    ] {
        if g.one_in(2) {
            g.line(format!(
                "try:\n    print({call})\nexcept RecursionError as error:\n    n = 0; tb = error.__traceback__\n    while tb: n += 1; tb = tb.tb_next\n    print('too deep', n > 20, deepest)"
            ));
        }
    }
    g.line("print(even(50), deepest)");
    g.leave();
}
