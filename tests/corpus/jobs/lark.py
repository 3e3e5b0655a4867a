# packages: lark
"""Two parsers, a transformer, an ambiguity, an error."""
from lark import Lark, Transformer, UnexpectedInput, v_args

grammar = """
    start: expr
    ?expr: expr "+" term -> add | expr "-" term -> sub | term
    ?term: term "*" atom -> mul | atom
    ?atom: NUMBER -> number | "-" atom -> neg | "(" expr ")"
    %import common.NUMBER
    %import common.WS
    %ignore WS
"""


@v_args(inline=True)
class Calculate(Transformer):
    from operator import add, mul, neg, sub

    number = float

    def start(self, x):
        return x


for parser in ("lalr", "earley"):
    lark = Lark(grammar, parser=parser)
    tree = lark.parse("1 + 2 * (3 - -4)")
    print(parser, Calculate().transform(tree), len(list(tree.iter_subtrees())))
print(tree.pretty())
try:
    Lark(grammar, parser="lalr").parse("1 + ) 2")
except UnexpectedInput as error:
    print(type(error).__name__, error.line, error.column)
