import sys
class M(type):
    def __getattribute__(cls, name):
        print('M.getattribute', name)
        return type.__getattribute__(cls, name)
    def __eq__(cls, o):
        print('M.eq'); return type.__eq__(cls, o)
    def __hash__(cls):
        print('M.hash'); return type.__hash__(cls)
C0 = M('C0', (object,), {'k': 1})
class L(list):
    def __iter__(self): print('L.iter'); return list.__iter__(self)
    def __len__(self): print('L.len'); return list.__len__(self)
    def __getitem__(self, i): print('L.getitem'); return list.__getitem__(self, i)
class D(dict):
    def items(self): print('D.items'); return dict.items(self)
    def __iter__(self): print('D.iter'); return dict.__iter__(self)
    def __len__(self): print('D.len'); return 0
class S(set):
    def __iter__(self): print('S.iter'); return set.__iter__(self)
class T(tuple):
    def __iter__(self): print('T.iter'); return tuple.__iter__(self)
    def __len__(self): print('T.len'); return tuple.__len__(self)
class I(int):
    def __repr__(self): print('I.repr'); return 'I'
    def __eq__(self, o): print('I.eq'); return False
    def __hash__(self): print('I.hash'); return 1
class St(str):
    def __repr__(self): print('St.repr'); return 'x'
    def __getitem__(self, i): print('St.get'); return 'y'
    def __eq__(self, o): print('St.eq'); return False
    def __hash__(self): print('St.hash'); return 1
class O(object):
    __slots__ = ('a', '__weakref__')
    def __getattribute__(self, n): print('O.getattribute', n); return object.__getattribute__(self, n)
    def __eq__(self, o): print('O.eq'); return False
    def __hash__(self): print('O.hash'); return 3
    def __bool__(self): print('O.bool'); return True
    __nonzero__ = __bool__
class P(object):
    @property
    def __class__(self): print('P.class'); return int
    @property
    def __dict__(self): print('P.dict'); return {}
class E(Exception):
    def __getattribute__(self, n): print('E.getattribute', n); return Exception.__getattribute__(self, n)
    def __str__(self): print('E.str'); return 'e'
    @property
    def args(self): print('E.args'); return ()
c = C0()
l = L([1]); d = D(a=1); s = S([1]); t = T((1, 2)); i = I(4); st = St('ab'); o = O(); p = P()
dd = {i: 1, st: 2, o: 3}
import weakref
w = weakref.ref(o)
class W(weakref.ref):
    def __call__(self): print('W.call'); return None
w2 = W(p)
try:
    raise E(1)
except E as e:
    ee = e
print('end')
del o, p, dd
print('end2')
