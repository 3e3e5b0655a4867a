//! Expressions: of integers, texts, lists; most succeed.

use super::{Gen, Place};

impl Gen {
    /// An integer that may be read here.
    pub fn int_name(&mut self) -> String {
        let names = &self.scopes.last().expect("a scope").ints;
        names[self.random.below(names.len())].clone()
    }

    /// One that may be assigned here.
    pub fn own_name(&mut self) -> String {
        let names = &self.scopes.last().expect("a scope").own;
        names[self.random.below(names.len())].clone()
    }

    /// A text that may be assigned here.
    pub fn text_own(&mut self) -> String {
        self.scope().texts.last().expect("a body has one").clone()
    }

    /// A list that may be assigned here.
    pub fn list_own(&mut self) -> String {
        self.scope().lists.last().expect("a body has one").clone()
    }

    pub fn text_name(&mut self) -> String {
        let names = &self.scopes.last().expect("a scope").texts;
        names[self.random.below(names.len())].clone()
    }

    pub fn list_name(&mut self) -> String {
        let names = &self.scopes.last().expect("a scope").lists;
        names[self.random.below(names.len())].clone()
    }

    fn can_wait(&self) -> bool {
        self.in_comprehension == 0
            && matches!(self.scope().place, Place::Coroutine | Place::AsyncGenerator)
    }

    fn can_yield(&self) -> bool {
        self.in_comprehension == 0
            && matches!(self.scope().place, Place::Generator | Place::AsyncGenerator)
    }

