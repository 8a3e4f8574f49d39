"""Each role of books in PostgreSQL may do what its work needs; all else is tried here, and refused by the server."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Connection, text

from pasledger.ledger.ids import OfferId
from pasledger.ledger.journal import FOUR_EYES
from pasledger.ledger.periods import Period
from pasledger.rules.actors import ActorRole
from pasledger.rules.appointing import ActorRequest
from pasledger.rules.cards import CardState
from pasledger.rules.offers import OfferApprovalRequest, OfferForgettingRequest, OfferRequest, OfferStopRequest
from pasledger.rules.pins import ActivationRequest, CodeTryRequest, PinRequest
from pasledger.rules.records import LookUpPurpose
from pasledger.rules.registration import HolderRequest
from pasledger.store import BooksProblem, Role, Store, migrating, roles, tables
from pasledger.store.selling import Wanted
from pasledger.usecases import desk
from pasledger.usecases.finding import number_of
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.paying import specification_of
from pasledger.usecases.verifying import verify
from tests.support.books import (
    A_LIVED_IN_TOWN,
    A_SMALL_TOWN,
    POSTGRESQL,
    MakeBooks,
    a_file,
    content,
    granted,
    opened,
    place_in,
    start,
    unusable,
    with_seals,
)
from tests.support.postgresql import a_free_address, address, drop, raw, run, schema_of, server
from tests.support.retention import LONG_AGO, LONG_AGO_KINDS, grown_old, unlinked
from tests.support.roles import PASSWORD, as_user, forget, users_of
from tests.support.town import TODAY, a_budget, a_card, a_holder, a_person, a_redemption, a_use, an_offer, offered

pytestmark = pytest.mark.slow

P = BooksProblem
AT_WORK = (Role.SERVICE, Role.STAFF, Role.AUDITOR)
TABLES = sorted(roles.RIGHTS)
ON_COLUMNS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
ON_TABLES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Role, str]]:
    """Return books with rows in every table, at the address of each user. What is done to them here is taken back."""
    with (
        place_in(POSTGRESQL, tmp_path_factory.mktemp("no-file")) as make,
        users_of(with_seals(make(*A_LIVED_IN_TOWN))) as users,
    ):
        yield users


@pytest.fixture
def make_books(tmp_path: Path) -> Iterator[MakeBooks]:
    """Return what makes books in PostgreSQL."""
    with place_in(POSTGRESQL, tmp_path) as make:
        yield make


def rights_on(books: str, name: str) -> dict[str, str]:
    """Return what a role may do with each table, written as `roles.RIGHTS` writes it."""
    with raw(books) as connection:
        columns = run(
            connection,
            "SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
            " WHERE relnamespace::regnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0"
            " ORDER BY relname, attnum",
        ).fetchall()
        found: dict[str, str] = {}
        for table in {table for table, _ in columns}:
            own = [column for its, column in columns if its == table]
            found[table] = ", ".join(rights_of(connection, name, table, own))
        return found


def rights_of(connection: psycopg.Connection, name: str, table: str, columns: list[str]) -> Iterator[str]:
    """Yield what a role may do with a table, or with some of its columns."""
    for one in ON_TABLES:
        if asked(connection, "has_table_privilege", name, table, one):
            yield one
        elif one in ON_COLUMNS:
            some = [c for c in columns if asked(connection, "has_column_privilege", name, table, c, one)]
            if some:
                yield f"{one} ({', '.join(some)})"


def asked(connection: psycopg.Connection, question: str, *about: str) -> bool:
    """Return what the server says of a right."""
    places = ", ".join(["%s"] * len(about))
    return bool(run(connection, f"SELECT {question}({places})", about).fetchall()[0][0])


def name_of(users: dict[Role, str], role: Role) -> str:
    """Return the name of a role."""
    return f"{schema_of(users[role])[1:-1]}_{role}"


def expected(place: int) -> dict[str, str]:
    """Return what the role in one place of the table of rights is to have."""
    return {table: rights[place] for table, rights in roles.RIGHTS.items()}


# --- what they have


def test_every_table_is_in_the_table_of_rights() -> None:
    """A new table is nobody's until somebody has said what each role may do with it."""
    assert set(roles.RIGHTS) == {*tables.metadata.tables, "alembic_version"}


