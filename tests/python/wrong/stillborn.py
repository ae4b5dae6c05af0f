"""An application whose workers die as soon as they are born."""

import os

os.register_at_fork(after_in_child=lambda: os._exit(7))


def app(_environ, start_response):
    start_response("200 OK", [])
    return []
