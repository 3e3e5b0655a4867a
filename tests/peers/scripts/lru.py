from collections import OrderedDict


class Recent:
    def __init__(self, size):
        self.size = size
        self.pages = OrderedDict()

    def visit(self, page, text):
        self.pages[page] = [text]
        if len(self.pages) > self.size:
            self.pages.popitem(last=False)

    def look(self, page):
        self.pages.move_to_end(page)
        return self.pages[page]


recent = Recent(3)
recent.visit("home", "hi")
recent.visit("news", "rain")
recent.visit("shop", "sale")
recent.look("home")  # memviz: picture
recent.visit("help", "ask")
print(list(recent.pages))
