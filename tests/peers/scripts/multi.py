a = [1, 2]
b = a
b.append(3)
c = a[:]
c.append(4)
pair = (a, c)
a, c = c, a  # memviz: picture
print(a, b, c, pair)
