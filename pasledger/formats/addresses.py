"""Files of e-mail addresses, from the municipality's own administration: read to send messages, and kept nowhere."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, Misread, require_none, twice
from pasledger.formats.tabular import Column, read_lines
from pasledger.rules.holders import HolderReference

# As a form in a browser takes it (HTML, "valid e-mail address"), in signs that each mail server takes.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+", re.ASCII | re.IGNORECASE)
_LONGEST = 254


@dataclass(frozen=True, slots=True)
class Wish:
    """How a holder is written to: in which language, and to which address; a letter where there is none."""

    language: str | None = None
    email: str | None = field(default=None, repr=False)


def email(text: str) -> str:
    """Read an e-mail address. What is none is refused and not repeated."""
    if len(text) > _LONGEST or _EMAIL.fullmatch(text) is None or text.startswith(".") or ".." in text or ".@" in text:
        raise Misread(FaultKind.EMAIL)
    return text


def read_addresses(data: bytes, languages: Sequence[str]) -> Mapping[HolderReference, Wish]:
    """Return how each holder of a file is written to. Raises `FileRefused` with all faults there are."""
    lines, faults = read_lines(data, _columns(languages))
    # An address is a person's: no fault repeats it.
    faults = [Fault(one.reason, one.row, one.column) if one.column == _EMAIL_COLUMN else one for one in faults]
    require_none([*faults, *twice((line.row, line["holder"]) for line in lines)])
    return {line["holder"]: Wish(line.values.get("language"), line.values.get("email")) for line in lines}


_EMAIL_COLUMN = "e-mail"


def _columns(languages: Sequence[str]) -> tuple[Column, ...]:
    return (
        Column("pashouder", "holder", cells.holder),
        Column(_EMAIL_COLUMN, "email", email, is_required=False),
        Column("taal", "language", _one_of(languages), is_required=False),
    )


def _one_of(languages: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in languages:
            raise Misread(FaultKind.LANGUAGE, languages=", ".join(languages))
        return text.lower()

    return read