def test_each_role_has_its_rights_and_no_more(users: dict[Role, str]) -> None:
    """What the server says of each table and column is what the table of rights says."""
    for place, role in enumerate(AT_WORK):
        assert rights_on(users[role], name_of(users, role)) == expected(place)


def test_a_role_is_a_group_and_nothing_else(users: dict[Role, str]) -> None:
    """None can sign in, has a password, or may do anything with the server; and everybody else has nothing."""
    with raw(users[Role.OWNER]) as connection:
        for role in Role:
            attributes = (
                "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
                " FROM pg_roles WHERE rolname = %s"
            )
            assert not any(run(connection, attributes, [name_of(users, role)]).fetchall()[0])
        open_to_all = run(
            connection,
            "SELECT 1 FROM pg_namespace, aclexplode(nspacl) WHERE nspname = current_schema() AND grantee = 0"
            " UNION ALL SELECT 1 FROM pg_class, aclexplode(relacl)"
            " WHERE relnamespace::regnamespace = current_schema()::regnamespace AND grantee = 0"
            " UNION ALL SELECT 1 FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))"
            " WHERE pronamespace::regnamespace = current_schema()::regnamespace AND grantee = 0",
        )
        assert open_to_all.fetchall() == []


def test_the_owner_owns_all_of_it(users: dict[Role, str]) -> None:
    """The schema, its tables and its functions are the owner's, who may not make schemas of its own."""
    owner = name_of(users, Role.OWNER)
    with raw(users[Role.OWNER]) as connection:
        owners = run(
            connection,
            "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = current_schema()"
            " UNION SELECT pg_get_userbyid(relowner) FROM pg_class"
            " WHERE relnamespace::regnamespace = current_schema()::regnamespace"
            " UNION SELECT pg_get_userbyid(proowner) FROM pg_proc"
            " WHERE pronamespace::regnamespace = current_schema()::regnamespace",
        )
        assert owners.fetchall() == [(owner,)]
        assert not asked(connection, "has_database_privilege", owner, connection.info.dbname, "CREATE")


# --- what they are refused

