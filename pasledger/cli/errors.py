"""What can go wrong, as sentences on standard error: with the file, the row, the column and what to do.

With `--json`, one object: `error` (a code), `message` and, where a file was refused, `file` and `faults`, each with
`row`, `column`, `value`, `reason` and `message`.
"""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pasledger.cli.calls import Call
from pasledger.cli.claims import CredentialFileOpen
from pasledger.cli.printing import paper, print_json
from pasledger.cli.wording import in_words
from pasledger.formats.faults import Fault, FaultKind, FileRefused, shown
from pasledger.ledger.refusals import Refused
from pasledger.store import BooksUnusable
from pasledger.texts import CatalogueUnfit, require_whole
from pasledger.usecases.booking import NothingBooked

MOST_SHOWN = 20
"""Faults of one file that a person is shown at once."""


class InFile(FileRefused):
    """A file was refused, and this is the one."""

    def __init__(self, path: Path, faults: Sequence[Fault]) -> None:
        super().__init__(faults)
        self.path = path


class Wrong(Exception):  # noqa: N818 - as `InFile`
    """Something that only the command line can find wrong; the code is that of its sentence."""

    def __init__(self, code: str, **figures: object) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures


def require_texts() -> None:
    """Let nothing go to holders in a language that is not whole."""
    try:
        require_whole()
    except CatalogueUnfit as unfit:
        raise Wrong("texts-unfit", file=unfit.file, wrong=unfit.wrong) from None


WENT_WRONG = (InFile, Wrong, CredentialFileOpen, NothingBooked, Refused, BooksUnusable, OSError)
"""What a person can meet; all else is a fault of the program."""


@contextmanager
def reading(path: Path) -> Iterator[bytes]:
    """Read a file, and name it when it is refused."""
    try:
        yield path.read_bytes()
    except FileRefused as refused:
        raise InFile(path, refused.faults) from None


INTERRUPTED = 130
"""How a program ends that was interrupted at the keyboard."""


def report_interrupt(call: Call) -> None:
    """Say that nobody knows, here, how far it came: a batch is booked whole or not at all."""
    paper(for_errors=True).print(call.say("cli.interrupted"))


def report(call: Call, wrong: Exception) -> None:
    """Say what went wrong."""
    if isinstance(wrong, InFile):
        _report_faults(call, wrong)
        return
    code, message = _said(call, wrong)
    if call.as_json:
        print_json({"error": code, "message": message}, for_errors=True)
    else:
        paper(for_errors=True).print(message)


def _said(call: Call, wrong: Exception) -> tuple[str, str]:
    match wrong:
        case NothingBooked():
            return _said(call, next(iter(wrong.refusals.values())))
        case Refused():
            return wrong.reason, call.say(f"refusal.{wrong.reason}", **wrong.figures)
        case BooksUnusable():
            return wrong.problem, call.say(f"books.{wrong.problem}", **wrong.figures)
        case Wrong():
            return wrong.code, call.say(f"cli.{wrong.code}", **wrong.figures)
        case CredentialFileOpen():
            return "credential-file-open", call.say("cli.credential-file-open", file=wrong.path)
        case OSError(filename=None):
            # It is no file that was named, so it is where the answer goes to, and by then the work may be done.
            return "answer-lost", call.say("cli.answer-lost", why=wrong.strerror or "")
        case OSError():
            code = _OS_ERRORS.get(wrong.errno or 0, "file-unusable")
            return code, call.say(f"cli.{code}", file=wrong.filename or "", why=wrong.strerror or "")
        case _:
            raise wrong


_OS_ERRORS = {
    errno.ENOENT: "file-missing",
    errno.ENOTDIR: "file-missing",
    errno.EISDIR: "file-is-folder",
    errno.EACCES: "file-denied",
    errno.EPERM: "file-denied",
    errno.EROFS: "file-denied",
    errno.EEXIST: "file-exists",
    errno.ENOSPC: "file-no-room",
}


def _report_faults(call: Call, refused: InFile) -> None:
    nothing = call.say("cli.nothing-booked")
    if call.as_json:
        faults = [_as_data(call, fault) for fault in refused.faults]
        data = {"error": "file-refused", "message": nothing, "file": str(refused.path), "faults": faults}
        print_json(data, for_errors=True)
        return
    console = paper(for_errors=True)
    for fault in refused.faults[:MOST_SHOWN]:
        console.print(_line(call, refused.path, fault))
    if (more := len(refused.faults) - MOST_SHOWN) > 0:
        console.print(call.say("cli.more-faults", count=more))
    console.print(nothing)


def _line(call: Call, path: Path, fault: Fault) -> str:
    """Return a fault on one line: `FILE row 3, column bedrag: '12,5' — what is wrong and what to do`."""
    places = (
        ("cli.row", fault.row and str(fault.row)),
        ("cli.column", _shown(fault.column)),
    )
    place = ", ".join(call.say(code, place=value) for code, value in places if value is not None)
    value = _shown(fault.value)
    found = "" if value is None else f" '{in_words(value, call.language)}' —"
    return f"{in_words(path, call.language)}{place and ' '}{place}:{found} {sentence(call, fault)}"


def _as_data(call: Call, fault: Fault) -> dict[str, object]:
    return {
        "row": fault.row,
        "column": _shown(fault.column),
        "value": _shown(fault.value),
        "reason": fault.reason,
        "message": sentence(call, fault),
    }


def sentence(call: Call, fault: Fault) -> str:
    """Return what is wrong and what to do."""
    of = "fault" if isinstance(fault.reason, FaultKind) else "refusal"
    return call.say(f"{of}.{fault.reason}", **fault.figures)


def _shown(text: str | None) -> str | None:
    """Return what may be shown of a file; what a rule refused was not looked at before."""
    return None if text is None else shown(text)
