"""Python's own server for WSGI applications, without its line a request.

    python3 simple.py PORT MODULE:CALLABLE
"""

import importlib
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


port, application = sys.argv[1:]
module, _, name = application.partition(":")
found = getattr(importlib.import_module(module), name)
make_server("127.0.0.1", int(port), found, handler_class=Quiet).serve_forever()
