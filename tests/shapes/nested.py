def flat(tree):
    out = []
    for part in tree:
        if isinstance(part, list):
            out.extend(flat(part))
        else:
            out.append(part)
    return out

nested = [1, [2, [3, [4, 5]], 6], [7]]
result = flat(nested)