EVERYBODY = {
    "empty a table": "TRUNCATE attempt",
    "delete a row": "DELETE FROM holder",
    "change the journal": "UPDATE entry SET prepared_by = 'somebody else'",
    "change whose the books are": "UPDATE municipality SET name = 'Elders'",
    "change the version": "UPDATE alembic_version SET version_num = '9999'",
    "move an account": "UPDATE account SET kind = 'treasury'",
    "switch the guards off": "ALTER TABLE entry DISABLE TRIGGER USER",
    "switch the guards off for itself": "SET session_replication_role = replica",
    "take a guard away": "DROP TRIGGER entry_is_never_changed ON entry",
    "take a guard's function away": "DROP FUNCTION refuses() CASCADE",
    "replace a guard's function": "CREATE OR REPLACE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN NULL; END $$",
    "change where a guard looks": "ALTER FUNCTION refuses() SET search_path = pg_temp",
    "add a trigger": "CREATE TRIGGER mine BEFORE INSERT ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuses('x')",
    "take a constraint away": "ALTER TABLE account DROP CONSTRAINT account_floor_ck",
    "add a column": "ALTER TABLE holder ADD COLUMN birth_date text",
    "add an index": "CREATE INDEX ON entry (kind)",
    "take a table away": "DROP TABLE attempt CASCADE",
    "make a table": "CREATE TABLE mine (id integer)",
    "make a view": "CREATE VIEW mine AS SELECT 1",
    "make a schema": "CREATE SCHEMA mine",
    "take the schema away": "DROP SCHEMA {schema} CASCADE",
    "own a table": "ALTER TABLE entry OWNER TO CURRENT_USER",
    "become the owner": "SET ROLE {owner}",
    "make itself the owner": "GRANT {owner} TO CURRENT_USER",
    "become more": "ALTER ROLE CURRENT_USER SUPERUSER",
    "make a user": "CREATE ROLE mine",
    "lock the others out": "LOCK TABLE entry IN ACCESS EXCLUSIVE MODE",
    "write on the server": "COPY attempt TO PROGRAM 'cat'",
}
BEYOND_THE_BOOKS = {
    *("switch the guards off for itself", "make a schema", "become the owner", "make itself the owner"),
    *("become more", "make a user", "write on the server"),
}
OTHERS = {
    Role.SERVICE: {
        **{f"add to {table}": f"INSERT INTO {table} SELECT * FROM {table}" for table in (
            "municipality", "scheme", "merchant", "holder", "holder_reference", "card", "card_change",
            "entitlement", "award_decision", "budget_decision",
            "entitlement_end", "lapse", "freeing", "correction", "year_closed",
        )},
        **{f"read {table}": f"SELECT 1 FROM {table}" for table in (
            "holder", "holder_reference", "card_change", "award_decision", "budget_decision",
            "pin_unlock", "lapse", "freeing",
        )},
        **{f"add to {table} too": f"INSERT INTO {table} SELECT * FROM {table}" for table in (
            "books_key", "card_rule", "scheme_ceiling", "activation", "pin_unlock"
        )},
        "change a PIN": "UPDATE pin SET hash = 'mine'",
        "use a code again": "UPDATE pin SET activation = NULL",
        **{f"unlink of {table}": f"DELETE FROM {table}" for table in (
            "holder_reference", "award_decision", "merchant_reference", "merchant_contact", "person_name", "batch_row",
            "payment_request_reference",
        )},
        "take the key away": "DELETE FROM books_key",
        "let another key in": "UPDATE books_key SET check_value = 'mine'",
        "count for another card": "UPDATE tries SET subject = 'crd_2'",
        "let a card be another's": "UPDATE card SET holder_id = 'hld_2'",
        "change a credential": "UPDATE terminal SET credential_hash = 'mine'",
        "change a secret": "UPDATE person_secret SET hash = 'mine'",
    },
    Role.STAFF: {
        "rename the municipality": "INSERT INTO municipality SELECT 2, name, started_at, started_by FROM municipality",
        "change a PIN": "UPDATE pin SET hash = 'mine'",
        "let another key in": "UPDATE books_key SET check_value = 'mine'",
        "use a code again": "UPDATE pin SET activation = NULL",
        "move the limit": "UPDATE card_rule SET pin_above_cents = 0",
        "let a card be another's": "UPDATE card SET holder_id = 'hld_2'",
        "change an IBAN": "UPDATE merchant SET iban = 'NL91ABNA0417164300'",
        "change a credential": "UPDATE terminal SET credential_hash = 'mine'",
    },
    Role.AUDITOR: {
        **{f"add to {table}": f"INSERT INTO {table} SELECT * FROM {table}" for table in TABLES},
        "change a balance": "UPDATE account SET balance_cents = 0",
        "lock a balance": "SELECT 1 FROM account FOR UPDATE",
        "revoke a terminal": "UPDATE terminal SET revoked_by = 'x'",
        "forget tries": "UPDATE tries SET number = 0",
        "block a card": "UPDATE card SET state = 'blocked'",
    },
}  # fmt: skip
ATTACKS = [(role, what) for role in AT_WORK for what in EVERYBODY | OTHERS[role]]


@pytest.mark.parametrize(("role", "what"), ATTACKS, ids=lambda part: str(part))
def test_what_a_role_may_not_do(users: dict[Role, str], role: Role, what: str) -> None:
    """The server refuses it for want of a right, before a guard has to look at it."""
    sql = (EVERYBODY | OTHERS[role])[what]
    named = sql.replace("{schema}", schema_of(users[role])).replace("{owner}", f'"{name_of(users, Role.OWNER)}"')
    with (
        raw(users[role]) as connection,
        pytest.raises(errors.InsufficientPrivilege),
        connection.transaction(force_rollback=True),
    ):
        run(connection, named)


@pytest.mark.parametrize("what", [what for what in EVERYBODY if what not in BEYOND_THE_BOOKS])
def test_what_a_role_may_not_do_its_owner_may(users: dict[Role, str], what: str) -> None:
    """To the owner it is no right that is wanting, as far as the books themselves go: the refusals above can fail."""
    sql = EVERYBODY[what].replace("{schema}", schema_of(users[Role.OWNER]))
    with (
        raw(users[Role.OWNER]) as connection,
        suppress(errors.IntegrityConstraintViolation, errors.CheckViolation),  # which is what the guards say
        connection.transaction(force_rollback=True),
    ):
        run(connection, sql)


