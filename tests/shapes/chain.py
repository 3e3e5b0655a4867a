class Node:
    def __init__(self, value, next):
        self.value = value
        self.next = next


head = None
for i in range(70):
    head = Node(i, head)
tail = head
while tail.next:
    tail = tail.next
tail.next = head
