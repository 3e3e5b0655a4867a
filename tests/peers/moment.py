"""Draws the moment that a script has come to with one of memviz's peers.

`.ci/peers.py` puts a call of `take` behind the line that says `# memviz: picture`, and runs the script
with this module on its path.
"""

import os

PEER = os.environ["PEERS_PEER"]
FILE = os.environ["PEERS_FILE"]
TIME = int(os.environ["PEERS_TIME"])
taken = 0


def take(objects):
    """At the `TIME`-th call: objgraph draws what `objects` refer to; memory_graph, the caller's stack."""
    global taken
    taken += 1
    if taken != TIME:
        return
    if PEER == "objgraph":
        import objgraph

        objgraph.show_refs(objects, filename=FILE)
    else:
        import memory_graph

        memory_graph.render(memory_graph.stack(stack_index=1), FILE)
