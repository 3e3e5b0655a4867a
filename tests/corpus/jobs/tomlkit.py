# packages: tomlkit
"""TOML changed without losing its looks."""
import tomlkit

doc = tomlkit.parse('# top\n[a]\nx = 1 # one\ny = ["p",\n  "q"]\n\n[b.c]\nz = {k = 1}\n')
doc["a"]["x"] = 2
doc["a"]["y"].append("r")
doc["b"]["c"]["new"] = tomlkit.item([1, 2])
del doc["b"]["c"]["z"]
table = tomlkit.table()
table.add(tomlkit.comment("mine"))
table["when"] = tomlkit.date("2020-01-02")
doc["t"] = table
print(tomlkit.dumps(doc), doc.unwrap())
try:
    tomlkit.parse("a = = 1")
except tomlkit.exceptions.ParseError as error:
    print(type(error).__name__, error.line, error.col)
