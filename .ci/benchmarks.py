"""memviz beside its peers, each figure a ratio within one run.

The peers: a tutor on `sys.settrace` (tests/peers/tutor.py, the way in which tutors on the web record),
memory_graph and objgraph with Graphviz, Pyodide as what a tutor in the browser loads, and the bare
interpreter. What cannot be measured here is named, and left out.

Needs CPython 3.13 with pip (MEMVIZ_CPYTHON names it) and Graphviz. With --write, docs/BENCHMARKS.md is made.
"""

import argparse
import gzip
import os
import pathlib
import platform
import resource
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import peers  # noqa: E402  the environment of the peers

ROOT = peers.ROOT
MEMVIZ = peers.MEMVIZ
WORK = ROOT / "target" / "benchmarks"
PAGE = ROOT / "docs" / "BENCHMARKS.md"

# A loop over living lists, which takes its own time: neither start nor the writing of a file is counted.
LOOP = """\
import sys, time
living, rounds = int(sys.argv[1]), int(sys.argv[2])
keep = [[] for _ in range(living)]
begin = time.process_time()
for i in range(rounds):
    a = [i]
    keep[0] = a
    b = a
print(time.process_time() - begin)
"""
STEPS_OF_A_ROUND = 4
FIRST_OF_A_ROUND = 6
# A lesson as teachers write them.
LESSON = """\
class Account:
    def __init__(self, owner):
        self.owner = owner
        self.history = []
    def deposit(self, amount):
        self.history.append(amount)
        return amount
accounts = [Account(name) for name in ('Ada', 'Bob', 'Cy')]
for turn in range(19):
    total = 0
    for account in accounts:
        total = total + account.deposit(turn)
    summary = {'turn': turn, 'total': total}
"""
# 50 nodes, each with a list, turned over and over.
LONG = """\
import sys
class Node:
    pass
nodes = [Node() for _ in range(50)]
for node in nodes: node.seen = []; node.next = None
for _ in range(int(sys.argv[1])):
    first = None
    for node in nodes:
        node.next = first
        first = node
        node.seen.append(first)
    for node in nodes:
        node.seen.pop()
    nodes.reverse()
"""
HEAP = """\
class Cell:
    def __init__(self):
        self.held = []
cells = [Cell() for _ in range(5000)]
first = cells[0]
"""


class Missing(Exception):
    """Something cannot be measured here."""


def run(*command, environment=None):
    """What a program prints, and its wall and processor seconds, those of its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    variables = {**os.environ, **(environment or {})}
    command = [str(part) for part in command]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, env=variables, cwd=WORK
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{pathlib.Path(command[0]).name}: {error}") from error
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode != 0:
        raise Missing(f"{' '.join(command)} failed: {done.stderr[-300:]}")
    return done.stdout, done.stderr, wall, work


def least(times, *command):
    """The least wall and processor seconds of several runs."""
    runs = [run(*command) for _ in range(times)]
    return min(one[2] for one in runs), min(one[3] for one in runs)


def script(name, text):
    path = WORK / name
    path.write_text(text, encoding="utf-8")
    return path


def record(name, text, *arguments, steps=20_000):
    """Records a script; gives the trace's folder."""
    out = WORK / f"{pathlib.Path(name).stem}-trace"
    options = ["--format", "none", "--force", "--max-steps", steps, "--out", out]
    run(MEMVIZ, *options, script(name, text), *arguments)
    return out


def megabytes(path):
    return path.stat().st_size / 1e6


def time_of(seconds):
    for unit, factor in [("s", 1), ("ms", 1e3), ("µs", 1e6)]:
        if seconds * factor >= 1 or unit == "µs":
            return f"{seconds * factor:.3g} {unit}"


def size_of(size):
    return f"{size:.3g} MB" if size >= 1 else f"{size * 1e3:.3g} KB"


