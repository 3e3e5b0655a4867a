def move(count, start, goal, other):
    if count == 0:
        return
    move(count - 1, start, other, goal)
    goal.append(start.pop())  # memviz: picture
    move(count - 1, other, goal, start)


a = [3, 2, 1]
b = []
c = []
move(3, a, c, b)
