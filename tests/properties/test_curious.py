"""A curious shopkeeper with many cards and a simple classifier, and two who pool all that they ever got.

The shopkeeper knows, for half of the cards, what is behind them, looks at everything that the service gave out, and
guesses for the other half. Among calls with the same yes or no the guesses are no better than tossing a coin; and with
a leak planted they are. Two shopkeepers with all of both look for what tells that two payments were of one holder.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from math import sqrt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from merchant_api import booking
from merchant_api.till.people import COOKIE
from pasledger.ledger.ids import RedemptionId
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardState
from pasledger.rules.deciding import Outcome
from pasledger.rules.redemption import RedemptionRequest
from pasledger.rules.registration import CardRequest
from pasledger.usecases import spending
from pasledger.usecases.booking import book
from pasledger.usecases.minting import new_id
from tests.support.service import Street, Till, a_shop_street, in_process, staff
from tests.support.town import a_scheme

pytestmark = pytest.mark.slow

THOUSAND, SOME = 1000, 240
PRICE = Money(500)
DEVIATIONS = 5.0
"""How far from a coin an advantage may be by chance: once in a million runs it is further."""


# --- the shopkeeper with a thousand cards

YES = ("many entitlements", "much money", "ends soon", "for this kind of merchant only")
"""What may be behind a card that pays."""
NO = ("is known", "has money", "is blocked")
"""What may be behind a card that does not."""


@dataclass(frozen=True)
class Behind:
    """A card, whether it pays, and what is behind it."""

    name: str
    is_yes: bool
    truths: frozenset[str]


@dataclass(frozen=True)
class Seen:
    """A card, and everything of one call that a program can look at, each by a name."""

    behind: Behind
    features: dict[str, str]


@contextmanager
def a_busy_shop(folder: Path, number: int) -> Iterator[tuple[Till, list[Behind]]]:
    """Run a service on a town with so many cards, half of which pay."""
    street = a_shop_street(folder / "busy.db")
    soon, late = (Period(staff().effective_on, staff().effective_on + timedelta(days=days)) for days in (2, 300))
    for name, ends in (("soon", soon), ("late", late)):
        for kind, categories in (("sport", ("sport",)), ("gift", ())):
            street.add_schemes(a_scheme(f"{kind}-{name}", categories=categories, fixed=ends, least="0,01"))
    chance = random.Random(0)  # noqa: S311 - the same cards in each run, which is no secret
    cards = [_drawn(chance, place) for place in range(number)]
    street.add_cards(card.name for card in cards if card.is_yes or "is known" in card.truths)
    street.award_each(award for card in cards for award in _awards(card))
    blocked = [card.name for card in cards if "is blocked" in card.truths]
    street.book(*(CardRequest(street.cards[name].number, CardState.BLOCKED) for name in blocked))
    chance.shuffle(cards)
    with in_process(street) as till:
        yield till, cards
    street.store.close()


def _drawn(chance: random.Random, place: int) -> Behind:
    truths = frozenset(truth for truth in (YES if place % 2 else NO) if chance.random() < 0.5)
    if not place % 2 and "is known" not in truths:
        truths = frozenset()
    return Behind(f"card {place}", bool(place % 2), truths)


def _awards(card: Behind) -> Iterator[tuple[str, Money, str]]:
    """Yield what to award: enough for each yes, and never money that a card could pay with for a no."""
    if not card.is_yes:
        if "is blocked" in card.truths and "has money" in card.truths:
            yield card.name, Money(5_000), "gift-late"
        elif "has money" in card.truths:
            yield card.name, PRICE - Money(1), "gift-late"
        return
    kind = "sport" if "for this kind of merchant only" in card.truths else "gift"
    scheme = f"{kind}-{'soon' if 'ends soon' in card.truths else 'late'}"
    pieces = 4 if "many entitlements" in card.truths else 1
    yield from ((card.name, Money(PRICE.cents // pieces), scheme) for _ in range(pieces))
    if "much money" in card.truths:
        yield card.name, Money(40_000), scheme  # which is the newest, and pays last


def look(till: Till, cards: Sequence[Behind]) -> list[Seen]:
    """Pay with each card, in turns at the API and at the till page, and return all that was seen."""
    street, seen = till.street, []
    for place, card in enumerate(cards):
        token = street.tokens.get(card.name) or f"{sha256(card.name.encode()).hexdigest():.22}"
        key = f"curious-{place}"
        if place % 4:
            answer = till.pay(token, PRICE.plain, key=key)
            answers = [answer, till.get(f"/v1/idempotency-keys/{key}")]
        else:
            answer = _paid_at_the_page(till, token, key)
            answers = [answer]
            if answer.is_redirect:
                answers.append(till.client.get(answer.headers["Location"], headers=_at_the_till(till)))
        assert (answer.status_code in (201, 303)) == card.is_yes, answer.text
        way = "api" if place % 4 else "page"
        seen.append(Seen(card, {f"{way} {name}": value for name, value in _features(answers)}))
    return seen


def _at_the_till(till: Till) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={till.street.credentials['club']}"}


def _paid_at_the_page(till: Till, token: str, key: str) -> httpx2.Response:
    typed = {"key": key, "card": token, "amount": PRICE.plain}
    return till.client.post("/payments", data=typed, headers=_at_the_till(till), follow_redirects=False)


_HEX = re.compile(r"[0-9a-f]{32}")


def _features(answers: Sequence[httpx2.Response]) -> Iterator[tuple[str, str]]:
    """Yield all that a simple program looks at: sizes, headers, and each digit of each id, key and time."""
    for number, answer in enumerate(answers):
        yield f"{number} size", str(len(answer.content))
        yield f"{number} headers", " ".join(sorted(answer.headers))
        for name, value in answer.headers.items():
            yield f"{number} header {name}", re.sub(r"\d", "0", _HEX.sub("id", value))
            yield f"{number} length of {name}", str(len(value))
        yield f"{number} words", re.sub(r"\d", "0", _HEX.sub("id", answer.text))
        for place, found in enumerate(_HEX.findall(answer.text)):
            yield from ((f"{number} id {place} at {digit}", sign) for digit, sign in enumerate(found))
            yield f"{number} bits of id {place}", str(int(found, 16).bit_count())
            yield from ((f"{number} id {place} by {by}", str(int(found, 16) % by)) for by in (3, 5, 7, 11))
        for place, digit in enumerate(re.findall(r"\d", answer.text)[-6:]):
            yield f"{number} last digits at {place}", digit


def advantage(seen: Sequence[Seen], truth: str) -> tuple[float, float]:
    """Return how much better than a coin the best single observation of one half guesses a truth in the other half.

    And how much may be chance. For each observation, the guess for a value is what it mostly stood for in the first
    half; 0 is a coin, 1 is always right, whichever of the two is the more frequent.
    """
    known, unknown = seen[::2], seen[1::2]
    names = {name for one in known for name in one.features}
    best = max(sorted(names), key=lambda name: _promise(known, name, truth))
    found = _right(unknown, best, _learned(known, best, truth), truth)
    counted = Counter(truth in one.behind.truths for one in unknown)
    return found, DEVIATIONS * sqrt(sum(0.25 / counted[is_so] for is_so in (True, False)))


def _promise(seen: Sequence[Seen], name: str, truth: str) -> float:
    """Return how well an observation does among what is known: learned from each half, and tried on the other."""
    one, other = seen[::2], seen[1::2]
    return _right(one, name, _learned(other, name, truth), truth) + _right(
        other, name, _learned(one, name, truth), truth
    )


def _learned(seen: Sequence[Seen], name: str, truth: str) -> dict[str, bool]:
    """Return, for each value of an observation, whether the truth is likelier with it than without."""
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for one in seen:
        counts[truth in one.behind.truths][one.features.get(name, "")] += 1
    return {
        value: counts[True][value] / counts[True].total() > counts[False][value] / counts[False].total()
        for value in counts[True] | counts[False]
    }


def _right(seen: Sequence[Seen], name: str, learned: dict[str, bool], truth: str) -> float:
    """Return how often the guess is yes where it is so, less how often it is where it is not."""
    guessed: dict[bool, list[bool]] = {True: [], False: []}
    for one in seen:
        guessed[truth in one.behind.truths].append(learned.get(one.features.get(name, ""), False))
    return sum(guessed[True]) / len(guessed[True]) - sum(guessed[False]) / len(guessed[False])


def test_a_thousand_cards_tell_nothing(tmp_path: Path) -> None:
    """Neither number nor size, kind or end of what pays, nor why a card does not: no guess is better than a coin."""
    with a_busy_shop(tmp_path, THOUSAND) as (till, cards):
        seen = look(till, cards)
        till.verify_books()
    for is_yes, truths in ((True, YES), (False, NO)):
        alike = [one for one in seen if one.behind.is_yes is is_yes]
        assert len(alike) == THOUSAND // 2
        for truth in truths:
            found, by_chance = advantage(alike, truth)
            assert found <= by_chance, truth


def _a_digit_for_the_parts(patched: pytest.MonkeyPatch) -> None:
    """The last digit of an id is the number of entitlements that paid."""

    def leaking(*arguments: Any) -> list[Outcome]:
        return [_telling(outcome) for outcome in book(*arguments)]

    patched.setattr("merchant_api.writer.book", leaking)


def _telling(outcome: Outcome) -> Outcome:
    if outcome.event is None or outcome.event.entry is None or outcome.attempt is None:
        return outcome
    digit = f"{len(outcome.event.entry.transfers):x}"
    told = RedemptionId(f"{str(outcome.attempt.result)[:-1]}{digit}")
    return replace(outcome, attempt=replace(outcome.attempt, result=told))


def _another_word_for_blocked(patched: pytest.MonkeyPatch) -> None:
    """The same status for a blocked card, and other words."""

    def leaking(reason: Refusal) -> Any:
        return SimpleNamespace(label="invalid" if reason is Refusal.CARD_BLOCKED else "refused", status=402)

    patched.setattr(booking, "answer_to", leaking)


@pytest.mark.parametrize(
    ("leak", "truth"), [(_a_digit_for_the_parts, "many entitlements"), (_another_word_for_blocked, "is blocked")]
)
def test_a_planted_leak_is_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leak: Callable[[pytest.MonkeyPatch], None], truth: str
) -> None:
    """The shopkeeper can learn: a digit of an id that follows the split, or one other word, is found by itself."""
    leak(monkeypatch)
    with a_busy_shop(tmp_path, SOME) as (till, cards):
        seen = [
            one for one in look(till, cards) if one.behind.is_yes is (truth in YES) and "api 0 size" in one.features
        ]
    found, by_chance = advantage(seen, truth)
    assert found > 0.9 > by_chance


# --- two who pool everything

HOLDERS = 40


@dataclass(frozen=True)
class Given:
    """All that a merchant was given for one payment, in the order of the payments."""

    holder: int
    id: int
    texts: tuple[str, ...]


def pooled(street: Street) -> dict[str, list[Given]]:
    """Let each holder pay at the club and at the school, in another order at each; return all that was given out."""
    names = [f"holder {number}" for number in range(HOLDERS)]
    street.add_schemes(a_scheme("gift", categories=(), least="0,01"))
    street.add_cards(names)
    street.award_each((name, Money(10_000), "gift") for name in names)
    chance = random.Random(1)  # noqa: S311 - the same order in each run
    given: dict[str, list[Given]] = defaultdict(list)
    with in_process(street) as till:
        for at in ("club", "school"):
            for holder in chance.sample(range(HOLDERS), HOLDERS):
                given[at].append(_given(till, at, holder))
    return dict(given)


def _given(till: Till, at: str, holder: int) -> Given:
    key = f"{at}-{holder}"
    answer = till.pay(f"holder {holder}", PRICE.plain, at=at, key=key)
    named = answer.json()["id"]
    more = [
        till.get(f"/v1/redemptions/{named}", at=at),
        till.get(f"/v1/idempotency-keys/{key}", at=at),
        till.get("/v1/redemptions?limit=1", at=at),
    ]
    headers = {"Cookie": f"{COOKIE}={till.street.credentials[at]}"}
    more += [till.client.get(f"/payments/{named}{page}", headers=headers) for page in ("", "/undo")]
    answers = [answer, *more]
    texts = [text for one in answers for text in (one.text, *one.headers.values())]
    return Given(holder, int(named.removeprefix("red_"), 16), tuple(texts))


def _signs(given: Sequence[Given]) -> dict[int, set[str]]:
    """Return, for each holder, every run of signs that a merchant was given with that holder's payment only."""
    found = {one.holder: set(re.findall(r"[0-9A-Za-z_-]{6,}", " ".join(one.texts))) for one in given}
    counted = Counter(sign for signs in found.values() for sign in signs)
    return {holder: {sign for sign in signs if counted[sign] == 1} for holder, signs in found.items()}


