import gc  #: gc is imported
import weakref  #: weakref is imported

class Node:  #: class Node is defined
    def __del__(self):  #: __del__() is defined // nothing refers to the Node that was m any more: its __del__ runs | Node.__del__() is called on m | the name m is gone
        print('gone')  #: Node.__del__() returns None | it prints “gone”

gc.disable()
a = [1, 2]  #: a is a new list [1, 2]
b = a  #: b is the same list as a | the count of the list a goes from 1 to 2
del a  #: the name a is gone | the count of the list b goes from 2 to 1
b = None  #: b is now None | nothing refers to the list that was b any more: it is freed
c = [[1], [2]]  #: c is a new list
del c[0]  #: a list leaves c at the front | nothing refers to the list that was c[0] any more: it is freed
c = None  #: c is now None | 2 objects are freed, in this order: the list that was c and the list that was c[0]
n = Node()  #: n is a new Node
m = n  #: m is the same Node as n | the count of the Node n goes from 1 to 2
n = None  #: n is now None | the count of the Node m goes from 2 to 1
del m  #: nothing refers to the Node that was self any more: it is freed
x, y = [], []  #: x is a new, empty list | y is a new, empty list
x.append(y)  #: the list y is put into x | the count of the list y goes from 1 to 2
y.append(x)  #: the list x is put into y; x[0] is the same list, so it shows it too | the count of the list x goes from 1 to 2
del x, y  #: the name x is gone | the name y is gone | no name leads to the list that was x and the list that was y any more; they wait for the collector
gc.collect()  #: gc.collect() runs on generation 2: of 10 looked at, 2 objects are unreachable | the collector frees list #40 and list #39
class Plain: pass  #: class Plain is defined
p = Plain()  #: p is a new Plain
w = weakref.ref(p)  #: w is a new weak reference to p
del p  #: the weak reference w has lost what it referred to | the name p is gone | nothing refers to the Plain that was p any more: it is freed
cache = weakref.WeakValueDictionary()  #: cache is a new WeakValueDictionary
big = Plain()  #: big is a new Plain
cache['k'] = big  #: cache.data['k'] is a new KeyedRef to big
del big  #: the name big is gone | cache.data['k'] is gone | 2 objects are freed, in this order: the Plain that was big and the KeyedRef that was cache.data['k']
