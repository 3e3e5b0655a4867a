//! Threads whose output has one order: each waits for its turn.

use super::{Gen, Place};

pub fn program(g: &mut Gen) {
    g.enter(Place::Module);
    g.line("import threading, queue, time");
    g.budget = 8 + g.below(10);
    g.function(Place::Function, "work", "x=1");
    let (count, rounds) = (2 + g.below(4), 1 + g.below(5));
    match g.below(7) {
        // One after the other.
        0 => g.line(format!("for n in range({count}):\n    th = threading.Thread(target=work, args=(n,))\n    th.start()\n    th.join()\n    print(th.is_alive(), threading.active_count())")),
        // All at once, each with its own list; what they say is printed in the end.
        1 => g.line(format!("results = {{}}\ndef own(n):\n    log = results[n] = []\n    for i in range({rounds} * 20):\n        log.append([n, i])\n        x = [log[-1]]\n        x.append(x)\nths = [threading.Thread(target=own, args=(n,)) for n in range({count})]\nfor th in ths: th.start()\nfor th in ths: th.join()\nfor n in sorted(results): print(n, len(results[n]), results[n][-1])\nwork()")),
        // A baton.
        2 => g.line(format!("turns = [threading.Event() for _ in range({count})]\ndef own(n):\n    for i in range({rounds}):\n        turns[n].wait()\n        turns[n].clear()\n        print('turn', n, i)\n        try:\n            if n == 0: work(i)\n        except BaseException as e:\n            told(e)\n        turns[(n + 1) % {count}].set()\nths = [threading.Thread(target=own, args=(n,)) for n in range({count})]\nfor th in ths: th.start()\nturns[0].set()\nfor th in ths: th.join()\nprint('done')")),
        // A queue, one worker.
        3 => g.line(format!("jobs, done = queue.Queue(), queue.Queue()\ndef own():\n    while (job := jobs.get()) is not None:\n        done.put([job, job * job])\n    done.put(None)\nth = threading.Thread(target=own)\nth.start()\nfor n in range({rounds}): jobs.put(n)\njobs.put(None)\nwhile (got := done.get()) is not None: print(got)\nth.join()\nwork()")),
        // Things that die on another thread than the one that they were made on.
        4 => g.line(format!("class Final:\n    def __init__(self, n): self.n = n\n    def __del__(self): log.append(self.n)\nlog = []\nthings = [Final(n) for n in range({count})]\nlocal = threading.local()\ndef own(n):\n    local.x = Final(n + 10)\n    things[n] = None\n    r = weakref.ref(Final(n + 20), lambda r: log.append('dead'))\n    work()\nfor n in range({count}):\n    th = threading.Thread(target=own, args=(n,))\n    th.start()\n    th.join()\ndel th\nprint(log)")),
        // Exceptions that end a thread, and its hook.
        5 => g.line(format!("def hook(args): print('hook', args.exc_type.__name__)\nthreading.excepthook = hook\ndef own(n):\n    try:\n        work(n)\n    finally:\n        boom(n % 6)\nfor n in range({count}):\n    th = threading.Thread(target=own, args=(n,), name=f'w{{n}}')\n    th.start()\n    th.join()\nthreading.excepthook = threading.__excepthook__")),
        _ => g.line(format!("from concurrent.futures import ThreadPoolExecutor\ntotal = 0\nlock = threading.Lock()\ndef own(n):\n    global total\n    for i in range({rounds} * 10):\n        with lock:\n            total += n\n    return [n, n * n]\nwith ThreadPoolExecutor({count}) as pool:\n    print(list(pool.map(own, range(6))))\n    print(pool.submit(lambda: 7).result())\nprint(total)\nwork()")),
    }
    g.leave();
}
