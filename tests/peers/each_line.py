"""Draws a program at each of its lines with one of memviz's peers, or makes only what is to be drawn.

    python each_line.py WAY SCRIPT FOLDER FIRST MOST [ARGUMENTS...]

WAY is `memory_graph` or `objgraph`, which write an SVG by Graphviz for each line, or `memory_graph-only`:
memory_graph's own part of that, which is what it has of a recording. It begins where line FIRST is come
to; after MOST lines the program goes on unwatched. Prints the lines and the seconds of processor time that they took, Graphviz's included.
"""

import resource
import sys


def seconds():
    of = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in of)


def drawer(way, folder):
    if way == "objgraph":
        import objgraph

        def draw(frame, number):
            names = {name: of for name, of in frame.f_locals.items() if not name.startswith("__")}
            objgraph.show_refs([names], filename=f"{folder}/{number}.svg", too_many=100000)

        return draw
    import memory_graph

    def names_of(frame):
        return {name: of for name, of in frame.f_locals.items() if not name.startswith("__")}

    if way == "memory_graph":
        return lambda frame, number: memory_graph.render(names_of(frame), f"{folder}/{number}.svg")
    return lambda frame, number: memory_graph.create_graph(names_of(frame))


def main():
    way, script, folder, first, most = sys.argv[1:6]
    sys.argv = [script, *sys.argv[6:]]
    draw = drawer(way, folder)
    lines = 0
    begun = False
    taken = 0.0

    def trace(frame, event, argument):
        nonlocal begun, lines, taken
        if frame.f_code.co_filename != script:
            return None
        begun |= frame.f_lineno == int(first)
        if begun and event == "line" and lines < int(most):
            begin = seconds()
            draw(frame, lines)
            # At the first, modules are loaded.
            taken += seconds() - begin if lines else 0
            lines += 1
        return trace

    code = compile(open(script, encoding="utf-8").read(), script, "exec")
    sys.settrace(trace)
    try:
        exec(code, {"__name__": "__main__", "__file__": script})
    finally:
        sys.settrace(None)
        print(lines - 1, taken, file=sys.stderr)


if __name__ == "__main__":
    main()
