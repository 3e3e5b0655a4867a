"""Importing: a module of one's own that imports another, one of the library, one that was there.

Notice: `import shop.till` runs the package, then the module, and that one runs `shop.prices` before it
goes on; `sys` was there before the first line, `json` brings modules of its own along, and the second
import of `shop.prices` finds what is there and runs nothing.
"""
import sys
import json
import shop.till
from shop import prices

total = shop.till.total(["tea", "cake"])  # memviz: expect reachable(prices); same(prices, shop.prices)
print(json.dumps({"total": total}))
