# packages: marshmallow
"""Schemas: loaded, dumped, refused."""
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate, validates_schema


class Author(Schema):
    name = fields.Str(required=True, validate=validate.Length(min=2))
    born = fields.Date()


class Book(Schema):
    class Meta:
        unknown = EXCLUDE

    title = fields.Str(required=True)
    pages = fields.Int(load_default=1, validate=validate.Range(1, 1000))
    author = fields.Nested(Author)
    tags = fields.List(fields.Str())

    @post_load
    def made(self, data, **more):
        return tuple(sorted(data))

    @validates_schema
    def whole(self, data, **more):
        if data.get("title") == "bad":
            raise ValidationError("bad title", "title")


print(Book().load({"title": "t", "author": {"name": "Al", "born": "2001-02-03"}, "tags": ["x"], "odd": 1}))
print(Book(only=("title", "author.name")).dump({"title": "t", "pages": 3, "author": {"name": "Bo"}}), Book(many=True).dump([{"title": "u"}]))
for bad in ({}, {"title": "bad"}, {"title": 1, "pages": "x", "author": {"name": "a"}, "tags": [1]}, []):
    try:
        Book().load(bad)
    except ValidationError as error:
        print(error.messages)
