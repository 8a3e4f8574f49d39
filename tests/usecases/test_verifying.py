"""Verifying finds what somebody did to the file, and says which check found it; in sound books it finds nothing."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pasledger.store import BooksProblem, BooksUnusable, Store
from pasledger.usecases import verifying
from pasledger.usecases.sealing import seal
from pasledger.usecases.verifying import Verification, verify
from tests.support import postgresql
from tests.support.books import (
    A_LIVED_IN_TOWN,
    MakeBooks,
    a_file,
    content,
    granted,
    is_postgresql,
    opened,
    raw,
    unguarded,
    unusable,
)
from tests.support.town import a_redemption, a_stamp

SOLD = "(SELECT entry_id FROM redemption WHERE amount_cents = 6000)"
MINE = "'entitlement/ent_00000000000000000000000000000001'"
"""The entitlement that paid € 50,00 of the € 60,00 in that sale."""


@pytest.fixture
def books(make_books: MakeBooks) -> str:
    """Return books with rows in every table."""
    return make_books(*A_LIVED_IN_TOWN)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the same books, in a file."""
    return a_file(tmp_path / "books.db", *A_LIVED_IN_TOWN)


@contextmanager
def tampering(books: str) -> Iterator[Callable[[str], Any]]:
    """Run statements with nothing in the way."""
    if is_postgresql(books):
        with postgresql.unguarded(books) as connection:
            yield lambda sql: postgresql.run(connection, sql)
    else:
        with unguarded(Path(books)) as file:
            yield file.execute


def verified(books: Path | str) -> Verification:
    """Return what is wrong with the books."""
    with opened(books) as store:
        return verify(store)


def found(books: str, *statements: str) -> set[str]:
    """Return which checks find what these statements do to the books, with the guards gone and put back after."""
    before = content(books)
    with tampering(books) as run:
        for statement in statements:
            assert run(statement).rowcount > 0
    assert content(books) != before
    return {finding.check for finding in verified(books).findings}


ANOTHER = "FROM transfer WHERE debit LIKE 'treasury/%' ORDER BY entry_id LIMIT 1)"
A_LINE = "line_position = 0 AND line_entry_id = (SELECT min(line_entry_id) FROM payout_line WHERE line_position = 0)"


@pytest.mark.parametrize(
    "change",
    [
        f"line_entry_id = (SELECT entry_id {ANOTHER}, line_position = (SELECT position {ANOTHER}",
        "amount_cents = -amount_cents",
    ],
    ids=["another transfer", "the other way round"],
)
def test_a_line_of_a_payout_that_is_not_its_transfer_is_found(books: str, change: str) -> None:
    """Also where all sums are as before: what is pinned is the transfer on this merchant's payable and no other."""
    assert "lines" in found(books, f"UPDATE payout_line SET {change} WHERE {A_LINE}")


def test_sound_books_have_no_findings(books: str) -> None:
    """What was replayed is counted: every entry, transfer and account there is."""
    rows = content(books)
    counted = len(rows["entry"]), len(rows["transfer"]), len(rows["account"])
    found = verified(books)
    assert (found.entries, found.transfers, found.accounts, found.findings) == (*counted, ())
    assert verified(books).is_sound


def test_new_books_are_sound(make_books: MakeBooks) -> None:
    """Nothing was booked, and nothing is wrong; whose books they are is not sealed yet."""
    assert verified(make_books()) == Verification(0, 0, 0, (), seals=0, unsealed=1)


def test_the_way_of_tampering_leaves_no_trace_itself(books: str) -> None:
    """Taking the guards away and putting them back is not what is found below."""
    with tampering(books):
        pass
    assert verified(books).is_sound


