"""The roles of books in PostgreSQL: which there are, and what each may do with each table.

They are groups without a password that nobody signs in as. Who runs the server gives one of them to each user, and the
books never hear how that user proves who it is. What stands here is all they may do: each time the roles are made, and
after each upgrade, whatever else they had is taken away.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from sqlalchemy import Connection, text

from pasledger.store.errors import BooksProblem, BooksUnusable


class Role(StrEnum):
    """Who uses books: the owner brings them to new versions, and has every right that there is."""

    OWNER = "owner"
    SERVICE = "service"
    STAFF = "staff"
    AUDITOR = "auditor"


_NONE = ""
_READ = "SELECT"
_ADD = "SELECT, INSERT"
# An entry that needs four eyes must say who approved it, so who may not write that can write none of them.
_ADD_UNAPPROVED = (
    "SELECT, INSERT (id, kind, recorded_at, effective_on, prepared_by, transfer_count, versions, commitment)"
)
_KEEP_BALANCES = "SELECT, INSERT, UPDATE (balance_cents)"
_SET_STATE = "SELECT, INSERT, UPDATE (state)"
# Who sets a PIN makes the card active, and neither makes cards nor reads what became of them.
_CHANGE_STATE = "SELECT, UPDATE (state)"
_LEAVE = "INSERT"
_COUNT = "SELECT, INSERT, UPDATE (number, counted_at)"
_USE = "SELECT, INSERT, UPDATE (used)"
_ADD_UNAPPROVED_STEP = "SELECT, INSERT (offer_id, number, step, recorded_at, prepared_by)"
_FORGET = "SELECT, INSERT, DELETE"
_REVOKE = "SELECT, INSERT, UPDATE (revoked_at, revoked_by)"

RIGHTS = {
    # table:         (service, staff, auditor)
    "alembic_version": (_READ, _READ, _READ),
    "municipality": (_READ, _READ, _READ),
    "account": (_KEEP_BALANCES, _KEEP_BALANCES, _READ),
    "entry": (_ADD_UNAPPROVED, _ADD, _READ),
    "transfer": (_ADD, _ADD, _READ),
    "seal": (_NONE, _ADD, _READ),
    "sealed": (_NONE, _ADD, _READ),
    "scheme": (_READ, _ADD, _READ),
    "scheme_amount": (_READ, _ADD, _READ),
    "file_source": (_NONE, _ADD, _READ),
    "scheme_ceiling": (_READ, _ADD, _READ),
    "merchant": (_READ, _ADD, _READ),
    "merchant_contact": (_NONE, _FORGET, _READ),
    "merchant_check": (_NONE, _ADD, _READ),
    "merchant_end": (_READ, _ADD, _READ),
    "terminal": (_REVOKE, _REVOKE, _READ),
    "actor_change": (_NONE, _READ, _READ),
    "act": (_NONE, _ADD, _READ),
    "act_result": (_NONE, _ADD, _READ),
    "look_up": (_NONE, _ADD, _READ),
    "books_key": (_READ, _ADD, _READ),
    "terminal_revocation": (_ADD, _ADD, _READ),
    "credential": (_READ, _ADD, _READ),
    "credential_use": (_ADD, _READ, _READ),
    "person": (_ADD, _ADD, _READ),
    "person_name": (_ADD, _FORGET, _READ),
    "person_secret": (_ADD, _ADD, _READ),
    "person_end": (_ADD, _ADD, _READ),
    "code_use": (_ADD, _ADD, _READ),
    "offer": (_USE, _USE, _READ),
    "offer_step": (_ADD_UNAPPROVED_STEP, _ADD, _READ),
    "offer_use": (_ADD, _READ, _READ),
    "offer_mark": (_FORGET, _READ, _READ),
    "payment_request": (_ADD, _ADD, _READ),
    "payment_request_reference": (_ADD, _FORGET, _READ),
    "payment_request_step": (_ADD, _ADD, _READ),
    "holder": (_NONE, _ADD, _READ),
    "holder_reference": (_NONE, _FORGET, _READ),
    "card": (_CHANGE_STATE, _SET_STATE, _READ),
    "card_change": (_LEAVE, _ADD, _READ),
    "card_rule": (_READ, _ADD, _READ),
    "activation": (_READ, _ADD, _READ),
    "pin": (_ADD, _ADD, _READ),
    "pin_unlock": (_NONE, _ADD, _READ),
    "tries": (_COUNT, _COUNT, _READ),
    "entitlement": (_READ, _ADD, _READ),
    "entitlement_end": (_READ, _ADD, _READ),
    "lapse": (_NONE, _ADD, _READ),
    "freeing": (_NONE, _ADD, _READ),
    "correction": (_READ, _ADD, _READ),
    "year_closed": (_READ, _ADD, _READ),
    "award_decision": (_NONE, _FORGET, _READ),
    "batch_content": (_NONE, _ADD, _READ),
    "batch_source": (_NONE, _ADD, _READ),
    "batch_hand": (_NONE, _ADD, _READ),
    "batch_step": (_NONE, _ADD, _READ),
    "batch_row": (_NONE, _FORGET, _READ),
    "batch_award": (_NONE, _ADD, _READ),
    "batch_key": (_NONE, _ADD, _READ),
    "second_approval": (_NONE, _ADD, _READ),
    "budget_decision": (_NONE, _ADD, _READ),
    "redemption": (_ADD, _ADD, _READ),
    "refund": (_ADD, _ADD, _READ),
    "bank_statement": (_NONE, _ADD, _READ),
    "bank_line": (_NONE, _ADD, _READ),
    "bank_line_settled": (_NONE, _ADD, _READ),
    "payment_settings": (_NONE, _ADD, _READ),
    "payout_run": (_READ, _ADD, _READ),
    "run_step": (_READ, _ADD, _READ),
    "payment_file": (_NONE, _ADD, _READ),
    "payout": (_READ, _ADD, _READ),
    "payout_line": (_READ, _ADD, _READ),
    "payout_waiting": (_NONE, _ADD, _READ),
    "payout_step": (_READ, _ADD, _READ),
    "payout_cancelled": (_NONE, _ADD, _READ),
    "written_off": (_NONE, _ADD, _READ),
    "hold": (_ADD, _ADD, _READ),
    "hold_capture": (_ADD, _ADD, _READ),
    "hold_release": (_ADD, _ADD, _READ),
    "hold_refund": (_ADD, _ADD, _READ),
    "merchant_reference": (_ADD, _FORGET, _READ),
    "retention_period": (_NONE, _ADD, _READ),
    "unlinking": (_NONE, _ADD, _READ),
    "unlinked": (_NONE, _ADD, _READ),
    "follow_up": (_NONE, _ADD, _READ),
    "attempt": (_ADD, _ADD, _READ),
}
"""What each role may do with each table, as it is granted. Staff deletes references, and a guard wants a record; the
service deletes marks of offers that are over."""

_LONGEST_NAME_BYTES = 63


def make(connection: Connection, prefix: str | None) -> dict[Role, str]:
    """Make the roles that are missing, give each its rights and no more, and return their names.

    They are called after `prefix`: that of the roles which the books have, or their schema, where none is given.
    Raises `BooksUnusable` for a name that cannot be that of such a role.
    """
    _wait_for_others(connection)
    had = _prefix(connection)
    names = _named(prefix or had or _schema(connection))
    for name in names.values():
        _make_group(connection, name)
    if had is not None:
        _take_all(connection, _named(had))
    _give(connection, names)
    return names


def renew(connection: Connection) -> None:
    """Give the roles that the books have their rights on what an upgrade made; none where there are no roles."""
    prefix = _prefix(connection)
    if prefix is not None:
        _wait_for_others(connection)
        _give(connection, _named(prefix))


def _named(prefix: str) -> dict[Role, str]:
    return {role: f"{prefix}_{role}" for role in Role}


def _wait_for_others(connection: Connection) -> None:
    """Let nobody else give rights at the same time. Who does not own the books may not even ask."""
    connection.exec_driver_sql("LOCK TABLE alembic_version IN SHARE ROW EXCLUSIVE MODE")


def _prefix(connection: Connection) -> str | None:
    """Return what the roles that the books have are called after, by the owner of the schema; None without roles."""
    owner = connection.execute(_OWNER).scalar_one()
    prefix = owner.removesuffix(f"_{Role.OWNER}")
    found = connection.execute(_THERE, {"names": list(_named(prefix).values())}).scalar_one()
    return prefix if found == len(Role) and prefix != owner else None


def _schema(connection: Connection) -> str:
    return str(connection.execute(text("SELECT current_schema()")).scalar_one())


def _make_group(connection: Connection, name: str) -> None:
    """Make a role that is a group and nothing else. Raises `BooksUnusable` where one of this name is more."""
    is_group = None
    may_be_named_so = len(name.encode()) <= _LONGEST_NAME_BYTES and not name.startswith("pg_") and "\0" not in name
    if may_be_named_so:
        is_group = connection.execute(_IS_GROUP, {"name": name}).scalar()
    if is_group is False or not may_be_named_so:
        raise BooksUnusable(BooksProblem.ROLE_UNFIT, role=name)
    if is_group is None:
        _run(connection, "CREATE ROLE {} NOLOGIN", name)


def _give(connection: Connection, names: Mapping[Role, str]) -> None:
    """Hand all of the schema to the owner, and give the others what `RIGHTS` says and nothing else."""
    _hand_over(connection, names[Role.OWNER])
    _take_all(connection, names)
    groups = [names[role] for role in Role if role is not Role.OWNER]
    for group in groups:
        _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", _schema(connection), group)
    for table, rights in RIGHTS.items():
        for group, granted in zip(groups, rights, strict=True):
            if granted != _NONE:
                _run(connection, f"GRANT {granted} ON {table} TO {{}}", group)


def _take_all(connection: Connection, names: Mapping[Role, str]) -> None:
    """Take every right from the roles but the owner's, and from everybody."""
    for what in ("SCHEMA", "ALL TABLES IN SCHEMA", "ALL FUNCTIONS IN SCHEMA"):
        _run(connection, f"REVOKE ALL ON {what} {{}} FROM PUBLIC", _schema(connection))
        for role, name in names.items():
            if role is not Role.OWNER:
                _run(connection, f"REVOKE ALL ON {what} {{}} FROM {{}}", _schema(connection), name)


