# packages: mpmath
"""Numbers of many digits."""
from mpmath import diff, findroot, fsum, identify, iv, matrix, mp, mpc, mpf, nsum, quad, sin, sqrt, taylor, zeta

mp.dps = 30
print(mp.pi, sqrt(2), mpf(1) / 3, mpc(1, 2) ** 3)
print(quad(lambda x: x**2, [0, 1]), diff(lambda x: x**3, 2), findroot(lambda x: x * x - 2, 1.4))
print(zeta(3), fsum([mpf("0.1")] * 10), mp.nstr(nsum(lambda n: 1 / n**2, [1, mp.inf]), 15))
print([mp.nstr(c, 8) for c in taylor(sin, 0, 4)], matrix([[1, 2], [3, 4]]) ** -1 * matrix([1, 1]))
with mp.workdps(8):
    print(+mp.e, iv.mpf("0.1"))
