"""Asks the questions in docs/sql of a trace's tables, by each engine that is there.

Without a folder it records a program whose tables have ten million rows together, makes them, and asks
each question in a process of its own: seconds of the question alone, and the most memory of the process.
With --tables FOLDER it asks those. With --answers it prints all answers as JSON, and fails where two
engines do not say the same; that is what the tests do.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEMVIZ = ROOT / "target" / "release" / "memviz"
WORK = ROOT / "target" / "tables-run"
ENGINES = ["duckdb", "polars", "datafusion"]
# Each turn moves all items of a list by one: that many references end, and as many begin. A tenth of the
# turns leave a cycle behind, which a run of the collector finds.
PROGRAM = """\
import gc, sys

class Node:
    def __init__(self, value):
        self.value = value
        self.other = None

def cycle(value):
    a = Node(value)
    b = Node(value)
    a.other = b
    b.other = a

nodes = [Node(value) for value in range(100)]
kept = []
for turn in range(int(sys.argv[1])):
    nodes.insert(0, nodes.pop())
    nodes[turn % 100] = Node(turn)
    if turn % 10 == 0:
        cycle(turn)
    if turn % 1000 == 0:
        gc.collect()
        kept.append([turn])
"""
TURNS = 75_000


def questions():
    found = sorted((ROOT / "docs" / "sql").glob("*.sql"))
    return {path.stem: path.read_text(encoding="utf-8") for path in found}


def opened(engine, folder):
    """What answers SQL over the tables of a folder, as a list of rows with the columns' names."""
    paths = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    if engine == "duckdb":
        import duckdb

        connection = duckdb.connect()
        for name, path in paths.items():
            connection.execute(f"CREATE VIEW \"{name}\" AS FROM '{path}'")

        def ask(sql):
            answer = connection.execute(sql)
            return [column[0] for column in answer.description], answer.fetchall()

    elif engine == "polars":
        import polars

        context = polars.SQLContext(
            {name: polars.scan_parquet(path) for name, path in paths.items()}
        )

        def ask(sql):
            frame = context.execute(sql).collect()
            return frame.columns, frame.rows()

    else:
        import datafusion

        session = datafusion.SessionContext()
        for name, path in paths.items():
            session.register_parquet(name, str(path))

        def ask(sql):
            frame = session.sql(sql)
            batches = frame.collect()
            columns = list(frame.schema().names)
            rows = [row for batch in batches for row in batch.to_pylist()]
            return columns, [tuple(row[name] for name in columns) for row in rows]

    return ask


def answers(folder):
    """The answers of all engines, which must be the same."""
    asks = {engine: opened(engine, folder) for engine in ENGINES}
    all_answers = {}
    for name, sql in questions().items():
        first = None
        for engine, ask in asks.items():
            columns, rows = ask(sql)
            answer = {"columns": list(columns), "rows": [list(row) for row in rows]}
            if first is None:
                first = answer
            elif first != answer:
                sys.exit(f"{name}: {ENGINES[0]} says {first}\n{engine} says {answer}")
        all_answers[name] = first
    json.dump(all_answers, sys.stdout)


def one(engine, folder, name):
    """One question in this process."""
    sql = questions()[name]
    ask = opened(engine, folder)
    begin = time.perf_counter()
    _, rows = ask(sql)
    seconds = time.perf_counter() - begin
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": most, "rows": len(rows)}))


def measured(command):
    """Seconds and the most megabytes of a command."""
    watched = (
        "import resource, subprocess, sys, time\n"
        "begin = time.perf_counter()\n"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
        "seconds = time.perf_counter() - begin\n"
        "most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024\n"
        "print(seconds, most, done.returncode)\n"
        "print(done.stdout + done.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", watched, *map(str, command)], capture_output=True, text=True
    )
    first, _, rest = done.stdout.partition("\n")
    seconds, megabytes, code = first.split()
    if code != "0":
        sys.exit(f"{command} failed:\n{rest}")
    return float(seconds), float(megabytes), rest


def make(turns):
    """Records the program and makes its tables."""
    WORK.mkdir(parents=True, exist_ok=True)
    script = WORK / "program.py"
    script.write_text(PROGRAM, encoding="utf-8")
    trace, tables = WORK / "trace", WORK / "tables"
    steps = str(turns * 14 + 10_000)
    command = [MEMVIZ, "--format", "none", "--force", "--max-steps", steps, "--out", trace]
    seconds, megabytes, said = measured([*command, script, turns])
    size = (trace / "trace.memviz").stat().st_size / 1e6
    print(f"recorded in {seconds:.1f} s, {megabytes:.0f} MB of memory; a trace of {size:.1f} MB")
    export = [MEMVIZ, "export", trace, "--format", "parquet", "--force", "--out", tables]
    seconds, megabytes, said = measured(export)
    size = sum(path.stat().st_size for path in tables.glob("*.parquet")) / 1e6
    rows = sum(int(line.split()[0]) for line in said.splitlines() if " rows  " in line)
    print(f"exported in {seconds:.1f} s, {megabytes:.0f} MB of memory; {rows} rows, {size:.1f} MB")
    print(said.rstrip())
    return tables


def table(folder):
    heads = "".join(f"{engine:>24}" for engine in ENGINES)
    print(f"{'question':<20}{heads}")
    for name in questions():
        row = f"{name:<20}"
        for engine in ENGINES:
            command = [sys.executable, __file__, "--one", engine, name, "--tables", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"{name} by {engine}:\n{done.stderr}")
            said = json.loads(done.stdout)
            row += f"{said['seconds']:>13.2f} s {said['megabytes']:>6.0f} MB"
        print(row, flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tables", type=pathlib.Path, metavar="FOLDER")
    arguments.add_argument("--answers", action="store_true")
    arguments.add_argument("--one", nargs=2, metavar=("ENGINE", "QUESTION"), help=argparse.SUPPRESS)
    arguments.add_argument("--turns", type=int, default=TURNS, help="rounds of the recorded loop")
    given = arguments.parse_args()
    if given.one:
        return one(given.one[0], given.tables, given.one[1])
    folder = given.tables or make(given.turns)
    return answers(folder) if given.answers else table(folder)


if __name__ == "__main__":
    main()
