"""Award batches in the town of `tests.support.town`: as requests, with every id drawn from a small number."""

from pasledger.ledger.ids import BatchId
from pasledger.rules.batches import (
    BatchAwardRequest,
    KeyRequest,
    PreparationRequest,
    RowsRequest,
    SecondApprovalRequest,
    StepRequest,
    budgets_of,
)
from pasledger.rules.deciding import Request
from pasledger.rules.fingerprints import Fingerprint
from pasledger.rules.records.batches import BatchContent, BatchRow, BatchStepKind, BatchSum
from tests.support.town import a_holder, an_award, euros

BATCH = BatchId.of(1)


def a_content(
    amount: str = "20,00",
    *,
    batch: BatchId = BATCH,
    version: int = 1,
    source: str = "source",
    fingerprint: str = "print",
    scheme: str = "culture",
) -> BatchContent:
    """Return a version of a batch with one award."""
    return BatchContent(batch, version, source, fingerprint, (BatchSum(scheme, 2026, 1, euros(amount)),))


def prepared(amount: str = "20,00", *, batch: BatchId = BATCH, version: int = 1, source: str = "source") -> Request:
    """Return the preparation of a version."""
    return PreparationRequest(a_content(amount, batch=batch, version=version, source=source))


def a_step(kind: BatchStepKind, *, batch: BatchId = BATCH, version: int = 1) -> StepRequest:
    """Return a step of a batch that takes from the budget of `culture`."""
    return StepRequest(batch, kind, version, budgets_of(a_content()))


def _print_of(*lines: str) -> str:
    fingerprint = Fingerprint(_KEY)
    for line in lines:
        fingerprint.add(line)
    return str(fingerprint)


_KEY, _SAID = "00" * 16, "what the file said"
A_BATCH: tuple[Request, ...] = (
    KeyRequest(_KEY),
    SecondApprovalRequest(euros("10.000,00")),
    PreparationRequest(a_content("20,00", scheme="spring", fingerprint=_print_of(_SAID))),
    RowsRequest((BatchRow(BATCH, 1, 0, _SAID),)),
    BatchAwardRequest(
        BATCH,
        1,
        an_award("20,00", scheme="spring", holder=2, number=4),
        (a_holder(2).id, "2026-03-02", "2027-01-01", 2000),
    ),
)
"""A batch with one award, and something in every table of batches."""
