import os

kept = [1, "two"]
kept.append(kept)
os.abort()
