"""The lesson's third step, its second form: the parent closes its copy, and its children stay as
zombies. The comment marked `wrong:` is ours.

    SERVER_CMD="python3 tests/python/lesson3b.py" cargo test -p stage4-fork
"""

import os

from lesson2 import WSGIServer
from lesson3a import REQUEST_QUEUE_SIZE
from probe import application


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
        server.client_connection.close()
        # wrong: nobody asks how the child has ended, so it stays as a zombie: an entry in the
        # system's table of processes, and that table has an end


if __name__ == "__main__":
    serve_forever()
