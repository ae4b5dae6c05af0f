"""The Python side of the gateway: a master that keeps workers alive.

It imports the application once, and forks. So all workers share the memory of what was imported
(the system copies a page only when somebody writes to it), and one that dies is replaced without
importing again. The server starts it with

    descriptor 0    a Unix socket that listens: workers take requests from it
    descriptor 1    the control connection: we say "ready", the server says "end PID"
    descriptor 2    standard error, the server's own

When the control connection ends, the server has ended, however that happened; then so do we.

    gateway_load.py      finds the application, or says what is wrong
    gateway_worker.py    answers requests
"""

import os
import sys

if sys.version_info < (3, 9):
    what = "usage\nthis is Python %d.%d; 3.9 or later is needed" % sys.version_info[:2]
    os.write(1, what.encode())
    sys.exit(2)

import collections
import contextlib
import select
import selectors
import shutil
import signal
import socket
import time

from gateway_load import RUNS_ITSELF, Refused, load, to_bytes
from gateway_worker import work

FOLDER = sys.path.pop(0)  # ours; the application's modules are elsewhere

# A worker that has lived for less than this is not replaced at once: the next may die as soon.
YOUNG = 1.0
# An import that takes longer than this may never end.
LONG_IMPORT = 5.0
# How long workers may go on with what nobody waits for when the server has ended.
LAST_WORDS = 2.0


class Worker:
    """A child that answers requests."""

    def __init__(self, pid, errors):
        self.pid = pid
        self.errors = errors  # what it says on standard error comes out here
        self.said = collections.deque(maxlen=5)
        self.born = time.monotonic()
        self.was_too_slow = False

    def hear(self):
        """Passes on what the worker has said; False if it won't say more."""
        try:
            said = os.read(self.errors, 65536)
        except BlockingIOError:
            return True
        self.said.extend(line for line in said.decode(errors="replace").splitlines() if line)
        warn(said)
        return bool(said)

    def how_it_ended(self, status):
        """What is to be told of its end."""
        code = os.waitstatus_to_exitcode(status)
        how = f"ended with exit code {code}" if code >= 0 else f"was ended by {name(-code)}"
        if self.was_too_slow:
            how = "did not answer in time and was ended"
        last = "".join(f"\n    {line}" for line in self.said)
        return f"Python worker {self.pid} {how}; " + (f"the last it said:{last}" if last else "it had said nothing")


class Master:
    """Keeps so many workers alive, until nobody needs them any more."""

    def __init__(self, application, listening, control, count):
        self.application, self.listening, self.control = application, listening, control
        self.count = count
        self.workers = {}
        self.not_before = 0.0
        self.is_needed = True
        self.selector = selectors.DefaultSelector()
        self.listen_to(control, self.obey)
        # A signal as bytes that can be waited for, as everything else: the self-pipe.
        self.woken, self.wakes = socket.socketpair()
        self.woken.setblocking(False)
        self.wakes.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wakes.fileno(), warn_on_full_buffer=False)
        self.listen_to(self.woken, self.reap)
        # Workers see the end of this pipe when we end, even if we are killed.
        self.alive, self.living = os.pipe()

    def listen_to(self, what, then):
        self.selector.register(what, selectors.EVENT_READ, then)

    def run(self):
        self.fill_up()
        with contextlib.suppress(BrokenPipeError):  # then its end is the next thing to read
            self.control.sendall(b"ready\n")
        while self.is_needed:
            self.wait(self.fill_up())
        self.end()

    def wait(self, seconds):
        for key, _ in self.selector.select(seconds):
            if key.fileobj in self.selector.get_map():  # or one before it has struck it off
                key.data()

    def fill_up(self):
        """Starts the workers that are missing; returns how long to wait if some must wait."""
        while len(self.workers) < self.count:
            left = self.not_before - time.monotonic()
            if left > 0:
                return left
            self.fork()
        return None

    def fork(self):
        errors, theirs = os.pipe()
        os.set_blocking(errors, False)
        pid = os.fork()
        if pid == 0:
            os.close(errors)
            self.become_worker(theirs)
        os.close(theirs)
        worker = self.workers[pid] = Worker(pid, errors)
        self.listen_to(errors, lambda: worker.hear() or self.selector.unregister(errors))

    def become_worker(self, errors):
        """Lets go of everything that is the master's, answers requests, and ends."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.selector.close()
        for ours in (self.control, self.woken, self.wakes):
            ours.close()
        os.close(self.living)
        for worker in self.workers.values():
            os.close(worker.errors)
        for stream in (1, 2):  # what an application prints is for the log
            os.dup2(errors, stream)
        os.close(errors)
        work(self.application, self.listening, self.alive)
        sys.exit()

    def obey(self):
        """What the server says."""
        said = self.control.recv(4096)
        self.is_needed = bool(said)
        for line in said.decode().splitlines():
            word, _, pid = line.partition(" ")
            if word == "end" and int(pid) in self.workers:
                self.workers[int(pid)].was_too_slow = True
                os.kill(int(pid), signal.SIGKILL)

    # ANCHOR: reap
    def reap(self):
        """Asks of every child that has ended how it did: one signal may stand for many of them."""
        try:
            self.woken.recv(4096)
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if pid in self.workers:
                    self.strike_off(self.workers.pop(pid), status)
        except (BlockingIOError, ChildProcessError):
            return
    # ANCHOR_END: reap

    def strike_off(self, worker, status):
        worker.hear()
        if worker.errors in self.selector.get_map():
            self.selector.unregister(worker.errors)
        os.close(worker.errors)
        if self.is_needed:
            warn(f"{worker.how_it_ended(status)}\n".encode())
        if time.monotonic() - worker.born < YOUNG:
            self.not_before = time.monotonic() + YOUNG

    def end(self):
        """Sees the workers off, by force if they take too long."""
        self.selector.unregister(self.control)
        os.close(self.living)
        deadline = time.monotonic() + LAST_WORDS
        while self.workers and time.monotonic() < deadline:
            self.wait(deadline - time.monotonic())
        for pid in self.workers:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(FOLDER, ignore_errors=True)


def name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def warn(what):
    """Writes on standard error, if anybody reads it."""
    try:
        os.write(2, what)
    except OSError:
        pass


@contextlib.contextmanager
def watched(target, control):
    """An import can't look after the control connection, and may never end. So a process of its own
    does for as long as that takes: with a thread here, what the import forks would not be right."""
    alive, living = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(living)
        watch(target, control, alive)
    os.close(alive)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # the import may have asked for no zombies
            os.waitpid(pid, 0)
        os.close(living)


def watch(target, control, alive):
    """If the server ends, all of our process group does: the import, and what that has started."""
    patience = LONG_IMPORT
    while True:
        ready, _, _ = select.select([control, alive], [], [], patience)
        if control in ready:
            shutil.rmtree(FOLDER, ignore_errors=True)
            os.kill(0, signal.SIGKILL)
        if alive in ready:
            os._exit(0)
        patience = None
        module = target.partition(":")[0]
        warn(to_bytes(f"still importing {module}; {RUNS_ITSELF}\n"))


def main():
    target, count, examples = sys.argv[1:]
    listening, control = socket.socket(fileno=os.dup(0)), socket.socket(fileno=os.dup(1))
    listening.setblocking(False)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)
    try:
        with watched(target, control):
            application = load(target, examples)
    except Refused as refused:
        control.sendall(to_bytes(f"{refused.kind}\n{refused}"))
        sys.exit(1)
    Master(application, listening, control, int(count)).run()


if __name__ == "__main__":
    main()
