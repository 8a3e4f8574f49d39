"""The floor of the service: the same application, with a writer that answers yes without a look at the books."""

from datetime import UTC, datetime

from merchant_api import __main__ as service
from merchant_api.writer import Writer
from pasledger.ledger.ids import RedemptionId
from pasledger.rules.deciding import Outcome, Request
from pasledger.rules.records import Attempt

_YES = Outcome(attempt=Attempt("key", "fingerprint", datetime.now(UTC), RedemptionId.of(0), None))


async def _yes(self: Writer, request: Request) -> Outcome:  # noqa: ARG001 - in the place of the real one
    return _YES


if __name__ == "__main__":
    Writer.book = _yes  # type: ignore[method-assign]
    service.main()