@pytest.mark.parametrize("role", AT_WORK)
def test_a_role_gives_no_rights_away(users: dict[Role, str], role: Role) -> None:
    """Neither to itself nor to everybody: the server takes note of the wish, and nothing changes."""
    with raw(users[role]) as connection:
        for whom in ("CURRENT_USER", "PUBLIC"):
            run(connection, f"GRANT ALL ON entry TO {whom}")
            run(connection, f"GRANT ALL ON SCHEMA {schema_of(users[role])} TO {whom}")
    assert rights_on(users[role], name_of(users, role)) == expected(AT_WORK.index(role))
    with raw(users[role]) as connection, pytest.raises(errors.InsufficientPrivilege):
        run(connection, EVERYBODY["make a table"])


@pytest.mark.parametrize("role", AT_WORK)
def test_a_temporary_table_fools_no_guard(users: dict[Role, str], role: Role) -> None:
    """Whoever puts an empty table before the journal, for himself, still adds nothing to what is written."""
    before = content(users[Role.OWNER])
    with raw(users[role]) as connection, connection.transaction(force_rollback=True):
        schema = schema_of(users[role])
        run(connection, f"CREATE TEMP TABLE entry AS SELECT * FROM {schema}.entry WHERE false")
        run(connection, f"SET search_path TO pg_temp, {schema}")
        refused = errors.InsufficientPrivilege if role is Role.AUDITOR else errors.IntegrityConstraintViolation
        with pytest.raises(refused), connection.transaction():
            run(
                connection,
                f"INSERT INTO {schema}.transfer"
                f" SELECT entry_id, 99, debit, credit, 1 FROM {schema}.transfer ORDER BY entry_id LIMIT 1",
            )
    assert content(users[Role.OWNER]) == before


def test_the_service_does_no_work_of_staff(users: dict[Role, str]) -> None:
    """A budget is refused as a whole: the rights are not there, and nothing of it is written."""
    before = content(users[Role.OWNER])
    with opened(users[Role.SERVICE]) as store, unusable(P.NO_RIGHTS):
        granted(store, a_budget(number=9, decision="council 9"))
    assert content(users[Role.OWNER]) == before


def test_staff_unlinks_and_nobody_else_does(make_books: MakeBooks) -> None:
    """Its rights are enough for all of it, and without a record they are worth nothing."""
    with users_of(make_books(*LONG_AGO)) as users:
        with opened(users[Role.STAFF]) as store:
            grown_old(store)
        for role in (Role.SERVICE, Role.AUDITOR):
            with opened(users[role]) as store, unusable(P.NO_RIGHTS):
                unlinked(store)
        with (
            raw(users[Role.STAFF]) as connection,
            pytest.raises(errors.IntegrityConstraintViolation, match="no record"),
        ):
            run(connection, "DELETE FROM holder_reference")
        with opened(users[Role.STAFF]) as store:
            assert len(unlinked(store)) == len(LONG_AGO_KINDS)
            assert verify(store).is_sound


def test_the_service_reads_what_merchants_ask(users: dict[Role, str]) -> None:
    """Lists, payouts with their lines, and statements: it has the rights that each of them takes."""
    year = Period(TODAY.replace(month=1, day=1), TODAY.replace(month=12, day=31))
    with opened(users[Role.SERVICE]) as store, store.read() as reader:
        payouts = [payout for one in reader.merchants() for payout in reader.payouts.sent(Wanted(one.id)).items]
        assert payouts
        for payout in payouts:
            assert reader.payouts.lines(payout.entry, payout.merchant)
            assert specification_of(reader, payout, "nl").amount == payout.amount
            assert reader.selling.statement(payout.merchant, year).lines


