"""The lesson's first server, written anew with its faults: it answers whatever comes with the same
words. The listening line and HOST and PORT are ours; so are the comments marked `wrong:`.

    SERVER_CMD="python3 tests/python/lesson1.py" cargo test -p stage2-single-request
"""

import os
import socket

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8888"))


def listen(backlog):
    """The four calls without the last: socket, bind, listen. This much is right."""
    listen_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listen_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listen_socket.bind((HOST, PORT))
    listen_socket.listen(backlog)
    print(f"listening on http://{HOST}:{listen_socket.getsockname()[1]}", flush=True)
    return listen_socket


def serve_forever():
    # wrong: room for one client that waits; the next ones are kept out while one is served
    listen_socket = listen(1)
    while True:
        client_connection, _ = listen_socket.accept()
        # wrong: an error here, also a client that has left, ends the server for all others
        handle_request(client_connection)
        # wrong: what the client has sent meanwhile is unread: the kernel answers with a reset
        client_connection.close()


def handle_request(client_connection):
    # wrong: one read is not a request: it may bring a part of it, or more than it
    # wrong: nobody waits for ever for a client that says nothing, but this does
    request = client_connection.recv(1024)
    # wrong: a client may send bytes that are no UTF-8, and this raises
    print(request.decode())
    # wrong: nothing of the request is looked at: not its target, not whether it is one
    # wrong: lines end with LF alone; no Date, no Content-Type, no Content-Length
    client_connection.sendall(b"HTTP/1.1 200 OK\n\nHello, World!\n")


if __name__ == "__main__":
    serve_forever()
