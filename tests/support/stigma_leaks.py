"""Leaks, one on each surface, that the property of the two worlds must catch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from merchant_api import booking, errors
from merchant_api.answers import Answer
from merchant_api.limits import Limits
from merchant_api.routes import keys, statements
from merchant_api.schemas.holds import HoldWithUses
from merchant_api.schemas.offers import NewOfferUse, OfferUse
from merchant_api.schemas.payouts import ListedPayout
from merchant_api.schemas.redemptions import RedemptionWithRefunds
from merchant_api.till import asked as till_asked
from merchant_api.till import money as till_money
from merchant_api.till import pages as till_pages
from merchant_api.till import routes as till_routes
from pasledger.ledger.ids import MerchantId, PaymentRequestId, RedemptionId, TerminalId
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.pages.envelope import HEADERS
from pasledger.reports.merchant_statement import MerchantStatement
from pasledger.rules.deciding import Outcome
from pasledger.rules.records import Attempt, HoldCaptured, HoldRefunded, HoldReleased
from pasledger.store import Reader, Store
from pasledger.store.asking import KnownPaymentRequest
from pasledger.store.holding import RecordedHold
from pasledger.store.offers import KnownOffer
from pasledger.store.offers import Offers as OwnOffers
from pasledger.store.payment_requests import PaymentRequests as OwnRequests
from pasledger.store.payouts import LineFound, SentPayout
from pasledger.store.payouts import Payouts as OwnPayouts
from pasledger.store.reading import Recorded
from pasledger.store.selling import Listed, Page, Selling, Wanted
from pasledger.usecases.booking import book


def _another_status(patched: pytest.MonkeyPatch) -> None:
    def leaking(reason: Refusal) -> Answer:
        return Answer.INVALID if reason is Refusal.CARD_BLOCKED else Answer.REFUSED

    patched.setattr(booking, "answer_to", leaking)


def _another_status_for_a_pin(patched: pytest.MonkeyPatch) -> None:
    def leaking(reason: Refusal) -> Answer:
        return Answer.INVALID if reason is Refusal.PIN_WRONG else Answer.REFUSED

    patched.setattr(booking, "answer_to", leaking)


def _another_count(patched: pytest.MonkeyPatch) -> None:
    """A header that tells how often the card was tried anywhere."""
    honest = Limits.count

    def leaking(limits: Limits, request: Any, terminal: TerminalId) -> None:
        honest(limits, request, terminal)
        with request.app.state.store.read() as reader:
            number = sum(count for count, *_ in reader._connection.exec_driver_sql("SELECT number FROM tries"))
        request.scope[HEADERS]["RateLimit"] += f";n={number}"

    patched.setattr(Limits, "count", leaking)


def _another_status_for_a_limit(patched: pytest.MonkeyPatch) -> None:
    """Whose card used an offer up hears something else than whose card is blocked."""

    def leaking(reason: Refusal) -> Answer:
        return Answer.KEY_REUSED if reason is Refusal.OFFER_USED_UP else Answer.REFUSED

    patched.setattr(booking, "answer_to", leaking)


def _uses_that_tell(patched: pytest.MonkeyPatch) -> None:
    """The list of offers counts parts of payments, and not uses."""
    honest = OwnOffers.of

    def leaking(offers: OwnOffers, merchant: MerchantId) -> list[KnownOffer]:
        with_money = sum(_parts(Selling(offers._connection)).values())
        return [replace(known, used=known.used + with_money) for known in honest(offers, merchant)]

    patched.setattr(OwnOffers, "of", leaking)


def _a_use_that_tells(patched: pytest.MonkeyPatch) -> None:
    """What is said of a use is as long as the last payment had parts."""
    honest = OfferUse.of

    def leaking(attempt: Attempt, asked: NewOfferUse) -> OfferUse:
        return honest(attempt, asked).model_copy(update={"reference": "x" * counted[-1]})

    def noting(*arguments: Any) -> list[Outcome]:
        outcomes = book(*arguments)
        parts = (len(one.event.entry.transfers) for one in outcomes if one.event and one.event.entry)
        counted.append(max(parts, default=counted[-1]))
        return outcomes

    counted = [0]
    patched.setattr("merchant_api.writer.book", noting)
    patched.setattr(OfferUse, "of", leaking)


def _another_sentence(patched: pytest.MonkeyPatch) -> None:
    def leaking(reason: Refusal) -> Any:
        return SimpleNamespace(label="refused" if reason is Refusal.ENDED else "invalid", status=402)

    patched.setattr(booking, "answer_to", leaking)


def _a_longer_id(patched: pytest.MonkeyPatch) -> None:
    """The id, and with it the Location header, tells of the split."""
    honest = book

    def leaking(*arguments: Any) -> list[Outcome]:
        return [_telling(outcome) for outcome in honest(*arguments)]

    patched.setattr("merchant_api.writer.book", leaking)


def _telling(outcome: Outcome) -> Outcome:
    if outcome.event is None or outcome.event.entry is None or outcome.attempt is None:
        return outcome
    longer = f"{outcome.attempt.result}{'x' * len(outcome.event.entry.transfers)}"
    return replace(outcome, attempt=replace(outcome.attempt, result=RedemptionId(longer)))


def _a_line_for_each_part(patched: pytest.MonkeyPatch) -> None:
    """The list of refunds tells of the split."""
    honest = RedemptionWithRefunds.recorded

    def leaking(recorded: Recorded) -> RedemptionWithRefunds:
        split = tuple((replace(refund, parts=(part,)), at) for refund, at in recorded.refunds for part in refund.parts)
        return honest(replace(recorded, refunds=split))

    patched.setattr(RedemptionWithRefunds, "recorded", leaking)


def _another_header(patched: pytest.MonkeyPatch) -> None:
    honest = errors.problem

    def leaking(answer: Answer, language: str, *details: Any, **figures: Any) -> Any:
        response = honest(answer, language, *details, **{name: figures[name] for name in figures if name != "why"})
        response.headers.update({f"X-{name}": str(figures[name]) for name in figures})
        return response

    def telling(answer: Answer) -> errors.Problem:
        return errors.Problem(answer, why=len(answers))

    answers: list[Refusal] = []

    def noting(reason: Refusal) -> Answer:
        answers[:] = [reason] * len(reason)
        return Answer.REFUSED

    patched.setattr(errors, "problem", leaking)
    patched.setattr(booking, "Problem", telling)
    patched.setattr(booking, "answer_to", noting)


def _parts_of_what_was_taken(patched: pytest.MonkeyPatch) -> None:
    _split_the_uses(patched, HoldCaptured)


def _parts_of_what_was_let_go(patched: pytest.MonkeyPatch) -> None:
    _split_the_uses(patched, HoldReleased)


def _parts_of_what_was_given_back(patched: pytest.MonkeyPatch) -> None:
    _split_the_uses(patched, HoldRefunded)


def _split_the_uses(patched: pytest.MonkeyPatch, kind: type) -> None:
    """A hold that is read has a line for each part of one kind of what became of it."""
    honest = HoldWithUses.recorded

    def leaking(recorded: RecordedHold) -> HoldWithUses:
        split = tuple(
            (replace(use, parts=parts), at)
            for use, at in recorded.uses
            for parts in ([(part,) for part in use.parts] if isinstance(use, kind) else [use.parts])
        )
        return honest(replace(recorded, uses=split))

    patched.setattr(HoldWithUses, "recorded", leaking)


def _an_order_that_follows_the_split(patched: pytest.MonkeyPatch) -> None:
    def leaking(page: Page[Listed], parts: dict[str, int]) -> Page[Listed]:
        return replace(page, items=tuple(sorted(page.items, key=lambda one: -parts.get(one.id, 0))))

    _change_the_list(patched, "redemptions", leaking)


def _a_cursor_that_tells(patched: pytest.MonkeyPatch) -> None:
    def leaking(page: Page[Listed], parts: dict[str, int]) -> Page[Listed]:
        return replace(page, has_more=page.has_more or any(parts.get(one.id, 0) > 1 for one in page.items))

    _change_the_list(patched, "redemptions", leaking)


def _a_reference_that_tells(patched: pytest.MonkeyPatch) -> None:
    def leaking(page: Page[Listed], parts: dict[str, int]) -> Page[Listed]:
        items = tuple(replace(one, reference=f"{one.reference}{parts.get(one.id)}") for one in page.items)
        return replace(page, items=items)

    _change_the_list(patched, "holds", leaking)


def _a_refund_for_each_part(patched: pytest.MonkeyPatch) -> None:
    def leaking(page: Page[Listed], parts: dict[str, int]) -> Page[Listed]:
        return replace(page, items=tuple(one for one in page.items for _ in range(parts.get(one.id, 1))))

    _change_the_list(patched, "refunds", leaking)


def _change_the_list(
    patched: pytest.MonkeyPatch, name: str, change: Callable[[Page[Listed], dict[str, int]], Page[Listed]]
) -> None:
    honest = getattr(Selling, name)

    def leaking(selling: Selling, wanted: Wanted) -> Page[Listed]:
        return change(honest(selling, wanted), _parts(selling))

    patched.setattr(Selling, name, leaking)


def _parts(selling: Selling | OwnPayouts | OwnRequests) -> dict[str, int]:
    """Return how many entitlements each thing was of."""
    found: dict[str, int] = {}
    for table in ("redemption", "refund", "hold", "hold_capture", "hold_refund"):
        counted = selling._connection.exec_driver_sql(
            f"SELECT {table}.id, count(*) FROM {table} JOIN transfer USING (entry_id) GROUP BY {table}.id"
        )
        found.update({row[0]: row[1] for row in counted})
    return found


def _a_statement_line_for_each_part(patched: pytest.MonkeyPatch) -> None:
    honest = Selling.statement

    def leaking(selling: Selling, merchant: MerchantId, period: Period) -> MerchantStatement:
        found, parts = honest(selling, merchant, period), _parts(selling)
        return replace(found, lines=tuple(line for line in found.lines for _ in range(parts.get(line.id or "", 1))))

    patched.setattr(Selling, "statement", leaking)


def _a_file_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_below(patched, "statement_csv")


def _a_page_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_below(patched, "statement_page")


def _tell_below(patched: pytest.MonkeyPatch, form: str) -> None:
    """One form of the statement, and no other, has the number of parts at its end."""
    honest_statement, honest_form = Selling.statement, getattr(statements, form)
    counted: list[int] = []

    def noting(selling: Selling, merchant: MerchantId, period: Period) -> MerchantStatement:
        counted[:] = [sum(_parts(selling).values())]
        return honest_statement(selling, merchant, period)

    patched.setattr(Selling, "statement", noting)
    patched.setattr(statements, form, lambda *arguments: f"{honest_form(*arguments)}{counted[0]}")


def _a_file_of_the_till_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_at_the_till(patched, "statement_csv")


def _a_payout_at_the_till_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_at_the_till(patched, "as_html")


def _tell_at_the_till(patched: pytest.MonkeyPatch, form: str, module: Any = till_money) -> None:
    """One form that the till gives out, and no other, has the number of parts at its end."""
    honest_form, honest_read = getattr(module, form), Store.read
    counted: list[int] = [0]

    @contextmanager
    def noting(store: Store) -> Iterator[Reader]:
        with honest_read(store) as reader:
            counted[0] = sum(_parts(reader.selling).values())
            yield reader

    patched.setattr(Store, "read", noting)
    patched.setattr(module, form, lambda *arguments: f"{honest_form(*arguments)}{counted[0]}")


def _a_key_that_tells(patched: pytest.MonkeyPatch) -> None:
    """What was refused for one reason is not found by its key."""
    honest = keys._find

    def leaking(store: Store, key: str) -> Attempt | None:
        attempt = honest(store, key)
        return None if attempt is not None and attempt.refusal is Refusal.CARD_BLOCKED else attempt

    patched.setattr(keys, "_find", leaking)


def _a_line_of_a_payout_for_each_part(patched: pytest.MonkeyPatch) -> None:
    honest = OwnPayouts.lines

    def leaking(payouts: OwnPayouts, *asked: Any) -> list[LineFound]:
        parts = _parts(payouts)
        return [line for line in honest(payouts, *asked) for _ in range(parts.get(line.id, 1))]

    patched.setattr(OwnPayouts, "lines", leaking)


def _an_account_that_tells(patched: pytest.MonkeyPatch) -> None:
    """The list of payouts tells how many schemes paid."""
    honest = ListedPayout.of

    def leaking(one: SentPayout, **more: object) -> ListedPayout:
        return honest(one._replace(iban=f"{one.iban}{'x' * counted[one.entry]}"), **more)

    def noting(payouts: OwnPayouts, wanted: Wanted) -> Page[SentPayout]:
        counted.update(payouts._connection.exec_driver_sql("SELECT id, transfer_count FROM entry").fetchall())
        return honest_list(payouts, wanted)

    counted: dict[str, int] = {}
    honest_list = OwnPayouts.sent
    patched.setattr(OwnPayouts, "sent", noting)
    patched.setattr(ListedPayout, "of", leaking)


def _a_page_of_the_till_that_tells(patched: pytest.MonkeyPatch) -> None:
    """The page of today says how many schemes each payout was of."""
    honest = till_routes._newest_payouts

    def leaking(store: Store, merchant: MerchantId) -> tuple[SentPayout, ...]:
        found = honest(store, merchant)
        with store.read() as reader:
            rows = reader._connection.exec_driver_sql("SELECT id, transfer_count FROM entry").fetchall()
        counted: dict[str, int] = dict(map(tuple, rows))
        return tuple(one._replace(number=f"{one.number}{'x' * counted[one.entry]}") for one in found)

    patched.setattr(till_routes, "_newest_payouts", leaking)


def _a_receipt_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "receipt.html")


def _a_form_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "pay.html")


def _a_question_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "undo.html")


def _a_list_of_today_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "today.html")


def _a_statement_at_the_till_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "statement.html")


def _tell_on_the_page(patched: pytest.MonkeyPatch, told: str) -> None:
    """One page of the till, and no other, has the number of parts of all payments in a header."""
    honest = till_pages.page

    def leaking(request: Any, template: str, **values: Any) -> Any:
        response = honest(request, template, **values)
        if template == told:
            with request.app.state.store.read() as reader:
                response.headers["X-Parts"] = str(sum(_parts(reader.selling).values()))
        return response

    for module in ("routes", "money", "asking", "asked"):
        patched.setattr(f"merchant_api.till.{module}.page", leaking)


def _a_request_that_tells(patched: pytest.MonkeyPatch) -> None:
    """What is read of a payment request counts the parts of all payments."""
    _tell_of_requests(patched, "SELECT count(*) FROM transfer")


def _a_request_that_tells_of_a_try(patched: pytest.MonkeyPatch) -> None:
    """What is read of a payment request tells how often somebody tried in vain at home."""
    _tell_of_requests(patched, "SELECT sum(number) FROM tries WHERE subject LIKE 'own/%'")


def _tell_of_requests(patched: pytest.MonkeyPatch, question: str) -> None:
    honest = OwnRequests.one

    def leaking(requests: OwnRequests, named: PaymentRequestId) -> KnownPaymentRequest | None:
        found = honest(requests, named)
        if found is None:
            return None
        number = requests._connection.exec_driver_sql(question).scalar() or 0
        return replace(found, progress=replace(found.progress, reminders=int(number)))

    patched.setattr(OwnRequests, "one", leaking)


def _an_order_of_requests_that_tells(patched: pytest.MonkeyPatch) -> None:
    """The list of payment requests begins with those that one entitlement paid."""
    honest = OwnRequests.page

    def leaking(requests: OwnRequests, wanted: Wanted) -> Page[KnownPaymentRequest]:
        page = honest(requests, wanted)
        parts = _parts(requests)
        paid: dict[str, str] = dict(
            requests._connection.exec_driver_sql(
                "SELECT request_id, redemption.id FROM payment_request_step JOIN redemption USING (entry_id)"
            ).fetchall()
        )
        return replace(page, items=tuple(sorted(page.items, key=lambda one: parts.get(paid.get(one.id, ""), 0))))

    patched.setattr(OwnRequests, "page", leaking)


def _a_list_of_requests_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "requests.html")


def _requests_at_the_till_that_tell(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "requests_asked.html")


def _books_of_requests_that_tell(patched: pytest.MonkeyPatch) -> None:
    _tell_at_the_till(patched, "books_csv", till_asked)


def _links_that_tell(patched: pytest.MonkeyPatch) -> None:
    _tell_at_the_till(patched, "links_csv", till_asked)


def _a_sheet_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_at_the_till(patched, "requests_page", till_asked)


def _another_refusal_at_the_till(patched: pytest.MonkeyPatch) -> None:
    """The page has another title where the card was blocked."""

    def leaking(reason: Refusal) -> Any:
        return SimpleNamespace(label="invalid" if reason is Refusal.CARD_BLOCKED else "refused", status=402)

    patched.setattr(booking, "answer_to", leaking)


LEAKS = (
    *(_a_receipt_that_tells, _a_form_that_tells, _a_question_that_tells, _a_list_of_today_that_tells),
    *(_a_statement_at_the_till_that_tells, _another_refusal_at_the_till),
    *(_a_file_of_the_till_that_tells, _a_payout_at_the_till_that_tells),
    *(_another_status_for_a_limit, _uses_that_tell, _a_use_that_tells),
    *(_a_request_that_tells, _a_request_that_tells_of_a_try, _an_order_of_requests_that_tells),
    *(_a_list_of_requests_that_tells, _requests_at_the_till_that_tell, _books_of_requests_that_tell),
    *(_links_that_tell, _a_sheet_that_tells),
    *(_another_status, _another_status_for_a_pin, _another_sentence, _another_count),
    *(_a_longer_id, _a_line_for_each_part, _another_header),
    *(_parts_of_what_was_taken, _parts_of_what_was_let_go, _parts_of_what_was_given_back),
    *(_an_order_that_follows_the_split, _a_cursor_that_tells, _a_reference_that_tells, _a_refund_for_each_part),
    *(_a_statement_line_for_each_part, _a_file_that_tells, _a_page_that_tells, _a_key_that_tells),
    *(_a_line_of_a_payout_for_each_part, _an_account_that_tells, _a_page_of_the_till_that_tells),
)
