"""An application that asks what PEP 3333 promises on both sides of a process boundary.

Beside it stands what a newcomer may name in its place: a factory, and a number. Routes whose names
begin with raises, status, field or returns do what an application must not.
"""

import os
import sys
import time

TEXT = [("Content-Type", "text/plain; charset=utf-8")]

last_file = None


def app(environ, start_response):
    path = environ["PATH_INFO"]
    route = target if path == "" or path.startswith("/target/") else ROUTES[path]
    return route(environ, start_response)


def hello(_environ, start_response):
    start_response("200 OK", TEXT)
    return [b"Hello world from Python!\n"]


def two_pieces(_environ, start_response):
    start_response("200 OK", TEXT)
    return [b"one\n", b"two\n"]


def flags(environ, start_response):
    """What a server says of itself, each as the type that it has."""
    names = ("wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once", "wsgi.version")
    start_response("200 OK", TEXT)
    return ["".join(f"{name}={environ[name]!r}\n" for name in names).encode()]


def chunks(environ, start_response):
    """The content, and what says whether it still is in chunks."""
    said = (
        environ.get("HTTP_TRANSFER_ENCODING"),
        environ["wsgi.input_terminated"],
        environ["wsgi.input"].read(),
    )
    start_response("200 OK", TEXT)
    return [f"{said!r}\n".encode()]


def target(environ, start_response):
    """Path and query as they came to us, each in its own line."""
    start_response("200 OK", TEXT)
    lines = (environ["PATH_INFO"], environ["QUERY_STRING"])
    return ["".join(f"{line}\n" for line in lines).encode("latin-1")]


def latin_1(environ, start_response):
    """A field, as a string of one character for each byte, goes back in a field."""
    value = environ["HTTP_X_A"]
    start_response("200 OK", [*TEXT, ("X-B", value)])
    return [f"{len(value)} characters\n".encode()]


def file(environ, start_response):
    """This file, through the server's own wrapper."""
    global last_file
    last_file = open(__file__, "rb")
    start_response("200 OK", TEXT)
    return environ["wsgi.file_wrapper"](last_file, 100)


def file_is_closed(_environ, start_response):
    start_response("200 OK", TEXT)
    return [f"{last_file.closed}\n".encode()]


def says_something(environ, start_response):
    """On all three ways to a log."""
    environ["wsgi.errors"].write("said on wsgi.errors\n")
    print("said on standard output")
    print("said on standard error", file=sys.stderr)
    start_response("200 OK", TEXT)
    return [b"said\n"]


def pid_then_nothing(_environ, start_response):
    start_response("200 OK", TEXT)
    yield f"{os.getpid()}\n".encode()
    hang()


def never_answers(_environ, _start_response):
    hang()


def trickle(_environ, start_response):
    """A byte now and then, for longer than any check lasts: it says something, and never ends."""
    start_response("200 OK", TEXT)
    for _ in range(1200):
        yield b"."
        time.sleep(0.05)


def dies(_environ, _start_response):
    print("these are its last words", flush=True)
    os._exit(7)


def raises_a_file_name(_environ, _start_response):
    """As open() has it for a name that is no UTF-8: the character can't be encoded again."""
    raise FileNotFoundError("caf\udce9.txt")


def raises_without_a_message(_environ, _start_response):
    raise Speechless


def raises_much(_environ, _start_response):
    raise ValueError("much " * 500_000)


class Speechless(Exception):
    def __str__(self):
        raise ValueError


def status_is_a_number(_environ, start_response):
    start_response(200, TEXT)
    return [b"never sent"]


def field_is_a_number(_environ, start_response):
    start_response("200 OK", [*TEXT, ("Content-Length", 10)])
    return [b"never sent"]


def fields_are_a_dict(_environ, start_response):
    start_response("200 OK", dict(TEXT))
    return [b"never sent"]


def returns_nothing(_environ, start_response):
    start_response("200 OK", TEXT)


def returns_text(_environ, start_response):
    start_response("200 OK", TEXT)
    return "never sent"


def returns_bytes(_environ, start_response):
    start_response("200 OK", TEXT)
    return b"never sent"


def hang():
    time.sleep(60)


ROUTES = {
    "/hello": hello,
    "/two-pieces": two_pieces,
    "/flags": flags,
    "/chunks": chunks,
    "/latin-1": latin_1,
    "/file": file,
    "/file-is-closed": file_is_closed,
    "/says-something": says_something,
    "/pid-then-nothing": pid_then_nothing,
    "/never-answers": never_answers,
    "/trickle": trickle,
    "/dies": dies,
    "/raises-a-file-name": raises_a_file_name,
    "/raises-without-a-message": raises_without_a_message,
    "/raises-much": raises_much,
    "/status-is-a-number": status_is_a_number,
    "/field-is-a-number": field_is_a_number,
    "/fields-are-a-dict": fields_are_a_dict,
    "/returns-nothing": returns_nothing,
    "/returns-text": returns_text,
    "/returns-bytes": returns_bytes,
}

number = 42


def factory():
    return app
