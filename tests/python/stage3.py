"""Stage 3 in Python: a gateway. It runs any WSGI application (PEP 3333), one client at a time.

New here: the two sides of the interface. `environ_of` tells the application what is asked for, and
an `Answer` keeps what it says until its first piece of content goes out. From stage 2: the head of
a request, and the end of a connection.

    python3 tests/python/stage3.py                    runs probe:application, the one to grade with
    python3 tests/python/stage3.py module:callable    runs yours
    SERVER_CMD="python3 tests/python/stage3.py" cargo test -p stage3-gateway

Left out: `Expect: 100-continue`, targets that are a whole URI, a limit on the content. And content
in chunks is read to its end before the application is called, where a real server would decode it
while the application reads.

What still hurts: a client that is slow keeps all others waiting.
"""

import importlib
import io
import re
import sys
import traceback
from email.utils import formatdate
from urllib.parse import unquote_to_bytes

from stage1 import address_of, listen_from_environ, say, warn
from stage2 import Refused, close_gently, read_head, refusal, request_line

# A token, a colon, and no control character but the tab (RFC 9110 s5.1 and s5.5).
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\x00-\x08\x0a-\x1f\x7f]*)")

PATIENCE = 10.0  # seconds for a client that says nothing in its content, or takes nothing
MOST_CHUNK_LINE = 4096

OUR_FAULT = b"the application has failed\n"


def main():
    application = application_from_arguments()
    listening = listen_from_environ()
    variables = server_variables(listening)
    say(f"listening on http://{address_of(listening)}")
    while True:
        connection, client = listening.accept()
        with connection:
            try:
                serve_connection(connection, client, variables, application)
            except OSError as error:
                warn(f"a client has left early: {error}")


def application_from_arguments():
    """The application that the command line names, as in `module:callable`."""
    name = sys.argv[1] if len(sys.argv) > 1 else "probe:application"
    module, _, variable = name.partition(":")
    sys.path.append(".")
    try:
        return getattr(importlib.import_module(module), variable)
    except (ImportError, AttributeError, ValueError) as error:
        warn(f"{name}: {error}: name an application as module:callable")
        sys.exit(2)


def serve_connection(connection, client, variables, application, seconds_to_first_byte=1.0):
    """Reads one request and answers it."""
    try:
        head, rest = read_head(connection, seconds_to_first_byte)
        if not head:
            return
        connection.settimeout(PATIENCE)
        environ = dict(variables, **environ_of(head, client))
        environ["wsgi.input"] = input_of(environ, rest, connection)
    except Refused as refused:
        connection.sendall(refusal(refused))
    else:
        run(application, environ, Answer(connection, environ))
    close_gently(connection)


# What is asked for.


def server_variables(listening, multiprocess=False):
    """The part of the environ that is the same for every request (PEP 3333, environ Variables)."""
    host, port = listening.getsockname()[:2]
    return {
        "SCRIPT_NAME": "",  # the application is the whole server
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": multiprocess,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,  # whoever reads wsgi.input to its end needs no length
    }


def environ_of(head, client):
    """The variables of one request. Their values are strings that hold bytes: latin-1, which has a
    character for each byte, is what PEP 3333 asks for."""
    method, target, version = request_line(head)
    path, _, query = target.partition("?")
    fields = field_variables(head)
    if version == "HTTP/1.1" and "HTTP_HOST" not in fields:
        raise Refused(400)  # RFC 9112 s3.2
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": version,
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        **fields,
    }


def field_variables(head):
    """`X-Some-Name: value` becomes HTTP_X_SOME_NAME (RFC 3875 s4.1.18)."""
    variables = {}
    for line in head.split(b"\r\n")[1:-2]:
        field = FIELD.fullmatch(line)
        if not field:
            raise Refused(400)
        name, value = (part.decode("latin-1").strip(" \t") for part in field.groups())
        key = name.upper().replace("-", "_")
        if "_" in name or key == "PROXY":
            continue  # X_User would pass itself off as X-User; HTTP_PROXY means something else
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        if key in variables:
            value = variables[key] + ("; " if key == "HTTP_COOKIE" else ", ") + value
        variables[key] = value
    return variables


def input_of(environ, rest, connection):
    """wsgi.input: the content of the request and nothing beyond (RFC 9112 s6.3)."""
    length = environ.get("CONTENT_LENGTH")
    coding = environ.get("HTTP_TRANSFER_ENCODING")
    if coding is None:
        if not (length or "0").isdecimal() or length == "":
            raise Refused(400)
        return io.BufferedReader(Content(rest, connection, int(length or 0)))
    if length is not None or environ["SERVER_PROTOCOL"] == "HTTP/1.0":
        raise Refused(400)  # two lengths: whoever believes the other one sees another request
    if coding.lower() != "chunked":
        raise Refused(501)
    stream = io.BufferedReader(Content(rest, connection, sys.maxsize))
    return io.BytesIO(b"".join(chunks(stream)))


