"""memviz's pictures beside memory_graph's and objgraph's, of the same moments of the same scripts.

tests/peers/scripts has the scripts; the line that ends in `# memviz: picture` is the moment.
tests/peers/moments.toml says what is to be seen and which picture is the best. The peers run on CPython
3.13 in a venv of this command's own (target/peers/venv); their pictures are kept there until a script, a
version or the way they are called changes. memviz's are drawn anew each time.

Needs Python 3.11 or newer, Graphviz, and CPython 3.13 with pip; uses the standard library alone.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import html
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "peers"
SCRIPTS = DATA / "scripts"
MOMENTS = DATA / "moments.toml"
WORK = ROOT / "target" / "peers"
GALLERY = ROOT / "output" / "gallery" / "peers"
MEMVIZ = ROOT / "target" / "release" / "memviz"
MARK = "  # memviz: picture"
PEERS = ["memory_graph", "objgraph"]
SLIDE = (1920, 1080)
# What stands in rows as it is: its type in a sentence names no box.
PLAIN = {"int", "str", "float", "bool", "NoneType", "bytes", "complex"}


def run(command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=300, **options
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nfailed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


# --- the peers


def cpython():
    """CPython 3.13: what MEMVIZ_CPYTHON names, what is on the path, what pyenv has."""
    named = os.environ.get("MEMVIZ_CPYTHON")
    pyenv = sorted(pathlib.Path.home().glob(".pyenv/versions/3.13*/bin/python3.13"))
    for candidate in [named] if named else ["python3.13", "python3", *pyenv]:
        try:
            version = subprocess.run(
                [candidate, "-c", "import sys; print(*sys.version_info[:2])"],
                capture_output=True,
                text=True,
            )
        except OSError:
            continue
        if version.stdout.split() == ["3", "13"]:
            return candidate
    sys.exit("CPython 3.13 is not there; MEMVIZ_CPYTHON names one")


def environment():
    """The venv's Python, with the pinned packages."""
    pins = DATA / "requirements.txt"
    folder = WORK / "venv"
    installed = folder / "installed.txt"
    if not installed.exists() or installed.read_text() != pins.read_text():
        shutil.rmtree(folder, ignore_errors=True)
        run([cpython(), "-m", "venv", folder])
        run([folder / "bin" / "pip", "install", "--quiet", "--requirement", pins])
        installed.write_text(pins.read_text())
    return folder / "bin" / "python"


def of_peer(python, versions, name, moment, peer):
    """A peer's picture of the moment."""
    call = f"; __import__('moment').take({moment['objgraph']})"
    program = (SCRIPTS / f"{name}.py").read_text().replace(MARK, call)
    time = str(moment.get("time", 1))
    helper = (DATA / "moment.py").read_text()
    key = hashlib.sha256("\0".join([program, time, helper, versions]).encode()).hexdigest()
    kept = WORK / "pictures" / f"{name}-{peer}-{key[:16]}.svg"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / f"{name}.py").write_text(program)
            variables = {
                **os.environ,
                "PYTHONPATH": str(DATA),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONHASHSEED": "0",
                "PEERS_PEER": peer,
                "PEERS_FILE": f"{folder}/picture.svg",
                "PEERS_TIME": time,
            }
            run([python, f"{name}.py"], cwd=folder, env=variables)
            drawn = pathlib.Path(folder, "picture.svg").read_text()
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(drawn.replace(folder, "/tmp/lesson"))
    return kept


# --- memviz


def of_memviz(name, moment, preset):
    """memviz's picture of the moment, the same with the preset, its pictures by default, its trace."""
    folder = WORK / "memviz" / name
    shutil.rmtree(folder, ignore_errors=True)
    script = f"{name}.py"

    def frames(out):
        return sorted((folder / out / "frames").glob("*.svg"))

    run([MEMVIZ, script, "--format", "svg", "--out", folder / "marked"], cwd=SCRIPTS)
    marked = frames("marked")
    time = moment.get("time", 1)
    if len(marked) < time:
        sys.exit(f"{script}: memviz draws {len(marked)} pictures of the marked line, not {time}")
    step = str(int(marked[time - 1].stem))
    one = ["--no-marks", "--steps", step, "--format", "svg"]
    trace = folder / "marked"
    run([MEMVIZ, "render", trace, *one, "--out", folder / "one"], cwd=SCRIPTS)
    # A preset is an option of the run.
    slide = None
    if preset:
        options = [*one, "--preset", "slide", "--out", folder / "slide"]
        run([MEMVIZ, "render", trace, *options], cwd=SCRIPTS)
        slide = frames("slide")[0]
    options = ["--no-marks", "--format", "svg,json", "--out", folder / "default"]
    run([MEMVIZ, script, *options], cwd=SCRIPTS)
    trace = json.loads((folder / "default" / "trace.json").read_text())
    types = {each["type"] for each in trace["objects"]} - PLAIN
    return frames("one")[0], slide, frames("default"), types


