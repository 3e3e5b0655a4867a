import threading
import time

results = []
lock = threading.Lock()


def work(name, seconds):
    time.sleep(seconds)
    with lock:
        results.append(name)  # memviz: picture


one = threading.Thread(target=work, args=("one", 0.2))
two = threading.Thread(target=work, args=("two", 0.6))
one.start()
two.start()
one.join()
two.join()
print(results)
