"""Money in whole euro cents, read and printed the Dutch way.

>>> Money.read("1.250,00")
Money(125000)
>>> str(Money(125000))
'€ 1.250,00'
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

LARGEST_CENTS = 2**63 - 1
"""What a database keeps in one number. A file or a till takes far less at a time, so that no sum comes near it."""

# Euros with optional thousands points, then a comma or a point and exactly two digits; or whole euros. A point
# before three digits is only read as a thousands point when cents follow: `12.505` could be a slip of the finger.
_DUTCH = re.compile(r"(?:€ ?)?(?:(\d{1,13})(?:[,.](\d\d))?|(\d{1,3}(?:\.\d{3}){1,3}),(\d\d))", re.ASCII)
_PLAIN = re.compile(r"(\d{1,12})\.(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in whole euro cents; negative only where a difference or a debt can be."""

    cents: int

    def __post_init__(self) -> None:
        if type(self.cents) is not int:
            raise TypeError(f"Money is whole cents, not {type(self.cents).__name__}")
        if abs(self.cents) > LARGEST_CENTS:
            raise ValueError("more cents than the books can hold")

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the amount that Dutch `text` writes: `12`, `12,50`, `12.50`, `1.250,00`, each with or without `€`.

        Raises `ValueError` for anything that could be meant otherwise, such as `12,5`, `12.505` or `-3`.
        """
        found = _DUTCH.fullmatch(text.strip())
        if found is None:
            raise ValueError("not an amount: write euros and two decimals after a comma, such as 12,50")
        euros, cents, grouped_euros, grouped_cents = found.groups()
        return cls(int((euros or grouped_euros).replace(".", "")) * 100 + int(cents or grouped_cents or 0))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the amount that a program wrote: euros, a point and two decimals. Raises `ValueError`."""
        found = _PLAIN.fullmatch(text)
        if found is None:
            raise ValueError("not an amount: write euros, a point and two decimals, such as 12.50")
        return cls(int(found[1]) * 100 + int(found[2]))

    @property
    def plain(self) -> str:
        """The amount as programs exchange it: `1250.00`."""
        euros, cents = divmod(abs(self.cents), 100)
        return f"{'-' if self.cents < 0 else ''}{euros}.{cents:02}"

    def __str__(self) -> str:
        euros, cents = divmod(abs(self.cents), 100)
        grouped = f"{euros:,}".replace(",", ".")
        return f"€ {'-' if self.cents < 0 else ''}{grouped},{cents:02}"

    def __repr__(self) -> str:
        return f"Money({self.cents})"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - other.cents)

    def __neg__(self) -> "Money":
        return Money(-self.cents)

    def __bool__(self) -> bool:
        return self.cents != 0


ZERO = Money(0)


def total(amounts: Iterable[Money]) -> Money:
    """Return the sum of `amounts`."""
    return Money(sum(amount.cents for amount in amounts))
