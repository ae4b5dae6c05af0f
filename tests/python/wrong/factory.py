"""Has no application, but what makes one, and other functions besides."""

from os import getpid  # noqa: F401  it is not meant


def settings():
    return {}


def create_app():
    return lambda _environ, _start_response: []


def refuses():
    raise SystemExit("DATABASE_URL is not set")
