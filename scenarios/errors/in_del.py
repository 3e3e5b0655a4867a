"""An error in `__del__` is printed, and dropped.

Notice: `del` takes the last reference away, and the interpreter calls `__del__`. There is no caller
of yours that an error could go to: it is ignored, and the program goes on.
"""


class Log:
    def __init__(self, path):
        self.file = None

    def __del__(self):
        self.file.close()


log = Log("run.log")
del log
print("still running")
