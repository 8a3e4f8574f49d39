"""How moments and days are written, and read back."""

from datetime import UTC, date, datetime
from functools import lru_cache


@lru_cache(maxsize=256)  # all of a batch have one
def moment(at: datetime) -> str:
    """Return a moment as the books write it: UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_moment(text: str) -> datetime:
    """Return the moment that `moment` wrote."""
    return datetime.fromisoformat(text)


@lru_cache(maxsize=4096)
def read_day(text: str) -> date:
    """Read a day."""
    return date.fromisoformat(text)
