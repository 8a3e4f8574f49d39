"""Card numbers and card tokens: what is printed on a card, and what its QR carries.

A card number (pasnummer) is 16 digits: a 9, 13 digits drawn at random by one process for everybody, and two check
digits by ISO 7064 mod 97-10. It is a name and not a secret. The token (pascode) is a bearer secret of 128 random bits;
only its hash is kept.

>>> card_number(1234567890123)
'9123456789012317'
>>> CardNumber.parse("9123 4567 8901 2317")
'9123456789012317'
"""

import re
from enum import StrEnum
from hashlib import sha256
from typing import Self

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from pasledger.ledger.refusals import Refusal

NUMBER_CHOICES = 10**13
"""How many card numbers there are to draw from."""


class CardNumber(str):
    """A printed card number whose check digits are right, without spaces."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the number that `text` writes, with or without spaces. Raises `ValueError`."""
        digits = text.replace(" ", "")
        if re.fullmatch(r"9\d{15}", digits, re.ASCII) is None:
            raise ValueError("not a card number: write the 16 digits on the card, the first is a 9")
        try:
            mod_97_10.validate(digits)
        except ValidationError:
            raise ValueError("the check digits of this card number are wrong: compare it with the card") from None
        return cls(digits)

    @property
    def printed(self) -> str:
        """The number as it stands on the card, in groups of four."""
        return " ".join(self[start : start + 4] for start in range(0, 16, 4))


def card_number(draw: int) -> CardNumber:
    """Return the card number for a random `draw` below `NUMBER_CHOICES`."""
    payload = f"9{draw:013}"
    return CardNumber(payload + mod_97_10.calc_check_digits(payload))


class TokenHash(str):
    """The SHA-256 of a card token, in hexadecimal. A token has 128 random bits, so that it needs no salt."""

    __slots__ = ()

    @classmethod
    def of(cls, token: str) -> Self:
        """Return the hash under which `token` is kept."""
        return cls(sha256(token.encode()).hexdigest())


class CardState(StrEnum):
    """Where a card is in its life; only an active card can pay."""

    ISSUED = "issued"
    ACTIVE = "active"
    BLOCKED = "blocked"
    REPLACED = "replaced"

    @property
    def refusal(self) -> Refusal | None:
        """Why a card in this state cannot pay; None for the one that can."""
        return _REFUSALS[self]


_REFUSALS = {
    CardState.ISSUED: Refusal.CARD_NOT_ACTIVE,
    CardState.ACTIVE: None,
    CardState.BLOCKED: Refusal.CARD_BLOCKED,
    CardState.REPLACED: Refusal.CARD_REPLACED,
}
