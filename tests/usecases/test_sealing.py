"""Sealing passes nothing over, whoever commits late, and waits for nobody; what is sealed stays as it was."""

from datetime import timedelta
from pathlib import Path

import pytest

from pasledger.ledger.journal import Stamp
from pasledger.ledger.seals import NOTHING_BEFORE, Seal, Tree, heading, leaf_digests, root_by, row_text
from pasledger.rules.records import ReferenceKind
from pasledger.rules.sealing import SealCheck
from pasledger.store import BooksContended, tables
from pasledger.store.commitments import COMMITTED
from pasledger.store.standing import LOGS
from pasledger.usecases import sealing
from pasledger.usecases.booking import _book
from pasledger.usecases.proving import proof_of
from pasledger.usecases.sealing import seal
from pasledger.usecases.verifying import verify
from tests.support.books import (
    A_LIVED_IN_TOWN,
    A_SMALL_TOWN,
    MakeBooks,
    a_file,
    content,
    granted,
    is_postgresql,
    opened,
    place_in,
)
from tests.support.retention import LONG_AGO, NEW_YEAR, grown_old, unlinked
from tests.support.town import a_holder, a_redemption, a_stamp


@pytest.fixture
def books(make_books: MakeBooks) -> str:
    """Return books with rows in every table, of which nothing is sealed."""
    return make_books(*A_LIVED_IN_TOWN)


def test_everything_is_sealed_once(books: str) -> None:
    """Each row is a leaf, an entry with all of its parts; a second seal has nothing to do."""
    before = content(books)
    with opened(books) as store:
        (made,) = seal(store, a_stamp())
        assert seal(store, a_stamp()) == ()
        found = verify(store)
    assert made.leaves == sum(len(before[table.name]) for table in tables.LEAVES)
    assert (made.number, made.previous) == (1, NOTHING_BEFORE)
    assert (found.seals, found.unsealed, found.findings) == (1, 0, ())


def test_each_seal_follows_the_one_before(books: str) -> None:
    """What comes later is in a seal of its own, which holds the root of the one before."""
    with opened(books) as store:
        (first,) = seal(store, a_stamp())
        granted(store, a_redemption("1,00", number=9))
        assert verify(store).unsealed == 1
        (second,) = seal(store, a_stamp())
        assert (second.number, second.leaves, second.previous) == (2, 1, first.root)
        assert verify(store).is_sound


