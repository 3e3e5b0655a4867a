class Job:
    def __init__(self, n, before):
        self.n = n
        self.before = before


last = None
for n in range(150):
    last = Job(n, last)
    job = last
    for back in range(4):
        if job.before:
            job = job.before
    job.before = None
