# packages: werkzeug markupsafe
# beside: no
"""Routes, requests and answers, without a server."""
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

urls = Map([Rule("/", endpoint="index"), Rule("/u/<int:n>", endpoint="user"), Rule("/p/<path:rest>", endpoint="path", methods=["POST"])])


@Request.application
def app(request):
    try:
        endpoint, values = urls.bind_to_environ(request.environ).match()
        if endpoint == "user" and values["n"] > 5:
            raise NotFound()
        return Response(f"{endpoint} {values} {sorted(request.args.items())} {request.form.get('f')}")
    except HTTPException as error:
        return error


client = Client(app)
for answer in (client.get("/?a=1&b=2"), client.get("/u/3"), client.get("/u/9"), client.post("/p/a/b", data={"f": "x"}), client.get("/p/a"), client.get("/none")):
    print(answer.status_code, answer.get_data(as_text=True)[:60].split("\n")[0])
print(MultiDict([("a", 1), ("a", 2)]).getlist("a"), Headers([("X-A", "b")])["x-a"])
