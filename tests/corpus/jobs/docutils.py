# packages: docutils
# beside: no
"""reStructuredText to HTML and to a tree."""
from docutils.core import publish_doctree, publish_parts

text = """
Title
=====

Some *text* with ``code`` and a link_.

* one
* two

.. _link: http://x.y

.. note:: Look.

=====  =====
a      b
=====  =====
1      2
=====  =====
"""
tree = publish_doctree(text)
print(tree.pformat())
print(publish_parts(text, writer_name="html5")["fragment"])
