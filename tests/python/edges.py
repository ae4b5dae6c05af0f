"""An application that does what Python programs really do, and gateways seldom expect."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor

try:
    import resource
except ImportError:
    resource = None

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    return ROUTES[environ["PATH_INFO"]](environ, start_response)


def say(what):
    print(what, flush=True)


def hello(_environ, start_response):
    start_response("200 OK", TEXT)
    return [b"hello\n"]


def echo(environ, start_response):
    start_response("200 OK", TEXT)
    return [environ["wsgi.input"].read()]


def asks_for_much(environ, start_response):
    """More than any machine has, three times."""
    content = environ["wsgi.input"]
    start_response("200 OK", TEXT)
    return [content.read(2**62), content.read1(2**62), content.read(2**30)]


def pid(_environ, start_response):
    start_response("200 OK", TEXT)
    return [b"%d\n" % os.getpid()]


class ReadsInClose:
    """The response is complete, and only then it reads."""

    def __init__(self, environ):
        self.environ = environ

    def __iter__(self):
        yield b"body\n"

    def close(self):
        say(f"close() read {self.environ['wsgi.input'].read()!r}")


def reads_in_close(environ, start_response):
    start_response("200 OK", TEXT)
    return ReadsInClose(environ)


def reads_in_finally(environ, start_response):
    start_response("200 OK", [*TEXT, ("Content-Length", "5")])

    def body():
        try:
            yield b"body\n"
        finally:
            say(f"finally read {environ['wsgi.input'].read()!r}")

    return body()


def reads_after_write(environ, start_response):
    """It has sent all that it declared, and goes on with the request."""
    write = start_response("200 OK", [*TEXT, ("Content-Length", "5")])
    write(b"body\n")
    say(f"after write() it read {environ['wsgi.input'].read()!r}")
    return []


def reads_in_a_thread(environ, start_response):
    """A thread that reads what comes next, and is not waited for."""

    def read():
        say("a thread reads")
        try:
            say(f"a thread read {environ['wsgi.input'].read1()!r}")
        except OSError as error:
            say(f"a thread read nothing: {type(error).__name__}")

    threading.Thread(target=read, daemon=True).start()
    start_response("200 OK", TEXT)
    return [b"body\n"]


class Waits:
    """Its close() takes longer than a check lasts."""

    def __iter__(self):
        return iter([b"%d\n" % os.getpid()])

    def close(self):
        time.sleep(60)


def waits_in_close(_environ, start_response):
    start_response("200 OK", TEXT)
    return Waits()


def interrupted(environ, start_response):
    """A time limit of its own, which is over in the middle of a read."""

    def over(*_):
        raise TimeoutError("this took too long")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        environ["wsgi.input"].read()
        say("nothing interrupted it")
    except TimeoutError as error:
        say(f"interrupted: {error}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    start_response("200 OK", TEXT)
    if environ["QUERY_STRING"] == "again":
        return [environ["wsgi.input"].read()]
    return [b"interrupted\n"]


def forged(environ, start_response):
    say(f"forged: this ran as {environ.get('REMOTE_USER')}")
    return hello(environ, start_response)


def fires_later(_environ, start_response):
    """A timer that is left running, and fires between two requests."""

    def fire(*_):
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        raise RuntimeError("fired later")

    signal.signal(signal.SIGALRM, fire)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    start_response("200 OK", TEXT)
    return [b"%d\n" % os.getpid()]


def latin_1(_environ, start_response):
    start_response("404 Page non trouv\xe9e", [*TEXT, ("X-Name", "caf\xe9")])
    return [b"not found\n"]


def name_is_latin_1(_environ, start_response):
    start_response("200 OK", [*TEXT, ("X-Caf\xe9", "1")])
    return [b"never sent"]


def value_is_no_latin_1(_environ, start_response):
    start_response("200 OK", [*TEXT, ("X-Price", "5 \u20ac")])
    return [b"never sent"]


def status_is_no_latin_1(_environ, start_response):
    start_response("200 \u20ac", TEXT)
    return [b"never sent"]


def much_too_long(_environ, start_response):
    start_response("200 OK", [*TEXT, ("X-Long", "x" * (2 << 20))])
    return [b"never sent"]


def square(number):
    return number * number


def processes(environ, start_response):
    """One of multiprocessing's ways to start a process, named by the query."""
    context = multiprocessing.get_context(environ["QUERY_STRING"])
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        answer = pool.submit(square, 7).result(timeout=60)
    start_response("200 OK", TEXT)
    return [b"%d\n" % answer]


def raises(environ, _start_response):
    """What is raised, named by the query, is no Exception."""
    raise {
        "cancelled": asyncio.CancelledError,
        "interrupt": KeyboardInterrupt,
        "generator": GeneratorExit,
        "exit": SystemExit,
        "base": BaseException,
    }[environ["QUERY_STRING"]]


def forks(environ, start_response):
    """Its child comes back from here as well, or leaves by SystemExit."""
    child = os.fork()
    if child == 0 and environ["QUERY_STRING"] == "exit":
        sys.exit(7)
    if child:
        _, status = os.waitpid(child, 0)
        say(f"the copy exited with {os.waitstatus_to_exitcode(status)}")
    start_response("200 OK", TEXT)
    return [b"hello\n"]


def descriptor_limit(_environ, start_response):
    start_response("200 OK", TEXT)
    return [b"%d\n" % resource.getrlimit(resource.RLIMIT_NOFILE)[0]]


def leaves_a_process(_environ, start_response):
    started = subprocess.Popen(["sleep", "60"])
    start_response("200 OK", TEXT)
    return [b"%d\n" % started.pid]


def shortage(_environ, start_response):
    """The master may open no more descriptors."""
    master = os.getppid()
    start_response("200 OK", TEXT)
    if not hasattr(resource, "prlimit") or not os.path.isdir(f"/proc/{master}/fd"):
        return [b"not here\n"]
    _, hard = resource.prlimit(master, resource.RLIMIT_NOFILE)
    few = len(os.listdir(f"/proc/{master}/fd")) - 1
    resource.prlimit(master, resource.RLIMIT_NOFILE, (few, hard))
    return [b"%d\n" % os.getpid()]


def shortage_is_over(_environ, start_response):
    _, hard = resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)
    resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (hard, hard))
    start_response("200 OK", TEXT)
    return [b"over\n"]


def says_much(_environ, start_response):
    """More than a pipe holds."""
    for number in range(4000):
        print(f"line {number} of what this application says about itself", file=sys.stderr)
    start_response("200 OK", TEXT)
    return [b"said\n"]


ROUTES = {
    "/hello": hello,
    "/echo": echo,
    "/asks-for-much": asks_for_much,
    "/pid": pid,
    "/reads-in-close": reads_in_close,
    "/reads-in-finally": reads_in_finally,
    "/reads-after-write": reads_after_write,
    "/reads-in-a-thread": reads_in_a_thread,
    "/waits-in-close": waits_in_close,
    "/interrupted": interrupted,
    "/forged": forged,
    "/fires-later": fires_later,
    "/latin-1": latin_1,
    "/name-is-latin-1": name_is_latin_1,
    "/value-is-no-latin-1": value_is_no_latin_1,
    "/status-is-no-latin-1": status_is_no_latin_1,
    "/much-too-long": much_too_long,
    "/processes": processes,
    "/raises": raises,
    "/forks": forks,
    "/descriptor-limit": descriptor_limit,
    "/leaves-a-process": leaves_a_process,
    "/shortage": shortage,
    "/shortage-is-over": shortage_is_over,
    "/says-much": says_much,
}
