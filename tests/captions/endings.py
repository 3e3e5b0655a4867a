import gc  #: gc is imported
import weakref  #: weakref is imported

class Node:  #: The body of class Node begins // class Node is defined, with __del__()
    def __del__(self):  #: The method __del__() is defined // Nothing refers to the Node that was m any more: its __del__ runs | The name m is gone | Node.__del__() is called on m
        print('gone')  #: The program prints “gone”

gc.disable()  #: Nothing in memory changes
a = [1, 2]  #: a is a new list [1, 2]
b = a  #: b is the same list as a | The count of the list a goes from 1 to 2
del a  #: The name a is gone | The count of the list b goes from 2 to 1
b = None  #: b is now None | Nothing refers to the list that was b any more: it is freed
c = [[1], [2]]  #: c is a new list [[1], [2]]
del c[0]  #: The list [1] leaves c at the front | Nothing refers to the list that was c[0] any more: it is freed
c = None  #: c is now None | 2 objects are freed, in this order: the list that was c and the list that was c[0]
n = Node()  #: n is a new Node
m = n  #: m is the same Node as n | The count of the Node n goes from 1 to 2
n = None  #: n is now None | The count of the Node m goes from 2 to 1
del m  #: Nothing refers to the Node that was self any more: it is freed
x, y = [], []  #: x is a new, empty list | y is a new, empty list
x.append(y)  #: The list y is put into x | The count of the list y goes from 1 to 2
y.append(x)  #: The list x is put into y; x[0] is the same list, so it shows it too | The count of the list x goes from 1 to 2
del x, y  #: The names x and y are gone | No name leads any more to the list that was x and the list that was y; they wait for the collector
gc.collect()  #: gc.collect() runs on generation 2: of 10 looked at, 2 objects are unreachable | The collector frees the list that was y and the list that was x
class Plain: pass  #: class Plain is defined
p = Plain()  #: p is a new Plain
w = weakref.ref(p)  #: w is a new weak reference to p
del p  #: The weak reference w has lost what it referred to | The name p is gone | Nothing refers to the Plain that was p any more: it is freed
cache = weakref.WeakValueDictionary()  #: cache is a new WeakValueDictionary
big = Plain()  #: big is a new Plain
cache['k'] = big  #: cache.data['k'] is a new KeyedRef to big
del big  #: The name big is gone | cache.data['k'] is gone | 2 objects are freed, in this order: the Plain that was big and the KeyedRef that was cache.data['k']