def _hand_over(connection: Connection, owner: str) -> None:
    """Make a role the owner of the schema and of what is in it, where it is not already."""
    if connection.execute(_OWNER).scalar_one() != owner:
        schema, database = _schema(connection), str(connection.execute(text("SELECT current_database()")).scalar_one())
        _run(connection, "GRANT {} TO CURRENT_USER", owner)  # who owned the books until now can still upgrade them
        # Only who may make schemas can be given one. The right is there for no longer than that takes.
        _run(connection, "GRANT CREATE ON DATABASE {} TO {}", database, owner)
        _run(connection, "ALTER SCHEMA {} OWNER TO {}", schema, owner)
        _run(connection, "REVOKE CREATE ON DATABASE {} FROM {}", database, owner)
    for kind, name in _owned_by_others(connection, owner):
        _run(connection, f"ALTER {kind} {{}}.{name} OWNER TO {{}}", _schema(connection), owner)


def _owned_by_others(connection: Connection, owner: str) -> Iterator[tuple[str, str]]:
    for row in connection.execute(_OWNED_BY_OTHERS, {"owner": owner}).all():
        yield row.kind, row.name.replace("%", "%%")


def _run(connection: Connection, statement: str, *names: str) -> None:
    """Run a statement with names in their places, quoted."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql(statement.format(*map(quote, names)))


_OWNER = text("SELECT pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = current_schema()")
_THERE = text("SELECT count(*) FROM pg_roles WHERE rolname = ANY (:names)")
_IS_GROUP = text(
    "SELECT NOT (rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)"
    " FROM pg_roles WHERE rolname = :name"
)
_OWNED_BY_OTHERS = text("""
SELECT 'TABLE' AS kind, quote_ident(relname) AS name
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = current_schema() AND relkind = 'r' AND pg_get_userbyid(relowner) <> :owner
UNION ALL
SELECT 'FUNCTION', format('%I(%s)', proname, pg_get_function_identity_arguments(pg_proc.oid))
FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
WHERE nspname = current_schema() AND pg_get_userbyid(proowner) <> :owner
""")
