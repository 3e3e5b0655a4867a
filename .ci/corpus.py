"""Other people's programs, run with recording off and on: what they do must be the same.

Two parts: modules of CPython's own tests, whose tests must pass, fail and be skipped alike; and
jobs for packages of PyPI (tests/corpus/jobs), whose output must be the same, once with the package
as a library and once with it beside the script, where memviz takes it for the program's own code.
Of the first steps of each the ledger is held against its laws; the column `left` counts the objects
whose references are not all explained (`?`: that took too long).
With `--python PATH` that CPython is recorded, with its own tests, and packages with extension modules
(tests/corpus/extensions) besides.
Needs Python 3.11 or newer with pip and its test package; uses the standard library alone.
"""

import argparse
import concurrent.futures
import difflib
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
JOBS = ROOT / "tests" / "corpus" / "jobs"
EXTENSION_JOBS = ROOT / "tests" / "corpus" / "extensions"
PINS = ROOT / ".ci" / "corpus-packages.txt"
EXTENSION_PINS = ROOT / ".ci" / "corpus-extensions.txt"
MODULES = ROOT / ".ci" / "corpus-modules.txt"

# Runs a test module that stands beside it, and says of each test how it ended.
DRIVER = '''\
import sys, unittest
sys.path.append({library!r})
class Told(unittest.TestResult):
    def say(self, test, how, error=None):
        print("test:", test.id(), how, error[0].__name__ if error else "", flush=True)
    def addSuccess(self, test): self.say(test, "ok")
    def addError(self, test, error): self.say(test, "error", error)
    def addFailure(self, test, error): self.say(test, "failure", error)
    def addSkip(self, test, reason): self.say(test, "skipped")
    def addExpectedFailure(self, test, error): self.say(test, "expected failure", error)
    def addUnexpectedSuccess(self, test): self.say(test, "unexpected success")
    def addSubTest(self, test, sub, error):
        if error: self.say(test, "subtest", error)
module = __import__({name!r})
suite = unittest.defaultTestLoader.loadTestsFromModule(module)
told = Told()
suite.run(told)
print("test: all", told.testsRun, flush=True)
'''


class Run:
    """How a run ended: output, exit code (negative: a signal), whether it took too long."""

    def __init__(self, command, folder, limit, environment):
        began = time.monotonic()
        self.late = False
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            # A process group of its own, so that children of a run that is late end with it.
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, start_new_session=True
            )
            # Asked without reaping it, so that its number is its own until its group has ended.
            while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if time.monotonic() - began > limit:
                    self.late = True
                    break
                time.sleep(0.01)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            out.seek(0)
            errors.seek(0)
            self.out = plain(out.read())
            self.errors = plain(errors.read())
        self.code = None if self.late else process.returncode
        self.seconds = time.monotonic() - began

    @property
    def crashed(self):
        return self.code is not None and (self.code < 0 or self.code == 101)

    def tests(self):
        return [line for line in self.out if line.startswith("test: ")]

    def own_errors(self):
        return [line for line in self.errors if not line.startswith("memviz: ")]


def plain(data):
    """Lines without addresses and times."""
    text = data.decode("utf-8", "replace")
    text = re.sub(r"0x[0-9a-fA-F]{6,}", "0x", text)
    return re.sub(r"\b\d+\.\d+s\b", "0s", text).splitlines()


def first_difference(one, two):
    """The first lines that differ, or None."""
    if one == two:
        return None
    lines = [l for l in difflib.unified_diff(one, two, "off", "on", n=0, lineterm="") if l[:3] not in ("---", "+++")]
    return " / ".join(line[:160] for line in lines[:4])