# --- what is measured


class Text:
    """A text of a picture: what it says, how large, whether it stands in a box, and its attributes."""

    def __init__(self, element, size, is_in_box):
        self.words = "".join(element.itertext())
        self.size = size
        self.is_in_box = is_in_box
        self.attributes = element.attrib


def texts(path):
    """The texts of an SVG in document order, and its size in the same units."""
    root = ElementTree.parse(path).getroot()
    found = []

    def walk(element, size, scale, is_in_box):
        size = float(element.get("font-size", size).removesuffix("px").removesuffix("pt"))
        factor = re.match(r"scale\(([\d.]+)", element.get("transform", ""))
        scale *= float(factor[1]) if factor else 1
        is_in_box |= bool(re.search(r"-(object|call)\d+$", element.get("id", "")))
        if element.tag.endswith("}text"):
            found.append(Text(element, size * scale, is_in_box))
            return
        for child in element:
            walk(child, str(size), scale, is_in_box)

    walk(root, "16", 1, False)
    left, top, width, height = map(float, root.get("viewBox").split())
    return found, (width, height)


def letters(path):
    """How high letters are, in pixels, where the picture fills a slide: of rows, and the smallest.

    Rows: the largest size that a quarter of the texts in boxes have; in a peer's picture all is boxes."""
    found, (width, height) = texts(path)
    found = [text for text in found if text.words.strip()]
    on_slide = min(SLIDE[0] / width, SLIDE[1] / height)
    rows = [text.size for text in found if text.is_in_box] or [text.size for text in found]
    counts = collections.Counter(rows)
    row = max((size for size in counts if 4 * counts[size] >= len(rows)), default=0)
    return row * on_slide, min((text.size for text in found), default=0) * on_slide


def sentences(found):
    """The caption of a picture of memviz's: at the left edge, neither bold nor coloured."""
    outside = [text for text in found if not text.is_in_box]
    edge = min((float(text.attributes["x"]) for text in outside), default=0)
    plain = [
        text.words
        for text in outside
        if float(text.attributes["x"]) == edge and not {"fill", "font-weight"} & set(text.attributes)
    ]
    return " ".join(plain)


def not_drawn(caption, found, types):
    """What a caption names though no box and no row of its picture does: `#7`, `tuple`."""
    body = " ".join(text.words for text in found if text.is_in_box)
    told = re.sub(r"'[^']*'|“[^”]*”", "", caption)
    serials = set(re.findall(r"#\d+", told)) - set(re.findall(r"#\d+", body))
    word = r"(?<![\w.]){}(?![\w(.])"
    kinds = {
        kind
        for kind in types
        if re.search(word.format(re.escape(kind)), told) and not re.search(word.format(re.escape(kind)), body)
    }
    return sorted(serials | kinds)


def measured(name, pictures, slide, default, types):
    """A row of the table, and what captions name that is not drawn."""
    silent = serials = absent = 0
    named = []
    for path in default:
        found, _ = texts(path)
        caption = sentences(found)
        silent += not caption.endswith(".")
        serials += bool(re.search(r"#\d", caption))
        missing = not_drawn(caption, found, types)
        absent += bool(missing)
        if missing:
            named.append(f"{name} {path.stem}: {', '.join(missing)} in “{caption}”")
    row = {"pictures": len(default), "silent": silent, "serials": serials, "absent": absent}
    row["slide"] = letters(slide) if slide else None
    row |= {tool: letters(path) for tool, path in pictures.items()}
    return row, named