    pub fn int(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.below(4) {
                0 => self.below(7).to_string(),
                1 => (300 + self.below(400)).to_string(),
                _ => self.int_name(),
            };
        }
        let d = depth - 1;
        match self.below(26) {
            0 => format!("({} + {})", self.int(d), self.int(d)),
            1 => format!("({} - {} * {})", self.int(d), self.int(d), self.below(5)),
            2 => format!("({} % {})", self.int(d), 2 + self.below(9)),
            3 => format!("({} // {})", self.int(d), 1 + self.below(4)),
            4 => format!(
                "({} if {} else {})",
                self.int(d),
                self.truth(d),
                self.int(d)
            ),
            5 => format!("len({})", self.list(d)),
            6 => {
                let label = self.label();
                format!("t({label}, {})", self.int(d))
            }
            7 => format!("(lambda x, y={}: x + y)({})", self.int(d), self.int(d)),
            8 if self.in_comprehension == 0 => {
                let name = self.own_name();
                format!("({name} := {})", self.int(d))
            }
            9 => format!("sum({})", self.comprehension(d, '(')),
            10 => format!("max({}, default=3)", self.comprehension(d, '[')),
            11 => format!("len({})", self.comprehension(d, '{')),
            12 => format!(
                "args(*{}, {}, k={}, **{{'z': {}}})",
                self.list(d),
                self.int(d),
                self.int(d),
                self.int(d)
            ),
            13 => format!("int(f'{{({}):03d}}')", self.int(d)),
            14 => format!("({} and {})", self.int(d), self.int(d)),
            15 => format!("({} or {})", self.int(d), self.int(d)),
            16 => format!(
                "Box({}, {}).{}",
                self.int(d),
                self.int(d),
                self.pick(&["x", "y"])
            ),
            17 => format!("{{1: {}, 2: {}}}[1]", self.int(d), self.int(d)),
            18 => format!(
                "({}, {})[{}]",
                self.int(d),
                self.int(d),
                self.pick(&["0", "1", "-1"])
            ),
            19 if self.can_wait() => format!("(await wait({}))", self.below(3)),
            20 if self.can_yield() => format!("num((yield {}))", self.int(d)),
            21 => format!("-{}", self.int(d)),
            22 => format!("ord({}[:1] or 'x')", self.text(d)),
            23 if self.one_in(6) => format!("boom({})", self.below(7)),
            24 => format!("[{}][0]", self.int(d)),
            25 => format!("(~{} ^ {})", self.int(d), self.below(16)),
            _ => self.int(0),
        }
    }

    pub fn truth(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.below(3) {
                0 => format!("{} > {}", self.int_name(), self.below(6)),
                1 => self.list_name(),
                _ => format!("{} % 2", self.int_name()),
            };
        }
        let d = depth - 1;
        match self.below(9) {
            0 => format!("not {}", self.truth(d)),
            1 => format!("({} and {})", self.truth(d), self.truth(d)),
            2 => format!("({} or {})", self.truth(d), self.truth(d)),
            3 => format!("{} < {} <= {}", self.int(d), self.int(d), self.int(d)),
            4 => format!("{} in {}", self.int(d), self.list(d)),
            5 => format!("{} is not None", self.list_name()),
            6 => format!("any({})", self.comprehension(d, '(')),
            7 => format!("all({})", self.comprehension(d, '(')),
            _ => format!("{} == {}", self.int(d), self.int(d)),
        }
    }

    pub fn text(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.below(2) {
                0 => format!("'t{}'", self.below(9)),
                _ => self.text_name(),
            };
        }
        let d = depth - 1;
        match self.below(7) {
            0 => format!("f'{{({})}}-{{{}!r}}'", self.int(d), self.text_name()),
            1 => format!("f'{{({}):>{{{}}}}}'", self.int(d), self.below(7)),
            2 => format!("({} + {})[-6:]", self.text(d), self.text(d)),
            3 => format!("str({})", self.int(d)),
            4 => format!("{}[::{}]", self.text(d), self.pick(&["-1", "2", "1"])),
            5 => format!("'%s.%d' % ({}, {})", self.text(d), self.int(d)),
            _ => format!("'-'.join(str(j) for j in {})[:9]", self.list_name()),
        }
    }

    pub fn list(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.list_name();
        }
        let d = depth - 1;
        match self.below(9) {
            0 => format!("[{}, {}]", self.int(d), self.int(d)),
            1 => format!("[*{}, {}]", self.list(d), self.int(d)),
            2 => format!("{}[{}:{}]", self.list(d), self.below(2), 2 + self.below(3)),
            3 => format!("sorted({}, key=lambda x: -x)", self.list(d)),
            4 => format!("list(range({}))", self.below(5)),
            5 => self.comprehension(d, '['),
            6 => format!("list(map(lambda x: x + 1, {}))", self.list(d)),
            7 => format!(
                "[q for p in ({}, {}) for q in p]",
                self.list_name(),
                self.list_name()
            ),
            _ => self.list_name(),
        }
    }

    /// Something to go round in: it ends soon.
    pub fn iterable(&mut self, depth: usize) -> String {
        match self.below(10) {
            0 => format!("range({})", self.below(5)),
            1 => format!("range({}, {}, -1)", 3 + self.below(3), self.below(3)),
            2 => format!("({}, {}, {})", self.int(0), self.int(depth), self.int(0)),
            3 => format!("{}[:3]", self.list(depth)),
            4 => format!("Count({})", self.below(4)),
            5 => format!("reversed({}[:3])", self.list_name()),
            6 => format!("{{{}: 1, {}: 2}}", 1 + self.below(3), 4 + self.below(3)),
            7 => format!("map(num, {}[:3])", self.list_name()),
            8 => format!("[{} for k in range({})]", self.int(0), self.below(4)),
            _ => format!("(k + {} for k in range({}))", self.int(0), self.below(4)),
        }
    }

    /// A comprehension or a generator expression of integers.
    pub fn comprehension(&mut self, depth: usize, open: char) -> String {
        // Names of a class body are not seen from inside: only what is passed in is used.
        let inside = self.scope().place != Place::Class;
        let iterable = self.iterable(0);
        self.in_comprehension += 1;
        let element = |g: &mut Gen| {
            if !inside {
                return format!("x + {}", g.below(5));
            }
            match g.below(5) {
                0 => "x".to_owned(),
                1 => format!("x + {}", g.int(depth)),
                2 => format!("sum([x * j for j in range({})])", g.below(4)),
                3 => format!("(lambda: x + {})()", g.int(0)),
                _ => format!("(x if x % 2 else {})", g.int(depth)),
            }
        };
        let value = element(self);
        let mut text = match (open, self.one_in(2)) {
            ('{', true) => format!("{{x: {value} for x in {iterable}"),
            _ => format!("{open}{value} for x in {iterable}"),
        };
        if self.one_in(4) {
            text.push_str(&format!(" for y in range({})", self.below(3)));
        }
        if self.one_in(3) {
            text.push_str(&format!(
                " if x % {} != {}",
                2 + self.below(2),
                self.below(2)
            ));
        }
        self.in_comprehension -= 1;
        text.push(match open {
            '(' => ')',
            '[' => ']',
            _ => '}',
        });
        text
    }
}
