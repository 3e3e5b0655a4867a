# packages: parso
"""Python parsed, changed, complained about."""
import parso

grammar = parso.load_grammar(version="3.12")
code = "import os\n\ndef f(x, *a, y=1):\n    if x: return [i async for i in x]\n    return {**a}\n\nclass A(B):\n    z: int = f'{x!r}'\n"
module = grammar.parse(code)
print(module.get_code() == code, [type(c).__name__ for c in module.children], [f.name.value for f in module.iter_funcdefs()])
function = next(module.iter_funcdefs())
print([p.name.value for p in function.get_params()], [r.type for r in function.iter_return_stmts()], next(module.iter_classdefs()).get_super_arglist())
print([(i.code, i.message, i.start_pos) for i in grammar.iter_errors(grammar.parse("x = = 1\nreturn 3\n  y\nbreak\n"))])
leaf = module.get_first_leaf()
count = 0
while leaf is not None:
    count += 1
    leaf = leaf.get_next_leaf()
print(count, module.get_used_names().get("x") is not None)
