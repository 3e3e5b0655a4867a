# packages: rich pygments markdown-it-py mdurl
# beside: no
"""A console that writes to a string."""
import io

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

out = io.StringIO()
console = Console(file=out, width=60, force_terminal=True, color_system="standard", legacy_windows=False)
table = Table(title="T")
table.add_column("a", style="red")
table.add_column("b", justify="right")
table.add_row("x", "1")
table.add_row("[bold]y[/bold]", "22")
tree = Tree("root")
tree.add("leaf").add("deeper")
for thing in (table, Panel("in [green]here[/]", title="P"), tree, Text("plain", style="on blue"), {"a": [1, 2, {"b": None}]}):
    console.print(thing)
console.rule("end")
print(out.getvalue())
