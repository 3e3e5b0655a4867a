# packages: isort
# beside: no
"""Imports put in order."""
import isort

code = "import sys, os\nfrom z import b, a\nimport a.b\nfrom . import x\nfrom os import path as p\n\nfrom __future__ import annotations\n\nx = 1\n"
print(isort.code(code))
print(isort.code(code, profile="black", force_single_line=True, line_length=20))
print(isort.check_code("import a\nimport b\n"), isort.place_module("os"), isort.place_module("nothing_known"))
