# packages: chardet
# beside: no
"""What the bytes are written in."""
import chardet

for text, code in (("plain", "ascii"), ("Grüße aus Köln, schöne Straße. " * 4, "utf-8"), ("これは日本語の文章です。" * 4, "shift_jis"), ("Привет, как дела сегодня? " * 4, "koi8-r"), ("这是一个中文句子。" * 5, "gb2312")):
    found = chardet.detect(text.encode(code))
    print(code, found["encoding"], round(found["confidence"], 3), found["language"])
