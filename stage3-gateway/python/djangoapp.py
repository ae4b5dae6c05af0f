"""A Django project in one file, with Django's admin: a database, a session, static files.

    cargo run -p stage3-gateway -- --python djangoapp:app

The admin is at /admin/; the name is "admin" and the password "admin". It listens on this machine
only, and its database is a file among the temporary ones that is made anew at each start.
"""

import atexit
import hashlib
import html
import os
import shutil
import tempfile
import time

import django
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

FOLDER = tempfile.mkdtemp(prefix="djangoapp-")
MASTER = os.getpid()

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost", "[::1]"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{FOLDER}/db"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "django.contrib.staticfiles",
    ],
    LANGUAGE_CODE="en",
    LOGGING={"version": 1, "disable_existing_loggers": False,
             "handlers": {"errors": {"class": "logging.StreamHandler"}},
             "loggers": {"django.request": {"handlers": ["errors"], "propagate": False}}},
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.environ.get("SECRET_KEY", "change me: whoever knows it can write sessions"),
    STATIC_URL="static/",
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]},
    }],
)
django.setup()

from django.contrib import admin  # noqa: E402  Django has to be set up first
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connections  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402

PAGE = """<!doctype html><title>Django</title><h1>Django</h1>
<p><a href="/hello">hello</a> · <a href="/form">a form</a> · <a href="/count">a session</a>
· <a href="/stream?ms=500">a stream</a> · <a href="/raise">a failure</a>
· <a href="/admin/">the admin</a> (admin, admin)
<form method="post" action="/upload" enctype="multipart/form-data">
<label>A file <input type="file" name="file"></label> <button>Send it</button></form>
"""
FORM = """<!doctype html><title>A form</title>
<form method="post"><label>Your name <input name="name"></label> <button>Greet me</button></form>
"""


def text(content):
    return HttpResponse(content, content_type="text/plain; charset=utf-8")


def index(request):
    return HttpResponse(PAGE)


def favicon(request):
    """A browser asks for it on every page; 204 says that there is none."""
    return HttpResponse(status=204)


def hello(request):
    return text("Hello world from Django!\n")


@csrf_exempt  # nothing is changed here; Django's own forms have a token
def form(request):
    if request.method == "GET":
        return HttpResponse(FORM)
    return HttpResponse(f"<p>Hello {html.escape(request.POST['name'])}!\n")


@csrf_exempt
def upload(request):
    """A file from the form, or plain content; read piece by piece."""
    file = request.FILES["file"] if request.content_type == "multipart/form-data" else request
    size, digest = 0, hashlib.sha256()
    while piece := file.read(64 * 1024):
        size += len(piece)
        digest.update(piece)
    return text(f"{size} bytes, SHA-256 {digest.hexdigest()}\n")


def stream(request):
    pause = int(request.GET.get("ms", 0)) / 1000

    def parts():
        for number in (1, 2, 3):
            yield f"part{number}\n"
            time.sleep(pause)

    return StreamingHttpResponse(parts(), content_type="text/plain")


def count(request):
    """A session in the database; the cookie holds only its key."""
    seen = request.session.get("seen", 0)
    request.session["seen"] = seen + 1
    return text(f"You have been here {seen} times before.\n")


def fails(request):
    raise RuntimeError("/raise fails before any output")


def fails_late(request):
    def parts():
        yield "12345"
        raise RuntimeError("/raise-late fails after 5 of 10 bytes")

    return StreamingHttpResponse(parts(), headers={"Content-Length": "10"})


urlpatterns = [
    path("", index),
    path("favicon.ico", favicon),
    path("hello", hello),
    path("form", form),
    path("upload", upload),
    path("stream", stream),
    path("count", count),
    path("raise", fails),
    path("raise-late", fails_late),
    path("admin/", admin.site.urls),
]


def remove_folder():
    if os.getpid() == MASTER:  # the workers were forked, and end earlier
        shutil.rmtree(FOLDER, ignore_errors=True)


atexit.register(remove_folder)
call_command("migrate", verbosity=0)
User.objects.create_superuser("admin", password="admin")
connections.close_all()  # each worker opens its own
app = StaticFilesHandler(get_wsgi_application())
