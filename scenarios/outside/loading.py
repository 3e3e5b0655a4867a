"""From the file to a running module: where its code comes from, and what is kept of it.

Notice: the script itself is compiled anew at each start and no compiled code of it is kept, while for
the module `shop.prices` beside it a file in __pycache__ is named, so that the next start need not
compile it; what stands in the module is run once, when it is imported for the first time.
"""
import shop.prices

first = shop.prices.PRICES
import shop.prices  # runs nothing: the module is there already

second = shop.prices.PRICES  # memviz: expect same(first, second); refcount(second) == 3
print(first["tea"])
