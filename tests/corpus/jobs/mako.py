# packages: mako markupsafe
"""Templates that become Python."""
from mako.template import Template

text = """<%def name="row(x, y=2)">[${x}${y | h}]</%def>\\
% for i in range(3):
${loop.index}:${row(i, y='<')}
% endfor
<% total = sum(range(n)) %>${total} ${'big' if total > 5 else 'small'}
<%block name="end">the end ${caps('x')}</%block>
"""
template = Template(text, strict_undefined=True)
print(template.render(n=5, caps=str.upper))
try:
    template.render(n=5)
except NameError as error:
    print(type(error).__name__)
print(template.get_def("row").render("q"))
