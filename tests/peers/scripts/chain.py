class BadSetting(Exception):
    pass


def read(text):
    try:
        return int(text)
    except ValueError as error:
        raise BadSetting("width must be a number") from error


def setup(options):
    return read(options["width"])


options = {"width": "wide"}
try:
    setup(options)
except BadSetting as problem:
    cause = problem.__cause__  # memviz: picture
    print(problem, cause)
