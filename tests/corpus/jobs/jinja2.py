# packages: jinja2 markupsafe
"""Templates: loops, macros, filters, inheritance, errors."""
from jinja2 import DictLoader, Environment, StrictUndefined, TemplateSyntaxError, UndefinedError

env = Environment(
    loader=DictLoader(
        {
            "base": "<{% block title %}base{% endblock %}>{% block body %}{% endblock %}",
            "page": "{% extends 'base' %}{% block title %}{{ super() }}-{{ name|upper }}{% endblock %}"
            "{% block body %}{% for x in xs if x % 2 %}{{ loop.index }}:{{ x }},{% else %}none{% endfor %}{% endblock %}",
            "macro": "{% macro m(a, b=2) %}[{{ a }}{{ b }}{{ caller() if caller is defined }}]{% endmacro %}"
            "{{ m(1) }}{{ m(3, b=4) }}{% call m(5) %}!{% endcall %}{% set n = namespace(i=0) %}"
            "{% for k, v in d|dictsort %}{% set n.i = n.i + v %}{{ k }}{% endfor %}{{ n.i }}",
        }
    ),
    autoescape=True,
    undefined=StrictUndefined,
)
print(env.get_template("page").render(name="<a>", xs=range(6)))
print(env.get_template("page").render(name="b", xs=[]))
print(env.get_template("macro").render(d={"b": 1, "a": 2}))
print(env.from_string("{{ xs|map('length')|sum }} {{ xs|join('&') }} {{ x is defined }}").render(xs=["a", "bc"]))
for source in ("{% for %}", "{{ nothing }}", "{{ 1 / 0 }}"):
    try:
        print(env.from_string(source).render())
    except (TemplateSyntaxError, UndefinedError, ZeroDivisionError) as error:
        print(type(error).__name__)
