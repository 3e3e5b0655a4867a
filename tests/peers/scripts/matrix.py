wrong = [[0] * 3] * 3
right = [[0] * 3 for row in range(3)]
wrong[0][0] = 1
right[0][0] = 1  # memviz: picture
print(wrong)
print(right)
