//! Programs that look at and rebuild their own code.

use super::{Gen, Place};

pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    g.line("import dis, hashlib, inspect, io, marshal, types\ndef short(data): return hashlib.md5(data).hexdigest()[:8]");
    g.budget = 8 + g.below(14);
    let place = [Place::Function, Place::Generator][g.below(2)];
    g.function(place, "own", "x=1, *r, k=2, **o");
    let call = if place == Place::Generator {
        "drive({}(), ['next', 3, 'close'])"
    } else {
        "t(num({}()))"
    };
    let called = |name: &str| {
        format!(
            "try:\n    {}\nexcept Exception as error:\n    told(error)",
            call.replace("{}", name)
        )
    };
    g.line(called("own"));
    for _ in 0..2 + g.below(5) {
        let (n, label) = (g.below(50), g.label());
        let line = match g.below(17) {
            0 => "print(short(own.__code__.co_code))".to_owned(),
            1 => "print(short(own.__code__._co_code_adaptive) != '')".to_owned(),
            2 => "print([(i.opname, i.arg) for i in dis.get_instructions(own)][:9], len(list(dis.get_instructions(own))))".to_owned(),
            3 => "out = io.StringIO(); dis.dis(own, file=out); print('INSTRUMENTED' in out.getvalue(), out.getvalue().count('\\n'))".to_owned(),
            4 => "print(short(marshal.dumps(own.__code__)))".to_owned(),
            5 => format!("copy = types.FunctionType(own.__code__.replace(co_name='copy{n}', co_filename='copy.py'), globals(), 'copy', (7,), own.__closure__)\ncopy.__kwdefaults__ = {{'k': 5}}\n{}\nprint(copy.__code__ == own.__code__, copy.__code__.co_code == own.__code__.co_code)", called("copy")),
            6 => "copy = own.__code__.replace()\nprint(copy == own.__code__, hash(copy) == hash(own.__code__), copy is own.__code__)".to_owned(),
            7 => format!("own.__code__ = own.__code__.replace(co_firstlineno=own.__code__.co_firstlineno + {n})\n{}", called("own")),
            8 => "again = marshal.loads(marshal.dumps(own.__code__))\nprint(again == own.__code__, again.co_names == own.__code__.co_names, again.co_consts == own.__code__.co_consts)\nown.__code__ = again".to_owned(),
            9 => format!("code = compile('x = {n}\\nfor i in range(3):\\n    x += i\\n    print(x)\\n', 'made{n}.py', 'exec')\nspace = {{}}\nexec(code, space)\nexec(code, space)\nprint(space['x'], short(code.co_code))"),
            10 => format!("print(eval(compile('[i * {n} for i in range(3)]', '<eval>', 'eval')))"),
            11 => format!("exec('''def made(x):\n    for i in range(2):\n        x += i\n    return x, {n}\nclass Made:\n    y = made({n})\n''', globals())\nprint(made(3), Made.y)"),
            12 => format!("@types.coroutine\ndef old{label}(x):\n    got = yield x\n    print('got', got)\n    return x + 1\nasync def new{label}():\n    return await old{label}({n})\nc = new{label}()\nprint(c.send(None))\ntry:\n    c.send(3)\nexcept StopIteration as e:\n    print(e.value)\nold{label}.__code__.replace()"),
            13 => "print(list(own.__code__.co_positions())[:12], [l for l in own.__code__.co_lines()][:6])".to_owned(),
            14 => "print(own.__code__.co_stacksize, own.__code__.co_flags, own.__code__.co_varnames, own.__code__.co_cellvars, own.__code__.co_freevars)".to_owned(),
            15 => "print(hash(own.__code__) == hash(own.__code__), own.__code__ == own.__code__, own.__code__ in {own.__code__: 1})".to_owned(),
            _ => "source = inspect.getsource(own)\nprint(short(source.encode()), inspect.signature(own), len(inspect.getclosurevars(own).globals))".to_owned(),
        };
        g.line(line);
        if g.one_in(3) {
            g.line(called("own"));
        }
    }
    g.line("def self_seen():\n    code = sys._getframe().f_code\n    print(short(code.co_code), short(marshal.dumps(code)), 'INSTRUMENTED' in dis.Bytecode(code).dis())\n    for i in range(3): print(short(code.co_code), sys._getframe().f_lasti > 0, len(list(code.co_positions())))\n    return code.replace(co_name='renamed')\nprint(self_seen().co_name, self_seen() == self_seen())");
    g.leave();
}
