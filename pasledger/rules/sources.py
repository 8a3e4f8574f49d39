"""Sources of files: what the titles of another application mean is said once, and remembered by version."""

from dataclasses import dataclass

from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.records import Event, FileSource
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A new source, or a new version of one."""

    code: str
    titles: tuple[tuple[str, str | None], ...]

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.file_sources.add(self.code)


def decide_source(request: SourceRequest, town: Town, stamp: Stamp) -> Event:
    """Give the source its version, or refuse one that says nothing new."""
    versions = town.file_sources.get(request.code, ())
    if versions and versions[-1].titles == request.titles:
        raise Refused(Refusal.SOURCE_REPEATED, source=request.code)
    return Event(stamp, (FileSource(request.code, len(versions) + 1, request.titles),))
