"""Opens more descriptors than select() knows while it is imported."""

import os
import resource

MANY = 1100

_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
kept = []
try:
    kept.extend(os.open(os.devnull, os.O_RDONLY) for _ in range(MANY))
except OSError:
    pass  # the hard limit is too low; the check says so


def app(_environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"%d\n" % len(kept)]
