# packages: bottle
"""A small web application, called by hand, and its templates."""
import io

import bottle

app = bottle.Bottle()


@app.route("/hello/<name:re:[a-z]+>")
def hello(name):
    return bottle.template("Hi {{name}}!\\\\\n% for i in range(n):\n{{i}},\\\\\n% end\n", name=name, n=3)


@app.post("/sum")
def total():
    return {"sum": sum(map(int, bottle.request.forms.getall("x")))}


@app.error(404)
def missing(error):
    return "missing"


@app.route("/fail")
def fail():
    bottle.abort(418, "tea")


def call(method, path, body=b""):
    def start(status, headers, exc_info=None):
        print(status)

    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
               "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    print(b"".join(app(environ, start)).decode()[:80].split("\n")[0])


call("GET", "/hello/bob")
call("GET", "/hello/BOB")
call("POST", "/sum", b"x=1&x=20")
call("GET", "/fail")
print(bottle.SimpleTemplate("% if x:\nyes {{!x}}\n% else:\nno\n% end").render(x="<b>"))