def test_a_holder_at_the_service_and_a_clerk_at_the_desk_do_their_work(make_books: MakeBooks) -> None:
    """The service sets a PIN with a code, and sends none itself; staff looks up and blocks; an auditor reads of it."""
    clerk = ActorRequest("clerk", frozenset({ActorRole.ADMINISTRATOR, ActorRole.CLERK}), "hash of a credential")
    new = HolderRequest(a_holder(2), a_card(2, holder=2, state=CardState.ISSUED))
    letter = ActivationRequest(a_card(2).number, "hash of a code", TODAY.replace(year=TODAY.year + 1))
    here = desk.Clerk("clerk", "desk, from here")
    with users_of(make_books(*A_SMALL_TOWN, clerk, new, letter)) as users:
        with opened(users[Role.SERVICE]) as store:
            assert number_of(store, a_card(2).number) == a_card(2).number
            granted(store, CodeTryRequest(a_card(2).number), CodeTryRequest(None))
            granted(store, PinRequest(a_card(2).number, "hash of a PIN", "hash of a code"))
            with unusable(P.NO_RIGHTS):
                granted(store, letter)
        with opened(users[Role.STAFF]) as store:
            act = desk.find(store, here, desk.named(a_holder(2).reference), LookUpPurpose.CARD)
            whom = desk.found(store, here, act, at=stamp_now("clerk").recorded_at)
            assert whom is not None
            assert whom.cards[0][1].has_pin
            desk.block(store, here, whom, whom.cards[0][0])
        with opened(users[Role.AUDITOR]) as store:
            known = desk.found(store, here, act, at=stamp_now("clerk").recorded_at)
            assert known is not None
            assert known.cards[0][1].state is CardState.BLOCKED
            with unusable(P.NO_RIGHTS):
                desk.block(store, here, whom, whom.cards[0][0])


def test_the_service_keeps_offers_and_approves_none(make_books: MakeBooks) -> None:
    """It uses one, forgets whose uses are over, proposes and stops for an administrator; approving is not its right."""
    books = make_books(*A_LIVED_IN_TOWN, *offered(an_offer(5, per_card=2)))
    with users_of(books) as users:
        with opened(users[Role.SERVICE]) as store:
            granted(store, a_use(5, number=950), OfferForgettingRequest(OfferId.of(2)))
            person = a_person().id
            granted(store, OfferRequest(an_offer(6), by=person), OfferStopRequest(OfferId.of(5), by=person))
            with unusable(P.NO_RIGHTS):
                granted(store, OfferApprovalRequest(OfferId.of(6)))
        with opened(users[Role.OWNER]) as store:
            assert verify(store).is_sound


@pytest.mark.parametrize("kind", sorted(kind.value for kind in FOUR_EYES))
def test_the_service_approves_nothing(users: dict[Role, str], kind: str) -> None:
    """It may not write who approved an entry, and without that no entry of a kind that needs four eyes can be."""
    columns = "id, kind, recorded_at, effective_on, prepared_by, transfer_count, versions"
    made_up = f"SELECT 'jrn_made_up', '{kind}', recorded_at, effective_on, 'x', 1, versions"
    with raw(users[Role.SERVICE]) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            run(connection, f"INSERT INTO entry ({columns}, approved_by) {made_up}, 'y' FROM entry LIMIT 1")
        with pytest.raises(errors.CheckViolation, match="entry_four_eyes_ck"):
            run(connection, f"INSERT INTO entry ({columns}) {made_up} FROM entry LIMIT 1")


def test_what_the_service_writes_beyond_its_work_is_found(make_books: MakeBooks) -> None:
    """A payment that the service makes up has no record beside it, and is found."""
    with users_of(make_books(*A_LIVED_IN_TOWN)) as users:
        with raw(users[Role.SERVICE]) as connection, connection.transaction():
            run(
                connection,
                "INSERT INTO transfer SELECT 'jrn_made_up', 0, debit, credit, 1 FROM transfer"
                " WHERE credit LIKE 'payable/%' LIMIT 1",
            )
            run(
                connection,
                "INSERT INTO entry (id, kind, recorded_at, effective_on, prepared_by, transfer_count, versions)"
                " SELECT 'jrn_made_up', kind, recorded_at, effective_on, 'x', 1, versions"
                " FROM entry WHERE kind = 'redeemed' LIMIT 1",
            )
        with opened(users[Role.AUDITOR]) as store:
            assert not verify(store).is_sound


def test_books_of_another_municipality_are_closed(users: dict[Role, str], make_books: MakeBooks) -> None:
    """A role of one schema has nothing in the next, on the same server."""
    other = make_books()
    for role in Role:
        mine = f"{name_of(users, role)}_user"
        for use in (Store.open, Store.upgrade):
            with unusable(P.NO_RIGHTS):
                use(as_user(other, mine))


@pytest.mark.parametrize("role", AT_WORK)
def test_only_the_owner_changes_the_books_themselves(users: dict[Role, str], role: Role) -> None:
    """Who may not own the books can neither upgrade them nor say who may do what, and cannot start others."""
    with unusable(P.NO_RIGHTS):
        Store.upgrade(users[role])
    with opened(users[role]) as store, unusable(P.NO_RIGHTS):
        store.make_roles()
    with unusable(P.NO_RIGHTS):
        start(address("elsewhere", user=f"{name_of(users, role)}_user", password=PASSWORD))


