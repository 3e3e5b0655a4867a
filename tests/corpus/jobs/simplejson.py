# packages: simplejson
"""JSON with decimals, hooks, and its own errors."""
from decimal import Decimal

import simplejson as json

print(json.dumps({"b": [1, 2.5, None, True], "a": "é\u2028", "d": Decimal("1.10")}, sort_keys=True, indent=1))
print(json.loads('{"x": 1.1, "y": [NaN, {"z": "\\u00e9"}]}', use_decimal=True, allow_nan=True), json.loads("[1, 2]", object_pairs_hook=list))


class Thing:
    def for_json(self):
        return {"thing": 1}


print(json.dumps([Thing(), {1: 2, None: 3}], for_json=True), json.dumps((1, 2), tuple_as_array=True), "".join(json.JSONEncoder().iterencode({"k": [1, [2]]})))
for bad in ("[1,", '{"a" 1}', "nope", '"\\x"', ""):
    try:
        json.loads(bad)
    except json.JSONDecodeError as error:
        print(error.msg, error.lineno, error.colno)
try:
    json.dumps(object)
except TypeError as error:
    print("TypeError")
