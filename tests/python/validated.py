"""The applications of this repository, each inside of wsgiref.validate.validator, which checks what
both sides of WSGI say: `--python validated:flaskapp`. It imports none but the one that is asked for.

Where a server says that wsgi.input ends by itself (wsgi.input_terminated, which is no part of PEP
3333), Flask's library Werkzeug calls read() without a size. The PEP knows only read(size), and the
validator holds it to that. So Flask is not told of it here; content in chunks is none for it then.
"""

import importlib
from wsgiref.validate import validator


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    application = validator(importlib.import_module(name).app)
    return without_extension(application) if name == "flaskapp" else application


def without_extension(application):
    def called(environ, start_response):
        del environ["wsgi.input_terminated"]
        return application(environ, start_response)

    return called