# --- what they are told when they open books


def test_each_role_is_told_what_is_the_matter(make_books: MakeBooks) -> None:
    """A guard that is gone and a version that is too new are seen with the least of rights, and nothing is written."""
    with users_of(make_books(*A_SMALL_TOWN)) as users, raw(users[Role.OWNER]) as owner:
        for change, problem in (
            ("ALTER TABLE entry DISABLE TRIGGER entry_is_never_changed", P.UNGUARDED),
            ("UPDATE alembic_version SET version_num = '9999'", P.NEWER),
        ):
            run(owner, change)
            for role in Role:
                with unusable(problem):
                    Store.open(users[role])


@pytest.mark.parametrize("rights", ["", "USAGE ON SCHEMA {schema}", "USAGE ON SCHEMA {schema}; GRANT SELECT ON entry"])
def test_too_few_rights_are_told_as_such(make_books: MakeBooks, rights: str) -> None:
    """A user without a role, or with half of one that somebody put together, is told that it is for want of rights."""
    books = make_books()
    schema = schema_of(books)
    nobody = f"{schema[1:-1]}_nobody"
    with raw(books) as connection:
        run(connection, f"CREATE ROLE {nobody} LOGIN PASSWORD '{PASSWORD}'")
        try:
            for right in filter(None, rights.format(schema=schema).split("; GRANT ")):
                run(connection, f"GRANT {right} TO {nobody}")
            for use in (Store.open, Store.upgrade, start):
                with unusable(P.NO_RIGHTS):
                    use(as_user(books, nobody))
        finally:
            drop(books)
            forget(nobody)


# --- how they are made


def test_making_them_again_sets_their_rights_right(make_books: MakeBooks) -> None:
    """What was taken from a role comes back, and what it was given besides is gone; users keep their roles."""
    with users_of(make_books(*A_LIVED_IN_TOWN)) as users:
        service = name_of(users, Role.SERVICE)
        with raw(users[Role.OWNER]) as connection:
            run(connection, f"REVOKE ALL ON entry FROM {service}")
            run(connection, f"GRANT DELETE ON attempt TO {service}")
            run(connection, f"GRANT UPDATE (amount_cents) ON transfer TO {service}")
            run(connection, f"GRANT CREATE ON SCHEMA {schema_of(users[Role.OWNER])} TO {service}")
            run(connection, "GRANT SELECT ON holder_reference TO PUBLIC")
        with opened(users[Role.OWNER]) as store:
            made = store.make_roles()
        assert made == {role: name_of(users, role) for role in Role}
        for place, role in enumerate(AT_WORK):
            assert rights_on(users[role], name_of(users, role)) == expected(place)
        with raw(users[Role.SERVICE]) as connection, pytest.raises(errors.InsufficientPrivilege):
            run(connection, EVERYBODY["make a table"])
        with opened(users[Role.SERVICE]) as store:
            granted(store, a_redemption(number=9))


def test_two_municipalities_make_their_roles_at_once(make_books: MakeBooks) -> None:
    """Rights on the database that they share are given one after the other, and neither is told of damage."""
    towns = [make_books() for _ in range(4)]
    begin = threading.Barrier(len(towns))

    def make(books: str) -> None:
        with opened(books) as store:
            begin.wait()
            for _ in range(5):
                store.make_roles()

    try:
        with ThreadPoolExecutor(len(towns)) as pool:
            list(pool.map(make, towns))
    finally:
        for books in towns:
            name = schema_of(books).strip('"')
            drop(books)
            forget(*(f"{name}_{role}" for role in Role))


