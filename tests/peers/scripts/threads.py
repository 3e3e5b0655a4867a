import threading

results = []
lock = threading.Lock()


def work(name):
    for number in range(2):
        with lock:
            results.append((name, number))  # memviz: picture


workers = [threading.Thread(target=work, args=(name,)) for name in "ab"]
for worker in workers:
    worker.start()
    worker.join()
print(results)
