# packages: jsonschema attrs pyrsistent
"""Documents held against schemas."""
from jsonschema import Draft7Validator, RefResolver, ValidationError, validate

schema = {
    "type": "object",
    "required": ["n"],
    "properties": {"n": {"type": "integer", "minimum": 1}, "s": {"enum": ["a", "b"]}, "l": {"type": "array", "items": {"$ref": "#/definitions/d"}, "uniqueItems": True}},
    "additionalProperties": False,
    "definitions": {"d": {"anyOf": [{"type": "string", "pattern": "^x"}, {"type": "null"}]}},
}
for document in ({"n": 1, "s": "a", "l": ["x1", None]}, {"n": 0}, {"s": "c", "z": 1}, {"n": 1, "l": ["y", "y"]}, []):
    errors = sorted(Draft7Validator(schema).iter_errors(document), key=lambda e: (list(map(str, e.path)), e.validator))
    print([(e.validator, list(e.path), len(e.context)) for e in errors])
try:
    validate(3, {"not": {"type": "number"}})
except ValidationError as error:
    print(error.validator, RefResolver.from_schema(schema).resolve("#/definitions/d")[1]["anyOf"][1])