def test_an_upgrade_gives_the_roles_what_it_makes(make_books: MakeBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of a later version is the owner's, whoever ran the upgrade, and has its rights when the upgrade ends."""
    upgrade = migrating.upgrade

    def to_a_later_version(connection: Connection) -> None:
        upgrade(connection)
        connection.execute(text("CREATE TABLE novelty (id text)"))

    with users_of(make_books()) as users:
        monkeypatch.setattr(migrating, "upgrade", to_a_later_version)
        monkeypatch.setitem(roles.RIGHTS, "novelty", ("SELECT", "SELECT, INSERT", ""))
        Store.upgrade(users[Role.OWNER])
        for place, role in enumerate(AT_WORK):
            assert rights_on(users[role], name_of(users, role)) == expected(place)
        with raw(users[Role.OWNER]) as connection:
            owner = run(connection, "SELECT tableowner FROM pg_tables WHERE tablename = 'novelty'").fetchall()
        assert owner == [(name_of(users, Role.OWNER),)]


def test_an_upgrade_makes_no_roles(make_books: MakeBooks) -> None:
    """Books whose owner never asked for roles have none after it."""
    books = make_books()
    Store.upgrade(books)
    with raw(books) as connection:
        named = run(connection, "SELECT 1 FROM pg_roles WHERE rolname LIKE current_schema() || '%'")
        assert named.fetchall() == []


def test_roles_are_called_after_what_one_likes(make_books: MakeBooks) -> None:
    """Under another name they are made anew, the old ones may do nothing more, and the new name is kept."""
    books = make_books()
    other = f'{schema_of(books).strip(chr(34))} "100%"'
    with users_of(books) as users, opened(books) as store:
        named = {role: f"{other}_{role}" for role in Role}
        try:
            assert store.make_roles(prefix=other) == named
            assert store.make_roles() == named
            assert rights_on(books, named[Role.STAFF]) == expected(AT_WORK.index(Role.STAFF))
            for role in AT_WORK:
                assert set(rights_on(books, name_of(users, role)).values()) == {""}
                with unusable(P.NO_RIGHTS):
                    Store.open(users[role])
        finally:
            drop(books)
            forget(*named.values())


@pytest.mark.parametrize("unfit", ["LOGIN", "SUPERUSER", "CREATEROLE", "BYPASSRLS"])
def test_a_role_that_is_more_than_a_group_is_not_taken(make_books: MakeBooks, unfit: str) -> None:
    """A user, or a role that may do more than look after these books, is named and left as it is; so is all else."""
    books = make_books()
    staff = f"{schema_of(books)[1:-1]}_staff"
    try:
        with raw(books) as connection:
            run(connection, f"CREATE ROLE {staff} {unfit}")
            with opened(books) as store, unusable(P.ROLE_UNFIT, role=staff):
                store.make_roles()
            named = run(connection, "SELECT rolname FROM pg_roles WHERE rolname LIKE current_schema() || '%'")
            assert named.fetchall() == [(staff,)]
    finally:
        forget(staff)


@pytest.mark.parametrize("prefix", ["pg_town", "x" * 60, "a\0b"])
def test_a_name_that_no_role_can_have(make_books: MakeBooks, prefix: str) -> None:
    """PostgreSQL would cut it off, or keeps it for itself: it is refused before anything is made."""
    with opened(make_books()) as store, unusable(P.ROLE_UNFIT, role=f"{prefix}_owner"):
        store.make_roles(prefix=prefix)


def test_a_file_has_no_roles(tmp_path: Path) -> None:
    """Whoever may write the file may do everything, and that is said."""
    path = a_file(tmp_path / "books.db")
    with opened(path) as store, unusable(P.NO_ROLES, books=str(path)):
        store.make_roles()


def test_they_are_made_without_a_superuser() -> None:
    """Who owns the database and may make roles starts the books, makes the roles, gives them out and upgrades."""
    books = a_free_address()
    dba = schema_of(books).strip('"')
    mine = address(dba, user=dba, password=PASSWORD, database=dba)
    groups = [f"{dba}_{role}" for role in Role]
    with psycopg.connect(server(), autocommit=True) as connection:
        run(connection, f"CREATE ROLE {dba} LOGIN CREATEROLE PASSWORD '{PASSWORD}'")
        run(connection, f"CREATE DATABASE {dba} OWNER {dba}")
        try:
            start(mine)
            with opened(mine) as store:
                store.make_roles()
                granted(store, *A_SMALL_TOWN)
                store.make_roles()
            Store.upgrade(mine)
            with raw(mine) as own:
                run(own, f"CREATE ROLE {dba}_till LOGIN PASSWORD '{PASSWORD}' IN ROLE {dba}_service")
            with opened(address(dba, user=f"{dba}_till", password=PASSWORD, database=dba)) as store:
                granted(store, a_redemption())
        finally:
            run(connection, f"DROP DATABASE {dba} WITH (FORCE)")
            forget(f"{dba}_till", *groups, dba)
