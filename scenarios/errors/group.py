"""Several errors at once: a group, and clauses that take parts of it.

Notice: `except*` splits the group. Each clause gets a new group with the errors of its kind; what no
clause has taken goes on its way as a group of its own.
"""


def check(form):
    problems = []
    if not form["name"]:
        problems.append(ValueError("no name"))
    if not isinstance(form["age"], int):
        problems.append(TypeError("age is no number"))
    if form["age"] == "?":
        problems.append(LookupError("age is not known"))
    if problems:
        raise ExceptionGroup("bad form", problems)


try:
    check({"name": "", "age": "?"})
except* ValueError as group:
    print("values:", group.exceptions)
except* TypeError as group:
    print("types:", group.exceptions)
