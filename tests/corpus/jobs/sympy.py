# packages: sympy mpmath
# beside: no
"""Symbols: a small sum, an equation, a derivative."""
from sympy import Matrix, Symbol, diff, expand, factor, integrate, simplify, sin, solve, symbols

x, y = symbols("x y")
print(expand((x + y) ** 3), factor(x**2 - y**2), diff(sin(x) * x, x))
print(solve(x**2 - 2, x), integrate(x**2, (x, 0, 3)), simplify((x**2 - 1) / (x - 1)))
print(Matrix([[1, x], [2, 3]]).det(), Symbol("n", positive=True).is_negative)
