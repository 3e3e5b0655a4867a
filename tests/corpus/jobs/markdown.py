# packages: markdown
"""A page, with tables, footnotes and a table of contents."""
import markdown

text = """# One *two*

Some `code`, **bold**, [link](http://x.y "t") and <b>html</b>.

* a
* b
    1. c
    2. d

> quote
> more

    block

a | b
--|--
1 | 2

Note[^1].

[^1]: The note.

## Two
Term
: Meaning
"""
print(markdown.markdown(text, extensions=["tables", "footnotes", "toc", "def_list", "fenced_code", "attr_list"]))
md = markdown.Markdown(extensions=["toc"])
md.convert("# a\n## b\n# c")
print(md.toc_tokens)
