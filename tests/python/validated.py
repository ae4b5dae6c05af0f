"""The applications of this repository, each inside of wsgiref.validate.validator, which checks what
both sides of WSGI say: `--python validated:flaskapp`. It imports none but the one that is asked for.

Where a server says that wsgi.input ends by itself (wsgi.input_terminated, which is no part of PEP
3333), Flask's library Werkzeug calls read() without a size to parse a form. The PEP knows only
read(size), and the validator holds it to that. So this one call of Flask's is made with sizes here.
"""

import importlib
from wsgiref.validate import validator


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    application = importlib.import_module(name).app
    return validator(with_sizes(application) if name == "flaskapp" else application)


def with_sizes(application):
    def called(environ, start_response):
        environ["wsgi.input"] = Input(environ["wsgi.input"])
        return application(environ, start_response)

    return called


class Input:
    """What the validator sees is read piece by piece."""

    def __init__(self, validated):
        self.validated = validated

    def read(self, *size):
        if size:
            return self.validated.read(*size)
        return b"".join(iter(lambda: self.validated.read(64 * 1024), b""))

    def __getattr__(self, name):
        return getattr(self.validated, name)
