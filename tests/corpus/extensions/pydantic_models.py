# packages: pydantic
# beside: no
"""Models with validators in Python that the compiled core calls, errors, serialisation."""
from typing import Annotated, Optional, Union
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_validator, model_validator


class Address(BaseModel):
    street: str
    number: Annotated[int, Field(gt=0)]


class Person(BaseModel):
    name: str
    age: int = 0
    home: Optional[Address] = None
    tags: list[Union[int, str]] = []
    friends: list["Person"] = []

    @field_validator("name")
    @classmethod
    def trimmed(cls, value):
        return value.strip().title()

    @model_validator(mode="after")
    def grown(self):
        if self.age > 150:
            raise ValueError("too old")
        return self


ada = Person(name=" ada ", age="36", home={"street": "Main", "number": 5}, tags=[1, "two"])
bob = Person(name="bob", friends=[ada, {"name": "cyd"}])
print(ada, bob.friends[1], bob.friends[0] is ada)
print(bob.model_dump_json(), Person.model_validate_json('{"name": "eve", "age": 3}'))
for bad in ({"age": 1}, {"name": "x", "age": "y"}, {"name": "x", "age": 200}, {"name": "x", "home": {"street": 1, "number": -1}}):
    try:
        Person(**bad)
    except ValidationError as error:
        print(error.error_count(), [(e["loc"], e["type"]) for e in error.errors()])
adapter = TypeAdapter(dict[str, list[int]])
print(adapter.validate_python({"a": ["1", 2]}), adapter.json_schema()["type"])
copy = bob.model_copy(update={"name": "rob"})
print(copy.friends is bob.friends, copy == bob)
