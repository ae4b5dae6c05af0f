"""The lesson's last server: the reaper asks until nobody is left. This is right, and it is what its
third step is remembered for.

Between its third form and this one the lesson has another, for EINTR: a signal interrupts accept,
and the server ends. That can't be seen any more: since Python 3.5 an interrupted call is made again
by the interpreter (PEP 475). So the lesson's `except` for it is left out here.

The comments marked `wrong:` are ours.

    SERVER_CMD="python3 tests/python/lesson3.py" cargo test -p stage4-fork
"""

import os
import signal

import lesson3b


def grim_reaper(signum, frame):
    while True:
        try:
            # wrong: nobody looks at the status: a child that was killed ends in silence
            pid, _status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return  # there is no child at all
        if pid == 0:
            return  # those that there are still run


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, grim_reaper)
    # wrong: SIGTERM ends it at once, with its default action: answers that are under way are not
    # waited for, and the status says that it was killed
    lesson3b.serve_forever()
