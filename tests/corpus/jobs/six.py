# packages: six
"""What once made two Pythons one."""
import six
from six.moves import range, reduce, urllib

print(six.PY3, six.text_type, six.ensure_str(b"x"), reduce(lambda a, b: a + b, range(5)), urllib.parse.quote("a b"))


class Meta(type):
    def __new__(mcs, name, bases, ns):
        print("made", name)
        return type.__new__(mcs, name, bases, ns)


@six.add_metaclass(Meta)
class A(object):
    def f(self):
        return 1


class B(six.with_metaclass(Meta, A)):
    __slots__ = ()


print(six.get_unbound_function(A.f)(A()), list(six.iteritems({"a": 1})), six.callable(A), type(B).__name__)
try:
    six.reraise(ValueError, ValueError("x"))
except ValueError as error:
    print(error.args)
six.exec_("y = 3", ns := {})
print(ns["y"], six.byte2int(b"a"), six.int2byte(97))
