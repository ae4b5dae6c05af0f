"""The Python side of the gateway: a worker, which answers one request at a time (PEP 3333).

What crosses between it and the server are frames: a letter, four bytes of length, and so many
bytes. One request is one conversation, in which each side accepts only what may come next:

    server                                    worker
                                        <-    P  a worker has taken the connection: its pid
    Q  a request: names and values      ->
                                        <-    R  the application reads: send at most so many bytes
    C  a piece of the request's body    ->       (an empty one is its end)
    F  the body can't be had: why       ->       (instead of C)
                                        <-    H  status and headers
                                        <-    B  a piece of the response's body
                                        <-    E  the response is complete
                                        <-    X  the application failed (instead of E)
                                        <-    D  close() has returned: this worker is free

`E` and `D` are two frames because a response may be complete long before its worker is free: the
body's close() can take its time, and then the client must not wait for it, nor may another request
be given to this worker. An application that reads the request's body after `E`, in close() for
example, sees its end and asks nobody.

The bytes of one request can never become another's, for two reasons. `R` is answered before
anything else is read, and where `Q` is due nothing else is accepted. And what an application's own
signal handler or timer interrupts in the middle of a frame is never continued: the connection is
closed after that request, and the next one comes on a new one.
"""

import errno
import io
import os
import select
import socket
import struct
import sys
import threading
import traceback
import wsgiref.util

from gateway_load import a, how, to_bytes

START = struct.Struct(">cI")
NUMBER = struct.Struct(">I")
# Pieces of a body are cut to this, so that neither side need hold more.
PIECE = 64 * 1024
# The longest frame: what the server takes from us, and more than a request's head can have.
LONGEST = 1024 * 1024
# How much is told of a failure; the rest is on standard error.
MESSAGE = 4096
A_BODY = "pieces of bytes, such as [b'hello']"
# With these there is no content, so a length of it would say something else (RFC 9110 s8.6).
NO_CONTENT = (b"1", b"204", b"205", b"304")
# What a socket answers when the other side has left.
LEFT = (errno.EPIPE, errno.ECONNRESET, errno.ECONNABORTED, errno.ENOTCONN, errno.EBADF)


class ServerGone(ConnectionError):
    """The server has left this connection, or the connection can't be used any more.

    An application that reads or writes meets it as an error like any other of a connection, as it
    does on other servers when its client has left."""


def work(application, listening, alive):
    """Answers requests until `alive` ends, which it does together with the master."""
    Worker(application, listening, alive).run()


class Worker:
    """Takes one connection after the other, and answers the requests that come on it."""

    def __init__(self, application, listening, alive):
        self.application, self.listening, self.alive = application, listening, alive
        self.connection = None
        self.is_copy = False  # this process was forked by the application
        os.register_at_fork(after_in_child=self.leave)

    def leave(self):
        """In a child that the application forks: the conversation stays with its parent. A child
        that kept the connection open would also keep the end of the worker from the server."""
        self.is_copy = True
        self.listening.close()
        if self.connection:
            self.connection.is_over = True
            self.connection.stream.close()

    def run(self):
        clients = self.watch(self.listening)
        is_needed = True
        while is_needed:
            try:
                is_needed = self.comes(clients)
                if is_needed:
                    self.take_connection()
            except ServerGone:
                pass  # it may want no more of a response, and then it closes
            except Exception:
                # A timer that the application has left running may fire between two requests.
                if self.is_copy:
                    raise
                report()
            if self.is_copy:
                sys.exit("a process that the application had forked came back to the worker")

    def take_connection(self):
        """Serves the server on one connection, until that ends."""
        try:
            stream, _ = self.listening.accept()
        except BlockingIOError:
            return  # another worker was quicker
        stream.setblocking(True)
        with stream:
            self.connection = Connection(stream)
            try:
                self.answer_all(self.connection)
            finally:
                if not self.is_copy:
                    self.connection.cut()

    def watch(self, what):
        """For `comes`. It is poll and not select, which knows the first 1,024 descriptors only."""
        poll = select.poll()
        poll.register(what, select.POLLIN)
        poll.register(self.alive, select.POLLIN)
        return poll

    def comes(self, poll):
        """Waits for what is watched; False if `alive` ends before."""
        for number, _ in poll.poll():
            if number == self.alive:
                return False
        return True

    def answer_all(self, connection):
        """Answers the requests that come on a connection, one after the other."""
        connection.push(b"P", NUMBER.pack(os.getpid()))
        connection.flush()
        requests = self.watch(connection.stream)
        while self.comes(requests):
            _, request = connection.receive(b"Q")
            if not self.answer(connection, unpack(request)):
                return

    def answer(self, connection, environ):
        """Answers one request; False if the connection can't be used for another."""
        body = RequestBody(connection)
        complete(environ, body)
        response = Response(connection, body, environ["REQUEST_METHOD"])
        try:
            response.run(self.application, environ)
        except BaseException as error:  # SystemExit or asyncio's CancelledError: also a failure
            if self.is_copy or isinstance(error, ServerGone):
                raise
            report()
            response.fail(error)
        return response.finish()


