# packages: orjson msgpack regex markupsafe zstandard
# beside: no
"""Small compiled packages that make and read objects, some with calls back into Python."""
import msgpack
import orjson
import regex
import zstandard
from markupsafe import Markup, escape

data = {"list": [1, 2.5, None, True], "text": "grün", "nested": {"a": {"b": []}}}
packed = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
print(packed, orjson.loads(packed) == data)
print(orjson.dumps({"set": {1}}, default=lambda value: sorted(value)))
for bad in (lambda: orjson.loads("{"), lambda: orjson.dumps(object())):
    try:
        bad()
    except (orjson.JSONDecodeError, TypeError) as error:
        print(type(error).__name__)
wire = msgpack.packb(data, default=str)
print(len(wire), msgpack.unpackb(wire) == data)
print(msgpack.unpackb(wire, object_hook=lambda d: sorted(d)))
unpacker = msgpack.Unpacker()
unpacker.feed(msgpack.packb([1, [2]]) + msgpack.packb({"k": "v"}))
print(list(unpacker))
print(regex.findall(r"\p{Lu}\w+", "Ada und Bob"), regex.sub(r"(\d+)", lambda m: str(int(m[1]) * 2), "1 and 20"))
print(regex.fullmatch(r"(?:(\w)+)", "abc").captures(1))
small = zstandard.ZstdCompressor().compress(b"abc" * 100)
print(zstandard.ZstdDecompressor().decompress(small)[:6])


class Html:
    def __html__(self):
        return "<b>bold</b>"


print(escape("<a> & 'b'"), escape(Html()), Markup("<p>%s</p>") % "<x>")
