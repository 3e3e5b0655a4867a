# packages: charset-normalizer
# beside: no
"""What the bytes are written in, by other means."""
from charset_normalizer import from_bytes

for text, code in (("Grüße aus Köln, schöne Straße. " * 8, "utf-8"), ("Всеки човек има право на образование. " * 8, "cp1251"), ("plain text " * 9, "ascii")):
    best = from_bytes(text.encode(code)).best()
    print(code, best.encoding, best.bom, len(str(best)), str(best) == text)
