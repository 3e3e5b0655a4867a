row = ([1, 2], "fixed")
inner = row[0]
try:
    row[0] += [3]
except TypeError as error:
    print(row)  # memviz: picture
    print(error)
