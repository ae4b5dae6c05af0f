"""The Python side of the gateway: a worker, which answers one request at a time (PEP 3333).

What crosses between it and the server are frames: a letter, four bytes of length, and so many bytes.

    P  our pid                                Q  a request: names and values
    R  the application reads: send content    C  content; an empty piece is its end
    H  status and fields                      F  the content can't be had
    B  a piece of the body
    E  the end of the body
    X  the application failed
"""

import io
import os
import select
import struct
import sys
import traceback
import wsgiref.util

from gateway_load import a, how, to_bytes

START = struct.Struct(">cI")
# Pieces of a body are cut to this, so that the server need not hold more.
PIECE = 64 * 1024
# How much is told of a failure; the rest is on standard error.
MESSAGE = 4096
A_BODY = "pieces of bytes, such as [b'hello']"
# With these there is no content, so a length of it would say something else (RFC 9110 s8.6).
NO_CONTENT = ("1", "204", "304")


def work(application, listening, alive):
    """Answers requests until `alive` ends."""
    while True:
        ready, _, _ = select.select([listening, alive], [], [])
        if alive in ready:
            return
        try:
            connection, _ = listening.accept()
        except BlockingIOError:
            continue  # another worker was quicker
        connection.setblocking(True)
        with connection:
            try:
                answer_all(application, Frames(connection), alive)
            except ServerGone:
                pass  # it may want no more of an answer, and then it closes


def answer_all(application, frames, alive):
    """Answers the requests that come on a connection, one after the other."""
    frames.push(b"P", struct.pack(">I", os.getpid()))
    frames.flush()
    while frames.comes_before(alive):
        _, request = frames.receive()
        environ = make_environ(request, frames)
        response = Response(frames, environ)
        try:
            response.run(application, environ)
        except ServerGone:
            raise
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            response.fail(error)


class ServerGone(Exception):
    """The server has closed the connection."""


class Frames:
    """Both directions of a connection to the server."""

    def __init__(self, connection):
        self.connection = connection
        self.received = b""
        self.out = bytearray()

    def push(self, letter, payload=b""):
        self.out += START.pack(letter, len(payload))
        self.out += payload

    def flush(self):
        out, self.out = self.out, bytearray()
        try:
            self.connection.sendall(out)
        except OSError as error:
            raise ServerGone from error

    def comes_before(self, alive):
        """Waits for the next frame; False if `alive` ends before one comes."""
        ready, _, _ = select.select([self.connection, alive], [], [])
        return alive not in ready

    def receive(self):
        """The next frame's letter and payload."""
        letter, length = START.unpack(self.take(START.size))
        return letter, self.take(length)

    def take(self, count):
        while len(self.received) < count:
            try:
                piece = self.connection.recv(PIECE)
            except OSError as error:
                raise ServerGone from error
            if not piece:
                raise ServerGone
            self.received += piece
        taken, self.received = self.received[:count], self.received[count:]
        return taken


def make_environ(request, frames):
    """The dictionary that the PEP asks for. Its strings hold one byte in each character."""
    environ = unpack(request)
    environ.update({
        "wsgi.version": (1, 0),
        "wsgi.input": io.BufferedReader(Input(frames), PIECE),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,  # a worker has one thread
        "wsgi.multiprocess": "wsgi.multiprocess" in environ,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": wsgiref.util.FileWrapper,
    })
    return environ


def unpack(packed):
    """Names and values: how many strings, how long each of them is, then all of them."""
    (count,) = struct.unpack_from(">I", packed)
    lengths = struct.unpack_from(f">{count}I", packed, 4)
    text = packed[4 + 4 * count:].decode("latin-1")
    strings, start = [], 0
    for length in lengths:
        strings.append(text[start:start + length])
        start += length
    return dict(zip(strings[::2], strings[1::2]))


def pack(strings):
    """The way back, for status and fields."""
    encoded = [string.encode("latin-1") for string in strings]
    lengths = struct.pack(f">{len(encoded) + 1}I", len(encoded), *map(len, encoded))
    return lengths + b"".join(encoded)


