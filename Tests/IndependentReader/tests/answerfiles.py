"""Every file below Tests/KnownAnswers that is made from the pages."""

from __future__ import annotations

from functools import cache

from .recordanswers import record_answers
from .trustanswers import common_files, trust_answers


@cache
def all_files() -> dict[str, bytes]:
    """Each file by its folder and name."""
    answers = record_answers() | trust_answers()
    files = {name: answer.encode() for name, answer in answers.items()}
    return files | {f"common/{name}": data for name, data in common_files().items()}
