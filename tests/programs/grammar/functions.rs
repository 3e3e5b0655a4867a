//! Functions of all kinds, nested in each other and in everything else.

use super::{Gen, Place};

impl Gen {
    /// A function with names of its own, whose statements `body` writes.
    pub fn function_with(
        &mut self,
        place: Place,
        name: &str,
        parameters: &str,
        body: impl FnOnce(&mut Gen),
    ) {
        let word = match place {
            Place::Coroutine | Place::AsyncGenerator => "async def",
            _ => "def",
        };
        let comprehension = std::mem::take(&mut self.in_comprehension);
        self.block(format!("{word} {name}({parameters}):"), |g| {
            g.enter(place);
            body(g);
            g.leave();
        });
        self.in_comprehension = comprehension;
    }

    /// A function of this kind, of random statements.
    pub fn function(&mut self, place: Place, name: &str, parameters: &str) {
        self.function_with(place, name, parameters, |g| {
            // What makes it one, in a branch that is never taken too.
            match place {
                Place::Generator => {
                    let value = g.int_name();
                    g.line(format!("yield {value}"));
                }
                Place::AsyncGenerator => g.line("yield await wait(1)"),
                _ => {}
            }
            g.body(1, 5);
            let state = g.state();
            let text = match place {
                Place::AsyncGenerator => state,
                _ => format!("return {state}"),
            };
            g.line(text);
        });
    }

    pub fn nested_function(&mut self) {
        let label = self.label();
        let name = format!("f{label}");
        let asynchronous = matches!(self.scope().place, Place::Coroutine | Place::AsyncGenerator);
        match self.below(7) {
            0 | 1 => {
                if self.one_in(3) {
                    self.line("@(lambda f: f)");
                }
                self.function(Place::Function, &name, "x=1, *r, k=2, **o");
                let (one, two) = (self.int(1), self.int(1));
                self.line(format!("t({label}, type({name}({one}, k={two})).__name__)"));
            }
            2 | 3 => {
                self.function(Place::Generator, &name, "x=1");
                let plan = self.plan();
                let text = match self.below(3) {
                    0 => format!("drive({name}(), [{plan}])"),
                    1 => format!("for got in {name}(): t({label}, got)"),
                    _ => format!("it{label} = {name}()\ndrive(it{label}, [{plan}])\ndel it{label}"),
                };
                self.line(text);
            }
            4 => {
                self.function(Place::Coroutine, &name, "x=1");
                let text = if asynchronous {
                    format!("t({label}, num(await {name}()))")
                } else {
                    format!("run({name}())")
                };
                self.line(text);
            }
            5 => {
                self.function(Place::AsyncGenerator, &name, "x=1");
                if asynchronous {
                    self.line(format!("async for got in {name}(): t({label}, got)"));
                } else {
                    self.line(format!("async def all{label}():\n    return [x async for x in {name}()]\nrun(all{label}())"));
                }
            }
            _ => {
                let (one, two) = (self.int_name(), self.int_name());
                // Names of a class body are not seen from a lambda.
                let (one, two) = if self.scope().place == Place::Class {
                    ("3".to_owned(), "4".to_owned())
                } else {
                    (one, two)
                };
                self.line(format!("{name} = lambda x={one}, *a, k: (x, len(a), k + {two}, [x for y in a])\nt({label}, {name}(1, 2, k=3), {name}(k=4))"));
            }
        }
    }

    /// What is done with a generator, step by step.
    pub fn plan(&mut self) -> String {
        let steps: Vec<&str> = (0..2 + self.below(6))
            .map(|_| {
                self.pick(&[
                    "'next'",
                    "'next'",
                    "3",
                    "Own(7)",
                    "ValueError()",
                    "None",
                    "'close'",
                    "GeneratorExit()",
                ])
            })
            .map(|step| if step == "None" { "'next'" } else { step })
            .collect();
        format!("'next', {}", steps.join(", "))
    }
}

/// Functions in functions.
pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    let label = g.label();
    g.budget = 16 + g.below(25);
    g.function_with(
        Place::Function,
        &format!("f{label}"),
        "x=2, /, *r, k=3, **o",
        |g| {
            g.body(1, 3);
            g.nested_function();
            g.body(1, 4);
            let (state, place) = (g.state(), Place::Function);
            g.function(place, "inner", "y=[]");
            g.line(format!("{state}\nreturn inner"));
        },
    );
    let plan = [
        "f{}()()",
        "f{}(1, 2)([3])",
        "f{}(*[1, 2, 3], z=4)()",
        "f{}(k=5)(y=[6])",
    ];
    for call in plan {
        let call = call.replace("{}", &label.to_string());
        g.line(format!(
            "try:\n    t(num({call}))\nexcept Exception as error:\n    told(error)"
        ));
    }
    let state = g.state();
    g.line(state);
    g.leave();
}

/// Generators that are driven by hand, delegate to each other and are dropped half-way.
pub fn generators(g: &mut Gen) {
    g.enter(Place::Module);
    g.budget = 18 + g.below(20);
    g.function(Place::Generator, "one", "x=1");
    g.function_with(Place::Generator, "two", "x=2", |g| {
        g.block("try:", |g| {
            g.body(1, 2);
            g.line("got = yield from one(x)\nt('got', num(got))");
            g.body(1, 2);
        });
        g.line("except Own as e:\n    told(e)\n    yield 99");
        if g.one_in(2) {
            g.block("finally:", |g| g.body(1, 2));
        }
        g.line("return 5");
    });
    for _ in 0..3 {
        let (name, plan) = (g.pick(&["one", "two"]), g.plan());
        g.line(format!("it = {name}()\ndrive(it, [{plan}])"));
        if g.one_in(2) {
            g.line("t(it.gi_running, it.gi_frame is None, it.gi_yieldfrom is None)");
        }
    }
    g.line("it = None\ntry:\n    t([num(x) for x in two()], list(zip(one(), two()))[:1] and 1)\nexcept BaseException as error:\n    told(error)");
    g.leave();
}
