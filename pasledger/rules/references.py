"""References of merchants: their own names for what they book, such as a member number, an invoice or a pupil number.

>>> merchant_reference("Invoice 2026/0117")
'Invoice 2026/0117'
>>> merchant_reference("pupil 111222333")
Traceback (most recent call last):
ValueError: this could be a citizen service number (BSN): use a number of your own
"""

import re

from pasledger.rules.holders import mentions_a_bsn
from pasledger.rules.records import MerchantReference

PATTERN = r"[A-Za-z0-9](?:[A-Za-z0-9 /?:().,'+-]{0,33}[A-Za-z0-9/?:().,'+-])?"
"""What banks take in a payment, so that it can travel with one; it begins with a letter or a digit."""

LONGEST = 35
"""How long a reference can be, as in a payment."""

_REFERENCE = re.compile(PATTERN, re.ASCII)


def merchant_reference(text: str) -> str:
    """Return `text` where it can be a reference. Raises `ValueError`, also where a BSN could be in it."""
    if mentions_a_bsn(text):
        raise ValueError("this could be a citizen service number (BSN): use a number of your own")
    if _REFERENCE.fullmatch(text) is None:
        raise ValueError("a reference has at most 35 letters, digits and / - ? : ( ) . , ' + and single lines")
    return text


def named(reference: MerchantReference | None) -> tuple[MerchantReference, ...]:
    """Return the fact that a reference is, where there is one."""
    return () if reference is None else (reference,)


def bound_by(reference: MerchantReference | None) -> str | None:
    """Return what binds an entry to a reference, where there is one."""
    return None if reference is None else reference.commitment
