"""A Flask application.

    cargo run -p stage3-gateway -- --python flaskapp:app
"""

import hashlib
import os
import time

from flask import Flask, Response, request, session
from markupsafe import escape

app = Flask(__name__)
app.secret_key = os.environ.get("SECRET_KEY", "change me: whoever knows it can write sessions")

PAGE = """<!doctype html><title>Flask</title><h1>Flask</h1>
<p><a href="/hello">hello</a> · <a href="/form">a form</a> · <a href="/count">a session</a>
· <a href="/stream?ms=500">a stream</a> · <a href="/raise">a failure</a>
<form method="post" action="/upload" enctype="multipart/form-data">
<label>A file <input type="file" name="file"></label> <button>Send it</button></form>
"""
FORM = """<!doctype html><title>A form</title>
<form method="post"><label>Your name <input name="name"></label> <button>Greet me</button></form>
"""


def text(content):
    return Response(content, mimetype="text/plain")


@app.get("/")
def index():
    return PAGE


@app.get("/hello")
def hello():
    return text("Hello world from Flask!\n")


@app.route("/form", methods=["GET", "POST"])
def form():
    if request.method == "GET":
        return FORM
    return f"<p>Hello {escape(request.form['name'])}!\n"


@app.route("/upload", methods=["POST", "PUT"])
def upload():
    """A file from the form, or plain content; read piece by piece."""
    file = request.files["file"].stream if request.files else request.stream
    size, digest = 0, hashlib.sha256()
    while piece := file.read(64 * 1024):
        size += len(piece)
        digest.update(piece)
    return text(f"{size} bytes, SHA-256 {digest.hexdigest()}\n")


@app.get("/stream")
def stream():
    pause = request.args.get("ms", 0, int) / 1000

    def parts():
        for number in (1, 2, 3):
            yield f"part{number}\n"
            time.sleep(pause)

    return text(parts())


@app.get("/count")
def count():
    """A session in a cookie that Flask has signed."""
    seen = session.get("seen", 0)
    session["seen"] = seen + 1
    return text(f"You have been here {seen} times before.\n")


@app.get("/raise")
def fails():
    raise RuntimeError("/raise fails before any output")


@app.get("/raise-late")
def fails_late():
    def parts():
        yield "12345"
        raise RuntimeError("/raise-late fails after 5 of 10 bytes")

    return Response(parts(), mimetype="text/plain", headers={"Content-Length": "10"})
