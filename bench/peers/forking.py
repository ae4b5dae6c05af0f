"""A process for each connection, in Python: the idea with which the Python lesson on web servers ends,
written anew.

    python3 forking.py PORT
"""

import os
import signal
import socket
import sys

ANSWER = b"HTTP/1.1 200 OK\r\n\r\nHello, world!\n"


def reap(number, frame):
    """One signal may stand for many children."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


def main():
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", int(sys.argv[1])))
    listening.listen(1024)
    signal.signal(signal.SIGCHLD, reap)
    while True:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            connection.recv(1024)
            connection.sendall(ANSWER)
            connection.close()
            os._exit(0)
        connection.close()


main()
