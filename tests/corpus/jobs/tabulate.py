# packages: tabulate
"""Tables in many looks."""
from tabulate import tabulate

rows = [["spam", 41.9999, None], ["eggs", "451.0", True], ["ham\nand", -2, "x"]]
for look in ("plain", "simple", "grid", "pipe", "html", "latex", "tsv", "rounded_outline"):
    print(tabulate(rows, headers=["item", "n", "z"], tablefmt=look))
print(tabulate({"a": [1, 2], "b": [3]}, headers="keys", showindex="always", floatfmt=".2f"), tabulate([{"x": 1}, {"y": 2}], headers="keys"))
