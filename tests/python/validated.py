"""The applications of this repository, each inside of wsgiref.validate.validator, which checks what
both sides of WSGI say: `--python validated:flaskapp`. It imports none but the one that is asked for.
"""

import importlib
from wsgiref.validate import validator


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return validator(importlib.import_module(name).app)