DISTANCES: dict[str, Callable[[int, int], float]] = {
    "difference": lambda one, other: abs(one - other),
    "bits": lambda one, other: (one ^ other).bit_count(),
    "beginning": lambda one, other: (one ^ other).bit_length(),
    "end": lambda one, other: -((one ^ other) & -(one ^ other)),
    "remainder": lambda one, other: abs(one % 65_537 - other % 65_537),
}


def rank_of_the_right_one(given: dict[str, list[Given]], distance: Callable[[int, int], float]) -> float:
    """Return how near the school's payment of the same holder is to the club's, among all: 0 the nearest, ½ chance."""
    ranks = []
    for mine in given["club"]:
        far = {theirs.holder: distance(mine.id, theirs.id) for theirs in given["school"]}
        nearer = sum(value < far[mine.holder] for value in far.values())
        alike = sum(value == far[mine.holder] for value in far.values()) - 1
        ranks.append((nearer + alike / 2) / (HOLDERS - 1))
    return sum(ranks) / len(ranks)


def order(given: Sequence[Given]) -> float:
    """Return how far ids follow the order of the payments: 1 wholly, 0 not at all (Kendall)."""
    pairs = [(one.id < other.id) for place, one in enumerate(given) for other in given[place + 1 :]]
    return 2 * sum(pairs) / len(pairs) - 1


