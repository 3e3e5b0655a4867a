import heapq  #: heapq is imported
import threading  #: threading is imported
from collections import Counter, defaultdict  #: class Counter and class defaultdict are imported
from dataclasses import dataclass  #: dataclass() is imported
from enum import Enum  #: class Enum is imported
from functools import lru_cache  #: lru_cache() is imported
class Status(Enum):  #: The body of class Status begins // class Status is defined, with OPEN and SHUT
    OPEN = 1  #: OPEN is 1
    SHUT = 2  #: SHUT is 2
door = Status.OPEN  #: door is Status.OPEN
by_status = {}  #: by_status is a new, empty dict
by_status[Status.OPEN] = ["a"]  #: by_status[Status.OPEN] is a new list ['a']
by_status[Status.SHUT] = []  #: by_status[Status.SHUT] is a new, empty list
by_status[Status.SHUT].append("b")  #: 'b' is put into by_status[Status.SHUT]
del by_status[Status.OPEN]  #: by_status[Status.OPEN] is gone | Nothing refers to the list that was by_status[door] any more: it is freed
class Account:  #: The body of class Account begins // class Account is defined, with __init__(), euros, pay() and check()
    def __init__(self):  #: The method __init__() is defined // Account.__init__() is called for a new Account
        self.cents = 0  #: self.cents is 0
    @property  #: The decorator @property is ready // The decorator @property has been applied
    def euros(self):  #: What is defined is given to its decorator next // euros is a property
        return self.cents / 100
    @euros.setter  #: The decorator @euros.setter is ready // The decorator @euros.setter has been applied // Account.euros() is called on ann with value = 3
    def euros(self, value):  #: What is defined is given to its decorator next // euros is a property that can be set
        self.cents = value * 100  #: self.cents is now 300
    def pay(self, euros):  #: The method pay() is defined // Account.pay() is called on ann with euros = 3
        return self.check(euros)  #: Account.check() has ended
    def check(self, euros):  #: The method check() is defined // Account.check() is called on ann with euros = 3
        self.euros = euros  #: Account.euros() has ended
ann = Account()  #: ann is the new Account
ann.pay(3)  #: Account.pay() has ended
@dataclass  #: The decorator @dataclass is ready // A new, empty dict is made // The decorator @dataclass has been applied
class Card:  #: What is defined is given to its decorator next // class Card is defined
    suit: str  #: Nothing in memory changes
hand = [Card("spades"), Card("hearts")]  #: hand is a new list of 2 items
top = hand[1]  #: top is the same Card as hand[1]
for card in hand:  #: card is the same Card as hand[0] // card is now the same Card as hand[1] // The loop ends: there are no more items
    card.suit = "clubs"  #: card.suit is now 'clubs'; hand[0] is the same Card, so it shows it too // top.suit is now 'clubs'; card and hand[1] are the same Card, so they show it too
hand.sort(key=lambda one: one.suit)  #: The lambda is called with one = hand[0] | hand is empty now: the Card one and the Card top left it // The lambda returns 'clubs' // The lambda has ended | The lambda is called with one = top // A Card and the Card top are put into hand
heap = [1, 3, 2, 5]  #: heap is a new list [1, 3, 2, 5]
heapq.heappush(heap, 0)  #: 0 is put into heap, and others change places
heapq.heappop(heap)  #: 0 leaves heap, and others change places
flags = [True, True, True]  #: flags is a new list [True, True, True]
flags[0] = flags[2] = False  #: flags[0] and flags[2] are now False
second, first = 2, 1  #: second is 2 | first is 1
tally = Counter("aab")  #: tally is a new Counter {'a': 2, 'b': 1}
groups = defaultdict(list)  #: groups is a new, empty defaultdict
@lru_cache  #: The decorator @lru_cache is ready // The decorator @lru_cache has been applied
def twice(n):  #: What is defined is given to its decorator next // twice is a function with a cache
    return n * 2
def total(*parts, **rest):  #: total() is defined // total() is called with parts = (1, 2) and rest = {'by': 3} // total() is called
    return sum(parts)  #: total() returns 3 // total() returns 0
total(1, 2, by=3)  #: 2 objects are freed, in this order: the tuple that was parts and the dict that was rest
total()  #: Nothing refers to the dict that was rest any more: it is freed
def mark(function):  #: mark() is defined // mark() is called with function = the function total()
    function.seen = True  #: function.seen is True
mark(total)  #: mark() has ended
done = 0  #: done is 0
def items():  #: items() is defined // items() starts
    yield [1]  #: items() yields a new list [1] // items() goes on where it was // The generator goes on behind its yield
    yield [2]  #: items() yields a new list [2] // items() goes on where it was // items() returns None
for item in items():  #: item is the list that items() has yielded // item is now the list that items() has yielded | Nothing refers to the list that was item any more: it is freed // items() has ended
    pass  #: pass does nothing
grid = [[x * y for x in range(2)] for y in range(2)]  #: x and y are 0 // x is now 1 // The list that is being made has 1 item now // x is 0 | y is now 1
def outer(n):  #: outer() is defined // outer() is called with n = 1 // outer() is called with n = 0
    return n if n == 0 else outer(n - 1)  #: outer() returns 0
outer(1)  #: outer() has ended
import copy  #: copy is imported
nested = {"a": {"b": [1]}}  #: nested is a new dict {'a': {'b': [1]}}
shallow = copy.copy(nested)  #: shallow is a new dict {'a': {'b': [1]}}
nested["a"]["b"].append(2)  #: 2 is added at the end of nested['a']['b']; shallow['a']['b'] is the same list, so it shows it too
rows = [p for p in nested if p == "z"]  #: p is 'a' // rows is an empty list
kept = [p for p in nested if p == "z"]  #: p is 'a' // kept is an empty list
rows = kept  #: rows is now the same list as kept | Nothing refers to the list that was rows any more: it is freed