class Corpus:
    def __init__(self, options):
        self.options = options
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="memviz-corpus-"))
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        self.environment["PYTHONHASHSEED"] = "0"
        self.environment["PYTHONDONTWRITEBYTECODE"] = "1"

    def run(self, folder, *command, limit=None):
        # What a run leaves behind must not change the next one.
        fresh = folder.parent / (folder.name + "-run")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(folder, fresh)
        return Run(command, fresh, limit or self.options.limit, self.environment)

    def memviz(self, folder, script, *how, limit=None):
        python = ["--python", self.options.python] if self.options.python else []
        return self.run(folder, self.options.memviz, *python, *how, script, limit=limit)

    def off(self, folder, script):
        if self.options.python:
            return self.run(folder, self.options.python, script)
        return self.memviz(folder, script, "run", "--no-record")

    def thorough(self, embedded):
        """One more way to record: the agent has nothing to read twice."""
        return ["--step", "instruction"] if self.options.python else embedded

    def on(self, folder, script, *how):
        out = ["--format", "none", "--out", str(folder.parent / (folder.name + "-out")), "--force"]
        # Each step that is verified is read twice.
        steps = self.options.max_steps // (20 if "--verify" in how else 1)
        return self.memviz(folder, script, "--max-steps", str(steps), *out, *how, limit=3 * self.options.limit)


    def ledger(self, folder, script):
        """The types of objects born in the run whose counts are not explained at some step, with how
        many objects; and what is untrue: more owners than counted, references to what is not there."""
        out = folder.parent / (folder.name + "-ledger")
        how = ["--max-steps", str(self.options.max_steps // 50), "--format", "json", "--out", str(out), "--force"]
        self.memviz(folder, script, *how, limit=3 * self.options.limit)
        try:
            trace = json.loads((out / "trace.json").read_bytes())
        except (OSError, ValueError):
            # It took too long: nothing is known.
            return None, None
        finally:
            shutil.rmtree(out, ignore_errors=True)
        objects, left = trace["objects"], {}
        for step in trace["steps"]:
            there = {entry["id"] for entry in step["heap"]}
            for entry in step["heap"]:
                name = objects[entry["id"] - 1]["type"]
                if entry["unexplained"] < 0:
                    return {}, f"step {step['step']}: {name} has more owners than are counted"
                if any(reference["to"] not in there for reference in entry["refs"]):
                    return {}, f"step {step['step']}: {name} refers to what is not there"
                if entry["unexplained"] and objects[entry["id"] - 1]["born"]:
                    left.setdefault(name, set()).add(entry["id"])
        return {name: len(ids) for name, ids in left.items()}, None


def account(corpus, folder, script, row):
    """Adds what the ledger says to a row whose runs were alike."""
    left, untrue = corpus.ledger(folder, script)
    if untrue:
        return row | {"result": "UNTRUE", "note": untrue}
    row["left"] = "?" if left is None else sum(left.values())
    if left:
        most = sorted(left, key=left.get, reverse=True)[:4]
        row["note"] = (row["note"] + " not explained: " + ", ".join(f"{left[name]} {name}" for name in most)).strip()
    return row


def compare(off, on, what):
    """Words for the difference between a run without and one with recording."""
    if on.late:
        return "late with recording"
    if on.crashed and not off.crashed:
        return f"crash with recording: {on.code} {' '.join(on.own_errors()[-1:])[:160]}"
    difference = first_difference(what(off), what(on))
    if difference is None and off.code != on.code:
        difference = f"exit code {off.code} / {on.code}: {' '.join(on.own_errors()[-1:])[:160]}"
    return difference


def test_module(corpus, package, library, name, verified):
    """One module of CPython's tests, in a folder of its own, where it is the program's own code."""
    row = {"name": name, "part": "cpython", "result": "", "tests": 0, "note": ""}
    folder = corpus.work / name
    folder.mkdir()
    shutil.copy(package / f"{name}.py", folder)
    (folder / "run_test.py").write_text(DRIVER.format(library=str(library), name=name))
    one = corpus.off(folder, "run_test.py")
    row["seconds off"] = round(one.seconds, 1)
    row["tests"] = max(len(one.tests()) - 1, 0)
    if one.late:
        return row | {"result": "too slow", "note": "without recording"}
    if one.crashed:
        return row | {"result": "does not run", "note": f"ends with {one.code} without recording"}
    if not row["tests"]:
        return row | {"result": "does not run", "note": " ".join(one.errors[-1:])[:100]}
    two = corpus.off(folder, "run_test.py")
    if compare(one, two, Run.tests):
        return row | {"result": "unstable", "note": compare(one, two, Run.tests)}
    for how in ([], corpus.thorough(["--verify"]), ["--step", "call"])[: 3 if verified else 1]:
        on = corpus.on(folder, "run_test.py", *how)
        row["seconds on"] = round(on.seconds, 1)
        difference = compare(one, on, Run.tests)
        if on.late and corpus.options.quick:
            return row | {"result": "too slow", "note": "with recording"}
        if difference and not first_difference(one.tests(), corpus.off(folder, "run_test.py").tests()):
            return row | {"result": "CRASH" if on.crashed else "DIFFERS", "note": " ".join(how + [difference])}
        if difference:
            return row | {"result": "unstable", "note": difference}
    return account(corpus, folder, "run_test.py", row | {"result": "same"})


def package_job(corpus, library, job, beside):
    """A job for a package, as a library's user or with the library's code beside it."""
    name = job.stem + (" (beside)" if beside else "")
    row = {"name": name, "part": "packages", "result": "", "note": ""}
    folder = corpus.work / f"job-{job.stem}-{'beside' if beside else 'library'}"
    folder.mkdir()
    # The comment in the first line makes room for the way to the library.
    way = "" if beside else f"import sys; sys.path.append({str(library)!r})\n"
    (folder / "job.py").write_text(way + job.read_text().partition("\n")[2])
    if beside:
        for folder_name in imports_of(library, job):
            source = library / folder_name
            if source.is_dir():
                shutil.copytree(source, folder / folder_name)
            else:
                shutil.copy(source, folder)
    off = corpus.off(folder, "job.py")
    row["seconds off"] = round(off.seconds, 1)
    if off.late or off.crashed:
        return row | {"result": "does not run", "note": f"ends with {off.code} without recording"}
    if off.code != 0:
        return row | {"result": "does not run", "note": " ".join(off.errors[-1:])[:100]}

    def what(run):
        return run.out + ["errors"] + run.own_errors()

    ways = [[], corpus.thorough(["--verify"])] if beside else [[], ["--step", "instruction"]]
    for how in ways:
        on = corpus.on(folder, "job.py", *how)
        row["seconds on"] = round(on.seconds, 1)
        difference = compare(off, on, what)
        if on.late and corpus.options.quick:
            return row | {"result": "too slow", "note": "with recording"}
        if difference:
            again = corpus.off(folder, "job.py")
            if compare(off, again, what):
                return row | {"result": "unstable", "note": compare(off, again, what)}
            return row | {"result": "CRASH" if on.crashed else "DIFFERS", "note": " ".join(how + [difference])}
    row["result"] = "same"
    if not beside and corpus.options.cpython:
        other = Run([corpus.options.cpython, "-W", "ignore", "job.py"], folder, corpus.options.limit, corpus.environment)
        difference = first_difference(other.out, off.out)
        if difference:
            row["note"] = f"not as CPython: {difference}"
    return account(corpus, folder, "job.py", row)


def imports_of(library, job):
    """Files and folders of the packages that a job names in its first line."""
    names = re.match(r"# packages: (.*)", job.read_text()).group(1).split()
    for name in names:
        pattern = re.sub(r"[-_.]+", "[-_.]", name)
        for record in library.glob("*.dist-info/RECORD"):
            if re.fullmatch(pattern + r"-[^-]+\.dist-info", record.parent.name, re.IGNORECASE):
                tops = {line.split(",")[0].split("/")[0] for line in record.read_text().splitlines()}
                yield from sorted(t for t in tops if (library / t).exists() and t not in ("bin", "..") and not t.endswith((".so", ".pth", "__pycache__")))


def install_extensions(cache, python):
    """The packages and those with extension modules, as they are for that Python."""
    digest = hashlib.sha256(PINS.read_bytes() + EXTENSION_PINS.read_bytes() + python.encode()).hexdigest()[:12]
    target = cache / f"extensions-{digest}"
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--target", str(target)]
        environment = dict(os.environ, PIP_ROOT_USER_ACTION="ignore")
        subprocess.run([*command, "--no-deps", "-r", str(PINS)], check=True, env=environment)
        subprocess.run([*command, "--upgrade", "-r", str(EXTENSION_PINS)], check=True, env=environment)
        (target / "complete").touch()
    return target


def install(cache):
    """The packages, in a folder that is named by the list of their versions."""
    digest = hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]
    target = cache / f"packages-{digest}"
    if (target / "complete").exists():
        return target
    shutil.rmtree(target, ignore_errors=True)
    platforms = ["any", "manylinux2014_x86_64", "manylinux_2_28_x86_64"]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--only-binary=:all:", "--python-version=3.13"]
    command += ["--implementation=cp", "--abi=cp313", "--abi=none", "--target", str(target), "-r", str(PINS)]
    command += [f"--platform={platform}" for platform in platforms]
    subprocess.run(command, check=True, env=dict(os.environ, PIP_ROOT_USER_ACTION="ignore"))
    # Where a package also has C code, its Python code takes the place of it, everywhere alike.
    for extension in target.rglob("*.so"):
        extension.unlink()
    (target / "complete").touch()
    return target


def find_tests(folder):
    """The folder of CPython's test package."""
    if folder:
        return pathlib.Path(folder)
    pythons = [sys.executable, "python3.13", "python3.12", "python3.11", "/usr/bin/python3"]
    pythons += sorted(map(str, pathlib.Path.home().glob(".pyenv/versions/3.1[1-3].*/bin/python")), reverse=True)
    ask = "import sys, test.list_tests; print(*sys.version_info[:2]); print(test.__path__[0])"
    found = []
    for python in pythons:
        try:
            done = subprocess.run([python, "-c", ask], capture_output=True, text=True)
        except FileNotFoundError:
            continue
        if done.returncode == 0:
            version, path = done.stdout.splitlines()
            found.append((tuple(map(int, version.split())), path))
    best = max((entry for entry in found if (3, 11) <= entry[0] <= (3, 13)), default=None)
    if best is None:
        sys.exit("error: no test package of CPython 3.11 to 3.13\nhint: apt-get install libpython3-testsuite, or --cpython-tests DIR")
    return pathlib.Path(best[1])


def tests_of(python):
    """The folder of that Python's own test package."""
    asked = subprocess.run([python, "-c", "import test.list_tests; print(test.__path__[0])"], capture_output=True, text=True)
    if asked.returncode != 0:
        asked = subprocess.run([python, "-c", "import test.support; print(test.__path__[0])"], capture_output=True, text=True)
    if asked.returncode != 0:
        sys.exit(f"error: {python} has no test package\nhint: --cpython-tests DIR")
    return pathlib.Path(asked.stdout.strip())


def find_cpython():
    """CPython 3.12 or newer, for what the jobs print."""
    candidates = [os.environ.get("MEMVIZ_CPYTHON"), "python3.13", "python3.12", "python3", sys.executable]
    candidates += sorted(map(str, pathlib.Path.home().glob(".pyenv/versions/3.1[234].*/bin/python")), reverse=True)
    for python in filter(None, candidates):
        try:
            asked = subprocess.run([python, "-c", "import sys; sys.exit(sys.version_info < (3, 12))"], capture_output=True)
        except FileNotFoundError:
            continue
        if asked.returncode == 0:
            return python
    return None


def modules():
    """Names of the test modules."""
    for line in MODULES.read_text().splitlines():
        if name := line.split("#")[0].strip():
            yield name


def show(rows, began):
    rows.sort(key=lambda row: (row["part"], row["name"]))
    print(f"\n| {'name':34} | {'result':12} | tests | off s | on s  |  left | note")
    for row in rows:
        numbers = [str(row.get(key, "")) for key in ("tests", "seconds off", "seconds on", "left")]
        print(f"| {row['name']:34} | {row['result']:12} | {numbers[0]:>5} | {numbers[1]:>5} | {numbers[2]:>5} | {numbers[3]:>5} | {row['note']}")
    for part in ("cpython", "packages"):
        counts = {}
        for row in rows:
            if row["part"] == part:
                counts[row["result"]] = counts.get(row["result"], 0) + 1
        print(f"{part}: " + ", ".join(f"{count} {result}" for result, count in sorted(counts.items())))
    print(f"{time.monotonic() - began:.0f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="every fourth of them, for at most ten minutes")
    parser.add_argument("--cpython-tests", metavar="DIR", help="the folder of CPython's test package")
    parser.add_argument("--python", metavar="PATH", help="record this CPython, not the embedded interpreter")
    parser.add_argument("--memviz", default=str(ROOT / "target" / "release" / "memviz"))
    parser.add_argument("--json", metavar="FILE", help="write the table there, too")
    parser.add_argument("--only", metavar="NAME,...", help="these modules and jobs alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=float, default=40, help="seconds for a run without recording")
    parser.add_argument("--max-steps", type=int, default=20000)
    parser.add_argument("--cache", default=str(ROOT / "target" / "corpus"))
    options = parser.parse_args()
    options.cpython = None if options.python else find_cpython()
    if options.quick:
        options.limit = min(options.limit, 20)
    began = time.monotonic()
    corpus = Corpus(options)
    package = tests_of(options.python) if options.python and not options.cpython_tests else find_tests(options.cpython_tests)
    # Only the test package is taken from there, not the library around it.
    tests_only = corpus.work / "library"
    tests_only.mkdir()
    (tests_only / "test").symlink_to(package)
    cache = pathlib.Path(options.cache)
    cache.mkdir(parents=True, exist_ok=True)
    library = install_extensions(cache, options.python) if options.python else install(cache)
    if options.python:
        print(f"recorded: {options.python}")
    print(f"memviz: {options.memviz}\ntests: {package}\npackages: {library}\nCPython: {options.cpython or 'none: jobs are not compared with it'}")
    only = set(options.only.split(",")) if options.only else None
    work = []
    for number, name in enumerate(modules()):
        if (only is None or name in only) and (package / f"{name}.py").exists():
            work.append((test_module, corpus, package, tests_only, name, number % 3 == 0))
    jobs = sorted(JOBS.glob("*.py"))
    if options.python:
        jobs += sorted(EXTENSION_JOBS.glob("*.py"))
    for job in jobs:
        if only is None or job.stem in only:
            work.append((package_job, corpus, library, job, False))
            # A library that is too large to be recorded whole says so.
            if "# beside: no" not in job.read_text():
                work.append((package_job, corpus, library, job, True))
    if options.quick:
        # Every fourth, the packages' short jobs first; what the time does not suffice for is named.
        work = sorted(work[::4], key=lambda call: call[0] is test_module)
    deadline = began + (7 * 60 if options.quick else float("inf"))

    def timely(what, corpus, *arguments):
        if time.monotonic() < deadline:
            return what(corpus, *arguments)
        part = "cpython" if what is test_module else "packages"
        name = arguments[2] if what is test_module else arguments[1].stem
        return {"name": name, "part": part, "result": "not reached", "note": "the time was over"}

    rows = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = [pool.submit(timely, *call) for call in work]
        for future in concurrent.futures.as_completed(futures):
            row = future.result()
            rows.append(row)
            print(f"{len(rows)} of {len(work)}: {row['name']} {row['result']}", file=sys.stderr, flush=True)
            if row["result"].isupper():
                print(f"{row['name']}: {row['result']}: {row['note']}", flush=True)
    show(rows, began)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1))
    shutil.rmtree(corpus.work, ignore_errors=True)
    # Nothing compared is no success either: half of what was tried must have run.
    tried = [row["result"] for row in rows if row["result"] != "not reached"]
    good = 2 * tried.count("same") >= max(len(tried), 1)
    return 1 if not good or any(row["result"] in ("CRASH", "DIFFERS", "UNTRUE") for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
