"""The lesson's second server, written anew with its faults: it runs any WSGI application, nearly.

What is right in it is the idea, and it is the lesson's: `environ` goes in, `start_response` is
called, pieces come out. The listening line and HOST and PORT are ours; so are the comments marked
`wrong:`. It runs probe:application.

    SERVER_CMD="python3 tests/python/lesson2.py" cargo test -p stage3-gateway
"""

import io
import sys

from lesson1 import HOST, listen
from probe import application


class WSGIServer:
    def __init__(self, backlog=1):
        self.listen_socket = listen(backlog)
        self.server_name = HOST
        self.server_port = self.listen_socket.getsockname()[1]
        self.application = None
        # wrong: kept here, the last answer's status and fields answer for an application that
        # never calls start_response
        self.headers_set = []

    def set_app(self, application):
        self.application = application

    def serve_forever(self):
        while True:
            self.client_connection, _ = self.listen_socket.accept()
            # wrong: an error of the application, or of one client, ends the server for all others
            self.handle_one_request()

    def handle_one_request(self):
        # wrong: one read is not a request, and a longer one is cut at 1024 bytes
        # wrong: text; content may be any bytes, and this raises when they are no UTF-8
        self.request_data = request_data = self.client_connection.recv(1024).decode("utf-8")
        print("".join(f"< {line}\n" for line in request_data.splitlines()))
        self.parse_request(request_data)
        env = self.get_environ()
        result = self.application(env, self.start_response)
        self.finish_response(result)

    def parse_request(self, text):
        # wrong: a client that leaves without a word has sent no line, and this raises IndexError
        request_line = text.splitlines()[0]
        # wrong: what is not three parts raises; nobody is answered with 400
        (self.request_method, self.path, self.request_version) = request_line.split()

    def get_environ(self):
        env = {}
        env["wsgi.version"] = (1, 0)
        env["wsgi.url_scheme"] = "http"
        # wrong: the whole request, head included, and text; asked for is the content, as bytes
        env["wsgi.input"] = io.StringIO(self.request_data)
        env["wsgi.errors"] = sys.stderr
        env["wsgi.multithread"] = False
        env["wsgi.multiprocess"] = False
        env["wsgi.run_once"] = False
        env["REQUEST_METHOD"] = self.request_method
        # wrong: the query is still in it, and %20 is no space yet
        env["PATH_INFO"] = self.path
        env["SERVER_NAME"] = self.server_name
        env["SERVER_PORT"] = str(self.server_port)
        # wrong: no SCRIPT_NAME, QUERY_STRING, SERVER_PROTOCOL, no REMOTE_ADDR, and no field of the
        # request at all: no HTTP_HOST, no CONTENT_LENGTH
        return env

    # wrong: a second call without exc_info is taken, and a value with a line end in it too
    def start_response(self, status, response_headers, exc_info=None):
        server_headers = [
            # wrong: the time at which the lesson was written
            ("Date", "Tue, 31 Mar 2015 12:54:48 GMT"),
            ("Server", "WSGIServer 0.2"),
        ]
        self.headers_set = [status, response_headers + server_headers]
        # wrong: no `write` is returned

    def finish_response(self, result):
        try:
            status, response_headers = self.headers_set
            response = f"HTTP/1.1 {status}\r\n"
            # wrong: no Connection: close, and no length
            for header in response_headers:
                response += "{0}: {1}\r\n".format(*header)
            response += "\r\n"
            # wrong: all pieces are collected before the first is sent, for HEAD and 204 too
            for data in result:
                response += data.decode("utf-8")  # wrong: text again
            print("".join(f"> {line}\n" for line in response.splitlines()))
            self.client_connection.sendall(response.encode())
            # wrong: close is never called on the result
        finally:
            self.client_connection.close()


if __name__ == "__main__":
    server = WSGIServer()
    server.set_app(application)
    server.serve_forever()
