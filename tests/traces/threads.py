import threading

def work(box):
    box.append(threading.current_thread().name)

box = []
thread = threading.Thread(target=work, args=(box,), name="worker")
thread.start()
thread.join()
box.append("main")
