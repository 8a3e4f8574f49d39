"""How often offers were used, for who must not count persons: what few did is not told."""

FEWEST_TOLD = 5
"""A number below this is not told: of so few, somebody could be known."""


def told(number: int) -> int | None:
    """Return a number of uses; None where it is too small to be told."""
    return number if number >= FEWEST_TOLD else None
