# packages: itsdangerous
"""Signed data, and what is wrong with it."""
from itsdangerous import BadSignature, Signer, URLSafeSerializer

s = URLSafeSerializer("secret", salt="s")
token = s.dumps({"id": 5, "l": [1, "x" * 200]})
print(len(token) > 20, s.loads(token)["id"], Signer("k").sign("value"))
for bad in (token[:-1], token + "x", "a.b", ""):
    try:
        s.loads(bad)
    except BadSignature as error:
        print(type(error).__name__)
print(Signer("k").unsign(Signer("k").sign("v")), s.loads_unsafe("a.b")[0])
