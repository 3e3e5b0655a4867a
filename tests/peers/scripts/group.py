from collections import defaultdict

by_letter = defaultdict(list)
for word in "ant bee ape bat cow asp".split():
    by_letter[word[0]].append(word)
print(dict(by_letter))  # memviz: picture
