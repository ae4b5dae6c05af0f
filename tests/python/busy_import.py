"""Starts a thread and a process while it is imported, and ends neither of them."""

import subprocess
import threading
import time


def work():
    while True:
        time.sleep(0.5)


threading.Thread(target=work).start()
subprocess.Popen(["sleep", "120"])


def app(_environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello\n"]