TAMPERED: dict[str, tuple[set[str], Sequence[str]]] = {
    "a balance is raised": ({"balance"}, [f"UPDATE account SET balance_cents = balance_cents + 1 WHERE code = {MINE}"]),
    "a balance is below zero": (
        {"balance", "integrity"},
        [f"UPDATE account SET balance_cents = -1 WHERE code = {MINE}"],
    ),
    "a balance is not kept any more": (
        {"balance", "integrity"},
        [f"UPDATE account SET balance_cents = NULL WHERE code = {MINE}"],
    ),
    "a balance is less than money can be": (
        {"readable", "integrity"},
        [f"UPDATE account SET balance_cents = -9223372036854775808 WHERE code = {MINE}"],
    ),
    "a sale is a cent more": (
        {"lines", "record", "payable", "balance"},
        [f"UPDATE transfer SET amount_cents = amount_cents + 1 WHERE entry_id = {SOLD} AND position = 0"],
    ),
    "a sale and its record are a cent more": (
        {"lines", "balance"},
        [
            f"UPDATE transfer SET amount_cents = amount_cents + 1 WHERE entry_id = {SOLD} AND position = 0",
            "UPDATE redemption SET amount_cents = 6001 WHERE amount_cents = 6000",
        ],
    ),
    "a transfer moves nothing": (
        {"lines", "readable", "integrity"},
        [f"UPDATE transfer SET amount_cents = 0 WHERE entry_id = {SOLD}"],
    ),
    "a transfer runs the other way": (
        {"lines", "sides", "record", "parts", "payable", "balance"},
        [f"UPDATE transfer SET debit = credit, credit = debit WHERE entry_id = {SOLD} AND position = 0"],
    ),
    "a sale is paid to another merchant": (
        {"lines", "record", "payable"},
        [
            "INSERT INTO account VALUES ('payable/mer_2/culture', 'payable', 'culture', NULL)",
            f"UPDATE transfer SET credit = 'payable/mer_2/culture' WHERE entry_id = {SOLD} AND position = 0",
        ],
    ),
    "a sale is paid by another holder": (
        {"entitlement", "balance", "sign"},
        [
            "UPDATE transfer SET debit = 'entitlement/ent_00000000000000000000000000000003' "
            f"WHERE entry_id = {SOLD} AND position = 0"
        ],
    ),
    "a transfer is gone": (
        {"count", "record", "payable", "balance", "reference"},
        [f"DELETE FROM transfer WHERE entry_id = {SOLD} AND position = 0"],
    ),
    "all transfers of an entry are gone": (
        {"count", "readable", "reference"},
        [f"DELETE FROM transfer WHERE entry_id = {SOLD}"],
    ),
    "an entry is gone": ({"reference", "balance"}, [f"DELETE FROM entry WHERE id = {SOLD}"]),
    "an entry with its transfers is gone": (
        {"reference", "balance"},
        [f"DELETE FROM transfer WHERE entry_id = {SOLD}", f"DELETE FROM entry WHERE id = {SOLD}"],
    ),
    "a sale that nobody refers to is wholly gone": (
        {"balance"},
        [
            "DELETE FROM transfer WHERE entry_id = (SELECT entry_id FROM redemption WHERE amount_cents = 100)",
            "DELETE FROM entry WHERE id = (SELECT entry_id FROM redemption WHERE amount_cents = 100)",
            "DELETE FROM redemption WHERE amount_cents = 100",
        ],
    ),
    "an entry says another number of transfers": (
        {"count"},
        [f"UPDATE entry SET transfer_count = 3 WHERE id = {SOLD}"],
    ),
    "an entry is of another kind": (
        {"sides", "record"},
        [f"UPDATE entry SET kind = 'held' WHERE id = {SOLD}"],
    ),
    "an entry is of no kind": ({"readable"}, [f"UPDATE entry SET kind = 'gift' WHERE id = {SOLD}"]),
    "a sale is after the end": (
        {"entitlement"},
        [f"UPDATE entry SET effective_on = '2027-01-01' WHERE id = {SOLD}"],
    ),
    "a sale is on no day": ({"readable"}, [f"UPDATE entry SET effective_on = 'today' WHERE id = {SOLD}"]),
    "an award has one pair of eyes": (
        {"readable", "integrity"},
        ["UPDATE entry SET approved_by = prepared_by WHERE kind = 'awarded'"],
    ),
    "a transfer is left behind": (
        {"reference"},
        [f"INSERT INTO transfer SELECT 'jrn_0', position, debit, credit, 1 FROM transfer WHERE entry_id = {SOLD}"],
    ),
    "a sale has no record": ({"record", "payable", "reference"}, ["DELETE FROM redemption WHERE amount_cents = 6000"]),
    "a sale has another amount": (
        {"record", "payable"},
        ["UPDATE redemption SET amount_cents = 5999 WHERE amount_cents = 6000"],
    ),
    "a sale was at another merchant": (
        {"record", "payable"},
        ["UPDATE redemption SET merchant_id = 'mer_2' WHERE amount_cents = 6000"],
    ),
    "a sale was of another holder": (
        {"entitlement"},
        ["UPDATE redemption SET holder_id = 'hld_2' WHERE amount_cents = 6000"],
    ),
    "a refund has no record": ({"record", "payable"}, ["DELETE FROM refund"]),
    "a refund has other parts": (
        {"parts", "record", "payable"},
        ["""UPDATE refund SET parts = '[["ent_00000000000000000000000000000003","culture",100]]'"""],
    ),
    "a refund has half a cent": ({"readable"}, ["""UPDATE refund SET parts = '[["ent","culture",0.5]]'"""]),
    "a refund has no parts": ({"readable"}, ["UPDATE refund SET parts = '5'"]),
    "an entitlement is another holder's": (
        {"entitlement"},
        [f"UPDATE entitlement SET holder_id = 'hld_00000000000000000000000000000002' WHERE {MINE} LIKE '%' || id"],
    ),
    "an entitlement starts later": (
        {"entitlement"},
        ["UPDATE entitlement SET starts_on = '2026-03-03' WHERE scheme = 'culture'"],
    ),
    "an entitlement ends before it starts": (
        {"entitlement", "parts", "change", "integrity"},
        ["UPDATE entitlement SET ends_before = '2025-01-01'"],
    ),
    "a merchant has no category": ({"readable"}, ["UPDATE merchant SET category = ''"]),
    "categories are not in order": ({"readable"}, ["UPDATE merchant SET category = 'sport culture'"]),
    "an entitlement starts on no day": ({"readable"}, ["UPDATE entitlement SET starts_on = '2026-02-30'"]),
    "a change of an actor is gone": ({"actors"}, ["DELETE FROM actor_change WHERE number = 2"]),
    "an entitlement was of more": ({"record"}, ["UPDATE entitlement SET amount_cents = amount_cents + 1"]),
    "an entitlement is gone": (
        {"reference", "record", "parts", "entitlement"},
        [f"DELETE FROM entitlement WHERE {MINE} LIKE '%' || id"],
    ),
    "a budget was decided higher": (
        {"record"},
        ["UPDATE budget_decision SET change_cents = change_cents + 1 WHERE reference = 'council 1'"],
    ),
    "a budget has no decision": ({"record"}, ["DELETE FROM budget_decision WHERE reference = 'council 1'"]),
    "an account is of another kind": (
        {"account", "sides", "record", "parts", "payable", "held"},
        ["UPDATE account SET kind = 'held' WHERE kind = 'payable'"],
    ),
    "an account is of another scheme": (
        {"account", "readable"},
        ["UPDATE account SET scheme = 'other' WHERE code LIKE 'payable/%/culture'"],
    ),
    "an account is gone": ({"reference", "readable"}, [f"DELETE FROM account WHERE code = {MINE}"]),
    "a scheme is gone": ({"reference"}, ["DELETE FROM scheme WHERE code = 'spring'"]),
    "a holder is gone": ({"reference"}, ["DELETE FROM holder"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_is_found(books: str, name: str) -> None:
    """Each by exactly the checks that the table names. PostgreSQL does not look at a row again that it has taken."""
    checks, statements = TAMPERED[name]
    assert found(books, *statements) == (checks - {"integrity"} if is_postgresql(books) else checks)


def test_every_check_that_a_file_can_break_finds_something() -> None:
    """Those that are left need events that nothing here books yet, and are tested with the rules."""
    names = {check for checks, _ in TAMPERED.values() for check in checks}
    assert names == {
        *(
            "account",
            "actors",
            "balance",
            "change",
            "count",
            "entitlement",
            "held",
            "integrity",
            "lines",
            "parts",
            "payable",
            "readable",
            "record",
        ),
        *("reference", "sides", "sign"),
    }


def test_a_finding_says_what_is_wrong_and_where(books: str) -> None:
    """Which account, and what was expected."""
    found(books, f"UPDATE account SET balance_cents = balance_cents + 1 WHERE code = {MINE}")
    (finding,) = verified(books).findings
    assert (finding.check, finding.subject, finding.detail) == (
        "balance",
        "entitlement/ent_00000000000000000000000000000001",
        "stored € 27,01, replayed € 27,00",
    )


def test_verifying_looks_at_one_moment(books: str) -> None:
    """What is booked while it reads does not confuse it, and has not to wait for it."""
    with opened(books) as store, opened(books) as till:
        number = 100

        def somebody_pays(done: int) -> None:
            nonlocal number
            for _ in range(done):
                number += 1
                granted(till, a_redemption("0,01", number=number))

        before = len(content(books)["entry"])
        verification = verify(store, somebody_pays)
        assert verification.is_sound
        assert verification.entries == before
        assert len(content(books)["entry"]) == 2 * before
        assert verify(store).is_sound


def test_progress_is_told_by_entry(store: Store) -> None:
    """Whoever waits is told how many entries were looked at."""
    done: list[int] = []
    assert verify(store, done.append).entries == sum(done) > 0


SEVERAL_FAULTS = (
    f"UPDATE transfer SET amount_cents = amount_cents + 1 WHERE entry_id = {SOLD} AND position = 0",
    "UPDATE redemption SET merchant_id = 'mer_2' WHERE amount_cents = 100",
    "UPDATE merchant SET iban = 'NL20INGB0001234567' WHERE version = 1",
    "DELETE FROM sealed WHERE in_table = 'attempt'",
    "UPDATE sealed SET in_table = 'entity' WHERE in_table = 'entitlement_end'",
)


@pytest.mark.parametrize("faults", [(), SEVERAL_FAULTS], ids=["sound", "tampered with"])
def test_several_processes_find_what_one_finds(
    books: str, faults: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the books are divided, and whoever looks at which part, the answer is the same to the letter."""
    with opened(books) as store:
        seal(store, a_stamp())
    with tampering(books) as run:
        for statement in faults:
            assert run(statement).rowcount > 0
    alone = verified(books)
    assert alone.is_sound is not bool(faults)
    monkeypatch.setattr(verifying, "STRETCH", 3)
    with opened(books) as store:
        assert verify(store) == alone
        assert verify(store, processes=2) == alone


def test_several_processes_look_at_one_moment(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is booked while they read is seen by none of them."""
    monkeypatch.setattr(verifying, "STRETCH", 3)
    with opened(books) as store, opened(books) as till:
        number = 100

        def somebody_pays(_done: int) -> None:
            nonlocal number
            number += 1
            granted(till, a_redemption("0,01", number=number))

        before = len(content(books)["entry"])
        verification = verify(store, somebody_pays, processes=2)
        assert (verification.entries, verification.findings) == (before, ())
        assert len(content(books)["entry"]) > before


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="this system does not tell of children")
def test_a_process_that_is_killed_is_not_missed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the one that asked does it alone."""
    monkeypatch.setattr(verifying, "STRETCH", 3)
    killed: list[int] = []

    def kill(_done: int) -> None:
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split() if not killed else ():
            if b"pasledger.store.crew" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
                killed.append(int(child))

    with opened(path) as store:
        assert verify(store, kill, processes=2) == verified(path)
    assert len(killed) == 1


def test_a_damaged_file_is_said_to_be_damaged(path: Path) -> None:
    """Pages without sense in the middle of the books are damage, whoever meets them first."""
    with raw(path) as connection:
        ((page,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'transfer'").fetchall()
        ((size,),) = connection.execute("PRAGMA page_size").fetchall()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\x7f" * size
    path.write_bytes(data)
    with unusable(BooksProblem.DAMAGED):
        verified(path)


def test_whatever_bit_is_flipped_there_is_an_answer(path: Path) -> None:
    """Sound, findings, or a file that cannot be used: and never a fault of the program."""
    chance = Random(2026)  # noqa: S311 - the same flips each time
    data = path.read_bytes()
    written = [place for place, byte in enumerate(data) if byte]
    answers = set()
    for place in chance.sample(written, 150):
        flipped = bytearray(data)
        flipped[place] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        try:
            answers.add("sound" if verified(path).is_sound else "findings")
        except BooksUnusable as unusable_books:
            answers.add(unusable_books.problem.value)
    assert {"sound", "findings", BooksProblem.DAMAGED.value, BooksProblem.UNGUARDED.value} <= answers
