"""What older books hold is there after the upgrade, and protected as what is written now."""

from pathlib import Path

from alembic.script import ScriptDirectory

from pasledger.store import Store, migrating
from pasledger.usecases.sealing import seal
from pasledger.usecases.verifying import verify
from tests.support import postgresql
from tests.support.books import A_SMALL_TOWN, MakeBooks, content, is_postgresql, opened, raw
from tests.support.town import a_change, a_stamp


def made_older(books: str, version: str, *statements: str) -> None:
    """Make books those of the version before one, by what takes back what it did."""
    revision = ScriptDirectory.from_config(migrating._config()).get_revision(version)
    before = f"UPDATE alembic_version SET version_num = '{revision.down_revision}'"
    for statement in (*statements, before):
        if is_postgresql(books):
            with postgresql.raw(books) as connection:
                postgresql.run(connection, statement)
        else:
            with raw(Path(books)) as file:
                file.execute(statement)


def test_contacts_that_are_there_get_a_salt(make_books: MakeBooks) -> None:
    """Each its own, so that they are sealed with the next seal; nothing else of them is another."""
    books = make_books(*A_SMALL_TOWN, *(a_change(contact=name) for name in ("the treasurer", "the secretary")))
    before = [row[:-1] for row in content(books)["merchant_contact"]]
    made_older(books, "0021", "ALTER TABLE merchant_contact DROP COLUMN salt")
    Store.upgrade(books)
    after = content(books)["merchant_contact"]
    assert [row[:-1] for row in after] == before
    assert {len(row[-1]) for row in after} == {32}
    assert len({row[-1] for row in after}) == len(after) == 2
    with opened(books) as store:
        seal(store, a_stamp())
        assert verify(store).is_sound
