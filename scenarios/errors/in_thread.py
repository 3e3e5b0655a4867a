"""An error ends its thread, not the program.

Notice: the search goes down the calls of the thread alone. The main program waits with `join()`, is
told of nothing, and finds that the result is missing.
"""

import threading

results = {}


def work(name, parts):
    results[name] = 12 / parts


threads = [threading.Thread(target=work, args=job) for job in [("a", 3), ("b", 0)]]
for thread in threads:
    thread.start()
    thread.join()
print(results)
