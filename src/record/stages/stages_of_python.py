"""The stages of a source file as the Python that runs this has them, as JSON.

The file's name is the first argument, its bytes come from standard input; nothing of it is run.
The answer has the form of memviz's own model. Works from Python 3.8 on.
"""

import ast
import dis
import io
import json
import keyword
import os
import platform
import re
import symtable
import sys
import token
import tokenize
import traceback
import types
import warnings

import _symtable

VERSION = sys.version_info
MARK = b"\xef\xbb\xbf"
COOKIE = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
BLANK = re.compile(r"[ \t\f]*(#.*)?[\r\n]*$", re.ASCII)
# A long number in the source is no reason to give up.
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)


class Places:
    """Lines and columns as bytes of the source."""

    def __init__(self, source):
        self.source = source
        self.bytes = source.encode()
        self.lines = []
        self.starts = []
        self.contents = []
        at = 0
        for line in split(source):
            self.lines.append(line)
            self.starts.append(at)
            self.contents.append(len(line.rstrip("\r\n").encode()))
            at += len(line.encode())
        self.length = at

    def text(self, span):
        return self.bytes[span[0] : span[1]].decode("utf-8", "replace")

    def start(self, line):
        return self.starts[line - 1] if 0 < line <= len(self.starts) else self.length

    def of_bytes(self, line, column):
        return min(self.start(line) + column, self.length)

    def of_characters(self, line, column):
        if not 0 < line <= len(self.lines):
            return self.length
        text = self.lines[line - 1]
        if text.isascii():
            return min(self.starts[line - 1] + column, self.length)
        return self.starts[line - 1] + len(text[:column].encode())

    def line_end(self, line):
        if not 0 < line <= len(self.lines):
            return self.length
        return self.starts[line - 1] + len(self.lines[line - 1].encode())


def split(source):
    """Lines with their ends, as Python ends them: CR LF, LF or CR."""
    return io.StringIO(source, newline="").readlines() if source else []


def decode(data):
    """The text, the encoding's name and how that was found."""
    if data.startswith(MARK):
        found = "ByteOrderMark"
    else:
        found = None
    encoding, lines = tokenize.detect_encoding(io.BytesIO(data).readline)
    if found:
        return data[len(MARK):].decode("utf-8"), "utf-8", found
    text = data.decode(encoding)
    at = 0
    for line in split(text)[:2]:
        match = COOKIE.match(line)
        if match:
            start = at + len(line[: match.start(1)].encode())
            place = [start, start + len(match.group(1).encode())]
            return text, match.group(1), {"Cookie": place}
        if not BLANK.match(line):
            break
        at += len(line.encode())
    return text, "utf-8", "Default"


def plain_repr(value):
    if isinstance(value, types.CodeType):
        return "<code object %s, line %d>" % (value.co_name, value.co_firstlineno)
    return repr(value)


# --- tokens ---------------------------------------------------------------------------------------


def tokens(places):
    """The tokens, and what ended them, if anything did."""
    found = []
    text = places.source.replace("\r\n", "\n").replace("\r", "\n")
    soft = set(getattr(keyword, "softkwlist", ()))
    try:
        for one in tokenize.generate_tokens(io.StringIO(text).readline):
            if one.type in (token.ENDMARKER, tokenize.ENCODING):
                continue
            start = places.of_characters(*one.start)
            end = places.of_characters(*one.end)
            kind = token.tok_name[one.type]
            exact = None
            if kind in ("NEWLINE", "NL"):
                end = places.line_end(one.start[0]) if one.string else start
            elif kind == "DEDENT":
                end = start
            elif kind == "OP":
                exact = token.tok_name[one.exact_type]
            elif kind == "NAME" and keyword.iskeyword(one.string):
                exact = "keyword"
            found.append({"kind": kind, "exact": exact, "span": [start, max(start, end)]})
    except (tokenize.TokenError, SyntaxError) as error:
        return found, error
    return found, None


# --- tree -----------------------------------------------------------------------------------------

