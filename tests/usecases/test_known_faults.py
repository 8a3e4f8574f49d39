"""A file with known faults is refused for exactly those: each with its row, alone and in any mixture."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.formats.faults import FaultKind, FileRefused
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardState
from pasledger.rules.registration import CardRequest, SchemeRequest
from pasledger.store import Store
from pasledger.usecases import batches
from tests.support.books import KINDS, ON_DISK, holders, opened, place_in
from tests.support.town import a_budget, a_card, a_scheme, a_stamp, an_award

SOUND = "sound"
BLOCKED, REPLACED = a_card(2).number, a_card(3).number

FAULTS: dict[str, tuple[Refusal | FaultKind | None, str, str]] = {
    SOUND: (None, "", "culture;N-{row};P-1;;1,00;"),
    "unknown holder": (Refusal.HOLDER_UNKNOWN, "pashouder", "culture;N-{row};P-99;;1,00;"),
    "unknown card": (Refusal.CARD_UNKNOWN, "pasnummer", f"culture;N-{{row}};;{a_card(99).number};1,00;"),
    "blocked card": (Refusal.CARD_BLOCKED, "pasnummer", f"culture;N-{{row}};;{BLOCKED};1,00;"),
    "replaced card": (Refusal.CARD_REPLACED, "pasnummer", f"culture;N-{{row}};;{REPLACED};1,00;"),
    "unknown scheme": (Refusal.SCHEME_UNKNOWN, "regeling", "nothing;N-{row};P-1;;1,00;"),
    "awarded before": (Refusal.AWARD_REPEATED, "kenmerk", f"culture;Z-1;;{a_card(1).number};1,00;"),
    "too much": (Refusal.AMOUNT_OUTSIDE_RULE, "bedrag", "culture;N-{row};P-1;;500,01;"),
    "long ago": (Refusal.START_OUTSIDE_RULE, "ingangsdatum", "culture;N-{row};P-1;;1,00;31-12-2024"),
    "no budget": (Refusal.BUDGET_UNKNOWN, "regeling", "culture;N-{row};P-1;;1,00;01-01-2027"),
    "no number": (FaultKind.AMOUNT, "bedrag", "culture;N-{row};P-1;;x;"),
    "no day": (FaultKind.DATE, "ingangsdatum", "culture;N-{row};P-1;;1,00;31-02-2026"),
    "nobody": (FaultKind.NO_HOLDER, "pashouder", "culture;N-{row};;;1,00;"),
    "nothing": (FaultKind.NO_AMOUNT, "bedrag", "culture;N-{row};P-1;;;"),
    "more than there is": (Refusal.BUDGET_TOO_SMALL, "bedrag", "poor;N-{row};P-1;;2,00;"),
}
"""Each fault with what it is refused for, in which column, and a row that has it and no other."""


@pytest.fixture(scope="module", params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return books with four holders, of whom one has a blocked card and one a replaced one."""
    with place_in(request.param, tmp_path_factory.mktemp("faults")) as make:
        books = make(
            SchemeRequest(a_scheme()),
            SchemeRequest(a_scheme("poor")),
            a_budget("1.000,00"),
            a_budget("1,00", scheme="poor", decision="council 2", number=2),
            *holders([1, 2, 3]),
            CardRequest(BLOCKED, CardState.BLOCKED),
            CardRequest(REPLACED, CardState.REPLACED, a_card(4, holder=3)),
            an_award("1,00"),
        )
        with opened(books) as opened_store:
            yield opened_store


@ON_DISK
@given(st.data())
def test_exactly_the_known_faults_are_told(store: Store, data: st.DataObject) -> None:
    """Every row is checked, whatever is wrong with the others, and no sound row is blamed."""
    kinds = data.draw(st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=12))
    once = "awarded before"  # a second row that says the same is a fault of form
    kinds = [kind for place, kind in enumerate(kinds) if kind != once or kinds.index(once) == place]
    rows = [FAULTS[kind][2].format(row=place) for place, kind in enumerate(kinds, start=2)]
    expected = [(FAULTS[kind][0], place, FAULTS[kind][1]) for place, kind in enumerate(kinds, start=2) if kind != SOUND]
    file = "\n".join(["regeling;kenmerk;pashouder;pasnummer;bedrag;ingangsdatum", *rows]).encode()
    try:
        batches.check_awards(store, file, a_stamp(approved_by=None))
        found = []
    except FileRefused as refused:
        found = [(fault.reason, fault.row, fault.column) for fault in refused.faults]
    assert found == expected
