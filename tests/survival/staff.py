"""A clerk at the command line, in a process of its own, which can be killed."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.support.service import PROVEN, ROOT

_COLUMNS = ("regeling", "kenmerk", "pashouder", "bedrag")


def award_file(path: Path, scheme: str, decision: str, holders: Iterable[str]) -> Path:
    """Write a file that awards € 1,00 to each holder under one decision, and return its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_COLUMNS)
        writer.writerows((scheme, decision, holder, "1,00") for holder in holders)
    return path


def begin_to_award(books: str, file: Path) -> subprocess.Popen[str]:
    """Start to award a file."""
    return subprocess.Popen(
        [sys.executable, "-m", "pasledger.cli", "award", str(file), "--approved-by", "approver", "--json"],
        cwd=ROOT,
        env=os.environ | PROVEN | {"PASLEDGER_BOOKS": books, "PASLEDGER_AS": "clerk", "PASLEDGER_LANGUAGE": "en"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def award(books: str, file: Path) -> tuple[int, str]:
    """Award a file, and return the exit code and what was said of what went wrong."""
    process = begin_to_award(books, file)
    _, said = process.communicate()
    return process.returncode, said