class Table:
    """Rows of: what, memviz's figure, the peer's, how many times memviz's the peer's is."""

    def __init__(self, title):
        self.title = title
        self.rows = []
        self.missing = []

    def add(self, what, own, peer, peers_figure, shown=time_of):
        self.rows.append((what, shown(own), peer, shown(peers_figure), peers_figure / own))
        print(f"  {what}: {shown(own)}; {peer}: {shown(peers_figure)}", flush=True)

    def text(self):
        lines = [f"## {self.title}", ""]
        if self.rows:
            lines += ["| what | memviz | peer | its figure | ratio |", "|---|---:|---|---:|---:|"]
        for what, own, peer, figure, ratio in self.rows:
            lines.append(f"| {what} | {own} | {peer} | {figure} | {ratio:.3g} |")
        lines += [""] if self.rows else []
        for why in self.missing:
            lines += [f"Not measured: {why}", ""]
        return "\n".join(lines)


# --- what is measured


def recording(table, python):
    """Of a line step, with so many living lists."""
    loop = script("loop.py", LOOP)
    tutor = ROOT / "tests" / "peers" / "tutor.py"
    each_line = ROOT / "tests" / "peers" / "each_line.py"
    for living, own_rounds, rounds in [(100, 10_000, 400), (1_000, 5_000, 60), (10_000, 2_000, 8)]:

        def step(rounds, *command):
            printed = run(*command)[0]
            return float(printed.split()[-1]) / (rounds * STEPS_OF_A_ROUND)

        steps = own_rounds * STEPS_OF_A_ROUND + living + 1_000
        options = ["--format", "none", "--force", "--max-steps", steps, "--out", WORK / "loop-trace"]
        own = min(step(own_rounds, MEMVIZ, *options, loop, living, own_rounds) for _ in range(3))
        what = f"a line step, {living:,} living lists"
        told = step(rounds, python, tutor, loop, WORK / "loop.json", living, rounds)
        table.add(what, own, "settrace tutor", told)
        if living <= 1_000:
            ways = ["memory_graph-only", loop, WORK, FIRST_OF_A_ROUND, 16]
            said = run(python, each_line, *ways, living, 10)[1].split()
            lines, taken = int(said[-2]), float(said[-1])
            table.add(what, own, "memory_graph, without drawing", taken / lines)


def drawing(table, python):
    """Of a picture, over the whole of a lesson."""
    lesson = record("lesson.py", LESSON, steps=300)
    options = ["--steps", "all", "--format", "svg", "--force", "--out", WORK / "lesson-pictures"]
    _, work = least(3, MEMVIZ, "render", lesson, *options)
    pictures = len(list((WORK / "lesson-pictures" / "frames").glob("*.svg")))
    own = work / pictures
    each_line = ROOT / "tests" / "peers" / "each_line.py"
    folder = WORK / "peers-pictures"
    folder.mkdir(exist_ok=True)
    for peer in ["memory_graph", "objgraph"]:
        said = run(python, each_line, peer, WORK / "lesson.py", folder, 8, 40)[1].split()
        lines, taken = int(said[-2]), float(said[-1])
        table.add(f"a picture of a lesson ({pictures} pictures)", own, f"{peer} and Graphviz", taken / lines)


def start(table, python):
    """Wall time of a program that does nothing."""
    empty = script("empty.py", "pass\n")
    bare, _ = least(15, python, "-S", "-E", empty)
    whole, _ = least(15, python, empty)
    plain, _ = least(15, MEMVIZ, "run", "--no-record", empty)
    recorded, _ = least(15, MEMVIZ, "--format", "none", "--force", "--out", WORK / "empty", empty)
    table.add("an empty script, not recorded", plain, "CPython", whole)
    table.add("an empty script, not recorded", plain, "CPython without `site`", bare)
    table.add("an empty script, recorded", recorded, "CPython", whole)


def sizes(table, python):
    tutor = ROOT / "tests" / "peers" / "tutor.py"
    for name, text, arguments in [
        ("lesson.py", LESSON, []),
        ("long.py", LONG, [10]),
    ]:
        trace = record(name, text, *arguments)
        own = megabytes(trace / "trace.memviz")
        told = WORK / "told.json"
        run(python, tutor, script(name, text), told, *arguments)
        what = f"the trace of {name}"
        table.add(what, own, "settrace tutor, JSON", megabytes(told), size_of)
        packed = len(gzip.compress(told.read_bytes())) / 1e6
        table.add(what, own, "settrace tutor, JSON packed by gzip", packed, size_of)


