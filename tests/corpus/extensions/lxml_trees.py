# packages: lxml
# beside: no
"""Trees of elements whose proxies come and go, paths, a target in Python, errors."""
import gc
from lxml import etree

root = etree.fromstring("<a><b n='1'>one<c/></b><b n='2'>two</b><!-- note --></a>")
print([b.get("n") for b in root.iter("b")], root.xpath("//b[@n='2']/text()"), len(root))
child = root[0]
del root
gc.collect()
print(child.getparent().tag, child[0].tag, etree.tostring(child))
child.append(etree.Element("d", key="v"))
moved = child[0]
other = etree.SubElement(etree.Element("z"), "y")
other.append(moved)
print(etree.tostring(other.getparent()), etree.tostring(child))


class Target:
    def __init__(self):
        self.seen = []

    def start(self, tag, attributes):
        self.seen.append(("start", tag, dict(attributes)))

    def end(self, tag):
        self.seen.append(("end", tag))

    def data(self, text):
        self.seen.append(text)

    def close(self):
        return self.seen


print(etree.XML("<p q='r'>s<t/></p>", etree.XMLParser(target=Target())))
try:
    etree.fromstring("<a><b></a>")
except etree.XMLSyntaxError as error:
    print(type(error).__name__, error.lineno)
sheet = etree.XSLT(etree.XML("""<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform">
<x:template match="/"><o><x:value-of select="count(//*)"/></o></x:template></x:stylesheet>"""))
print(str(sheet(child)).strip().splitlines()[-1])
for event, element in etree.iterparse(__import__("io").BytesIO(b"<r><i>1</i><i>2</i></r>"), events=("end",)):
    print(event, element.tag, element.text)
    element.clear()
