"""Holder references: the municipality's own opaque names for residents, and never a person's data.

>>> holder_reference("P-48213")
'P-48213'
>>> holder_reference("111222333")
Traceback (most recent call last):
ValueError: this could be a citizen service number (BSN): give residents an opaque reference instead
"""

import re

from stdnum.nl import bsn

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,34}", re.ASCII)

_NINE_DIGITS = re.compile(r"\b[0-9]{9}\b")
_BETWEEN_DIGITS = str.maketrans("", "", "./_-")


class HolderReference(str):
    """An opaque reference of at most 35 letters, digits and `. _ / -`."""

    __slots__ = ()


def holder_reference(text: str) -> HolderReference:
    """Return `text` as a holder reference. Raises `ValueError`, also for what looks like a BSN."""
    if looks_like_a_bsn(text):
        raise ValueError("this could be a citizen service number (BSN): give residents an opaque reference instead")
    if _REFERENCE.fullmatch(text) is None:
        raise ValueError("a reference has at most 35 letters, digits and . _ / - and starts with a letter or digit")
    return HolderReference(text)


def looks_like_a_bsn(text: str) -> bool:
    """Return whether the digits of `text` are nine that pass the eleven-test, whatever stands between them."""
    digits = "".join(text.translate(_BETWEEN_DIGITS).split())
    return len(digits) == 9 and digits.isascii() and digits.isdigit() and bool(bsn.is_valid(digits))


def mentions_a_bsn(text: str) -> bool:
    """Return whether `text` could be a BSN, or has one in it.

    Nine digits with a letter right before them are taken for a number of somebody's own.
    """
    return looks_like_a_bsn(text) or any(bsn.is_valid(found) for found in _NINE_DIGITS.findall(text))
