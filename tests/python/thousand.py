"""Opens more descriptors than select() knows while it is imported."""

import os
import resource

MANY = 1100

_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
kept = []
try:
    while len(kept) < MANY:
        kept.append(os.open(os.devnull, os.O_RDONLY))
except OSError:  # the hard limit is too low, and the check says so
    for descriptor in kept:
        os.close(descriptor)
    kept.clear()


def app(_environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"%d\n" % len(kept)]
