"""What leaves the books: tools that are not ours read it and come to our balances, and books are made of it again."""

import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pyxaf
from beancount import loader
from beancount.core.data import Transaction
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pasledger.formats.journals import account_name
from pasledger.formats.json_lines import NoKit
from pasledger.formats.seals import write_proof, write_seal
from pasledger.rules.records import Length, ReferenceKind
from pasledger.store import BooksProblem, BooksUnusable, Store
from pasledger.usecases import exporting
from pasledger.usecases.proving import proof_of
from pasledger.usecases.retention import keep, unlink
from pasledger.usecases.sealing import seal
from pasledger.usecases.verifying import verify
from tests.docs.pages import ROOT
from tests.support import postgresql
from tests.support.books import (
    A_LIVED_IN_TOWN,
    KINDS,
    a_file,
    content,
    granted,
    is_postgresql,
    opened,
    place_in,
    unguarded,
)
from tests.support.town import a_redemption, a_stamp

RECHECK = ROOT / "verifier/recheck.py"
YEAR = 2026


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the file of books with rows in every table, two seals, and references that are gone."""
    path = a_file(tmp_path / "books.db", *A_LIVED_IN_TOWN)
    with opened(path) as store:
        seal(store, a_stamp())
        granted(store, a_redemption("0,50", number=50))
        seal(store, a_stamp())
        granted(store, a_redemption("0,25", number=51))
        keep(store, ReferenceKind.DECISION, Length(1, "D"), "the town's own rule", a_stamp())
        assert unlink(store, [ReferenceKind.DECISION], a_stamp(date(2026, 3, 4))) == {ReferenceKind.DECISION: 2}
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Return the same books, open."""
    with opened(path) as found:
        yield found


def exported(store: Store, target: Path) -> Path:
    """Write all of the books as JSON Lines, and return the file."""
    with store.read() as reader, target.open("w", encoding="utf-8") as file:
        file.writelines(exporting.everything(reader))
    return target


# --- the walk-away kit


@pytest.mark.parametrize("there", KINDS)
@pytest.mark.parametrize("here", KINDS)
def test_books_are_made_of_an_export_in_either_database(tmp_path: Path, path: Path, here: str, there: str) -> None:
    """From any kind of database to any kind: every row, every balance and every seal is the same."""
    with opened(path) as file, place_in(here, tmp_path) as make, place_in(there, tmp_path / "to") as make_there:
        (tmp_path / "to").mkdir()
        first, second = _emptied(make()), _emptied(make_there())
        with exported(file, tmp_path / "a.jsonl").open("rb") as lines:
            exporting.rebuild(first, lines)
        with opened(first) as store, exported(store, tmp_path / "b.jsonl").open("rb") as lines:
            found = exporting.rebuild(second, lines)
        assert (found.is_sound, found.seals) == (True, 2)
        assert _sorted(content(second)) == _sorted(content(path))
        assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
        with opened(second) as store:
            granted(store, a_redemption("0,10", number=52))
            assert verify(store).is_sound


def _emptied(books: str) -> str:
    """Take books away, and return their place."""
    if is_postgresql(books):
        with postgresql.raw(books) as connection:
            postgresql.run(connection, f"DROP SCHEMA {postgresql.schema_of(books)} CASCADE")
    else:
        Path(books).unlink()
    return books


def _sorted(found: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[str]]:
    return {table: sorted(map(repr, rows)) for table, rows in found.items()}


def test_books_that_are_not_sound_stay_so(path: Path, tmp_path: Path) -> None:
    """An export hides nothing: what was found there is found here."""
    with unguarded(path) as connection:
        connection.execute("UPDATE merchant SET iban = 'NL20INGB0001234567' WHERE version = 1")
    with opened(path) as store, exported(store, tmp_path / "a.jsonl").open("rb") as lines:
        there = exporting.rebuild(str(tmp_path / "b.db"), lines)
        assert there.findings == verify(store).findings != ()


def test_where_there_are_books_none_are_made(path: Path, store: Store, tmp_path: Path) -> None:
    """Books are never written over."""
    before = path.read_bytes()
    with exported(store, tmp_path / "a.jsonl").open("rb") as lines, pytest.raises(BooksUnusable) as refused:
        exporting.rebuild(str(path), lines)
    assert refused.value.problem is BooksProblem.EXIST_ALREADY
    assert path.read_bytes() == before


