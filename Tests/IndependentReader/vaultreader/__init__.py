"""A second reader of a transcript vault, written from Docs/Spec alone.

It reads: files of a vault, an identity file and its passphrase, and a cell.
It writes nothing, and asks no keeper. Each module names the page that it
follows.
"""
