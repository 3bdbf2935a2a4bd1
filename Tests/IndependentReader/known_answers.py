#!/usr/bin/python3
"""Writes Tests/KnownAnswers from the pages: the same bytes every time.

/usr/bin/python3 Tests/IndependentReader/known_answers.py
"""

from __future__ import annotations

import shutil

from tests import answerfiles, knownanswer


def main() -> None:
    """Write every file, and remove what is none of them."""
    for folder in {name.partition("/")[0] for name in answerfiles.all_files()}:
        shutil.rmtree(knownanswer.FOLDER / folder, ignore_errors=True)
    files = answerfiles.all_files()
    for name, data in files.items():
        path = knownanswer.FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{len(files)} files, {sum(map(len, files.values()))} bytes")


if __name__ == "__main__":
    main()
