# packages: arpeggio
"""A grammar of expressions, written in Python."""
from arpeggio import EOF, NoMatch, OneOrMore, Optional, ParserPython, PTNodeVisitor, RegExMatch, ZeroOrMore, visit_parse_tree


def number(): return RegExMatch(r"\d+")
def factor(): return Optional(["+", "-"]), [number, ("(", expression, ")")]
def term(): return factor, ZeroOrMore(["*", "/"], factor)
def expression(): return term, ZeroOrMore(["+", "-"], term)
def calc(): return OneOrMore(expression), EOF


class Calculate(PTNodeVisitor):
    def visit_number(self, node, children):
        return int(node.value)

    def visit_factor(self, node, children):
        return children[-1] * (-1 if children[0] == "-" else 1)

    def visit_term(self, node, children):
        value = children[0]
        for sign, other in zip(children[1::2], children[2::2]):
            value = value * other if sign == "*" else value / other
        return value

    def visit_expression(self, node, children):
        value = children[0]
        for sign, other in zip(children[1::2], children[2::2]):
            value += other if sign == "+" else -other
        return value


parser = ParserPython(calc)
for text in ("1+2*3", "-(4+5)/3*2", "7"):
    print(text, visit_parse_tree(parser.parse(text), Calculate()))
try:
    parser.parse("1+*2")
except NoMatch as error:
    print(error.line, error.col)
