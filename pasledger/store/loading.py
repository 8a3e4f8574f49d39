"""What a batch of requests has to know, in a number of statements that does not depend on how many they are."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import Connection, and_, func, literal, or_, select, union_all

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.money import Money
from pasledger.rules.records import Fact, MerchantEnd, Part
from pasledger.rules.town import Needs, Town
from pasledger.store import paying, rows, tables
from pasledger.store.asking import load_payment_requests
from pasledger.store.card_use import load_card_use
from pasledger.store.changes import CORRECTIONS, load_changes, redemptions_behind
from pasledger.store.credentials import load_credentials
from pasledger.store.databases import database_behind
from pasledger.store.ends import learn_entitlement, owned
from pasledger.store.errors import BooksContended, BooksProblem
from pasledger.store.offers import load_offers
from pasledger.store.persons import load_persons
from pasledger.store.statements import OneOf, Query, Row

_t = tables


def load(connection: Connection, needs: Needs) -> Town:
    """Return the town as far as `needs` go. What is not needed is not there."""
    town = Town()
    found = _SCHEMES.fetch(connection)
    for scheme in rows.read_schemes(row[:-_RULE_COLUMNS] for row in found):
        town.learn(scheme)
    for row in found[:1]:  # the rule for all cards comes with the schemes, and costs no question of its own
        _learn_rule(row[-_RULE_COLUMNS:-1], town)
    town.closed_through.update((row[0], row[-1]) for row in found if row[-1] is not None)
    if needs.corrected_entries:
        needs = replace(needs, redemptions=needs.redemptions | redemptions_behind(connection, needs))
    for needed, part in _PARTS:
        if wanted := needed(needs):
            part(connection, sorted(wanted), town)
    load_card_use(connection, needs, town)
    load_credentials(connection, needs, town)
    load_persons(connection, needs, town)
    load_offers(connection, needs, town)
    load_changes(connection, needs, town)
    load_payment_requests(connection, needs, town)
    return town


def load_and_lock(connection: Connection, needs: Needs) -> Town:
    """Return the town as far as `needs` go, with every stored balance in it locked until the transaction ends.

    The balances are read in the statement after the one that locks them. Where an account came in between, the batch
    has to begin again: that balance is not locked, so that it could be gone when it is written; and a batch that looked
    past it would know what was booked after it, and not it. Raises `BooksContended`.
    """
    locked = database_behind(connection).lock(connection, needs)
    town = load(connection, needs)
    if locked is not None and not locked.issuperset(
        account.code for account in town.accounts() if account.kind.is_floored
    ):
        raise BooksContended(BooksProblem.BUSY)
    return town


def _learn_rule(row: Row, town: Town) -> None:
    if row[0] is not None:
        town.learn(rows.read_card_rule(row))


def _load_attempts(connection: Connection, wanted: list[str], town: Town) -> None:
    for row in _ATTEMPTS.fetch(connection, wanted=wanted):
        town.attempts[row[0]] = rows.read_attempt(row)


def _load_money(connection: Connection, wanted: list[str], town: Town) -> None:
    for row in _ENTITLEMENTS_OF_CARDS.fetch(connection, wanted=wanted):
        learn_entitlement(row, town)


def _load_merchants(connection: Connection, wanted: list[str], town: Town) -> None:
    _learn_merchants(_MERCHANTS.fetch(connection, wanted=wanted), town)


def _load_merchants_by_name(connection: Connection, wanted: list[str], town: Town) -> None:
    """Merchants that have or had one of the names, each with all of its versions."""
    _learn_merchants(_MERCHANTS_BY_NAME.fetch(connection, wanted=wanted), town)


def _learn_merchants(found: list[Row], town: Town) -> None:
    for row in found:
        merchant = rows.read_merchant(row[:-1])
        if merchant not in town.merchants.get(merchant.id, ()):
            town.learn(merchant)
        if row[-1] is not None:
            town.learn(MerchantEnd(merchant.id, rows.read_day(row[-1])))


def _load_budgets(connection: Connection, wanted: list[str], town: Town) -> None:
    for code, kind, scheme, cents in _BALANCES.fetch(connection, wanted=wanted):
        town.carry_forward(rows.read_account(code, kind, scheme), Money(cents))


def _load_awards(connection: Connection, wanted: list[str], town: Town) -> None:
    town.awards.update(_AWARDS.fetch(connection, wanted=wanted))


def _load_actors(connection: Connection, _wanted: list[str], town: Town) -> None:
    for row in _ACTOR_CHANGES.fetch(connection):
        town.learn(rows.read_actor_change(row))


def _load_batches(connection: Connection, wanted: list[str], town: Town) -> None:
    for row in _BATCH_CONTENTS.fetch(connection, wanted=wanted):
        town.learn(rows.read_batch_content(row))
    for row in _BATCH_STEPS.fetch(connection, wanted=wanted):
        town.learn(rows.read_batch_step(row))


def _load_award_settings(connection: Connection, _wanted: list[str], town: Town) -> None:
    for row in _SECOND_APPROVALS.fetch(connection):
        town.learn(rows.read_second_approval(row))
    for row in _BATCH_KEYS.fetch(connection):
        town.learn(rows.read_batch_key(row))


def _load_retention(connection: Connection, _wanted: list[str], town: Town) -> None:
    for row in _RETENTION_PERIODS.fetch(connection):
        town.learn(rows.read_retention_period(row))


def _load_redemptions(connection: Connection, wanted: list[str], town: Town) -> None:
    """Redemptions with the entitlements that paid and what these stand at, and what was given back already."""
    parts: dict[str, list[Part]] = {}
    for row in _PAID_BY.fetch(connection, wanted=wanted):
        entry, cents = row[:2]
        owner = learn_entitlement(row[2:], town)
        parts.setdefault(entry, []).append(Part(owner.id, owner.scheme, Money(cents)))
    for row in _REDEMPTIONS.fetch(connection, wanted=wanted):
        if row[1] in parts:  # one that was committed after the question before is not there yet
            town.learn(rows.read_redemption(row, tuple(parts[row[1]])))
    for row in _REFUNDS.fetch(connection, wanted=wanted):
        town.learn(rows.read_refund(row))
    for row in CORRECTIONS.fetch(connection, wanted=sorted(town.countered)):
        town.learn(rows.read_correction(row))


def _load_holds(connection: Connection, wanted: list[str], town: Town) -> None:
    """Holds with the entitlements that they were set aside from and what these stand at, and what became of them."""
    parts: dict[str, list[Part]] = {}
    for row in _HELD_FROM.fetch(connection, wanted=wanted):
        owner = learn_entitlement(row[2:], town)
        parts.setdefault(row[0], []).append(Part(owner.id, owner.scheme, Money(row[1])))
    for row in _HOLDS.fetch(connection, wanted=wanted):
        if row[1] in parts:  # as above
            town.learn(rows.read_hold(row, tuple(parts[row[1]])))
    for row in _HOLD_USES.fetch(connection, wanted=wanted):
        town.learn(rows.read_hold_use(row))


def _learning(statement: Query, read: Callable[[Row], Fact]) -> "Loader":
    """Return the loader of records that the town takes as they are."""

    def load_part(connection: Connection, wanted: list[str], town: Town) -> None:
        for row in statement.fetch(connection, wanted=wanted):
            town.learn(read(row))

    return load_part


_of_wanted_cards = or_(OneOf(_t.card.c.token_hash, "wanted"), OneOf(_t.card.c.number, "wanted"))

# With the last year that is closed: read here, so that a payment asks no question more for it.
_closed = select(func.max(_t.year_closed.c.year)).where(_t.year_closed.c.scheme == _t.scheme.c.code)
_RULE_COLUMNS = 3
_newest_rule = select(func.max(_t.card_rule.c.version)).scalar_subquery()
_SCHEMES = Query(
    select(
        _t.scheme,
        _t.scheme_ceiling.c.day_ceiling_cents,
        *(_t.scheme_amount.c.category, _t.scheme_amount.c.amount_cents),
        *(_t.card_rule.c.version, _t.card_rule.c.pin_above_cents),
        _closed.correlate(_t.scheme).scalar_subquery(),
    )
    .select_from(_t.scheme)
    .outerjoin(_t.scheme_ceiling)
    .outerjoin(
        _t.scheme_amount,
        and_(_t.scheme_amount.c.scheme == _t.scheme.c.code, _t.scheme_amount.c.scheme_version == _t.scheme.c.version),
    )
    .outerjoin(_t.card_rule, _t.card_rule.c.version == _newest_rule)
    .order_by(_t.scheme.c.code, _t.scheme.c.version)
)
_ATTEMPTS = Query(select(_t.attempt).where(OneOf(_t.attempt.c.key, "wanted")))
_CARDS = Query(select(_t.card).where(_of_wanted_cards))
_ENTITLEMENTS_OF_CARDS = Query(
    owned.where(_t.entitlement.c.holder_id.in_(select(_t.card.c.holder_id).where(_of_wanted_cards))).order_by(
        _t.entitlement.c.id
    )
)
_HOLDERS = Query(select(_t.holder_reference).where(OneOf(_t.holder_reference.c.reference, "wanted")))
_merchants = (
    select(_t.merchant, _t.merchant_end.c.ends_before)
    .outerjoin(_t.merchant_end, _t.merchant_end.c.merchant_id == _t.merchant.c.id)
    .order_by(_t.merchant.c.id, _t.merchant.c.version)
)
_MERCHANTS = Query(_merchants.where(OneOf(_t.merchant.c.id, "wanted")))
_named = _t.merchant.alias("named")
_MERCHANTS_BY_NAME = Query(
    _merchants.where(_t.merchant.c.id.in_(select(_named.c.id).where(OneOf(_named.c.name, "wanted"))))
)
_CHECKS = Query(
    select(_t.merchant_check)
    .where(OneOf(_t.merchant_check.c.merchant_id, "wanted"))
    .order_by(_t.merchant_check.c.merchant_id, _t.merchant_check.c.number)
)
_TERMINALS = Query(select(_t.terminal).where(OneOf(_t.terminal.c.id, "wanted"), _t.terminal.c.revoked_at.is_(None)))
_TERMINALS_OF = Query(
    select(_t.terminal).where(OneOf(_t.terminal.c.merchant_id, "wanted"), _t.terminal.c.revoked_at.is_(None))
)
_ACTOR_CHANGES = Query(select(_t.actor_change).order_by(_t.actor_change.c.number))
_BALANCES = Query(select(_t.account).where(OneOf(_t.account.c.code, "wanted")))
_AWARDS = Query(
    select(
        _t.award_decision.c.scheme,
        _t.award_decision.c.reference,
        _t.award_decision.c.holder_id,
        _t.award_decision.c.instalment,
    ).where(OneOf(_t.award_decision.c.reference, "wanted"))
)
_BATCH_CONTENTS = Query(
    select(_t.batch_content)
    .where(OneOf(_t.batch_content.c.batch_id, "wanted"))
    .order_by(_t.batch_content.c.batch_id, _t.batch_content.c.version)
)
_BATCH_STEPS = Query(
    select(_t.batch_step)
    .where(OneOf(_t.batch_step.c.batch_id, "wanted"))
    .order_by(_t.batch_step.c.batch_id, _t.batch_step.c.number)
)
_BATCH_SOURCES = Query(select(_t.batch_source).where(OneOf(_t.batch_source.c.source, "wanted")))
_BATCH_KEYS = Query(select(_t.batch_key))
_RETENTION_PERIODS = Query(
    select(_t.retention_period).order_by(_t.retention_period.c.kind, _t.retention_period.c.version)
)
_SECOND_APPROVALS = Query(select(_t.second_approval).order_by(_t.second_approval.c.number))
_BUDGET_DECISIONS = Query(select(_t.budget_decision).where(OneOf(_t.budget_decision.c.reference, "wanted")))
_REDEMPTIONS = Query(select(_t.redemption).where(OneOf(_t.redemption.c.id, "wanted")))
_PAID_BY = Query(
    select(_t.transfer.c.entry_id, _t.transfer.c.amount_cents, *owned.selected_columns)
    .join(_t.redemption, _t.redemption.c.entry_id == _t.transfer.c.entry_id)
    .join(_t.account, _t.account.c.code == _t.transfer.c.debit)
    .join(_t.entitlement, literal(f"{AccountKind.ENTITLEMENT}/") + _t.entitlement.c.id == _t.transfer.c.debit)
    .where(OneOf(_t.redemption.c.id, "wanted"))
    .order_by(_t.transfer.c.entry_id, _t.transfer.c.position)
)
_REFUNDS = Query(select(_t.refund).where(OneOf(_t.refund.c.redemption_id, "wanted")).order_by(_t.refund.c.entry_id))

_FOLLOW_UPS = Query(select(_t.follow_up).where(OneOf(_t.follow_up.c.finding, "wanted")).order_by(_t.follow_up.c.number))

_HOLDS = Query(select(_t.hold).where(OneOf(_t.hold.c.id, "wanted")))
_HELD_FROM = Query(
    select(_t.transfer.c.entry_id, _t.transfer.c.amount_cents, *owned.selected_columns)
    .join(_t.hold, _t.hold.c.entry_id == _t.transfer.c.entry_id)
    .join(_t.account, _t.account.c.code == _t.transfer.c.debit)
    .join(_t.entitlement, literal(f"{AccountKind.ENTITLEMENT}/") + _t.entitlement.c.id == _t.transfer.c.debit)
    .where(OneOf(_t.hold.c.id, "wanted"))
    .order_by(_t.transfer.c.entry_id, _t.transfer.c.position)
)
_HOLD_USES = Query(
    union_all(
        *(
            select(used).where(OneOf(used.c.hold_id, "wanted"))
            for used in (_t.hold_capture, _t.hold_release, _t.hold_refund)
        )
    ).order_by("entry_id")
)

_FILE_SOURCES = Query(
    select(_t.file_source)
    .where(OneOf(_t.file_source.c.code, "wanted"))
    .order_by(_t.file_source.c.code, _t.file_source.c.version)
)

Loader = Callable[[Connection, list[str], Town], None]

_PARTS: tuple[tuple[Callable[[Needs], Iterable[str]], Loader], ...] = (
    (lambda needs: needs.attempts, _load_attempts),
    (lambda needs: needs.cards | needs.spending_cards, _learning(_CARDS, rows.read_card)),
    (lambda needs: needs.spending_cards, _load_money),
    (lambda needs: needs.holders, _learning(_HOLDERS, rows.read_holder)),
    (lambda needs: needs.merchants, _load_merchants),
    (lambda needs: needs.merchant_names, _load_merchants_by_name),
    (lambda needs: needs.merchant_files, _learning(_CHECKS, rows.read_merchant_check)),
    (lambda needs: needs.open_lines, paying.load_open_lines),
    (lambda needs: needs.runs, paying.load_runs),
    (lambda needs: needs.bank_references, paying.load_bank),
    (lambda needs: needs.open_bank_lines, paying.load_open_bank_lines),
    (lambda needs: {"settings"} if needs.pays else (), paying.load_settings),
    (lambda needs: needs.terminals, _learning(_TERMINALS, rows.read_terminal)),
    (lambda needs: needs.terminals_of, _learning(_TERMINALS_OF, rows.read_terminal)),
    (lambda needs: needs.actors, _load_actors),
    (lambda needs: {account.code for account in needs.budgets}, _load_budgets),
    (lambda needs: needs.award_references, _load_awards),
    (lambda needs: needs.batches, _load_batches),
    (lambda needs: needs.settings or needs.batches, _load_award_settings),
    (lambda needs: {"retention"} if needs.retention else (), _load_retention),
    (lambda needs: needs.file_sources, _learning(_FILE_SOURCES, rows.read_file_source)),
    (lambda needs: needs.batch_sources, _learning(_BATCH_SOURCES, rows.read_batch_source)),
    (lambda needs: needs.budget_references, _learning(_BUDGET_DECISIONS, rows.read_budget_decision)),
    (lambda needs: needs.findings, _learning(_FOLLOW_UPS, rows.read_follow_up)),
    (lambda needs: needs.redemptions, _load_redemptions),
    (lambda needs: needs.holds, _load_holds),
)
