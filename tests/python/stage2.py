"""Stage 2 in Python: reads one request, shows its request line, and takes the next client.

New here: a connection is a stream of bytes, and a request is what this program finds in it: all
bytes up to the empty line. From stage 1: the listening socket.

    python3 tests/python/stage2.py                    then open http://127.0.0.1:8888/hello
    SERVER_CMD="python3 tests/python/stage2.py" cargo test -p stage2-single-request

What still hurts: one page, made here. The rules are those of RFC 9112 and RFC 9110.
"""

import html
import os
import re
import socket
import time
from email.utils import formatdate

from stage1 import address_of, listen_from_environ, say, warn

REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    505: "HTTP Version Not Supported",
}

MOST_REQUEST_LINE = 16 * 1024  # RFC 9112 s3 asks for 8,000 at least
MOST_HEADER_SECTION = 64 * 1024
MOST_FIELDS = 100

# Three parts, and a single space between each two of them; all visible ASCII (RFC 9112 s3).
REQUEST_LINE = re.compile(rb"([!-~]+) ([!-~]+) ([!-~]+)")
VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")


class Refused(Exception):
    """Something is wrong with the request, and the client is told so with this status."""

    def __init__(self, status):
        super().__init__(f"{status} {REASONS[status]}")
        self.status = status


def main():
    listening = listen_from_environ()
    say(f"listening on http://{address_of(listening)}")
    while True:
        connection, _client = listening.accept()
        with connection:
            try:
                serve_connection(connection)
            except OSError as error:
                warn(f"a client has left early: {error}")


def serve_connection(connection):
    try:
        head, _rest = read_head(connection)
        if not head:
            return  # nobody to answer
        answer = answer_to(*request_line(head))
    except Refused as refused:
        answer = refusal(refused)
    connection.sendall(answer)
    close_gently(connection)


def read_head(connection, seconds_to_first_byte=1.0):
    """Reads up to the empty line: the bytes of the head, and those that came behind it.

    The head is empty if the client has left without a word, or has said nothing in time. The
    deadline is for the whole head: one for each read would let a client send a byte now and then,
    for ever.
    """
    seconds = float(os.environ.get("HEAD_TIMEOUT", "10"))
    start = time.monotonic()
    received = bytearray()
    while b"\r\n\r\n" not in received:
        allowed = seconds if received else min(seconds, seconds_to_first_byte)
        left = start + allowed - time.monotonic()
        try:
            if left <= 0:
                raise socket.timeout
            connection.settimeout(left)
            piece = connection.recv(4096)
        except socket.timeout:
            if received:
                raise Refused(408) from None
            return b"", b""
        if not piece:
            if received:
                raise Refused(400)  # half a head; the client may still listen
            return b"", b""
        received += piece
        if received.startswith(b"\r\n"):
            del received[:2]  # RFC 9112 s2.2: one empty line before a request is skipped
        refuse_early(received)
    head, _, rest = bytes(received).partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def refuse_early(received):
    """Refuses what is too long, also while its end has not come: memory is no gift to clients."""
    head, _, _ = received.partition(b"\r\n\r\n")
    line, _, fields = head.partition(b"\r\n")
    if len(line.removesuffix(b"\r")) > MOST_REQUEST_LINE:  # its LF may not have come yet
        raise Refused(414)
    if len(fields) > MOST_HEADER_SECTION - 2 or fields.count(b"\r\n") >= MOST_FIELDS:
        raise Refused(431)
    if re.search(rb"(?<!\r)\n", head):
        raise Refused(400)  # a line ends with CR LF; whoever guesses here can be tricked


def request_line(head):
    """Method, target and version: the three parts of the first line."""
    found = REQUEST_LINE.fullmatch(head.partition(b"\r\n")[0])
    if not found or not VERSION.fullmatch(found[3]):
        raise Refused(400)
    if found[3] not in (b"HTTP/1.0", b"HTTP/1.1"):
        raise Refused(505)
    return tuple(part.decode("ascii") for part in found.groups())


def answer_to(method, target, version):
    if method not in ("GET", "HEAD"):
        raise Refused(501)
    head, content = response("200 OK", "text/html; charset=utf-8", page("GET", target, version))
    return head if method == "HEAD" else head + content  # RFC 9110 s9.3.2


def refusal(refused):
    return b"".join(response(str(refused), "text/plain", f"{refused}\n"))


def response(status, content_type, text):
    """Status line and fields; and the content, which is counted in bytes (RFC 9110 s8.6)."""
    content = text.encode("utf-8")
    lines = [
        f"HTTP/1.1 {status}",
        f"Date: {formatdate(usegmt=True)}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content)}",
        "Connection: close",
    ]
    return "".join(line + "\r\n" for line in lines + [""]).encode("ascii"), content


def page(method, target, version):
    method, target, version = (html.escape(part) for part in (method, target, version))
    return f"""<!doctype html>
<meta charset="utf-8">
<title>One request</title>
<h1>Your request line – as I read it</h1>
<p>method <code>{method}</code></p>
<p>target <code>{target}</code></p>
<p>version <code>{version}</code></p>
"""


def close_gently(connection, seconds=2.0):
    """Ends a connection on which the client may still be sending.

    If it were closed with bytes unread, the kernel would answer with a reset, and the client
    might not read the answer. So say that no more comes, and read until the client has
    closed too, or its time is over (RFC 9112 s9.6).
    """
    end = time.monotonic() + seconds
    try:
        connection.shutdown(socket.SHUT_WR)
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(65536):
                return
    except OSError:
        pass  # the client is gone: that is an end too


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
