"""Fails with a message that can't be encoded: part of a file's name that is no UTF-8."""

raise OSError("caf\udce9")