class Connection:
    """Both directions of a connection to the server.

    An exception may come out of any line here, because the application's signal handlers run
    between two of Python's own steps: what a timer of the application raises passes through in the
    middle of a read. Then nobody can tell how much of a frame has crossed. So a direction is marked
    as unusable before it is used, and as usable again when the frame is complete."""

    def __init__(self, stream):
        self.stream = stream
        self.received = b""
        self.out = bytearray()
        self.can_send = True
        self.can_receive = True
        self.is_over = False
        self.sending = threading.Lock()  # the application may read in one thread, write in another

    def push(self, letter, payload=b""):
        """Has a frame go out with the next flush."""
        self.out += START.pack(letter, len(payload)) + payload

    def flush(self):
        with self.sending:
            if self.out:
                self.begin_to_send()
                out, self.out = self.out, bytearray()
                self.send(out)

    def begin_to_send(self):
        if self.is_over or not self.can_send:
            raise ServerGone("the connection to the server has ended")
        self.can_send = False

    def send(self, frames):
        try:
            self.stream.sendall(frames)
        except OSError as error:
            raise self.ours(error)
        self.can_send = True

    def ask(self, letter, payload, answers):
        """Sends a frame at once, and returns letter and payload of the one that answers it."""
        self.begin_to_receive()
        with self.sending:
            self.begin_to_send()
            self.send(START.pack(letter, len(payload)) + payload)
        return self.next_frame(answers)

    def receive(self, letters):
        """Letter and payload of the next frame, which must have one of these letters."""
        self.begin_to_receive()
        return self.next_frame(letters)

    def begin_to_receive(self):
        if self.is_over:
            raise ServerGone("the connection to the server has ended")
        if not self.can_receive:
            raise OSError("the body can't be read to its end: a read of it was interrupted before")
        self.can_receive = False

    def next_frame(self, letters):
        letter, length = START.unpack(self.take(START.size))
        if letter not in letters or length > LONGEST:
            self.is_over = True
            raise ServerGone(f"a frame {letter!r} of {length} bytes may not come here")
        payload = self.take(length)
        self.can_receive = True
        return letter, payload

    def take(self, count):
        while len(self.received) < count:
            try:
                piece = self.stream.recv(PIECE)
            except OSError as error:
                raise self.ours(error)
            if not piece:
                self.is_over = True
                raise ServerGone("the server has left")
            self.received += piece
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def ours(self, error):
        """What to raise: an error of the socket means that the server has left, and any other was
        raised by a signal handler of the application, and is for the application."""
        if error.errno not in LEFT:
            return error
        self.is_over = True
        return ServerGone("the server has left")

    def cut(self):
        """Ends it, also for a thread of the application that still reads from it."""
        self.is_over = True
        try:
            self.stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the server has done so already


def complete(environ, body):
    """Adds what the PEP asks for and what is not a string."""
    environ.update({
        "wsgi.version": (1, 0),
        "wsgi.input": Input(body, PIECE),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,  # a worker has one thread
        "wsgi.multiprocess": "wsgi.multiprocess" in environ,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": wsgiref.util.FileWrapper,
    })


def unpack(packed):
    """The environ: how many strings there are, how long each of them is, then all of them, names
    and values in turn. Its strings hold one byte in each character (PEP 3333, Unicode Issues)."""
    (count,) = NUMBER.unpack_from(packed)
    lengths = struct.unpack_from(f">{count}I", packed, NUMBER.size)
    text = packed[NUMBER.size * (1 + count):].decode("latin-1")
    strings, start = [], 0
    for length in lengths:
        strings.append(text[start:start + length])
        start += length
    return dict(zip(strings[::2], strings[1::2]))


def pack(strings):
    """The way back, for status and headers, which are bytes already."""
    lengths = struct.pack(f">{len(strings) + 1}I", len(strings), *map(len, strings))
    return lengths + b"".join(strings)


class Input(io.BufferedReader):
    """`wsgi.input`. io.BufferedReader makes room for as many bytes as it is asked for before it reads
    the first; applications ask for CONTENT_LENGTH, and that is what a client says."""

    def read(self, size=-1):
        if size is None or size <= PIECE:
            return super().read(size)
        pieces = []
        while size > 0 and (piece := super().read(min(size, PIECE))):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def read1(self, size=-1):
        return super().read1(min(size, PIECE))


class RequestBody(io.RawIOBase):
    """The body of a request, as it comes. It asks the server when the application asks, until the response is
    complete: from then on it is at its end, whoever still reads from it."""

    def __init__(self, connection):
        self.connection = connection
        self.reading = threading.Lock()
        self.is_over = False

    def readable(self):
        return True

    def readinto(self, room):
        with self.reading:
            if self.is_over or not len(room):
                return 0
            most = NUMBER.pack(min(len(room), PIECE))
            letter, content = self.connection.ask(b"R", most, b"CF")
            if letter == b"F":
                raise OSError(content.decode(errors="replace"))
            if not content:
                self.is_over = True
            room[:len(content)] = content  # a ValueError if it were more than was asked for
            return len(content)

    def end(self):
        """From now on nothing is asked of the server. False if another thread of the application
        is just waiting for an answer: then the connection has to end with this request."""
        self.is_over = True
        is_idle = self.reading.acquire(blocking=False)
        if is_idle:
            self.reading.release()
        return is_idle


