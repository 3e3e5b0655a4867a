"""One error leads to another: on purpose, or by accident.

Notice: `raise ... from error` notes the cause. An error that is raised while another one is handled
notes that one as its context. Both are printed first, above the error that came last.
"""

ages = {"ann": "31", "bob": "?"}


def age_of(name):
    try:
        return int(ages[name])
    except ValueError as error:
        raise RuntimeError(f"no age for {name}") from error


try:
    age_of("bob")
except RuntimeError as error:
    print(error, "because of", error.__cause__)
    ages["carl"]
