class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next

head = None
for word in ["d", "c", "b", "a"]:
    head = Node(word, head)
second = head.next
head.next = second.next
del second
