# packages: wcwidth
"""How wide characters are."""
from wcwidth import wcswidth, wcwidth

for text in ("abc", "コンニチハ", "e\u0301", "\u200b", "👩\u200d🚀", "\x1b"):
    print(ascii(text), wcswidth(text), [wcwidth(c) for c in text])
