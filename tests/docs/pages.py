"""Runs a page of the documentation as a reader would, and compares what happens with what the page shows.

In a page:

- a fenced block after `<!-- file: NAME -->` is the content of a file;
- a `console` block has commands (`$ …`) with what each says below it, if that is shown; `# exits with 1` tells that a
  command does not end with 0, and `&` at its end that it goes on beside the page;
- a `python` block runs by itself, and the `output` block after it, if there is one, is what it prints;
- `<!-- begins with the town of the tutorial -->` tells that the commands of the tutorial came before, up to the awards.

How much is sealed, digests, and how long it took are another each time.

Pages are written in 2026, for port 8000, and for a PostgreSQL at an address that stands for one of the run. Each id and
secret of a page stands for one of the run, also in commands.
"""

import re
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from typer.testing import CliRunner

from pasledger.cli.app import app
from pasledger.store import Role
from pasledger.usecases.minting import stamp_now
from tests.support.postgresql import a_free_address, drop, schema_of
from tests.support.roles import forget

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs/tutorial/first-books.md"

_BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_OPAQUE = re.compile(
    r"[a-z]{3}_[0-9a-f]{32}|kassa_[0-9a-f]{8}|(?<=kassa_[0-9a-f]{8}_)[\w-]{43}|(?<=#)[\w-]{22}|\b9\d{3}(?: \d{4}){3}"
)
_PASSING = re.compile(
    r"\b[0-9a-f]{64}\b|Sealed: \d+ seals\. Not sealed yet: \d+ rows|\d{4}-\d\d-\d\d(?:T[\d:.]+Z| \d\d:\d\d)?"
    r'|(?<= in )\d{4}-\d\d(?=:)|\d+\.\d+ s\b|\(\d+ a second\)|(?<="seconds": )[\d.]+'
)
_A_SERVER = "postgresql://user@server/database?schema=dronten"
_SHELL = re.compile(r"[|><&]")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    kind: str
    text: str
    file: str | None = None


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, as if it was written this year."""
    text = page.read_text(encoding="utf-8").replace("2026", str(stamp_now("clerk").effective_on.year))
    return [Block(found["kind"], found["text"], found["file"]) for found in _BLOCK.finditer(text)]


def commands(block: Block) -> Iterator[tuple[str, str, int]]:
    """Yield each command of a console block, with what is shown below it and how it ends."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        ends = re.search(r"  # exits with (\d)$", line)
        yield line.partition("  # ")[0], shown, int(ends[1]) if ends else 0


def run(page: Path) -> None:
    """Do in the current folder what the page says, and compare."""
    if "<!-- begins with the town of the tutorial -->" in page.read_text(encoding="utf-8"):
        follow(TUTORIAL, up_to="pasledger redeem")
    follow(page)


def follow(page: Path, up_to: str | None = None) -> None:
    """Follow a page, to its end or up to a command that begins so."""
    found = blocks(page)
    with ExitStack() as left_running:
        reader = _Reader(left_running)
        for block, after in zip_longest(found, found[1:], fillvalue=Block("", "")):
            if block.file:
                Path(block.file).write_text(block.text.replace(":8000", f":{reader.port}"), encoding="utf-8")
            elif block.kind == "console":
                for line, shown, code in commands(block):
                    if up_to and line.startswith(up_to):
                        return
                    reader.enter(line, shown, code)
            elif block.kind == "python":
                reader.enter(f"python -c {shlex.quote(block.text)}", after.text if after.kind == "output" else "", 0)


class _Reader:
    """Somebody who follows a page: knows what its ids came to be, and what still runs."""

    def __init__(self, left_running: ExitStack) -> None:
        self._left_running = left_running
        self._names: dict[str, str] = {}
        self._books = ""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])

    def enter(self, command: str, shown: str, code: int) -> None:
        """Run a command and hold how it ends and what it says against the page."""
        line = self._as_here(command)
        if line.endswith(" &"):
            said, ended = self._start(line.removesuffix(" &")), 0
        elif line.startswith("pasledger ") and not _SHELL.search(line):
            # In this process, because a process for each command takes a second.
            ran = CliRunner().invoke(app, shlex.split(line)[1:], catch_exceptions=False)
            said, ended = ran.output, ran.exit_code
        else:
            said, ended = _run(["/bin/sh", "-c", line])
        assert ended == code, f"$ {line}\n{said}"
        self._compare(shown, said)

    def _start(self, line: str) -> str:
        """Start what goes on beside the page, wait until its port answers, and return what it said until then."""
        log = Path("log")
        with log.open("w") as out:
            started = subprocess.Popen(shlex.split(line), stdout=out, stderr=subprocess.STDOUT)
        self._left_running.callback(started.wait, timeout=30)
        self._left_running.callback(started.terminate)
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(self.port))) == 0:
                    break
            time.sleep(0.1)
        return log.read_text(encoding="utf-8")

    def _as_here(self, text: str) -> str:
        text = text.replace("8000", self.port)
        if _A_SERVER in text:
            text = text.replace(_A_SERVER, self._address())
        return _OPAQUE.sub(lambda found: self._names.get(found[0], found[0]), text)

    def _address(self) -> str:
        """Return where the page's PostgreSQL is."""
        if not self._books:
            self._books = a_free_address()
            self._left_running.callback(forget, *(f"{schema_of(self._books)[1:-1]}_{role}" for role in Role))
            self._left_running.callback(drop, self._books)
        return self._books

    def _compare(self, shown: str, said: str) -> None:
        if shown.strip():
            shown = self._as_here(shown)
            assert _lasting(said) == _lasting(shown), f"it says:\n{said}"
            for here, there in zip(_OPAQUE.findall(shown), _OPAQUE.findall(said), strict=True):
                assert self._names.setdefault(here, there) == there


def _run(command: list[str]) -> tuple[str, int]:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=60, check=False
    )
    return done.stdout, done.returncode


def _lasting(text: str) -> list[str]:
    """Return the lines of a text, with one sign for whatever is another each time."""
    return [_PASSING.sub("…", _OPAQUE.sub("…", line)).rstrip() for line in text.strip("\n").splitlines()]
