"""Following money, from the council's decision to the bank line and back, from any point on its way."""

from pasledger.reports.following import Way, linked
from pasledger.store import Reader


def way_of(reader: Reader, name: str) -> Way | None:
    """Return the way on which an entry stands, or what has this id or name; None where there is no such thing."""
    start = reader.following.named(name)
    if not start:
        return None
    links = linked(start, before=reader.following.before, after=reader.following.after)
    entries = {*start, *(entry for link in links for entry in link)}
    return Way(tuple(reader.following.steps(sorted(entries))), tuple(sorted(links)))