DAMAGED: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "nothing": lambda _lines: [],
    "another file": lambda lines: [b"a;b;c\n", *lines],
    "another object": lambda lines: [b'{"format":"another"}\n', *lines[1:]],
    "another version": lambda lines: [lines[0].replace(b'"version":"0', b'"version":"9', 1), *lines[1:]],
    "no end": lambda lines: lines[:-1],
    "something after the end": lambda lines: [*lines, lines[-2]],
    "no object": lambda lines: [lines[0], b"[]\n", *lines[1:]],
    "another table": lambda lines: [*lines[:-1], b'{"row":{"table":"person","row":{}}}\n', lines[-1]],
    "another column": lambda lines: [*lines[:-1], b'{"row":{"table":"account","row":{"code":"x"}}}\n', lines[-1]],
    "half a cent": lambda lines: [line.replace(b'"amount_cents":', b'"amount_cents":0.5e') for line in lines],
    "no row": lambda lines: [*lines[:-1], b'{"row":7}\n', lines[-1]],
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_no_export_makes_no_books(store: Store, tmp_path: Path, name: str) -> None:
    """The line is named, and there is no file."""
    lines = exported(store, tmp_path / "a.jsonl").read_bytes().splitlines(keepends=True)
    with pytest.raises(NoKit):
        exporting.rebuild(str(tmp_path / "b.db"), DAMAGED[name](lines))
    assert not (tmp_path / "b.db").exists()


# --- a verifier that is not ours


