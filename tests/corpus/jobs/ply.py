# packages: ply
"""A calculator with tables made at run time."""
import ply.lex as lex
import ply.yacc as yacc

tokens = ("NUMBER", "PLUS", "MINUS", "TIMES", "LPAREN", "RPAREN", "NAME", "EQ")
t_PLUS, t_MINUS, t_TIMES, t_LPAREN, t_RPAREN, t_EQ = r"\+", r"-", r"\*", r"\(", r"\)", r"="
t_NAME = r"[a-z]+"
t_ignore = " "


def t_NUMBER(t):
    r"\d+"
    t.value = int(t.value)
    return t


def t_error(t):
    print("lexer", t.value[0])
    t.lexer.skip(1)


precedence = (("left", "PLUS", "MINUS"), ("left", "TIMES"), ("right", "UMINUS"))
names = {}


def p_assign(p):
    "statement : NAME EQ expression"
    names[p[1]] = p[3]


def p_statement(p):
    "statement : expression"
    p[0] = p[1]


def p_binary(p):
    """expression : expression PLUS expression
    | expression MINUS expression
    | expression TIMES expression"""
    p[0] = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}[p[2]](p[1], p[3])


def p_minus(p):
    "expression : MINUS expression %prec UMINUS"
    p[0] = -p[2]


def p_group(p):
    "expression : LPAREN expression RPAREN"
    p[0] = p[2]


def p_number(p):
    "expression : NUMBER"
    p[0] = p[1]


def p_name(p):
    "expression : NAME"
    p[0] = names.get(p[1], 0)


def p_error(p):
    print("parser", p and p.value)


lexer = lex.lex()
parser = yacc.yacc(debug=False, write_tables=False)
for line in ("1 + 2 * 3", "x = (4 - 1) * -2", "x * x", "1 + * 2", "2 ? 3", "y"):
    print(line, "->", parser.parse(line, lexer=lexer))