def test_many_rows_are_sealed_in_several_seals(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No seal holds more than its limit, and nothing is lost between two."""
    monkeypatch.setattr(sealing, "MOST_LEAVES", 7)
    with opened(books) as store:
        made = seal(store, a_stamp())
        found = verify(store)
    assert {one.leaves for one in made[:-1]} == {7}
    assert (found.seals, found.unsealed, found.findings) == (len(made), 0, ())


def test_both_databases_have_the_same_seals(tmp_path: Path) -> None:
    """The same rows in the same order come to the same root, and to the one that they came to before."""
    roots = set()
    for kind in ("sqlite", "postgresql"):
        with place_in(kind, tmp_path) as make, opened(make(*A_LIVED_IN_TOWN)) as store:
            roots |= {one.tree for one in seal(store, a_stamp())}
    assert len(roots) == 1


def test_what_is_recorded_late_is_not_passed_over(books: str) -> None:
    """An id from before the last seal is no reason to be in none."""
    with opened(books) as store:
        granted(store, a_redemption("1,00", number=9))
        seal(store, a_stamp())
        granted(store, a_redemption("1,00", number=8))
        (late,) = seal(store, a_stamp())
        assert late.leaves == 1
        assert verify(store).is_sound


def test_sealing_waits_for_nobody_who_writes(books: str) -> None:
    """What is written and not committed is in the next seal, although its id is lower than what was sealed."""
    if not is_postgresql(books):
        pytest.skip("SQLite has one writer at a time, and sealing waits for its lock")
    with opened(books) as store, opened(books) as till:
        with till.begin() as transaction:
            _book(transaction, [a_redemption("1,00", number=7)], a_stamp())
            (first,) = seal(store, a_stamp())
        (second,) = seal(store, a_stamp())
        assert first.leaves > second.leaves == 1
        assert verify(store).is_sound


def test_two_who_seal_at_once(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes second begins again: everything is in one seal, and in no other."""
    monkeypatch.setattr(sealing, "MOST_LEAVES", 10)
    with opened(books) as store, opened(books) as other:
        meanwhile: list[Seal] = []

        def somebody_seals(_done: int) -> None:
            if not meanwhile:
                meanwhile.extend(seal(other, a_stamp()))

        made = seal(store, a_stamp(), somebody_seals)
        found = verify(store)
    assert len(meanwhile) > 0
    assert (found.seals, found.unsealed, found.findings) == (len(made) + len(meanwhile), 0, ())


def test_a_seal_is_not_written_in_the_place_of_another(books: str) -> None:
    """Nothing of a seal stays where something is wrong with it."""
    with opened(books) as store:
        seal(store, a_stamp())
    before = content(books)
    with opened(books) as store, pytest.raises(BooksContended), store.begin() as transaction:
        transaction.seal(Seal(1, "", "", 1, "", ""), [], after=None)
    assert content(books) == before


def test_every_leaf_can_be_proven(tmp_path: Path) -> None:
    """The rows of a leaf come to its digest, and its path to the root of its seal."""
    with opened(a_file(tmp_path / "books.db", *A_LIVED_IN_TOWN)) as store:
        seal(store, a_stamp())
        with store.read() as reader:
            for one in list(reader.seals.leaves()):
                proof = proof_of(reader, one.table, one.key)
                assert proof is not None
                texts = [row_text(heading(table, row), row.values()) for table, row in proof.rows]  # type: ignore[arg-type]
                [digest] = map(bytes.fromhex, leaf_digests(["\n".join(texts)]))
                assert digest == one.digest
                found = root_by(proof.path, digest=digest, place=proof.place, leaves=proof.seal.leaves)
                assert found == proof.seal.tree
            assert proof_of(reader, "entry", "jrn_0") is None


def test_a_clock_that_was_put_back_is_believed_when_it_sealed(tmp_path: Path) -> None:
    """What was recorded before a seal that does not hold it is dated back, until a seal says the same of the clock."""
    with opened(a_file(tmp_path / "books.db", *A_SMALL_TOWN)) as store:
        ahead = a_stamp()
        seal(store, Stamp(ahead.recorded_at + timedelta(days=9), ahead.effective_on, "clerk"))
        granted(store, a_redemption("1,00"))
        assert {finding.check for finding in verify(store).findings} == {"back-dated"}
        seal(store, a_stamp())
        assert verify(store).is_sound


def test_every_column_that_changes_has_a_log() -> None:
    """A new one needs a line in `standing.LOGS`, so that changing it back is found; balances and uses are counted."""
    assert {log.table.name for log in LOGS} == set(tables.CHANGED_IN_PART) - {"account", "offer", "tries"}


def test_every_reference_has_a_salt() -> None:
    """The digest of a reference stays when it is deleted, and nobody may find the reference by trying."""
    for name in tables.DELETED_ONLY:
        table = tables.metadata.tables[name]
        assert ("salt" in table.columns) == (table in tables.LEAVES), f"{name} needs a salt, or SealedAs.NOTHING"


def test_every_reference_is_held_against_its_commitment() -> None:
    """A new table of references needs a line in `commitments.COMMITTED`.

    A merchant's is looked at with its entry, and of a contact the digest of its seal is the commitment.
    """
    assert {*COMMITTED, tables.merchant_reference, tables.merchant_contact} == {
        table for table in tables.LEAVES if table.name in tables.DELETED_ONLY
    }


def test_every_part_of_an_entry_names_it() -> None:
    """What is sealed with its entry says with which."""
    for table in tables.PARTS_OF_ENTRIES:
        assert "entry_id" in table.columns


def test_a_reference_can_go_and_the_seals_hold(tmp_path: Path) -> None:
    """Its digest stays, so that its place in the tree does; another one in its place is found."""
    with opened(a_file(tmp_path / "books.db", *LONG_AGO)) as store:
        grown_old(store)
        seal(store, a_stamp(NEW_YEAR))
        assert unlinked(store).keys() > {ReferenceKind.DECISION, ReferenceKind.HOLDER}
        assert verify(store).is_sound
        with store._connection() as connection:
            connection.exec_driver_sql(f"INSERT INTO holder_reference VALUES ('{a_holder().id}', 'P-9', 'salt')")
        assert {finding.check for finding in verify(store).findings} == {"sealed", "unlinked", "commitment"}


def test_a_tree_that_is_not_there_is_named() -> None:
    """Seals that are not sound are findings, and never a fault of the program."""
    first = Seal(1, "no moment", "clerk", 1, Tree().root, NOTHING_BEFORE)
    check = SealCheck([(first, first.root), (Seal(3, "", "", 1, "", ""), "")])
    assert [finding.subject for finding in check.conclude()] == ["seal 1", "seal 2"]