def is_unlinked(given: dict[str, list[Given]]) -> bool:
    """Return whether nothing that two merchants were given tells that two payments are of one holder, or of volume."""
    mine, theirs = _signs(given["club"]), _signs(given["school"])
    equal = any(mine[holder] & theirs[holder] for holder in mine)
    by_chance = DEVIATIONS * sqrt(1 / 12 / HOLDERS)
    near = any(abs(rank_of_the_right_one(given, far) - 0.5) > by_chance for far in DISTANCES.values())
    most = DEVIATIONS * sqrt(2 * (2 * HOLDERS + 5) / (9 * HOLDERS * (HOLDERS - 1)))
    return not equal and not near and all(abs(order(one)) <= most for one in given.values())


def test_two_merchants_who_pool_everything_link_nobody(tmp_path: Path) -> None:
    """Nothing is equal, near or derivable, ids do not count anybody's sales, and no part of a card is ever shown."""
    street = a_shop_street(tmp_path / "pooled.db")
    given = pooled(street)
    assert is_unlinked(given)
    for one in (*given["club"], *given["school"]):
        name = f"holder {one.holder}"
        card = street.cards[name]
        shown = " ".join(one.texts)
        # In random ids some digits stand beside each other by chance, so that there longer parts are looked for.
        assert not any(part in _HEX.sub("", shown) for part in _parts(card.number, 6))
        for secret in (street.tokens[name], card.id, card.holder, card.token_hash):
            assert not any(part in shown for part in _parts(secret, 10))
    street.store.close()


def _parts(secret: str, length: int) -> Iterator[str]:
    return (secret[start : start + length] for start in range(len(secret) - length + 1))


def _of_the_card(honest: RedemptionRequest) -> RedemptionId:
    """An id that begins as the hash of the card does."""
    return RedemptionId.of(int(sha256(honest.card.card.encode()).hexdigest()[:4], 16) << 112 | int(honest.id[20:], 16))


def _numbered(_honest: RedemptionRequest) -> RedemptionId:
    """An id that sorts by the moment it was made in, as those of our own rows do."""
    return new_id(RedemptionId)


@pytest.mark.parametrize("leak", [_of_the_card, _numbered])
def test_a_planted_handle_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leak: Callable[[RedemptionRequest], RedemptionId]
) -> None:
    """The search can find something: sixteen bits that follow the card, and ids that follow each other."""
    honest = spending.redemption

    def leaking(**asked: Any) -> RedemptionRequest:
        request = honest(**asked)
        return replace(request, id=leak(request))

    monkeypatch.setattr(spending, "redemption", leaking)
    street = a_shop_street(tmp_path / "pooled.db")
    assert not is_unlinked(pooled(street))
    street.store.close()