class Content(io.RawIOBase):
    """`left` bytes from a client as a file. The first of them, `rest`, have come with the head."""

    def __init__(self, rest, connection, left):
        self.rest, self.connection, self.left = rest, connection, left

    def readable(self):
        return True

    def readinto(self, buffer):
        room = memoryview(buffer)[: self.left]
        if not room:
            return 0  # the end, and no byte beyond it is waited for
        if self.rest:
            count = min(len(room), len(self.rest))
            room[:count], self.rest = self.rest[:count], self.rest[count:]
        else:
            count = self.connection.recv_into(room)
            if count == 0:
                raise ConnectionResetError("the client has left in the middle of its content")
        self.left -= count
        return count


def chunks(stream):
    """The content that comes in chunks, chunk by chunk (RFC 9112 s7.1)."""
    while True:
        size, _, _extensions = line_of(stream).partition(b";")
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,16}[ \t]*", size):
            raise Refused(400)
        length = int(size, 16)
        if length == 0:
            break
        yield stream.read(length)
        if stream.read(2) != b"\r\n":
            raise Refused(400)
    while line_of(stream):
        pass  # the trailer section, up to its empty line


def line_of(stream):
    line = stream.readline(MOST_CHUNK_LINE)
    if not line.endswith(b"\r\n"):
        raise Refused(400)
    return line[:-2]


# What the application answers.


def run(application, environ, answer):
    """Lets the application answer. Whatever it does wrong, the server lives on."""
    result = None
    try:
        result = application(environ, answer.start_response)
        for piece in result:
            answer.write(piece)  # sent before the next one is asked for
            if answer.left == 0:
                break
        answer.finish()
    except ClientGone:
        raise
    except (Exception, SystemExit):  # SystemExit: an application that calls sys.exit
        traceback.print_exc()
        answer.fail()
    finally:
        if hasattr(result, "close"):
            result.close()  # however it ended: a file may be open in there


class ClientGone(OSError):
    """Nobody takes the answer any more: that is no fault of the application."""


class Answer:
    """One answer. Status and fields wait here until the first piece of content goes out, so that
    until then an error can still become a 500."""

    def __init__(self, connection, environ):
        self.connection = connection
        self.is_head = environ["REQUEST_METHOD"] == "HEAD"
        self.knows_chunks = environ["SERVER_PROTOCOL"] == "HTTP/1.1"
        self.status, self.fields = None, []
        self.is_begun = self.is_chunked = False
        self.left = sys.maxsize  # how much content may still be sent

    def start_response(self, status, fields, exc_info=None):
        """PEP 3333, The start_response() Callable."""
        if exc_info:
            try:
                if self.is_begun:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # it refers to this very call: that would keep both alive
        elif self.status:
            raise AssertionError("start_response was called twice, and without exc_info")
        for text in [status] + [text for field in fields for text in field]:
            if re.search("[\r\n\0]", text):
                raise ValueError(f"a line end would begin another field: {text!r}")
        self.status, self.fields = status, list(fields)
        return self.write

    def write(self, piece):
        """Sends a piece of content, and the head before the first one that is not empty."""
        if not self.status:
            raise AssertionError("there is content, and start_response was never called")
        if not piece:
            return
        if not self.is_begun:
            self.send_head()
        piece = piece[: self.left]  # a Content-Length is a promise: not a byte more
        self.left -= len(piece)
        if self.is_chunked:
            piece = b"%x\r\n%b\r\n" % (len(piece), piece)
        self.send(piece)

    def finish(self):
        if not self.status:
            raise AssertionError("start_response was never called")
        if not self.is_begun:
            self.send_head()
        if self.is_chunked:
            self.send(b"0\r\n\r\n")  # the last-chunk: without it, something is missing

    def fail(self):
        """Says that it was not the client's fault, and no more; after the head there is nothing
        left to say, and the answer ends too early (RFC 9112 s8)."""
        if not self.is_begun:
            self.status = "500 Internal Server Error"
            length = str(len(OUR_FAULT))
            self.fields = [("Content-Type", "text/plain"), ("Content-Length", length)]
            self.write(OUR_FAULT)

    def send_head(self):
        fields = self.fields + [("Connection", "close")]
        if not any(name.lower() == "date" for name, _ in fields):
            fields.append(("Date", formatdate(usegmt=True)))
        declared = [value for name, value in fields if name.lower() == "content-length"]
        if self.is_head or self.status[:3] in ("204", "304"):
            self.left = 0
        elif declared:
            self.left = int(declared[0])
        elif self.knows_chunks:
            self.is_chunked = True
            fields.append(("Transfer-Encoding", "chunked"))
        lines = [f"HTTP/1.1 {self.status}"] + [f"{name}: {value}" for name, value in fields]
        self.is_begun = True
        self.send("".join(line + "\r\n" for line in lines + [""]).encode("latin-1"))

    def send(self, data):
        try:
            self.connection.sendall(data)
        except OSError as error:
            raise ClientGone(*error.args) from error


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
