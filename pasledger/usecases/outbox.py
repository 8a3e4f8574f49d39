"""The outbox: a folder in which messages wait, each a file, and are made once and sent once, whatever goes wrong.

    letters/ID.html   a letter to print; letters.csv says for whom each is
    mail/ID.eml       an e-mail that waits; mail.csv says for whom each is
    underway/ID.eml   an e-mail that is being sent. After a crash, nobody here knows whether it was
    refused/ID.eml    an e-mail that the mail server did not take, for good
    made.txt          every message that was ever made here, and what is sent is nowhere else

A message is on the disk before it is in `made.txt`, and an e-mail is moved away before it is sent. So whatever is
asked again is not made again, and what may have been sent is not sent again by itself.
"""

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Protocol

from pasledger.rules.holders import HolderReference

LETTERS, MAIL, UNDERWAY, REFUSED = "letters", "mail", "underway", "refused"

_MADE = "made.txt"
_LOCK = "lock"
_COLUMNS = ("bestand", "pashouder")
_OWNERS_ONLY = 0o600


class OutboxBusy(Exception):  # noqa: N818 - an answer, not an error
    """Somebody else is making or sending messages in the same folder."""


class Undelivery(StrEnum):
    """Why an e-mail was not sent, or may not have been."""

    REFUSED = "refused"
    LATER = "later"
    UNSURE = "unsure"


class Undelivered(Exception):  # noqa: N818 - an answer, not an error
    """An e-mail was not taken over."""

    def __init__(self, why: Undelivery, reply: int | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.reply = reply
        """The code of the answer of the mail server; its words could hold the address."""


class Unreachable(Exception):  # noqa: N818 - an answer, not an error
    """There is nobody to hand anything to. Carries what kind of trouble it is, in no words of others."""


class Messenger(Protocol):
    """What takes over messages: a folder of files, or a mail server."""

    def deliver(self, name: str, data: bytes) -> None:
        """Take over the file with this name, whole or not at all. Raises `Undelivered` or `Unreachable`."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Keeps each message as a file, which whoever posts or mails it takes from there."""

    path: Path

    def deliver(self, name: str, data: bytes) -> None:
        """Keep a file. After a crash it is there whole, or not at all."""
        self.path.mkdir(parents=True, exist_ok=True)
        begun = self.path / f".{name}"
        with os.fdopen(os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNERS_ONLY), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        begun.rename(self.path / name)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of an e-mail; `why` is None for one that was sent."""

    id: str
    why: Undelivery | None = None
    reply: int | None = None


class Outbox:
    """One folder, which one program at a time works in."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made = _Lines(path / _MADE)
        self._listed = {kind: _Lines(path / f"{kind}.csv") for kind in (LETTERS, MAIL)}

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator["Outbox"]:
        """Open a folder, and let nobody else in. Raises `OutboxBusy`."""
        path.mkdir(parents=True, exist_ok=True)
        with (path / _LOCK).open("a") as lock:
            _lock(lock.fileno())
            outbox = cls(path)
            try:
                yield outbox
            finally:
                outbox._close()

    def has(self, message: str) -> bool:
        """Return whether a message was made here before, unless its e-mail was refused and nothing took its place."""
        if (self._path / REFUSED / f"{message}.eml").exists():
            return self._place(message) is not None
        return message in self._made or self._place(message) is not None

    def keep(self, message: str, holder: HolderReference, *, letter: str | None = None, mail: bytes = b"") -> None:
        """Keep a letter or an e-mail that was not made before, and note for whom it is."""
        kind, name, data = (
            (MAIL, f"{message}.eml", mail) if letter is None else (LETTERS, f"{message}.html", letter.encode())
        )
        Folder(self._path / kind).deliver(name, data)
        self._note(message, kind, name, holder)

    def note(self, message: str, holder: HolderReference) -> None:
        """Note what was made before: a crash may have come between a file and its note."""
        place = self._place(message)
        if place is not None and place.parent.name in self._listed:
            self._note(message, place.parent.name, place.name, holder)

    @property
    def waiting(self) -> list[str]:
        """The e-mails that wait to be sent."""
        return _in(self._path / MAIL)

    @property
    def unsure(self) -> list[str]:
        """The e-mails that may have been sent or not: sending them did not end."""
        return _in(self._path / UNDERWAY)

    def send(self, message: str, messenger: Messenger) -> Attempt:
        """Let a messenger take over an e-mail that waits, once. What is neither sent nor refused for good waits on."""
        name = f"{message}.eml"
        waits, underway = self._path / MAIL / name, self._path / UNDERWAY / name
        self._made.add(message)
        self._made.keep()
        underway.parent.mkdir(exist_ok=True)
        waits.rename(underway)
        _keep_names(underway.parent, waits.parent)  # after a power cut it must not seem to wait still
        try:
            messenger.deliver(name, underway.read_bytes())
        except Undelivered as undelivered:
            if undelivered.why is Undelivery.LATER:
                underway.rename(waits)
            if undelivered.why is Undelivery.REFUSED:
                (self._path / REFUSED).mkdir(exist_ok=True)
                underway.rename(self._path / REFUSED / name)
            return Attempt(message, undelivered.why, undelivered.reply)
        except Unreachable:
            underway.rename(waits)
            raise
        underway.unlink()
        return Attempt(message)

    def _note(self, message: str, kind: str, name: str, holder: HolderReference) -> None:
        row = StringIO()
        csv.writer(row, delimiter=";", lineterminator="").writerow((f"{kind}/{name}", holder))
        self._listed[kind].add(";".join(_COLUMNS))
        self._listed[kind].add(row.getvalue())
        self._made.add(message)
        with suppress(FileNotFoundError):
            (self._path / REFUSED / f"{message}.eml").unlink()

    def _place(self, message: str) -> Path | None:
        """Return where a message is, if it is still here and was not refused."""
        places = [
            self._path / LETTERS / f"{message}.html",
            *(self._path / one / f"{message}.eml" for one in (MAIL, UNDERWAY)),
        ]
        return next((place for place in places if place.exists()), None)

    def _close(self) -> None:
        _keep_names(*(self._path / kind for kind in self._listed))  # before the list says that they were made
        for lines in (self._made, *self._listed.values()):
            lines.close()


class _Lines:
    """A file of lines, each there once. A line that a crash cut off is taken away."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _OWNERS_ONLY)
        text = path.read_bytes()
        whole = text[: text.rfind(b"\n") + 1]
        os.ftruncate(self._descriptor, len(whole))
        self._known = set(whole.decode().split("\n")[:-1])

    def __contains__(self, line: str) -> bool:
        return line in self._known

    def add(self, line: str) -> None:
        """Add a line, unless it is there."""
        if line not in self._known:
            self._known.add(line)
            os.write(self._descriptor, f"{line}\n".encode())

    def keep(self) -> None:
        """Put the lines on the disk."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Put them there, and let go."""
        self.keep()
        os.close(self._descriptor)


def _keep_names(*folders: Path) -> None:
    """Put the names of what is in folders on the disk, where the machine can."""
    for folder in folders:
        with suppress(OSError):  # there is no such folder yet, or it is Windows
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _in(folder: Path) -> list[str]:
    return sorted(file.stem for file in folder.glob("[!.]*.eml"))


def _lock(descriptor: int) -> None:
    """Lock a file for as long as it is open, where the machine can."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutboxBusy from None