class Input(io.RawIOBase):
    """The content of a request. It asks the server when the application asks."""

    def __init__(self, frames):
        self.frames = frames
        self.is_done = False

    def readable(self):
        return True

    def readinto(self, room):
        if self.is_done:
            return 0
        self.frames.push(b"R", struct.pack(">I", len(room)))
        self.frames.flush()
        letter, content = self.frames.receive()
        if letter == b"F":
            raise OSError(content.decode(errors="replace"))
        self.is_done = not content
        room[:len(content)] = content
        return len(content)


class Response:
    """What `start_response`, `write` and the body share."""

    def __init__(self, frames, environ):
        self.frames = frames
        self.head = None
        self.is_sent = False  # the head
        self.is_over = False
        # How much content is still wanted, if that is known.
        self.left = 0 if environ["REQUEST_METHOD"] == "HEAD" else None

    def start_response(self, status, headers, exc_info=None):
        if exc_info:
            try:
                if self.is_sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # it holds the frames of the stack that hold it
        elif self.head is not None:
            raise AssertionError("start_response was called again without exc_info")
        self.head = checked(status, headers)
        return self.write

    def write(self, piece):
        self.send(piece, None)

    # ANCHOR: run
    def run(self, application, environ):
        body = application(environ, self.start_response)
        try:
            is_only = isinstance(body, (list, tuple)) and len(body) == 1
            for piece in pieces(body):
                self.send(piece, len(piece) if is_only else None)
                if self.is_over:
                    break
            self.end()
        finally:
            if hasattr(body, "close"):
                body.close()
    # ANCHOR_END: run

    def send(self, piece, known):
        """Sends a piece at once; `known` is the length of the content if this is all of it."""
        if not isinstance(piece, bytes):
            raise TypeError(f"a body is {A_BODY}; one of them is {a(piece)}")
        if not piece or self.is_over:
            return
        self.send_head(known)
        for start in range(0, len(piece), PIECE):
            self.frames.push(b"B", piece[start:start + PIECE])
        if self.left is not None:
            self.left -= len(piece)
        if self.left is not None and self.left <= 0:
            self.push_end()  # with the last piece, and not when the application is done
        self.frames.flush()

    def send_head(self, known):
        """Status and fields wait for the first piece: until then an error can replace them."""
        if self.is_sent:
            return
        if self.head is None:
            raise AssertionError("the application did not call start_response")
        status, headers = self.head
        declared = [value for name, value in headers if name.lower() == "content-length"]
        if not declared and known is not None and not status.startswith(NO_CONTENT):
            headers.append(("Content-Length", str(known)))
            declared = [str(known)]
        if declared and self.left is None and declared[0].isdecimal():
            self.left = int(declared[0])
        self.frames.push(b"H", pack([status, *(part for field in headers for part in field)]))
        self.is_sent = True

    def end(self):
        if not self.is_over:
            self.send_head(None)
            self.push_end()
            self.frames.flush()

    def push_end(self):
        self.frames.push(b"E")
        self.is_over = True

    def fail(self, error):
        """Tells the server, unless it has the whole answer already."""
        if not self.is_over:
            self.frames.out.clear()
            self.frames.push(b"X", to_bytes(how(error))[:MESSAGE])
            self.frames.flush()


def checked(status, headers):
    """Whoever passes what is no string should see it in a traceback that leads there."""
    headers = list(headers)
    if not isinstance(status, str):
        raise TypeError(f"a status is a string such as '200 OK', not {a(status)}: {status!r}")
    for field in headers:
        is_pair = isinstance(field, (tuple, list)) and len(field) == 2
        if not is_pair or not all(isinstance(part, str) for part in field):
            raise TypeError(f"a field is a name and a value, both strings, not {field!r}")
    return status, headers


def pieces(body):
    try:
        return iter(body)
    except TypeError as error:
        raise TypeError(f"an application returns {A_BODY}, not {body!r}") from error
