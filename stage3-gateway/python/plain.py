"""An application without a framework: what WSGI is when nothing stands between.

    cargo run -p stage3-gateway -- --python plain:app
"""

import hashlib
import html
import http.cookies
import time
import urllib.parse

PAGE = """<!doctype html><meta charset="utf-8"><title>{0}</title><h1>{0}</h1>
<p><a href="/hello">hello</a> · <a href="/form">a form</a> · <a href="/count">a session</a>
· <a href="/stream?ms=500">a stream</a> · <a href="/environ">environ</a>
· <a href="/raise">a failure</a> · <code>curl -T FILE http://127.0.0.1:8888/upload</code>
"""
FORM = """<!doctype html><meta charset="utf-8"><title>A form</title>
<form method="post"><label>Your name <input name="name"></label> <button>Greet me</button></form>
"""
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


# ANCHOR: app
def app(environ, start_response):
    first = environ["PATH_INFO"].lstrip("/").partition("/")[0]
    route = ROUTES.get(first, not_found)
    return route(environ, start_response)


def answer(start_response, text, kind=TEXT, status="200 OK", fields=()):
    start_response(status, [("Content-Type", kind), *fields])
    return [text.encode()]


def hello(environ, start_response):
    return answer(start_response, "Hello world from Python!\n")
# ANCHOR_END: app


def index(environ, start_response):
    return answer(start_response, PAGE.format("Python without a framework"), HTML)


def form(environ, start_response):
    if environ["REQUEST_METHOD"] != "POST":
        return answer(start_response, FORM, HTML)
    content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    name = urllib.parse.parse_qs(content.decode()).get("name", [""])[0]
    return answer(start_response, f"<p>Hello {html.escape(name)}!\n", HTML)


def upload(environ, start_response):
    """Reads piece by piece: however long the content is, no more than one piece is in memory."""
    size, digest = 0, hashlib.sha256()
    while piece := environ["wsgi.input"].read(64 * 1024):
        size += len(piece)
        digest.update(piece)
    return answer(start_response, f"{size} bytes, SHA-256 {digest.hexdigest()}\n")


def stream(environ, start_response):
    """A generator: the server sends each part before it asks for the next one."""
    query = urllib.parse.parse_qs(environ["QUERY_STRING"])
    pause = int(query.get("ms", ["0"])[0]) / 1000
    start_response("200 OK", [("Content-Type", TEXT)])
    for number in (1, 2, 3):
        yield f"part{number}\n".encode()
        time.sleep(pause)


def count(environ, start_response):
    """A cookie that counts. Nobody signs it: whoever likes a number can write it."""
    cookies = http.cookies.SimpleCookie(environ.get("HTTP_COOKIE", ""))
    seen = int(cookies["seen"].value) if "seen" in cookies else 0
    cookie = ("Set-Cookie", f"seen={seen + 1}; Path=/; HttpOnly; SameSite=Lax")
    return answer(start_response, f"You have been here {seen} times before.\n", fields=[cookie])


def variables(environ, start_response):
    lines = [f"{name}={value!r}\n" for name, value in sorted(environ.items())]
    return answer(start_response, "".join(lines))


def fails(environ, start_response):
    raise RuntimeError("/raise fails before any output")


def fails_late(environ, start_response):
    start_response("200 OK", [("Content-Type", TEXT), ("Content-Length", "10")])
    yield b"12345"
    raise RuntimeError("/raise-late fails after 5 of 10 bytes")


def not_found(environ, start_response):
    return answer(start_response, "nothing is here\n", status="404 Not Found")


ROUTES = {
    "": index,
    "hello": hello,
    "form": form,
    "upload": upload,
    "stream": stream,
    "count": count,
    "environ": variables,
    "raise": fails,
    "raise-late": fails_late,
}
