"""The Python side of the gateway: a master that keeps workers alive.

It imports the application once, and forks. So all workers share the memory of what was imported
(the system copies a page only when a process writes to it), and one that dies is replaced without
importing again. The server starts it with

    descriptor 0    the control connection: we say "ready", the server says "end PID"
    descriptors 1   the server's standard error: whatever is printed, by the application or before
    and 2           we run at all, is for the log

When the control connection ends, the server has ended, however that happened. Then so do we, and
everything in our process group: workers, and what the application has started.

    gateway_load.py      finds the application, or says what is wrong
    gateway_worker.py    answers requests
"""

import os
import sys

if sys.version_info < (3, 9):
    os.write(0, b"usage\nthis is Python %d.%d; 3.9 or later is needed" % sys.version_info[:2])
    sys.exit(2)

import collections
import contextlib
import select
import selectors
import shutil
import signal
import socket
import stat
import time
import traceback

try:
    import ctypes
except ImportError:  # Python can be built without it
    ctypes = None

from gateway_load import RUNS_ITSELF, Refused, load, remedy, to_bytes
from gateway_worker import work

# A worker that has lived for less than this is not replaced at once: the next may die as soon.
YOUNG = 1.0
# An import that takes longer than this may never end.
LONG_IMPORT = 5.0
# How long workers may go on with what no client waits for when the server has ended.
LAST_WORDS = 2.0
# prctl(2): the signal that a process gets when its parent dies. Only Linux has it.
PR_SET_PDEATHSIG = 1
# How much of a line is kept until the rest of it comes.
LINE = 8 * 1024


class Log:
    """The server's standard error, which other programs write to as well, and which may not be
    read for a long time. The master never waits for it: if it did, nothing of Python would end.
    Lines for which there is no room are counted, and their number is told once there is some."""

    def __init__(self):
        self.descriptor = without_waiting(2)
        self.poll = select.poll()
        self.poll.register(self.descriptor, select.POLLOUT)
        self.lost = 0
        self.is_torn = False  # a line was begun, and then there was no room for the rest

    def write(self, lines):
        """Writes these lines; up to PIPE_BUF bytes, each goes out as a whole or not at all."""
        for line in lines.splitlines(keepends=True):
            if self.lost and self.put(b"(%d lines of Python's were lost here)\n" % self.lost):
                self.lost = 0
            if not self.put(line):
                self.lost += 1

    def put(self, line):
        if self.is_torn:
            line = b"\n" + line
        for start in range(0, len(line), select.PIPE_BUF):
            piece = line[start:start + select.PIPE_BUF]
            try:
                written = os.write(self.descriptor, piece) if self.poll.poll(0) else 0
            except OSError:
                written = 0
            if written < len(piece):
                self.is_torn = self.is_torn and not start or start + written > 0
                return False
        self.is_torn = False
        return True


def without_waiting(descriptor):
    """The same pipe or terminal, opened once more: O_NONBLOCK belongs to what was opened, and the
    one that we were given belongs to others, too. Where that is not possible poll has to do, which
    does not help if two processes find room for one line."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISFIFO(mode) or os.isatty(descriptor):
        with contextlib.suppress(OSError):
            flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY
            return os.open(f"/proc/self/fd/{descriptor}", flags)
    return descriptor


class Worker:
    """A child that answers requests."""

    def __init__(self, pid, errors):
        self.pid = pid
        self.errors = errors  # what it says on standard error comes out here
        self.unfinished = b""  # a line that it has begun
        self.said = collections.deque(maxlen=5)
        self.born = time.monotonic()
        self.was_too_slow = False

    def hear(self, log):
        """Passes on the lines that the worker has said; False if it won't say more."""
        try:
            said = os.read(self.errors, 65536)
        except BlockingIOError:
            return True
        lines, newline, unfinished = (self.unfinished + said).rpartition(b"\n")
        lines += newline
        if not said or len(unfinished) > LINE:
            lines, unfinished = lines + unfinished, b""
        self.unfinished = unfinished
        self.said.extend(line for line in lines.decode(errors="replace").splitlines() if line)
        log.write(lines)
        return bool(said)

    def how_it_ended(self, status):
        """What is to be told of its end."""
        code = os.waitstatus_to_exitcode(status)
        how = f"exited with code {code}" if code >= 0 else f"was killed by {name(-code)}"
        if self.was_too_slow:
            how = "did not answer in time and was killed"
        last = "".join(f"\n    {line}" for line in self.said)
        last = f"the last it said:{last}" if last else "it had said nothing"
        return f"Python worker {self.pid} {how}; {last}"


