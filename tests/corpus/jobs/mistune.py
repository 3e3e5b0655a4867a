# packages: mistune
"""Markdown by other means, with a renderer of one's own."""
import mistune


class Shout(mistune.HTMLRenderer):
    def heading(self, text, level, **attrs):
        return f"{'#' * level} {text.upper()}\n"


text = "# hi *there*\n\n- a\n- b\n\n1. x\n\n`c` **d** [e](f)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n~~gone~~\n\n```py\ncode\n```\n"
print(mistune.create_markdown(renderer=Shout(), plugins=["strikethrough", "table"])(text))
tokens, _ = mistune.create_markdown(renderer=None).parse(text)
print([token["type"] for token in tokens])
