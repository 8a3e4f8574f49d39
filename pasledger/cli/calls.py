"""What is said around every command: whose books, who asks, in which language, and for a person or a program."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import typer

from pasledger.cli import claims
from pasledger.cli.rights import RIGHTS, Asks, Open
from pasledger.cli.wording import in_words
from pasledger.formats import cells
from pasledger.formats.faults import FaultKind, Misread
from pasledger.ledger.journal import Stamp
from pasledger.store import BooksUnusable, Reader, Store
from pasledger.store.databases import database_of
from pasledger.texts import say
from pasledger.usecases.acting import Claim, Task, acting
from pasledger.usecases.keys import key_of
from pasledger.usecases.minting import require_clock, stamp_now
from pasledger.usecases.sealing import seal

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Call:
    """One use of the program."""

    books: str | None
    actor: str | None
    language: str
    as_json: bool
    command: str = ""
    """The command that is given, as it is written."""
    about: str = ""
    """What it is given upon, as the log has it."""
    claimed: list[Claim] = field(default_factory=list)
    """Who asks and, in a command that is approved at once, who approves."""

    def of(self, command: str, about: str) -> "Call":
        """Return the call of one command."""
        return replace(self, command=command, about=about, claimed=[])

    def say(self, code: str, **figures: object) -> str:
        """Return a sentence in the language that is spoken, its figures in words."""
        return say(code, self.language, **{name: in_words(value, self.language) for name, value in figures.items()})

    @property
    def named_books(self) -> str:
        """Where the books are. Raises a usage error where nobody said so."""
        if not self.books:
            raise typer.BadParameter(self.say("cli.no-books"), param_hint="--books")
        return self.read("--books", self.books, _encodable)

    @property
    def shown_books(self) -> str:
        """Where the books are, for people to read: without a secret that their address may hold."""
        return database_of(self.named_books).shown(self.named_books)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the books for who may do this, at a clock that is not behind them, and log what becomes of it.

        What the command asks is its line in `pasledger.cli.rights`. Raises `Refused`.
        """
        asks = RIGHTS[self.command]
        with self.opened() as store:
            require_clock(store)
            if isinstance(asks, Open):
                yield store
                return
            with acting(store, self.task(), *(self.claimed or [self._claim()])):
                yield store

    @contextmanager
    def batch(self) -> Iterator[Store]:
        """Open the books for a batch of staff, and seal what is in them when it is booked."""
        with self.store() as store:
            yield store
        try:
            with self.opened() as store:
                seal(store, stamp_now(self.who().name))
        except BooksUnusable as trouble:  # the batch is booked all the same, and the next seal holds it
            why = self.say(f"books.{trouble.problem}", **trouble.figures)
            typer.echo(self.say("cli.unsealed", why=why), err=True)

    @contextmanager
    def opened(self, *, reads_only: bool = False) -> Iterator[Store]:
        """Open the books, and let go of them after."""
        store = Store.open(self.named_books, reads_only=reads_only, key=key_of(os.environ))
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Open the books to read one snapshot of them."""
        with self.opened(reads_only=True) as store, store.read() as reader:
            yield reader

    def stamp(self) -> Stamp:
        """Return this moment, in the name of who asks. Whether it is so is looked at when the books are opened."""
        self.claimed[:] = [self._claim()]
        return stamp_now(self.claimed[0].name)

    def approved_by(self, name: str) -> Stamp:
        """Return this moment, in the names of who asks and of the colleague who approves, as `stamp` does."""
        approver = self.read("--approved-by", name, words)
        prompt = f"{self.say('cli.credential-of', name=approver)} "
        self.claimed[:] = [self._claim(), claims.claim(approver, claims.APPROVERS, prompt)]
        return stamp_now(self.claimed[0].name, approver)

    def read(self, where: str, text: str, reader: Callable[[str], Value]) -> Value:
        """Return an argument as `reader` reads it. Raises a usage error that says what is asked for."""
        try:
            return reader(text.strip())
        except Misread as misread:
            sentence = self.say(f"fault.{misread.kind}", **misread.figures)
            raise typer.BadParameter(sentence, param_hint=where) from None

    def who(self) -> Claim:
        """Return who asks, without what would prove it where that is a credential."""
        if self.actor is not None:
            return Claim(self.read("--as", self.actor, words))
        try:
            login = claims.login()
        except LookupError:
            raise typer.BadParameter(self.say("cli.no-name"), param_hint="--as") from None
        return Claim(self.read("--as", login, words), is_login=True)

    def task(self) -> Task:
        """Return what the log is to have of this command."""
        asks = RIGHTS[self.command]
        permission, approval = (asks.permission, asks.approval) if isinstance(asks, Asks) else (None, None)
        is_founding = self.command == "actors add"
        return Task(self.command, self.about, claims.origin(), permission, approval, is_founding=is_founding)

    def _claim(self) -> Claim:
        who = self.who()
        if who.is_login or isinstance(RIGHTS[self.command], Open):
            return who
        return claims.claim(who.name, claims.OWN, f"{self.say('cli.credential-of', name=who.name)} ")


def words(text: str) -> str:
    """Read a name on one line; runs of spaces, and signs that cannot be printed, are one space."""
    return cells.words(_on_one_line(text))


def note(text: str) -> str:
    """Read a note, on one line as a name is; there is no place in it for a person's number."""
    return cells.note(_on_one_line(text))


def _on_one_line(text: str) -> str:
    clean = " ".join("".join(sign if sign.isprintable() and sign != "�" else " " for sign in text).split())
    if not clean:
        raise Misread(FaultKind.CELL_EMPTY)
    return clean


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Misread(FaultKind.FILE_NOT_TEXT) from None
    return text