class Response:
    """What `start_response`, `write` and the body share."""

    def __init__(self, connection, request_body, method):
        self.connection = connection
        self.request_body = request_body
        self.head = None
        self.is_sent = False  # the head
        self.is_over = False  # `E` or `X` was said
        self.is_reusable = True
        # How much of the body is still wanted, if that is known.
        self.left = 0 if method == "HEAD" else None

    def start_response(self, status, headers, exc_info=None):
        if exc_info:
            try:
                if self.is_sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # it holds the frames of the stack that hold it
        elif self.head is not None:
            raise AssertionError("start_response was called again without exc_info")
        self.head = encoded(status, headers)
        return self.write

    def write(self, piece):
        self.send(piece, None)
        self.connection.flush()

    # ANCHOR: run
    def run(self, application, environ):
        body = application(environ, self.start_response)
        has_close = hasattr(body, "close")
        try:
            is_only = isinstance(body, (list, tuple)) and len(body) == 1
            for piece in pieces(body):
                self.send(piece, len(piece) if is_only else None)
                if self.left == 0 and self.is_sent:
                    break  # the rest is not for this client
                self.connection.flush()
            self.end()
            if has_close:
                self.connection.flush()  # the client does not wait for close()
        finally:
            if has_close:
                body.close()
    # ANCHOR_END: run

    def send(self, piece, known):
        """Has a piece sent; `known` is the length of the body if this is all of it."""
        if not isinstance(piece, bytes):
            raise TypeError(f"a body is {A_BODY}; one of them is {a(piece)}")
        if not piece or self.is_over:
            return
        self.send_head(known)
        if self.left is not None:
            piece = piece[:self.left]
            self.left -= len(piece)
        for start in range(0, len(piece), PIECE):
            self.connection.push(b"B", piece[start:start + PIECE])

    def send_head(self, known):
        """Status and headers wait for the first piece: until then an error can replace them."""
        if self.is_sent:
            return
        if self.head is None:
            raise AssertionError("the application did not call start_response")
        status, *fields = self.head
        has_content = not status.startswith(NO_CONTENT)
        pairs = zip(fields[::2], fields[1::2])
        lengths = [value for name, value in pairs if name.lower() == b"content-length"]
        if not lengths and known is not None and has_content:
            lengths = [b"%d" % known]
            fields += [b"Content-Length", *lengths]
        if not has_content:
            self.left = 0
        elif lengths and self.left is None and lengths[0].isdigit():
            self.left = int(lengths[0])
        self.connection.push(b"H", pack([status, *fields]))
        self.is_sent = True

    def end(self):
        """The response is complete; close() is still to come."""
        self.send_head(None)
        self.say_last(b"E")

    def fail(self, error):
        """Tells the server, unless it has a complete response already."""
        if not self.is_over:
            self.connection.out.clear()
            self.say_last(b"X", to_bytes(how(error))[:MESSAGE])

    def say_last(self, letter, payload=b""):
        self.is_over = True
        self.is_reusable = self.request_body.end()
        self.connection.push(letter, payload)

    def finish(self):
        """close() has returned. False if the connection can't be used for another request."""
        is_free = self.is_reusable and self.connection.can_receive
        if is_free:
            self.connection.push(b"D")
        self.connection.flush()
        return is_free


def encoded(status, headers):
    """Status, names and values as bytes. What is no string, or has no bytes, is the application's
    mistake, and should be seen in a traceback that leads to its call."""
    if not isinstance(status, str):
        raise TypeError(f"a status is a string such as '200 OK', not {a(status)}: {status!r}")
    parts = [status]
    for field in list(headers):
        is_pair = isinstance(field, (tuple, list)) and len(field) == 2
        if not is_pair or not all(isinstance(part, str) for part in field):
            raise TypeError(f"a field is a name and a value, both strings, not {field!r}")
        parts += field
    try:
        parts = [part.encode("latin-1") for part in parts]
    except UnicodeEncodeError as error:
        raise ValueError(f"{error.object!r} has characters beyond U+00FF, and status and headers "
                         "must not (PEP 3333, Unicode Issues)") from None
    size = sum(map(len, parts)) + NUMBER.size * (1 + len(parts))
    if size > LONGEST:
        raise ValueError(f"status and headers take {size} bytes; at most {LONGEST} can be sent")
    return parts


def pieces(body):
    try:
        return iter(body)
    except TypeError as error:
        raise TypeError(f"an application returns {A_BODY}, not {body!r}") from error


def report():
    """Prints the traceback. A message that can't be made, or printed, does not end the worker."""
    try:
        traceback.print_exc()
    except Exception:
        pass