WORDS = (ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


def tree(module, places):
    nodes = []
    # Before 3.12, what stands in an f-string is not where it says.
    lost = VERSION < (3, 12)
    work = [(module, None, None, False)]
    while work:
        node, parent, edge, hidden = work.pop()
        number = len(nodes)
        span = None
        if isinstance(node, ast.Module):
            span = [0, places.length]
        elif getattr(node, "end_lineno", None) is not None and not hidden:
            span = [
                places.of_bytes(node.lineno, node.col_offset),
                places.of_bytes(node.end_lineno, node.end_col_offset),
            ]
            if span[0] > span[1]:
                span = None
        decorators = getattr(node, "decorator_list", None)
        if span and decorators:
            first = places.of_bytes(decorators[0].lineno, decorators[0].col_offset)
            span[0] = places.bytes.rfind(b"@", 0, first)
        hidden = hidden or (lost and isinstance(node, ast.JoinedStr))
        entry = {
            "kind": type(node).__name__,
            "parent": parent,
            "edge": edge,
            "context": None,
            "values": [],
            "span": span,
            "folded": None,
        }
        nodes.append(entry)
        inner = []
        for field, value in ast.iter_fields(node):
            fill(entry, number, node, field, value, inner, hidden)
        work.extend(reversed(inner))
    return nodes


def fill(entry, number, node, field, value, inner, hidden):
    """One field: a child, children, or a value."""
    if isinstance(value, ast.expr_context):
        entry["context"] = type(value).__name__
    elif isinstance(value, WORDS):
        entry["values"].append([field, type(value).__name__])
    elif isinstance(value, ast.AST):
        inner.append((value, number, {"field": field, "index": None}, hidden))
    elif isinstance(node, (ast.Constant, getattr(ast, "MatchSingleton", ast.Constant))):
        if field == "value":
            entry["values"].append([field, plain_repr(value)])
        elif value is not None:
            entry["values"].append([field, str(value)])
    elif isinstance(value, list):
        words = []
        for index, one in enumerate(value):
            if isinstance(one, WORDS):
                words.append(type(one).__name__)
            elif isinstance(one, ast.AST):
                inner.append((one, number, {"field": field, "index": index}, hidden))
            elif one is not None:
                words.append(str(one))
        if words:
            entry["values"].append([field, ", ".join(words)])
    elif value is not None and not (field == "str" and entry["kind"] == "Interpolation"):
        entry["values"].append([field, str(value)])


# --- names ----------------------------------------------------------------------------------------

FLAGS = [
    ("DEF_PARAM", "parameter"),
    ("DEF_LOCAL", "assigned"),
    ("DEF_IMPORT", "imported"),
    ("DEF_ANNOT", "annotated"),
    ("DEF_TYPE_PARAM", "type parameter"),
    ("USE", "used"),
    ("DEF_GLOBAL", "declared global"),
    ("DEF_NONLOCAL", "declared nonlocal"),
    ("DEF_COMP_ITER", "comprehension variable"),
    ("DEF_FREE_CLASS", "free in a class"),
]
SCOPES = [
    ("LOCAL", "Local"),
    ("CELL", "Cell"),
    ("FREE", "Free"),
    ("GLOBAL_EXPLICIT", "GlobalExplicit"),
    ("GLOBAL_IMPLICIT", "GlobalImplicit"),
]
KINDS = {"type parameter": "type parameters", "TypeVar bound": "type variable"}


def scopes(top):
    found = []
    work = [(top, None)]
    while work:
        table, parent = work.pop()
        number = len(found)
        kind = table.get_type()
        kind = getattr(kind, "value", kind)
        kind = KINDS.get(kind, kind)
        name = table.get_name()
        if kind == "function" and name == "lambda":
            kind = "lambda"
        elif kind == "function" and ".0" in table.get_identifiers():
            kind = "comprehension"
        found.append({
            "name": name,
            "kind": kind,
            "parent": parent,
            "line": table.get_lineno(),
            "flags": ["nested"] if table.is_nested() else [],
            "node": None,
            "symbols": [symbol(one) for one in table.get_symbols()],
        })
        work.extend((child, number) for child in reversed(table.get_children()))
    return found


def symbol(one):
    flags = one._Symbol__flags
    scope = one._Symbol__scope
    names = [word for known, word in FLAGS if flags & getattr(_symtable, known, 0)]
    kinds = [word for known, word in SCOPES if scope == getattr(_symtable, known)]
    return {
        "name": one.get_name(),
        "scope": kinds[0] if kinds else "Unknown",
        "flags": names,
        "owner": None,
        "uses": [],
    }


# --- code -----------------------------------------------------------------------------------------


def codes(top, places):
    found = []
    work = [(top, None, None)]
    while work:
        code, parent, constant = work.pop()
        number = len(found)
        if parent is not None:
            found[parent]["constants"][constant]["code"] = number
        lines = line_ranges(code)
        found.append({
            "name": code.co_name,
            "qualified": getattr(code, "co_qualname", ""),
            "parent": parent,
            "scope": None,
            "first_line": code.co_firstlineno,
            "flags": flags(code.co_flags),
            "arguments": code.co_argcount,
            "positional_only": code.co_posonlyargcount,
            "keyword_only": code.co_kwonlyargcount,
            "stack_size": code.co_stacksize,
            "constants": [{"repr": plain_repr(one), "code": None} for one in code.co_consts],
            "names": list(code.co_names),
            "local_names": list(code.co_varnames),
            "cell_names": list(code.co_cellvars),
            "free_names": list(code.co_freevars),
            "lines": lines,
            "handlers": handlers(code),
            "instructions": instructions(code, lines, places),
        })
        inner = [
            (one, number, at)
            for at, one in enumerate(code.co_consts)
            if isinstance(one, types.CodeType)
        ]
        work.extend(reversed(inner))
    return found


def flags(bits):
    names = []
    for bit in range(32):
        if bits & (1 << bit):
            names.append(dis.COMPILER_FLAG_NAMES.get(1 << bit, hex(1 << bit)))
    return names


def line_ranges(code):
    if hasattr(code, "co_lines"):
        rows = [(start, end, line) for start, end, line in code.co_lines() if start < end]
    else:
        starts = list(dis.findlinestarts(code))
        ends = [start for start, _ in starts[1:]] + [len(code.co_code)]
        rows = [(start, end, line) for (start, line), end in zip(starts, ends)]
    merged = []
    for start, end, line in rows:
        # Line 0 is before the first.
        line = line or None
        if merged and merged[-1]["line"] == line:
            merged[-1]["end"] = end
        else:
            merged.append({"start": start, "end": end, "line": line})
    return merged


def handlers(code):
    parse = getattr(dis, "_parse_exception_table", None)
    if parse is None:
        return []
    return [
        {
            "start": row.start,
            "end": row.end,
            "target": row.target,
            "depth": row.depth,
            "pushes_offset": bool(row.lasti),
        }
        for row in parse(code)
    ]


def instructions(code, lines, places):
    found = []
    ranges = iter(lines)
    row = next(ranges, None)
    for one in dis.get_instructions(code):
        while row and one.offset >= row["end"]:
            row = next(ranges, None)
        if one.opname == "EXTENDED_ARG":
            continue
        jumps = one.opcode in dis.hasjrel or one.opcode in dis.hasjabs
        meaning = "" if jumps else one.argrepr
        if one.opcode in dis.hasconst and isinstance(one.argval, types.CodeType):
            meaning = plain_repr(one.argval)
        elif one.opname == "LOAD_SMALL_INT":
            meaning = str(one.arg)
        found.append({
            "offset": one.offset,
            "name": one.opname,
            "argument": one.arg,
            "meaning": meaning,
            "target": one.argval if jumps else None,
            "line": row["line"] if row and row["start"] <= one.offset else None,
            "span": span(getattr(one, "positions", None), places),
        })
    return found


def span(positions, places):
    if positions is None or None in positions:
        return None
    line, end_line, column, end_column = positions
    if line == 0:
        return None
    start = places.of_bytes(line, column)
    end = places.of_bytes(end_line, end_column)
    return [start, end] if start <= end else None


# --- all ------------------------------------------------------------------------------------------


def failure(stage, error, places):
    line = getattr(error, "lineno", None) or 0
    column = getattr(error, "offset", None) or 0
    where = None
    if places is not None and line:
        start = places.of_characters(line, max(column, 1) - 1)
        end_line = getattr(error, "end_lineno", None) or 0
        end_column = getattr(error, "end_offset", None) or 0
        end = places.of_characters(end_line, end_column - 1) if end_line and end_column else start
        if end <= start:
            # A single character is underlined then.
            end = start + len(places.bytes[start:].decode("utf-8", "ignore")[:1].encode())
        where = [start, end]
    message = getattr(error, "msg", None) or str(error)
    return {
        "stage": stage,
        "kind": type(error).__name__,
        "message": message,
        "line": max(line, 0),
        "column": max(column, 0),
        "span": where,
        "printed": "".join(traceback.format_exception_only(type(error), error)),
    }


def cache(path):
    stem, extension = os.path.splitext(os.path.basename(path))
    tag = sys.implementation.cache_tag
    if extension != ".py" or tag is None:
        reason = "only modules that are imported from a file named .py are kept"
        return {"path": None, "exists": None, "reason": reason}
    kept = os.path.join(os.path.dirname(path), "__pycache__", "%s.%s.pyc" % (stem, tag))
    there = os.path.exists(kept)
    reason = "a file that is run as a script is compiled anew each time; only an import writes it"
    if there:
        reason = "an earlier import has written it; a run as a script does not look at it"
    return {"path": kept, "exists": there, "reason": reason}


def line_ends(source):
    crlf = source.count("\r\n")
    return {
        "lf": source.count("\n") - crlf,
        "crlf": crlf,
        "cr": source.count("\r") - crlf,
        "last_is_open": bool(source) and source[-1] not in "\r\n",
    }


def refuses(data, path):
    """Why the whole of it does not compile; nothing where it does."""
    try:
        return compile(data, path, "exec", dont_inherit=True), None
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        return None, error


def engine():
    name = platform.python_implementation()
    version = "%d.%d.%d" % VERSION[:3]
    if VERSION[3] != "final":
        version += "%s%d" % (VERSION[3], VERSION[4])
    return {"name": name, "version": version, "python": version}


def stages(path, data):
    code, error = refuses(data, path)
    answer = {
        "engine": engine(),
        "file": {
            "path": path,
            "bytes": len(data),
            "encoding": "utf-8",
            "found_by": "Default",
            "byte_order_mark": data.startswith(MARK),
            "line_ends": line_ends(""),
            "cache": cache(path),
        },
        "source": "",
        "tokens": [],
        "tree": [],
        "scopes": [],
        "codes": [],
        "failure": None,
    }
    facts = answer["file"]
    try:
        if b"\0" in data:
            raise error or ValueError("source code cannot contain null bytes")
        source, facts["encoding"], facts["found_by"] = decode(data)
    except (SyntaxError, ValueError, LookupError) as problem:
        answer["failure"] = failure("File", error or problem, None)
        return answer
    answer["source"] = source
    facts["line_ends"] = line_ends(source)
    places = Places(source)
    answer["tokens"], problem = tokens(places)
    wrong = any(one["kind"] == "ERRORTOKEN" and places.text(one["span"]).strip() for one in answer["tokens"])
    stage = "Tokens" if problem or wrong else "Tree"
    try:
        module = ast.parse(data, path)
        stage = "Tree"
        answer["tree"] = tree(module, places)
        stage = "Names"
        answer["scopes"] = scopes(symtable.symtable(data, path, "exec"))
        stage = "Code"
        if error is not None:
            raise error
        answer["codes"] = codes(code, places)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as problem:
        answer["failure"] = failure(stage, error or problem, places)
    return answer


def main():
    warnings.simplefilter("ignore")
    answer = stages(sys.argv[1], sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(answer))


main()
