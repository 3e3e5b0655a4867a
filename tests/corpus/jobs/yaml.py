# packages: pyyaml
"""YAML read and written, in Python alone."""
import yaml

text = "a: &x [1, 2.5, true, null, ~]\nb: {c: *x, d: 'q'}\ne: |\n  multi\n  line\nf: >\n  folded\n  line\n---\n- 2001-12-14\n- !!set {x, y}\n- !!binary aGk=\n"
docs = list(yaml.safe_load_all(text))
print(docs[0], docs[0]["a"] is docs[0]["b"]["c"], docs[1][0], sorted(docs[1][1]), docs[1][2])
shared = [1]
print(yaml.safe_dump({"z": shared, "y": shared, "t": "multi\nline", "n": {"deep": [{"er": None}]}}, sort_keys=True))


class Point(yaml.YAMLObject):
    yaml_tag = "!point"
    yaml_loader = yaml.SafeLoader

    def __init__(self, x):
        self.x = x


print(yaml.safe_load("!point {x: 3}").x, yaml.dump(Point(4)), [type(e).__name__ for e in yaml.parse("a: [b]")])
for bad in ("a: [", "a: b: c", "&x *y", "\tx: 1"):
    try:
        yaml.safe_load(bad)
    except yaml.YAMLError as error:
        print(type(error).__name__, error.problem_mark and error.problem_mark.line)
