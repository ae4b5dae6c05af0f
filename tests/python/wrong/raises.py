"""Fails while it is imported: its traceback should show these lines, and no others."""


def settings():
    raise LookupError("there is no such setting")


app = settings()
