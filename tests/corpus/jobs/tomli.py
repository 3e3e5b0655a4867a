# packages: tomli
"""TOML read."""
import tomli

print(tomli.loads("""
title = "x\\ty"
[a.b]
n = [1, 2.5, 0x1f, 1_000, inf]
d = 1979-05-27T07:32:00-08:00
t = 07:32:00
m = '''
multi'''
p = { x = 1, y.z = true }
[[q]]
k = 1
[[q]]
k = 2
"""))
for bad in ("a = ", "a = 1\na = 2", "[x", "a = 1979-13-01", "x = 'a\n'"):
    try:
        tomli.loads(bad)
    except tomli.TOMLDecodeError as error:
        print(error)
