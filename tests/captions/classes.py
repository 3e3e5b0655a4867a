class Empty:  #: The body of class Empty begins // class Empty is defined
    pass

class Node:  #: The body of class Node begins // class Node is defined, with count, __init__(), set(), double, helper and make
    count = 0  #: count is 0
    def __init__(self, value, rest=None):  #: The method __init__() is defined // Node.__init__() is called for a new Node with value = 1 and rest = None // Node.__init__() is called for a new Node with value = 2 and rest = None // Node.__init__() is called for a new Node with value = 0 and rest = None
        self.value = value  #: self.value is 1 // self.value is 2 // self.value is 0 // self.value is 'leaf'
        self.rest = rest  #: self.rest is None
        Node.count += 1  #: Node.count is now 1 // Node.count is now 2 // Node.count is now 3 // Node.count is now 4
    def set(self, value):  #: The method set() is defined // Node.set() is called on node with value = 5 // Node.set() is called on node with value = 6
        self.value = value  #: self.value is now 5 // self.value is now 6
        return self  #: Node.set() returns the Node self
    @property  #: The decorator @property is ready // The decorator @property has been applied // Node.double() is called on node
    def double(self):  #: What is defined is given to its decorator next // double is a property
        return self.value * 2  #: Node.double() returns 10
    @staticmethod  #: The decorator @staticmethod is ready // The decorator @staticmethod has been applied // Node.helper() is called with x = node
    def helper(x):  #: What is defined is given to its decorator next // helper is a staticmethod
        return x  #: Node.helper() returns the Node x
    @classmethod  #: The decorator @classmethod is ready // The decorator @classmethod has been applied // Node.make() is called with cls = class Node
    def make(cls):  #: What is defined is given to its decorator next // make is a classmethod
        return cls(0)  #: Node.make() returns a Node

class Leaf(Node):  #: The body of class Leaf begins // class Leaf is defined, with __init__()
    def __init__(self):  #: The method __init__() is defined // Leaf.__init__() is called for a new Leaf
        super().__init__('leaf')  #: Node.__init__() has ended
        self.tags = []  #: self.tags is a new, empty list

empty = Empty()  #: empty is a new Empty
empty.x = 1  #: empty.x is 1
empty.x = [1]  #: empty.x is now a new list [1]
empty.y = empty.x  #: empty.y is the same list as empty.x
del empty.x  #: empty.x is gone
node = Node(1)  #: node is the new Node
node.rest = Node(2)  #: node.rest is now the new Node
other = node.rest  #: other is the same Node as node.rest
other.value = 3  #: other.value is now 3; node.rest is the same Node, so it shows it too
node.rest = None  #: node.rest is now None
other.rest = other  #: other.rest is now the same Node as other
node.set(5)  #: Node.set() has ended
twice = node.double  #: twice is 10
helped = Node.helper(node)  #: helped is the Node that helper() has returned
made = Node.make()  #: made is the Node that make() has returned
leaf = Leaf()  #: leaf is the new Leaf
leaf.tags.append('a')  #: 'a' is put into leaf.tags
Node.count = 10  #: Node.count is now 10
method = node.set  #: method is a new method
method(6)  #: Node.set() has ended
kind = Node  #: kind is class Node
setattr(node, 'extra', {})  #: node.extra is a new, empty dict; helped is the same Node, so it shows it too
node.extra['k'] = node  #: node.extra['k'] is the same Node as node
nodes = [Node(i) for i in range(2)]  #: Node.__init__() has ended // nodes is a list of 2 items
