"""An application that asks a gateway all that it should be asked: what the checks of stages 3 and 4
drive. `application` is a WSGI application as PEP 3333 has it; any server that runs those can be
graded with it.

Of your own server, the last lines could be these:

    from probe import application
    serve_forever(application)

    SERVER_CMD="python3 my_server.py" cargo test -p stage3-gateway

A copy of this file beside my_server.py is enough: it uses nothing but the standard library. For a
server of somebody else's, a few lines keep the contract (PORT, HOST, the listening line):

    import os
    from wsgiref.simple_server import ServerHandler, make_server
    from probe import application

    ServerHandler.http_version = "1.1"  # it answers as HTTP/1.0 else, and earns nothing
    httpd = make_server(os.environ.get("HOST", "127.0.0.1"), int(os.environ["PORT"]), application)
    print(f"listening on http://127.0.0.1:{httpd.server_port}", flush=True)
    httpd.serve_forever()

(Python's wsgiref has a quarter of the points then: it was made to show how, not to be used.)

Some routes are right, others are wrong on purpose: a server has to cope with both. The texts after
`def` say what each does; a server passes when the client gets what PEP 3333 promises.
"""

import html
import sys
import time
from urllib.parse import parse_qs

TEXT = [("Content-Type", "text/plain; charset=utf-8")]
HTML = [("Content-Type", "text/html; charset=utf-8")]
BYTES = [("Content-Type", "application/octet-stream")]
TEN = TEXT + [("Content-Length", "10")]
FIVE = TEXT + [("content-length", "5")]  # names of fields have no case

FORM = b"""<!doctype html>
<form method="post"><input name="name"><button>Greet</button></form>
"""
BLOCK = b"x" * 65536

closed = 0  # how many bodies the server has closed in this process


class Body:
    """What an application returns: its pieces, and `close`, which the server calls at the end."""

    def __init__(self, pieces):
        self.pieces = iter(pieces)

    def __iter__(self):
        return self.pieces

    def close(self):
        global closed
        closed += 1


def application(environ, start_response):
    """The table of routes."""
    path = environ["PATH_INFO"]
    if path.startswith("/environ/"):
        route = show_environ
    elif path.startswith("/status/"):
        route = any_status
    elif path.startswith("/fields/"):
        route = any_fields
    else:
        route = ROUTES.get(path, not_found)
    return Body(route(environ, start_response))


def index(_environ, start_response):
    start_response("200 OK", HTML)
    links = "".join(f'<li><a href="{path}">{path}</a>\n' for path in sorted(ROUTES))
    return [f"<!doctype html>\n<title>Probe</title>\n<ul>\n{links}</ul>\n".encode()]


def favicon(_environ, start_response):
    """A browser asks for it; 204 says that there is none."""
    start_response("204 No Content", [])
    return []


