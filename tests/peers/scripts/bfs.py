from collections import deque

roads = {
    "A": ["B", "C"],
    "B": ["D"],
    "C": ["D", "E"],
    "D": [],
    "E": [],
}


def search(start):
    came_from = {start: None}
    waiting = deque([start])
    while waiting:
        town = waiting.popleft()  # memviz: picture
        for other in roads[town]:
            if other not in came_from:
                came_from[other] = town
                waiting.append(other)
    return came_from


print(search("A"))
