"""Tests of the independent reader.

    python3 -m unittest discover -s Tests/IndependentReader -t Tests/IndependentReader

What needs the built programs or shared data says so and is skipped where they
are absent (see programs.py).
"""

import unittest

try:
    import nacl.bindings  # noqa: F401
except ImportError as error:
    raise unittest.SkipTest(
        "PyNaCl is not installed for this Python: apt install python3-nacl"
    ) from error