def player(table, python):
    lesson = record("lesson.py", LESSON, steps=300)
    out = WORK / "lesson-player"
    run(MEMVIZ, "render", lesson, "--format", "html", "--force", "--out", out)
    own = megabytes(out / "index.html")
    pyodide = ROOT / "tests" / "cpython" / "node_modules" / "pyodide"
    parts = ["pyodide.asm.wasm", "pyodide.asm.js", "pyodide.asm.mjs", "python_stdlib.zip", "pyodide.js"]
    there = [pyodide / part for part in parts if (pyodide / part).exists()]
    if len(there) < 3:
        raise Missing("Pyodide is not in tests/cpython/node_modules")
    loaded = sum(megabytes(part) for part in there)
    table.add("the player of the lesson, one file", own, "Pyodide, before any program", loaded, size_of)
    told = WORK / "told.json"
    run(python, ROOT / "tests" / "peers" / "tutor.py", WORK / "lesson.py", told)
    table.add("the player of the lesson, one file", own, "the settrace tutor's steps alone", megabytes(told), size_of)


def whole_way(table, python):
    """Wall time from a script to the picture of one moment of it."""
    moments = peers.tomllib.loads(peers.MOMENTS.read_text())
    for name in ["bank", "bst", "lru"]:
        text = (peers.SCRIPTS / f"{name}.py").read_text()
        marked = script(f"{name}.py", text)
        out = ["--format", "svg", "--force", "--out", WORK / f"{name}-picture"]
        own, _ = least(3, MEMVIZ, *out, marked)
        moment = moments[name]
        call = f"; __import__('moment').take({moment['objgraph']})"
        program = script(f"{name}_peers.py", text.replace(peers.MARK, call))
        for peer in ["memory_graph", "objgraph"]:
            variables = {
                "PYTHONPATH": str(peers.DATA),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PEERS_PEER": peer,
                "PEERS_FILE": str(WORK / f"{name}-{peer}.svg"),
                "PEERS_TIME": str(moment.get("time", 1)),
            }
            wall = min(run(python, program, environment=variables)[2] for _ in range(3))
            table.add(f"from {name}.py to its marked picture", own, f"{peer} and Graphviz", wall)


def own_cost(lines):
    """What memviz draws in which time: the reading of the trace included, what the system needs for files apart."""
    lines += ["## Drawing long runs and large heaps", ""]
    lines += ["| what | processor time | the system's, for files | size |", "|---|---:|---:|---:|"]

    def row(what, trace, options, found, times=3):
        out = WORK / "own"
        work, system = [], []
        for _ in range(times):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            run(MEMVIZ, "render", trace, *options, "--force", "--out", out)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            work.append(after.ru_utime - before.ru_utime)
            system.append(after.ru_stime - before.ru_stime)
        work, system = min(work), min(system)
        size = sum(megabytes(path) for path in out.glob(found))
        count = len(list(out.glob(found)))
        shown = size_of(size) if count == 1 else f"{size_of(size / count)} each"
        print(f"  {what}: {time_of(work)} and {time_of(system)}, {shown}", flush=True)
        lines.append(f"| {what} | {time_of(work)} | {time_of(system)} | {shown} |")
        shutil.rmtree(out)

    long = record("long.py", LONG, 60, steps=10_000)
    wide = ["--steps", "all", "--max-objects", "120"]
    row("10,000 steps of 100 objects, SVG", long, [*wide, "--format", "svg"], "frames/*.svg", 1)
    row("the player of 10,000 steps of 100 objects", long, [*wide, "--format", "html"], "index.html", 1)
    lesson = record("lesson.py", LESSON, steps=300)
    row("a lesson of 300 steps, SVG", lesson, ["--steps", "all", "--format", "svg"], "frames/*.svg")
    heap = record("heap.py", HEAP)
    steps = run(MEMVIZ, "info", heap)[0]
    last = next(line.split()[1] for line in steps.splitlines() if line.startswith("steps"))
    last = int(last.strip(",")) - 1
    row("a picture of a heap of 10,000 objects", heap, ["--steps", str(last), "--format", "svg"], "frames/*.svg")
    lines.append("")


