"""The lesson's third step, its third form: a reaper that takes one child for each signal. The
comments marked `wrong:` are ours.

    SERVER_CMD="python3 tests/python/lesson3c.py" cargo test -p stage4-fork
"""

import os
import signal

import lesson3b


def grim_reaper(signum, frame):
    # wrong: signals do not queue: one SIGCHLD may stand for fifty children, and this takes one
    # wrong: SIGCHLD can be sent by anybody; without a child, this raises and ends the server
    os.wait()


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, grim_reaper)
    lesson3b.serve_forever()
