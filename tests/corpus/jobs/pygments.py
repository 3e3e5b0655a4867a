# packages: pygments
"""Colours for several languages."""
from pygments import highlight, lex
from pygments.formatters import HtmlFormatter, NullFormatter, TerminalFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import Token

code = "def f(x: int = 3) -> str:\n    '''doc'''\n    return f'{x!r:>{4}}' # why\n\nclass A(B): pass\n"
for name, text in (("python", code), ("c", "int main(void) { return 0x1f; /* c */ }"), ("json", '{"a": [1, true, null]}'), ("html", "<p class='a'>x &amp; y</p><script>var x = 1</script>")):
    lexer = get_lexer_by_name(name)
    tokens = list(lex(text, lexer))
    print(name, len(tokens), [str(t)[6:] for t, v in tokens if v.strip()][:20])
    print(highlight(text, lexer, HtmlFormatter(nowrap=True)), highlight(text, lexer, TerminalFormatter()))
print(highlight(code, get_lexer_by_name("python"), NullFormatter()) == code, Token.Name in Token)
