"""Who asks: tills of one merchant that come at the same moment do not each ask the books."""

import asyncio

from merchant_api.auth import Terminals
from merchant_api.writer import Writer
from pasledger.rules.records import Terminal
from tests.support.books import traffic
from tests.support.service import Street

AT_ONCE = 20


def questions(sent: list[str]) -> int:
    """Return how many of the statements ask for a terminal."""
    return sum("terminal" in statement for statement in sent)


def terminals_of(street: Street) -> Terminals:
    """Return what looks up credentials, before a writer that has not begun: what it is to note has to wait."""
    return Terminals(street.store, Writer(street.store, most_waiting=AT_ONCE, most_in_a_batch=AT_ONCE))


def test_those_who_come_together_ask_the_books_once(street: Street) -> None:
    """A full queue of requests with one credential is one question, and all of them hear its answer."""
    credential, terminals = street.credentials["club"], terminals_of(street)

    async def all_at_once() -> list[Terminal | None]:
        return await asyncio.gather(*(terminals.find(credential) for _ in range(AT_ONCE)))

    with traffic(street.store) as seen:
        found = asyncio.run(all_at_once())
    assert {terminal.merchant for terminal in found if terminal} == {street.merchants["club"].id}
    assert len(found) == AT_ONCE
    assert questions(seen.statements) == 1


def test_one_who_hangs_up_does_not_take_the_answer_from_others(street: Street) -> None:
    """The first of two who ask goes away; the second is answered all the same."""
    credential, terminals = street.credentials["club"], terminals_of(street)

    async def the_first_goes_away() -> Terminal | None:
        first, second = (asyncio.create_task(terminals.find(credential)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert asyncio.run(the_first_goes_away()) is not None


def test_what_nobody_knows_is_asked_again(street: Street) -> None:
    """An unknown credential is not remembered: it may be good a moment later."""
    terminals = terminals_of(street)
    with traffic(street.store) as seen:
        for _ in range(2):
            assert asyncio.run(terminals.find("kassa_00000000_nobody")) is None
    assert questions(seen.statements) == 2