def recheck(*paths: Path) -> tuple[int, str]:
    """Run the stand-alone verifier in isolation, where no package can be found."""
    command = [sys.executable, "-I", "-S", str(RECHECK), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def published(store: Store, tmp_path: Path) -> tuple[Path, Path]:
    """Return the newest seal, published and signed, and the public key."""
    key = Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with store.read() as reader:
        newest = reader.seals.newest()
        assert newest is not None
        (tmp_path / "seal.json").write_text(write_seal(reader.municipality(), newest, key))
    return tmp_path / "seal.json", tmp_path / "key.pem"


def test_an_export_is_rechecked_without_our_package(store: Store, published: tuple[Path, Path], tmp_path: Path) -> None:
    """It adds up the books, works out every seal, and checks the signature of a root."""
    found = verify(store)
    code, said = recheck(exported(store, tmp_path / "a.jsonl"), *published)
    assert (code, said.splitlines()[-1]) == (0, "All of it is right.")
    assert f"{found.entries} entries, {found.transfers} transfers, {found.accounts} accounts, 2 seals" in said


def test_every_change_of_an_export_is_found(store: Store, published: tuple[Path, Path], tmp_path: Path) -> None:
    """One line that is changed, gone, twice there or at another place."""
    lines = exported(store, tmp_path / "a.jsonl").read_text().splitlines()
    changed = tmp_path / "changed.jsonl"
    leaves = [place for place, line in enumerate(lines) if '"leaf":[{' in line and '"seal":' in line]
    attacks = [
        [*lines[:place], lines[place].replace('"recorded_at":"2', '"recorded_at":"3'), *lines[place + 1 :]]
        for place in leaves
        if '"recorded_at":"2' in lines[place]
    ][::9]
    attacks += [[*lines[:place], *lines[place + 1 :]] for place in leaves[::20]]
    attacks += [[*lines[:place], lines[place], *lines[place:]] for place in leaves[::40]]
    attacks += [[*lines[: leaves[3]], lines[leaves[4]], lines[leaves[3]], *lines[leaves[5] :]], lines[:-1]]
    attacks += [[line.replace('"balance_cents":1', '"balance_cents":2') for line in lines]]
    for attack in attacks:
        assert attack != lines
        changed.write_text("\n".join(attack) + "\n")
        assert recheck(changed, *published)[0] == 1


def test_a_proof_is_rechecked_without_our_package(store: Store, published: tuple[Path, Path], tmp_path: Path) -> None:
    """With the published root it proves; without it, or with a change, it does not."""
    with store.read() as reader:
        key = next(one.key for one in reader.seals.sealed_in(2) if one.table == "entry")
        proof = proof_of(reader, "entry", key)
        assert proof is not None
        text = write_proof(reader.municipality(), proof.rows, proof.seal, place=proof.place, path=proof.path)
    file = tmp_path / "proof.json"
    file.write_text(text)
    assert recheck(file, *published) == (0, f"entry {key} in seal 2 of Dronten\nAll of it is right.\n")
    assert recheck(file)[0] == 1
    for change in (
        ('"amount_cents": 50', '"amount_cents": 51'),
        ('"place": ', '"place": 1'),
        ('"number": 2', '"number": 3'),
    ):
        assert change[0] in text
        file.write_text(text.replace(*change))
        assert recheck(file, *published)[0] == 1


def test_a_root_that_was_signed_by_another_is_found(store: Store, published: tuple[Path, Path], tmp_path: Path) -> None:
    """The signature is looked at, and not only whether there is one."""
    file, key = published
    export = exported(store, tmp_path / "a.jsonl")
    other = Ed25519PrivateKey.generate().public_key()
    key.write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert recheck(export, file, key)[0] == 1


# --- the tools of others


def balances(store: Store) -> dict[str, Decimal]:
    """Return what each account stands at, by the name that it has outside: in debit above zero."""
    with store.read() as reader:
        return {
            account_name(account): Decimal(turnover.debits.cents - turnover.credits.cents) / 100
            for account, turnover in reader.turnovers()
        }


def test_beancount_comes_to_our_balances(store: Store, tmp_path: Path) -> None:
    """It finds nothing wrong, and every account stands where ours does."""
    file = tmp_path / "books.beancount"
    with store.read() as reader:
        file.write_text("".join(exporting.beancount(reader)))
    entries, errors, _ = loader.load_file(str(file))
    assert errors == []
    found: dict[str, Decimal] = defaultdict(Decimal, dict.fromkeys(balances(store), Decimal(0)))
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                assert posting.units is not None
                found[posting.account] += Decimal(str(posting.units.number))
    assert dict(found) == balances(store)


def test_hledger_comes_to_our_balances(store: Store, tmp_path: Path) -> None:
    """Every account stands where ours does, and all of them together at nothing."""
    if shutil.which("hledger") is None and os.environ.get("CI") != "true":
        pytest.skip("hledger is not installed; on Debian: apt-get install hledger")
    file = tmp_path / "books.journal"
    with store.read() as reader:
        file.write_text("".join(exporting.hledger(reader)))
    command = ["hledger", "--file", str(file), "balance", "--flat", "--empty", "--output-format", "csv", "--no-total"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [line.split(",") for line in done.stdout.replace('"', "").splitlines()[1:]]
    assert {name: Decimal(amount.removesuffix(" EUR")) for name, amount in rows} == balances(store)


def audit(store: Store, target: Path, year: int) -> Any:
    """Write the auditfile of a year and return what `pyxaf` says of it, with the schema of the tax office."""
    with store.read() as reader, target.open("w", encoding="utf-8") as file:
        pieces = exporting.xaf(
            reader, year=year, tax_number="123456782", made_on=date(YEAR, 3, 3), software_version="0.1"
        )
        file.writelines(pieces)
    return pyxaf.validate(str(target), xsd=True)


@pytest.mark.parametrize("year", [YEAR - 1, YEAR, YEAR + 1])
def test_an_auditfile_is_valid(store: Store, tmp_path: Path, year: int) -> None:
    """With the schema and all rules there is nothing to say of it: before, in and after the year of the books."""
    report = audit(store, tmp_path / "books.xaf", year)
    assert report.ok
    assert list(report.findings) == []


def test_an_auditfile_holds_what_the_books_do_and_no_holder(store: Store, path: Path, tmp_path: Path) -> None:
    """Its balances by kind and scheme are ours; nothing of a holder, a card or an entitlement is in it."""
    audit(store, tmp_path / "books.xaf", YEAR)
    found: dict[str, Decimal] = defaultdict(Decimal)
    with pyxaf.open(str(tmp_path / "books.xaf")) as file:
        names = {str(account.id): account.description for account in file.accounts.values()}
        for line in (line for transaction in file.transactions() for line in transaction.lines):
            found[str(names[str(line.account_id)])] += line.signed_amount or 0
    with store.read() as reader:
        ours = {f"{kind}/{scheme}": Decimal(cents) / 100 for (kind, scheme), cents in _standing(reader).items()}
    assert {name: amount for name, amount in found.items() if amount} == {
        name: amount for name, amount in ours.items() if amount
    }
    text = (tmp_path / "books.xaf").read_text()
    for table in ("holder", "card", "entitlement"):
        for row in content(path)[table]:
            assert str(row[0]) not in text
    assert not [prefix for prefix in ("ent_", "hld_", "crd_") if prefix in text]


def _standing(reader: Any) -> dict[Any, int]:
    found: dict[Any, int] = reader.ledger.standing(before=date(YEAR + 1, 1, 1))
    return found
