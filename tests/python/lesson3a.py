"""The lesson's third step, its first form: a process for each connection, and a parent that keeps
its copy of it. The client gets its whole answer and waits for the end of it.

What a child does is the second step's: lesson2.py, with its faults. The comments marked `wrong:`
are ours.

    SERVER_CMD="python3 tests/python/lesson3a.py" cargo test -p stage4-fork
"""

import os

from lesson2 import WSGIServer
from probe import application

REQUEST_QUEUE_SIZE = 1024


def serve_forever():
    server = WSGIServer(REQUEST_QUEUE_SIZE)
    server.set_app(application)
    while True:
        server.client_connection, _ = server.listen_socket.accept()
        pid = os.fork()
        if pid == 0:
            server.listen_socket.close()
            server.handle_one_request()
            os._exit(0)
        # wrong: the parent's copy stays open, and a connection ends when its last copy is closed:
        # here when the next client comes, as CPython closes what nobody refers to any more
        # wrong: nobody asks how the child has ended, so it stays as a zombie


if __name__ == "__main__":
    serve_forever()
