"""Prints before any other line of Python is run, as some environments do."""

print("said by sitecustomize")
