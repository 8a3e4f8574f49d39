"""Typed, prefixed, opaque ids: what one names can be read from its prefix, and nothing else.

An id is its prefix, an underscore and 128 bits in hexadecimal. Those of our own rows are UUID version 7 (RFC 9562),
which sort by the millisecond they were made in; those that a merchant sees are 128 random bits, so that they tell
nothing of anybody's volume. The clock and the chance come from outside.
"""

import re
from typing import ClassVar, Self

RANDOM_BITS = 74
"""How many of the 128 bits of a version 7 UUID are left to chance."""

_LOW_BITS = 62
_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << _LOW_BITS


class Id(str):
    """An id of one kind, in its written form."""

    __slots__ = ()
    prefix: ClassVar[str]

    @classmethod
    def of(cls, bits: int) -> Self:
        """Return the id with these 128 bits."""
        return cls(f"{cls.prefix}_{bits:032x}")

    @classmethod
    def at(cls, milliseconds: int, chance: int) -> Self:
        """Return a UUID version 7 from Unix time in milliseconds and 74 random bits."""
        high, low = divmod(chance, 1 << _LOW_BITS)
        return cls.of(milliseconds << 80 | _VERSION_7 | high << 64 | _VARIANT | low)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return `text` as an id of this kind, or raise `ValueError`."""
        if re.fullmatch(rf"{cls.prefix}_[0-9a-f]{{32}}", text) is None:
            raise ValueError(f"not an id of the form {cls.prefix}_ and 32 hexadecimal digits")
        return cls(text)


class EntryId(Id):
    """A journal entry (journaalpost)."""

    __slots__ = ()
    prefix = "jrn"


class ChangeId(Id):
    """A change that may move no money, and then has no entry: of the end of an entitlement, or of a year."""

    __slots__ = ()
    prefix = "chg"


class EntitlementId(Id):
    """An entitlement (tegoed)."""

    __slots__ = ()
    prefix = "ent"


class BatchId(Id):
    """An award batch (toekenningsbatch)."""

    __slots__ = ()
    prefix = "bat"


class HolderId(Id):
    """A holder (pashouder)."""

    __slots__ = ()
    prefix = "hld"


class CardId(Id):
    """A card (pas), which is not the number printed on it."""

    __slots__ = ()
    prefix = "crd"


class MerchantId(Id):
    """A merchant (aanbieder)."""

    __slots__ = ()
    prefix = "mer"


class TerminalId(Id):
    """A terminal (kassa) of a merchant."""

    __slots__ = ()
    prefix = "trm"


class PersonId(Id):
    """A person (medewerker) who works for a merchant: who they are is kept beside it."""

    __slots__ = ()
    prefix = "per"


class ActId(Id):
    """A line of the log: what an actor began."""

    __slots__ = ()
    prefix = "act"


class UnlinkingId(Id):
    """References of one kind that were unlinked at once."""

    __slots__ = ()
    prefix = "unl"


class FindingId(Id):
    """Something for an auditor to look at (bevinding); it follows from what it is about."""

    __slots__ = ()
    prefix = "fnd"


class RedemptionId(Id):
    """A redemption (besteding), as its merchant knows it."""

    __slots__ = ()
    prefix = "red"


class RefundId(Id):
    """A refund (terugboeking), as its merchant knows it."""

    __slots__ = ()
    prefix = "rfd"


class HoldId(Id):
    """A hold (reservering), as its merchant knows it."""

    __slots__ = ()
    prefix = "hol"


class OfferId(Id):
    """An offer (aanbieding), as everybody knows it."""

    __slots__ = ()
    prefix = "off"


class UseId(Id):
    """A use (gebruik) of an offer, as its merchant knows it."""

    __slots__ = ()
    prefix = "use"


class PaymentRequestId(Id):
    """A payment request (betaalverzoek), as its merchant and whoever has its link know it."""

    __slots__ = ()
    prefix = "pre"


class RequestListId(Id):
    """Payment requests that were made at once, as their merchant knows them."""

    __slots__ = ()
    prefix = "prl"


class RunId(Id):
    """A payout run (betaalbatch)."""

    __slots__ = ()
    prefix = "run"


class CaptureId(Id):
    """A capture (afrekening) of a hold, as its merchant knows it."""

    __slots__ = ()
    prefix = "cap"


class ReleaseId(Id):
    """A release (vrijgave) of a hold, as its merchant knows it."""

    __slots__ = ()
    prefix = "rel"


class StatementId(Id):
    """A bank statement (bankafschrift)."""

    __slots__ = ()
    prefix = "stm"


class PayoutId(Id):
    """A payout (uitbetaling) to one merchant."""

    __slots__ = ()
    prefix = "pay"
