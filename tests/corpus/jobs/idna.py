# packages: idna
"""Names of hosts in other scripts."""
import idna

for name in ("ドメイン.テスト", "königsgäßchen", "faß.de", "xn--eckwd4c7c.xn--zckzah", "a" * 64, "a..b", "-x"):
    try:
        print(name, idna.encode(name), idna.decode(idna.encode(name)), idna.encode(name, uts46=True))
    except idna.IDNAError as error:
        print(name, type(error).__name__, error)