# --- the page

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 1760px; margin: 2rem auto; padding: 0 1.5rem; }
main section { margin: 3rem 0; }
.three { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem; }
figure { margin: 0; }
figure a { display: block; aspect-ratio: 16 / 9; background: #fff; border: 1px solid #8888; }
figure img { width: 100%; height: 100%; object-fit: contain; }
figure.best a { outline: 3px solid #2a7; }
figcaption, .small { font-size: 0.9rem; opacity: 0.8; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.15rem 0.8rem; text-align: right; border-bottom: 1px solid #8884; }
th:first-child, td:first-child { text-align: left; }
pre { overflow: auto; }
"""

HOW = """
Each picture fills a slide of 1920 × 1080 as far as it can; letters are as high as they are then. “Rows”: the
largest size that a quarter of the texts in boxes have; “smallest”: the smallest text. memviz draws the step at which the marked
line has run, alone (<code>--steps N</code>), by default in all else. memory_graph draws
<code>memory_graph.stack()</code> behind that line, objgraph <code>show_refs</code> of the objects that the lesson
is about; both as they are without options.
The table counts what memviz draws without marks. No sentence: nothing in the caption ends in a full stop, as
where it says only which line has run. A caption names what is not drawn where it has a serial
(<code>#7</code>) that no box has, or the type of an object of the run that stands in no box and no row; text
in quotation marks does not count. So a caption is not found out that speaks of one list where another is drawn.
"""


def px(sizes):
    return f"{sizes[0]:.0f} / {sizes[1]:.0f}"


def table(rows, has_preset):
    """The table as cells of text, with a line of sums."""
    counted = {
        "pictures": "pictures",
        "silent": "no sentence",
        "serials": "with #n",
        "absent": "names what is not drawn",
    }
    sizes = {"memviz": "letters: memviz", **({"slide": "slide preset"} if has_preset else {})}
    sizes |= {peer: peer for peer in PEERS}

    def middle(key):
        return f"median {statistics.median(row[key][0] for row in rows.values()):.0f}"

    lines = [["script", *counted.values(), *sizes.values()]]
    for name, row in rows.items():
        lines.append([name, *(str(row[key]) for key in counted), *(px(row[key]) for key in sizes)])
    sums = [str(sum(row[key] for row in rows.values())) for key in counted]
    return [*lines, ["all", *sums, *map(middle, sizes)]]


def figure(name, tool, path, best):
    file = f"{name}-{tool}.svg"
    shutil.copy(path, GALLERY / file)
    size = px(letters(path))
    chosen = ' class="best"' if best == tool else ""
    return (
        f'<figure{chosen}><a href="{file}"><img src="{file}" loading="lazy" alt="{name} by {tool}"></a>'
        f"<figcaption>{tool}: letters {size} px</figcaption></figure>"
    )


def section(name, moment, pictures, is_stale):
    script = (SCRIPTS / f"{name}.py").read_text()
    number, line = next(
        (number, line) for number, line in enumerate(script.splitlines(), 1) if MARK in line
    )
    time = moment.get("time", 1)
    time = f", time {time}" if time > 1 else ""
    best = moment.get("best", "")
    pick = {"draw": "A draw.", "none": "None of them.", "": "Not judged."}.get(best, f"Best: {best}.")
    stale = " (said of an earlier picture of memviz’s)" if is_stale else ""
    why = re.sub("`(.*?)`", r"<code>\1</code>", html.escape(moment.get("why", "")))
    figures = "".join(figure(name, tool, path, best) for tool, path in pictures.items())
    return f"""<section id="{name}"><h2>{name}: {html.escape(moment["moment"])}</h2>
<p class="small">After line {number}{time}: <code>{html.escape(line.replace(MARK, "").strip())}</code></p>
<div class="three">{figures}</div>
<p><strong>{pick}</strong> {why}{stale}</p>
<details><summary>The script</summary><pre>{html.escape(script)}</pre></details></section>"""


def page(moments, pictures, rows, stale, versions, has_preset):
    lines = table(rows, has_preset)
    cells = ["".join(f"<td>{html.escape(cell)}</td>" for cell in line) for line in lines[1:]]
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in lines[0])
    body = "".join(f"<tr>{line}</tr>" for line in cells)
    count = collections.Counter(moment.get("best", "not judged") for moment in moments.values())
    names = {"draw": "a draw", "none": "none of them"}
    count = ", ".join(f"{names.get(tool, tool)} in {number}" for tool, number in count.most_common())
    sections = "\n".join(
        section(name, moment, pictures[name], name in stale) for name, moment in moments.items()
    )
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>memviz beside its peers</title>
<meta name="viewport" content="width=device-width"><!-- made by .ci/peers -->
<style>{STYLE}</style>
<h1>memviz beside its peers</h1>
<p>{len(moments)} scripts of a first course, each at the moment that matters. The picture to paste on
a slide: {count}.</p>
<p class="small">{html.escape(versions)}</p>
<main>{sections}</main>
<h2>In numbers</h2>
<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>
<p class="small">{HOW}</p>
</html>
"""


# --- the command


def identity(path):
    """Tells one picture from another: its size, its sentences, and what stands where in boxes, but for
    counts. These, and the number of the step, hang on how threads run."""
    found, size = texts(path)
    boxes = [text for text in found if text.is_in_box and not re.fullmatch(r"[\d→]+ refs?", text.words)]
    told = [(text.attributes.get("x"), text.attributes.get("y"), text.words) for text in boxes]
    return hashlib.sha256(repr((size, sentences(found), told)).encode()).hexdigest()[:12]


def keep_judged(identities):
    """Writes into the data which picture each verdict was said of: the one that is there now."""
    parts = re.split(r"(?m)^(?=\[)", MOMENTS.read_text())
    for at, part in enumerate(parts):
        name = re.match(r"\[(\w+)\]", part)
        if name and "\nbest = " in part:
            part = re.sub(r'(?m)^judged = .*\n', "", part).rstrip("\n")
            parts[at] = f'{part}\njudged = "{identities[name[1]]}"\n\n'
    MOMENTS.write_text("".join(parts).rstrip("\n") + "\n")


def main():
    parser = argparse.ArgumentParser(prog=".ci/peers", description=__doc__)
    parser.add_argument("--judged", action="store_true", help="the verdicts hold for today's pictures")
    parser.add_argument("-v", "--verbose", action="store_true", help="print captions that name what is not drawn")
    arguments = parser.parse_args()

    moments = tomllib.loads(MOMENTS.read_text())
    scripts = {path.stem for path in SCRIPTS.glob("*.py")}
    if scripts != set(moments):
        sys.exit(f"{MOMENTS.name} and {SCRIPTS.name}/ differ: {sorted(scripts ^ set(moments))}")
    python = environment()
    pins = (DATA / "requirements.txt").read_text().split()
    versions = ", ".join([*pins, run([python, "--version"]).strip(), run(["dot", "-V"]).strip()])
    has_preset = "--preset" in run([MEMVIZ, "render", "--help"])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        drawn = {name: pool.submit(of_memviz, name, moments[name], has_preset) for name in moments}
        peers = {
            (name, peer): pool.submit(of_peer, python, versions, name, moments[name], peer)
            for name in moments
            for peer in PEERS
        }
    shutil.rmtree(GALLERY, ignore_errors=True)
    GALLERY.mkdir(parents=True)
    pictures, rows, named = {}, {}, []
    for name in moments:
        one, slide, default, types = drawn[name].result()
        pictures[name] = {"memviz": one, **{peer: peers[name, peer].result() for peer in PEERS}}
        rows[name], told = measured(name, pictures[name], slide, default, types)
        named += told
    if all(row["silent"] == row["pictures"] for row in rows.values()):
        sys.exit("no caption is found: how pictures are built has changed, and so must `sentences`")

    identities = {name: identity(pictures[name]["memviz"]) for name in moments}
    if arguments.judged:
        keep_judged(identities)
        moments = tomllib.loads(MOMENTS.read_text())
    stale = {name for name in moments if moments[name].get("judged") != identities[name]}
    versions = f"{run([MEMVIZ, '--version']).strip()}, {versions}"
    text = page(moments, pictures, rows, stale, versions, has_preset)
    (GALLERY / "index.html").write_text(text)

    lines = table(rows, has_preset)
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    for line in lines:
        cells = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        print("  ".join([line[0].ljust(widths[0]), *cells]))
    if arguments.verbose:
        print(*named, sep="\n")
    if stale:
        print("judged on an earlier picture of memviz's:", ", ".join(sorted(stale)))
    size = sum(path.stat().st_size for path in GALLERY.iterdir())
    print(f"{GALLERY.relative_to(ROOT)}/index.html ({size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
