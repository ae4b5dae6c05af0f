"""Stage 1 in Python: a server that sends every byte back to the client that sent it.

New here: the four calls that make a server, socket, bind, listen and accept. Python's module
`socket` passes them on to the system as they are; `man 2 bind` and so on say what they do.

    python3 tests/python/stage1.py                    then, elsewhere: nc 127.0.0.1 8888
    SERVER_CMD="python3 tests/python/stage1.py" cargo test -p stage1-echo

What still hurts: it understands nothing of what it is sent.
"""

import os
import socket
import sys


def main():
    listening = listen_from_environ()
    say(f"listening on {address_of(listening)}")
    while True:
        connection, _client = listening.accept()
        with connection:  # closes it at the end, whatever happens in between
            try:
                echo(connection)
            except OSError as error:
                # What goes wrong with one client is no business of the next.
                warn(f"a client has left early: {error}")


def echo(connection):
    """Sends back what the client sends, until it has sent its last byte."""
    while True:
        received = connection.recv(4096)
        if not received:  # 0 bytes: the client sends no more (POSIX recv)
            return
        # send(2) may take fewer bytes than it is given, and says how many; sendall calls it again
        # with the rest. What a signal has interrupted Python calls again by itself (PEP 475).
        connection.sendall(received)


def listen_from_environ(backlog=128):
    """A socket that listens where HOST and PORT say; what is wrong there ends the program."""
    host = os.environ.get("HOST", "127.0.0.1")
    port = os.environ.get("PORT", "8888")
    if not (port.isdecimal() and int(port) <= 65535):
        warn(f"PORT must be a number from 0 to 65535, and not {port!r}")
        sys.exit(2)
    try:
        listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        # Connections that this server closed first hold its port for a minute (TIME-WAIT). With
        # this it gets it again at once; after bind it would be too late to ask.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, int(port)))
        listening.listen(backlog)
    except OSError as error:
        warn(f"{host}, port {port}: {error}: stop its server, or choose another port (PORT=0: any)")
        sys.exit(1)
    return listening


def address_of(listening):
    """`127.0.0.1:8888`, `[::1]:8888`. With port 0 the system has chosen one: so ask the socket."""
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def say(line):
    """Prints a line, at once: whoever has started this program waits for it."""
    print(line, flush=True)


def warn(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # Ctrl-C
        pass