SLOWER = {
    "From script to picture": "memviz records every step of the run and finds places that hold for all of them "
    "before it draws one; a peer sees nothing but the one moment.",
    "Start-up": "memviz starts an interpreter whose library is inside the program and sets up a recording; "
    "CPython reads a library that is compiled beforehand. Recording adds a second process, which writes the trace.",
    "Sizes": "A packed file of texts that repeat themselves is small; memviz's trace can be read at any step "
    "without unpacking what stands before, and says more of each object: counts, owners, births and deaths.",
}


def machine():
    model = "unknown processor"
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} processors; {platform.system()} {platform.release()}"


def versions(python):
    pins = (peers.DATA / "requirements.txt").read_text().split()
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.strip()
    dot = subprocess.run(["dot", "-V"], capture_output=True, text=True).stderr.strip()
    own = subprocess.run([MEMVIZ, "--version"], capture_output=True, text=True).stdout.strip()
    cpython = subprocess.run([python, "--version"], capture_output=True, text=True).stdout.strip()
    return ", ".join([own, rust, cpython, *pins, dot])


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--write", action="store_true", help="write docs/BENCHMARKS.md")
    given = arguments.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    python = peers.environment()
    begin = time.perf_counter()
    parts = [
        ("Recording", recording),
        ("Drawing", drawing),
        ("Start-up", start),
        ("Sizes", sizes),
        ("The player", player),
        ("From script to picture", whole_way),
    ]
    lines = [
        "# memviz beside its peers",
        "",
        "Made by `.ci/benchmarks --write`; nothing here is written by hand. A ratio says how many times memviz's "
        "figure the peer's is, both taken in the same run: above 1 memviz is faster or smaller, below 1 the peer. "
        "The programs stand in `.ci/benchmarks.py`, the peers' side in `tests/peers/`.",
        "",
        f"Machine: {machine()}.",
        "",
        f"Versions: {versions(python)}.",
        "",
    ]
    slower = []
    for title, measure in parts:
        print(title, flush=True)
        table = Table(title)
        try:
            measure(table, python)
        except Missing as why:
            table.missing.append(str(why))
            print(f"  not measured: {why}", flush=True)
        lines.append(table.text())
        slower += [(title, row) for row in table.rows if row[4] < 1]
    print("Drawing long runs and large heaps", flush=True)
    try:
        own_cost(lines)
    except Missing as why:
        lines += [f"Not measured: {why}", ""]
    lines += ["## What is slower or larger, and why", ""]
    for title in dict.fromkeys(title for title, _ in slower):
        named = "; ".join(f"{row[0]} against {row[2]}" for of, row in slower if of == title)
        lines += [f"{title}: {named}. {SLOWER.get(title, 'Not looked into yet.')}", ""]
    if not slower:
        lines += ["Nothing of what is measured here.", ""]
    lines += ["## What the figures are", ""]
    lines += [
        "- Recording: processor time of the program's own loop, divided by its lines. memviz writes its trace in a "
        "process of its own, which is not counted (`cargo bench --ignore-rust-version --bench write_cost` measures it); the tutor keeps "
        "its steps in memory.",
        "- Drawing: processor time of pictures as SVG, Graphviz's included; memviz's also reads the trace. All write their files.",
        "- Start-up and the way to a picture: the least time on the clock of several runs.",
        "- The player holds the run and what plays it; a tutor in the browser has yet to load or run the program.",
        "",
    ]
    print(f"{time.perf_counter() - begin:.0f} s")
    text = "\n".join(lines).rstrip() + "\n"
    if given.write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