class Master:
    """Keeps so many workers alive, until the server has ended."""

    def __init__(self, application, listening, control, count):
        self.application, self.listening, self.control = application, listening, control
        self.count = count
        self.pid = os.getpid()
        self.log = Log()
        self.commands = b""  # what the server has said, and not to its end
        self.workers = {}
        self.not_before = 0.0
        self.is_short = False  # a worker could not be started, and that was said
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

    def start(self):
        for _ in range(self.count):
            self.fork()

    def run(self):
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
        """Starts the workers that are missing; returns how long to wait if some must wait. The
        system may be short of descriptors, memory or processes. That passes, and it is no reason
        for the master to go: then it would not be noticed when it has passed."""
        while len(self.workers) < self.count:
            left = self.not_before - time.monotonic()
            if left > 0:
                return left
            try:
                self.fork()
                self.is_short = False
            except OSError as error:
                if not self.is_short:
                    self.log.write(f"no Python worker can be started: {error}; trying again\n".encode())
                self.is_short = True
                self.not_before = time.monotonic() + YOUNG
        return None

    def fork(self):
        errors, theirs = os.pipe()
        try:
            pid = os.fork()
        except OSError:
            os.close(errors)
            os.close(theirs)
            raise
        if pid == 0:
            os.close(errors)
            self.become_worker(theirs)
        os.close(theirs)
        os.set_blocking(errors, False)
        worker = self.workers[pid] = Worker(pid, errors)
        self.listen_to(errors, lambda: worker.hear(self.log) or self.selector.unregister(errors))

    def become_worker(self, errors):
        """Lets go of everything that is the master's, answers requests, and exits. It does not
        return, whatever is raised: it would come back into the master's loop."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            die_with(self.pid)
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
        except Exception:
            traceback.print_exc()
            sys.exit(1)
        sys.exit()

    def obey(self):
        """What the server says: lines, of which the last may not have come as a whole."""
        said = self.control.recv(4096)
        self.is_needed = bool(said)
        *commands, self.commands = (self.commands + said).split(b"\n")
        for command in commands:
            word, _, pid = command.decode().partition(" ")
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
        worker.hear(self.log)
        if worker.errors in self.selector.get_map():
            self.selector.unregister(worker.errors)
        os.close(worker.errors)
        if self.is_needed:
            self.log.write(f"{worker.how_it_ended(status)}\n".encode())
        if time.monotonic() - worker.born < YOUNG:
            self.not_before = time.monotonic() + YOUNG

    def end(self):
        """The server has ended: the workers see that, and exit."""
        os.close(self.living)  # before there is another process that has it
        end_all_soon()
        self.selector.unregister(self.control)
        while self.workers:
            self.wait(None)


def end_all_soon():
    """Sees to it that nothing is left in a moment: no worker that goes on with a request, no thread
    or process that the application has started and does not end, and not this process. It is the
    work of another one, for this one may be kept from exiting by such a thread."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        pid = os.fork()
    except OSError:
        end_all()
    if pid == 0:
        time.sleep(LAST_WORDS)
        end_all()


def end_all():
    """Ends everything in our process group, this process too, and what it has in the file system."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.kill(0, signal.SIGKILL)


def die_with(master):
    """Has the system kill this worker if its master is killed, also in the middle of a request.
    Elsewhere than on Linux a worker notices it between two requests."""
    if ctypes and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != master:  # it was killed before that
            os.kill(os.getpid(), signal.SIGKILL)


def name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


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
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(alive, select.POLLIN)
    patience = LONG_IMPORT * 1000
    while True:
        ready = [number for number, _ in poll.poll(patience)]
        if control.fileno() in ready:
            end_all()
        if alive in ready:
            os._exit(0)
        patience = None
        module = target.partition(":")[0]
        Log().write(to_bytes(f"still importing {module}; {RUNS_ITSELF}\n"))


def listen():
    """The Unix socket from which workers take connections: a file in our folder, which only we may
    enter."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(os.path.join(FOLDER, "socket"))
    listening.listen(socket.SOMAXCONN)
    listening.setblocking(False)
    return listening


def main(folder, target, count, examples):
    """Called by the server's own line, `python3 -c "…" FOLDER MODULE:CALLABLE COUNT EXAMPLES`. It
    is no script, because multiprocessing's spawn would run that once more in each child."""
    global FOLDER
    FOLDER = folder  # the socket, and these files
    sys.path.remove(FOLDER)  # the application's modules are elsewhere
    sys.argv[1:] = []
    control = socket.socket(fileno=os.dup(0))
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout.reconfigure(line_buffering=True)
        listening = listen()
        with watched(target, control):
            application = load(target, examples)
        master = Master(application, listening, control, int(count))
        master.start()
    except Refused as refused:
        refuse(control, refused.kind, str(refused))
    except OSError as error:
        refuse(control, "failure", f"the Python side can't be started: {error}{remedy(error)}")
    master.run()


def refuse(control, kind, why):
    """Tells the server why there is no application, and exits."""
    with contextlib.suppress(OSError):  # it has ended meanwhile
        control.sendall(to_bytes(f"{kind}\n{why}"))
        control.shutdown(socket.SHUT_WR)
    end_all_soon()
    sys.exit(1)
