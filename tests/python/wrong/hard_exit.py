"""Ends the program while it is imported, and lets nobody say a word."""

import os

os._exit(3)
