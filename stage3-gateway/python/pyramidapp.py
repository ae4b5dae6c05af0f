"""A Pyramid application.

    cargo run -p stage3-gateway -- --python pyramidapp:app
"""

import hashlib
import html
import os
import time

from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory

SECRET = os.environ.get("SECRET_KEY", "change me: whoever knows it can write sessions")

PAGE = """<!doctype html><title>Pyramid</title><h1>Pyramid</h1>
<p><a href="/hello">hello</a> · <a href="/form">a form</a> · <a href="/count">a session</a>
· <a href="/stream?ms=500">a stream</a> · <a href="/raise">a failure</a>
<form method="post" action="/upload" enctype="multipart/form-data">
<label>A file <input type="file" name="file"></label> <button>Send it</button></form>
"""
FORM = """<!doctype html><title>A form</title>
<form method="post"><label>Your name <input name="name"></label> <button>Greet me</button></form>
"""


def text(content):
    return Response(content, content_type="text/plain", charset="utf-8")


def index(request):
    return Response(PAGE)


def hello(request):
    return text("Hello world from Pyramid!\n")


def form(request):
    if request.method == "GET":
        return Response(FORM)
    return Response(f"<p>Hello {html.escape(request.POST['name'])}!\n")


def upload(request):
    """A file from the form, or plain content; read piece by piece."""
    is_form = request.content_type == "multipart/form-data"
    file = request.POST["file"].file if is_form else request.body_file
    size, digest = 0, hashlib.sha256()
    while piece := file.read(64 * 1024):
        size += len(piece)
        digest.update(piece)
    return text(f"{size} bytes, SHA-256 {digest.hexdigest()}\n")


def stream(request):
    pause = int(request.GET.get("ms", 0)) / 1000

    def parts():
        for number in (1, 2, 3):
            yield f"part{number}\n".encode()
            time.sleep(pause)

    return Response(app_iter=parts(), content_type="text/plain", charset="utf-8")


def count(request):
    """A session in a cookie that Pyramid has signed."""
    seen = request.session.get("seen", 0)
    request.session["seen"] = seen + 1
    return text(f"You have been here {seen} times before.\n")


def fails(request):
    raise RuntimeError("/raise fails before any output")


def fails_late(request):
    def parts():
        yield b"12345"
        raise RuntimeError("/raise-late fails after 5 of 10 bytes")

    return Response(app_iter=parts(), content_type="text/plain", content_length=10)


VIEWS = {
    "": index,
    "hello": hello,
    "form": form,
    "upload": upload,
    "stream": stream,
    "count": count,
    "raise": fails,
    "raise-late": fails_late,
}

with Configurator(session_factory=SignedCookieSessionFactory(SECRET)) as config:
    for path, view in VIEWS.items():
        config.add_route(path or "index", f"/{path}")
        config.add_view(view, route_name=path or "index")
    app = config.make_wsgi_app()
