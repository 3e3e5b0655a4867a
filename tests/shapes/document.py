class Element:
    def __init__(self, tag, **attrs):
        self.tag = tag
        self.attrs = attrs
        self.children = []
    def add(self, child):
        self.children.append(child)
        return child
html = Element("html")
body = html.add(Element("body", id="top"))
ul = body.add(Element("ul", cls="list"))
for i in range(3):
    li = ul.add(Element("li", n=i))
    li.add("text %d" % i)
body.add(Element("p", style="bold", title="a long title of a paragraph"))
