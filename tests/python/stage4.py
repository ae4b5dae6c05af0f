"""Stage 4 in Python: a process for each connection, and none of them left behind as a zombie.

New here: fork, and what it asks of the parent: to close its copy of the connection, to reap each
child, and to let them finish when it is told to stop. From stage 3: what happens on a connection.

    python3 tests/python/stage4.py module:callable    then, elsewhere: ps --forest
    SERVER_CMD="python3 tests/python/stage4.py" cargo test -p stage4-fork

A signal must wake a parent that sleeps until a client comes. `signal.set_wakeup_fd` is made for
that: the number of each signal that comes is written into a socket, and `select` watches it beside
the listening socket. (This is the self-pipe, which is built by hand elsewhere.)

What still hurts: a process for each connection is dear. For thousands there is stage 5.
"""

import os
import select
import signal
import socket
import sys
import time
import traceback

from stage1 import address_of, listen_from_environ, say, warn
from stage3 import application_from_arguments, serve_connection, server_variables

MOST_CHILDREN = 256  # the next client waits in the backlog: the machine has no end of processes
SECONDS_TO_STOP = 10.0
SIGNALS = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT)

NO_PROCESS = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
    b"Retry-After: 1\r\nConnection: close\r\n\r\n"
)

children = set()  # the pids of those that were not reaped yet


def main():
    application = application_from_arguments()
    listening = listen_from_environ(backlog=1024)
    listening.setblocking(False)  # select does the waiting
    variables = server_variables(listening, multiprocess=True)
    wakeup = wakeup_socket()
    say(f"listening on http://{address_of(listening)}")

    def serve(connection, client):
        listening.close()  # or the port is taken as long as this child lives
        # A child keeps nobody waiting, so the first byte may take as long as the whole head.
        serve_connection(connection, client, variables, application, float("inf"))

    while not stop_is_asked(wakeup):
        room = len(children) < MOST_CHILDREN
        ready, _, _ = select.select([wakeup, listening] if room else [wakeup], [], [])
        if listening in ready:
            accept(listening, serve)
    while accept(listening, serve):
        pass  # those in the backlog were told that they are connected
    listening.close()
    finish(wakeup)


def wakeup_socket():
    """A socket that can be read when one of SIGNALS has come: it holds their numbers."""
    ours, the_interpreters = socket.socketpair()
    ours.setblocking(False)
    the_interpreters.setblocking(False)
    # Neither must go: no longer referred to, the socket would be closed.
    signal.set_wakeup_fd(the_interpreters.detach(), warn_on_full_buffer=False)
    for number in SIGNALS:
        signal.signal(number, lambda number, frame: None)  # only signals with a handler are written
    return ours


def stop_is_asked(wakeup):
    """Empties the wakeup socket, reaps, and says whether SIGTERM or SIGINT has come."""
    try:
        numbers = wakeup.recv(4096)
    except BlockingIOError:
        return False
    # Emptied first: a child that ends from here on has a byte of its own.
    reap()
    return signal.SIGTERM in numbers or signal.SIGINT in numbers


def accept(listening, serve):
    """Forks a child for the next connection; False if there is none."""
    try:
        connection, client = listening.accept()
    except BlockingIOError:
        return False  # it has left again
    except OSError as error:
        warn(f"accept: {error}")
        return False
    with connection:  # the parent's copy is closed at once: the child has one of its own
        fork(connection, client, serve)
    return True


def fork(connection, client, serve):
    # No signal in between: the child must not run the parent's handlers, nor write into its socket.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        pid = os.fork()
    except OSError as error:
        warn(f"fork: {error}; {client[0]} gets a 503")
        refuse(connection)
        pid = None
    if pid == 0:
        child(connection, client, serve)
    if pid:
        children.add(pid)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def child(connection, client, serve):
    """Serves this connection and ends. It never returns: the loop behind it is the parent's."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent decides
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        serve(connection, client)
        status = 0
    except OSError as error:
        warn(f"a client has left early: {error}")
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)  # not sys.exit: what the parent has registered for its end is the parent's


def refuse(connection):
    """Answers from the parent, without waiting for this client."""
    connection.settimeout(0.1)
    try:
        connection.sendall(NO_PROCESS)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)  # closed with bytes unread, it would be reset, and the answer lost
    except OSError:
        pass


def reap():
    """Asks for the status of every child that has ended. Signals do not queue: one SIGCHLD may
    stand for fifty children (POSIX waitpid)."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return  # there is no child at all
        if pid == 0:
            return  # those that there are still run
        children.discard(pid)
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            warn(f"child {pid} was ended by signal {number}, {signal.strsignal(number)}")
        elif status != 0:
            warn(f"child {pid} ended with status {os.WEXITSTATUS(status)}")


def finish(wakeup):
    """Waits until the children have finished; what takes too long, or too long for somebody who
    sends a second signal, is cut off."""
    end = time.monotonic() + SECONDS_TO_STOP
    in_time = True
    while children and in_time:
        left = end - time.monotonic()
        ready, _, _ = select.select([wakeup], [], [], max(left, 0))
        in_time = bool(ready) and not stop_is_asked(wakeup)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    for pid in children:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
