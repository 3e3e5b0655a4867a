# packages: pyparsing
"""A grammar of sums, one of key-value lines, and errors."""
import pyparsing as pp

number = pp.common.number()
expression = pp.infix_notation(
    number,
    [
        (pp.one_of("* /"), 2, pp.OpAssoc.LEFT),
        (pp.one_of("+ -"), 2, pp.OpAssoc.LEFT),
    ],
)
for text in ("1+2*3", "(1+2)*3-4/2", "7"):
    print(expression.parse_string(text, parse_all=True).as_list())
pair = pp.Group(pp.Word(pp.alphas)("key") + pp.Suppress("=") + (pp.QuotedString('"') | number)("value"))
found = pp.OneOrMore(pair).parse_string('a = 1 b="two" c=3.5')
print([(p.key, p.value) for p in found], found.as_list())
seen = []
word = pp.Word(pp.alphas).set_parse_action(lambda t: seen.append(t[0]) or t[0].upper())
print(word.search_string("ab 1 cd").as_list(), seen, pp.nested_expr().parse_string("(a (b c) d)").as_list())
try:
    expression.parse_string("1 + + 2", parse_all=True)
except pp.ParseException as error:
    print(error.lineno, error.col)