def hello(_environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello world from Python!\n"]


def form(environ, start_response):
    """GET shows a form, POST greets the name in it, escaped."""
    if environ["REQUEST_METHOD"] != "POST":
        start_response("200 OK", HTML)
        return [FORM]
    content = content_of(environ).decode("latin-1")
    name = parse_qs(content).get("name", ["nobody"])[0]
    start_response("200 OK", HTML)
    return [f"<!doctype html>\n<p>Hello, {html.escape(name)}!\n".encode()]


def show_environ(environ, start_response):
    """One KEY=VALUE line for each string. PEP 3333: a string holds bytes, each as one character."""
    strings = sorted((name, value) for name, value in environ.items() if isinstance(value, str))
    start_response("200 OK", TEXT)
    return ["".join(f"{name}={value}\n" for name, value in strings).encode("latin-1")]


def echo(environ, start_response):
    """The content of a POST, byte for byte."""
    if environ["REQUEST_METHOD"] != "POST":
        start_response("405 Method Not Allowed", TEXT + [("Allow", "POST")])
        return [b"this takes POST only\n"]
    content = content_of(environ)
    start_response("200 OK", BYTES)
    return [content]


def half_read(environ, start_response):
    """Reads half of the content and answers: the client may still be sending."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    read = len(environ["wsgi.input"].read(length // 2))
    start_response("200 OK", TEXT)
    return [f"read {read} of {length} bytes\n".encode()]


def not_found(environ, start_response):
    content_of(environ)
    start_response("404 Not Found", TEXT)
    return [b"there is nothing here\n"]


def any_status(environ, start_response):
    """`/status/N`: that status. 204, 205 and 304 have no content; 204 and 304 end with their head,
    so the server must not send the piece that comes here all the same."""
    code = environ["PATH_INFO"][len("/status/") :]
    if code in ("204", "205", "304"):
        start_response(code + " As You Wish", [])
        return [] if code == "205" else [b"nobody is to see this\n"]
    start_response(code + " As You Wish", TEXT)
    return [code.encode() + b"\n"]


def any_fields(environ, start_response):
    """`/fields?X-A=1&X-B=2`, `/fields/X-C/3`: with these fields, in this order. The path is decoded:
    any byte may be in it."""
    pairs = [pair.split("=", 1) for pair in environ.get("QUERY_STRING", "").split("&")]
    pairs.append(environ["PATH_INFO"][len("/fields/") :].split("/", 1))
    asked = [tuple(pair) for pair in pairs if len(pair) == 2 and pair[0].startswith("X-")]
    start_response("200 OK", TEXT + asked)
    return [b"these fields\n"]


def big(environ, start_response):
    """`/big?n=N`: N bytes, made when the server asks for them."""
    length = number(environ, "n", 1_000_000)
    start_response("200 OK", TEXT + [("Content-Length", str(length))])
    return (BLOCK[: length - at] for at in range(0, length, len(BLOCK)))


def stream(environ, start_response):
    """`/stream?ms=N`: three pieces with a pause between them, and no Content-Length."""
    pause = number(environ, "ms", 0) / 1000

    def pieces():
        for part in (1, 2, 3):
            if part > 1:
                time.sleep(pause)
            yield f"part{part}\n".encode()

    start_response("200 OK", TEXT)
    return pieces()


def slow(environ, start_response):
    """`/slow?ms=N`: waits, then answers."""
    time.sleep(number(environ, "ms", 0) / 1000)
    start_response("200 OK", TEXT)
    return [b"waited\n"]


def show_closed(_environ, start_response):
    """How many bodies were closed before this one."""
    start_response("200 OK", TEXT)
    return [f"{closed}\n".encode()]


def through_write(_environ, start_response):
    """Sends through `write`, as programs do that were written for `print`."""
    write = start_response("200 OK", TEXT)
    write(b"written ")
    write(b"twice ")
    return [b"and returned\n"]


# The wrong ones.


class Failed(Exception):
    pass


def fails(_environ, _start_response):
    """Fails before it has said anything: 500, and the client is not told why."""
    raise Failed("/raise fails before any output")


def panic(environ, _start_response):
    """The same by a mistake in the program: Rust calls that a panic."""
    return environ["no such variable"]


def fails_first(_environ, start_response):
    """Fails while it makes its first piece: nothing was sent yet, so 500 as well."""

    def pieces():
        raise Failed("/raise-first fails in its first piece")
        yield b""

    start_response("200 OK", TEXT)
    return pieces()


def fails_after_nothing(_environ, start_response):
    """The same after an empty piece: that sends no head."""

    def pieces():
        yield b""
        raise Failed("/raise-empty fails after a piece that is empty")

    start_response("200 OK", TEXT)
    return pieces()


def fails_late(_environ, start_response):
    """Fails after 5 of the 10 bytes that it declared: too late for a 500."""

    def pieces():
        yield b"12345"
        raise Failed("/raise-late fails after 5 of 10 bytes")

    start_response("200 OK", TEN)
    return pieces()


def panics_late(environ, start_response):
    """The same by a mistake."""

    def pieces():
        yield b"12345"
        yield environ["no such variable"]

    start_response("200 OK", TEN)
    return pieces()


def too_short(_environ, start_response):
    start_response("200 OK", TEN)
    return [b"12345"]


def too_long(_environ, start_response):
    start_response("200 OK", FIVE)
    return [b"1234567890"]


def inject(_environ, start_response):
    """A line end inside of a value: unchecked, it adds a field of its own."""
    start_response("200 OK", TEXT + [("X-A", "a\r\nX-Evil: 1")])
    return [b"did you get X-Evil?\n"]


def never(_environ, _start_response):
    """Never calls start_response: 500."""
    return [b"what is this?\n"]


def twice(_environ, start_response):
    """Calls start_response again without exc_info: 500."""
    start_response("200 OK", TEXT)
    start_response("202 Accepted", TEXT)
    return [b"which one is it?\n"]


def changes_its_mind(_environ, start_response):
    """Calls it again with exc_info before any output: the second answer replaces the first."""
    try:
        start_response("200 OK", TEXT + [("X-Answer", "first"), ("Content-Length", "3")])
        raise Failed("the first answer failed")
    except Failed:
        fields = TEXT + [("X-Answer", "second")]
        start_response("500 Internal Server Error", fields, sys.exc_info())
    return [b"this replaced 200 OK\n"]


def changes_its_mind_late(_environ, start_response):
    """The same after a piece was sent: start_response raises the error again."""
    try:
        write = start_response("200 OK", TEXT)
        write(b"this was sent before the error\n")
        raise Failed("it came too late")
    except Failed:
        start_response("500 Internal Server Error", TEXT, sys.exc_info())
    return [b"nobody sees this\n"]


def content_of(environ):
    """All of the content. A server that says nothing of wsgi.input_terminated need not mark its
    end: then no more than CONTENT_LENGTH may be asked for."""
    if environ.get("wsgi.input_terminated"):
        return environ["wsgi.input"].read()
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))


def number(environ, name, otherwise):
    """A number from the query."""
    return int(parse_qs(environ.get("QUERY_STRING", "")).get(name, [otherwise])[0])


ROUTES = {
    "/": index,
    "/favicon.ico": favicon,
    "/hello": hello,
    "/form": form,
    "/environ": show_environ,
    "/echo": echo,
    "/half-read": half_read,
    "/fields": any_fields,
    "/big": big,
    "/stream": stream,
    "/slow": slow,
    "/closed": show_closed,
    "/write": through_write,
    "/raise": fails,
    "/panic": panic,
    "/raise-first": fails_first,
    "/raise-empty": fails_after_nothing,
    "/raise-late": fails_late,
    "/panic-late": panics_late,
    "/cl-short": too_short,
    "/cl-long": too_long,
    "/inject": inject,
    "/never": never,
    "/twice": twice,
    "/exc": changes_its_mind,
    "/exc-late": changes_its_mind_late,
}
