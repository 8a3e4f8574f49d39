"""What merchants do, with its yes or no: drawn before there is a town that finances it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from pasledger.rules.card_entry import MOST_REFUSALS

MERCHANTS = ("club", "school", "café")
CATEGORIES = {"club": "sport", "school": "school", "café": "catering"}
HOLDERS = 3
DAYS_LATER = 10
MOST = "10.000,00"
MOST_PAGES = 4
MOST_USES = 50
"""How often a holder may use an offer in these towns: more often than any script does."""
MUCH = 900_000
"""Cents that no holder of these towns has."""


@dataclass(frozen=True)
class Pay:
    """A merchant takes a payment with somebody's card: a yes, or a no because it is too much or the card cannot."""

    at: str
    holder: int
    cents: int
    is_yes: bool
    is_a_dead_card: bool = False
    has_pin: bool = False
    is_typed: bool = False

    @property
    def card(self) -> str:
        """The name of the card. One that is presented with its PIN can be refused for that too."""
        if self.is_a_dead_card:
            return f"{'shut' if self.has_pin else 'dead'} {self.holder}"
        return f"holder {self.holder}"


@dataclass(frozen=True)
class Back:
    """A merchant gives a share of an earlier payment back; an earlier no has no payment to give back."""

    of: int
    percent: int


@dataclass(frozen=True)
class Again:
    """A till repeats an earlier payment with the same key."""

    of: int


@dataclass(frozen=True)
class Look:
    """A merchant reads an earlier payment, and its key."""

    of: int
    at: str


@dataclass(frozen=True)
class Hold:
    """A merchant sets an amount aside, with a reference of its own."""

    at: str
    holder: int
    cents: int
    is_yes: bool
    is_a_dead_card: bool = False

    @property
    def card(self) -> str:
        """The name of the card."""
        return f"{'dead' if self.is_a_dead_card else 'holder'} {self.holder}"


@dataclass(frozen=True)
class Use:
    """A merchant takes, lets go or gives back a share of an earlier hold, and reads it."""

    of: int
    what: str
    percent: int


@dataclass(frozen=True)
class Browse:
    """A merchant reads a list, page by page, a statement or its newest payout in one of their forms, or a page."""

    at: str
    what: str


@dataclass(frozen=True)
class PayOut:
    """The town pays all that it owes; the bank says so, and sends the first payment back if it is to."""

    comes_back: bool = False


@dataclass(frozen=True)
class AtTheTill:
    """Somebody takes a payment at the till page, looks at its receipt and at today, and may undo it."""

    pay: Pay
    undoes: bool = False


@dataclass(frozen=True)
class UseOffer:
    """A card uses an offer of a merchant, at the API or at the till page, and may pay; then the till asks again."""

    at: str
    holder: int
    cents: int
    is_yes: bool
    who: str = "holder"
    """Of a `holder`, or of a `guest`, who only uses offers; `dead` and `none` are for a no, with money and without."""
    is_at_the_till: bool = False

    @property
    def card(self) -> str:
        """The name of the card."""
        return f"{self.who} {self.holder}"


@dataclass(frozen=True)
class AtHome:
    """A merchant asks, a holder pays at home or cannot, and the merchant looks at all that it can see of that."""

    at: str
    holder: int
    cents: int
    is_yes: bool
    is_part: bool = False
    """Whether more was asked than is paid."""
    way: str = "api"
    """How the merchant asks: by the `api`, at the `till`, or with a `file`."""

    @property
    def card(self) -> str:
        """The name of the card."""
        return f"{'holder' if self.is_yes else 'shut'} {self.holder}"


Call = Pay | Back | Again | Look | Hold | Use | Browse | PayOut | AtTheTill | UseOffer | AtHome
WAYS = ("api", "till", "file")
LISTS = ("redemptions", "refunds", "holds", "payouts")
FORMS = ("application/json", "text/csv", "text/html")
PAYOUT_FORMS = tuple(f"payout {form}" for form in FORMS)
AT_THE_TILL = ("today", "statement", "statement.csv", "payouts")
READ = ("offers", *LISTS, *FORMS, *PAYOUT_FORMS, *(f"till {page}" for page in AT_THE_TILL))

# Every run has at least these, so that it cannot be empty of what matters: yes, no, refund, replay, look.
ALWAYS: tuple[Call, ...] = (
    Pay("club", 0, 1250, is_yes=True),
    Pay("school", 0, 4000, is_yes=True),
    Pay("café", 0, 100, is_yes=True),
    Pay("club", 0, 20_001, is_yes=False, is_a_dead_card=True),
    Pay("club", 1, MUCH, is_yes=False, has_pin=True),
    Pay("school", 1, 30_000, is_yes=False, is_a_dead_card=True),
    Pay("club", 2, 20_000, is_yes=True, has_pin=True, is_typed=True),
    Pay("café", 2, 100, is_yes=False, is_a_dead_card=True, has_pin=True),
    Pay("school", 0, 100, is_yes=False, is_a_dead_card=True, has_pin=True, is_typed=True),
    Back(0, 40),
    Again(0),
    Again(4),
    Look(0, "club"),
    Look(0, "café"),
    Look(4, "club"),
    Look(3, "club"),
    Hold("club", 0, 2000, is_yes=True),
    Hold("school", 2, 20_300, is_yes=False, is_a_dead_card=True),
    Use(0, "captures", 60),
    Use(0, "releases", 20),
    Use(0, "refunds", 50),
    Use(0, "captures", 90),
    Use(1, "captures", 10),
    PayOut(),
    *(Browse("club", what) for what in (*PAYOUT_FORMS, "till today")),
    Pay("club", 0, 300, is_yes=True),
    AtTheTill(Pay("club", 1, 700, is_yes=True), undoes=True),
    AtTheTill(Pay("club", 1, 900, is_yes=True, has_pin=True, is_typed=True)),
    AtTheTill(Pay("club", 0, MUCH, is_yes=False, is_a_dead_card=True)),
    AtTheTill(Pay("school", 1, MUCH, is_yes=False, is_a_dead_card=True, has_pin=True, is_typed=True)),
    UseOffer("club", 0, 0, is_yes=True, who="guest"),
    UseOffer("club", 0, 0, is_yes=True),
    UseOffer("club", 1, 450, is_yes=True),
    UseOffer("club", 1, 0, is_yes=False, who="none"),
    UseOffer("club", 0, 20_005, is_yes=False, who="dead"),
    UseOffer("school", 0, MUCH, is_yes=False, who="guest"),
    UseOffer("club", 1, 0, is_yes=True, who="guest", is_at_the_till=True),
    UseOffer("club", 1, 350, is_yes=True, is_at_the_till=True),
    UseOffer("club", 2, 0, is_yes=False, who="none", is_at_the_till=True),
    AtHome("school", 0, 1200, is_yes=True),
    AtHome("school", 1, 700, is_yes=True, is_part=True, way="till"),
    AtHome("club", 1, MUCH + 200, is_yes=False, way="file"),
    AtHome("school", 0, MUCH + 299, is_yes=False),
    PayOut(comes_back=True),
    *(Browse("club", what) for what in READ),
    Browse("school", "payouts"),
)


def asked_for(script: Sequence[Call]) -> Iterator[Pay | Hold | UseOffer | AtHome]:
    """Yield every payment, hold and use of an offer that a script asks for, at the till page and at home too."""
    for call in script:
        if isinstance(call, AtTheTill):
            yield call.pay
        elif isinstance(call, Pay | Hold | UseOffer | AtHome):
            yield call


@st.composite
def calls(draw: st.DrawFn) -> tuple[Call, ...]:
    """Draw what merchants do, with its yes or no."""
    payments = st.builds(
        Pay,
        at=st.sampled_from(MERCHANTS),
        holder=st.integers(0, HOLDERS - 1),
        cents=st.integers(1, 20_000),
        is_yes=st.just(True),  # noqa: FBT003 - the name stands before it
        has_pin=st.booleans(),
        is_typed=st.booleans(),
    )
    too_much = st.builds(
        Pay,
        at=st.sampled_from(MERCHANTS),
        holder=st.integers(0, HOLDERS - 1),
        cents=st.integers(MUCH, MUCH + 99),
        is_yes=st.just(False),  # noqa: FBT003 - as above
        is_a_dead_card=st.booleans(),
        has_pin=st.booleans(),
        is_typed=st.booleans(),
    )
    earlier = st.integers(0, 50)
    other = st.one_of(
        st.builds(Back, of=earlier, percent=st.integers(1, 120)),
        st.builds(Again, of=earlier),
        st.builds(Look, of=earlier, at=st.sampled_from(MERCHANTS)),
    )
    holds = st.builds(
        Hold,
        at=st.sampled_from(MERCHANTS),
        holder=st.integers(0, HOLDERS - 1),
        cents=st.integers(1, 20_000),
        is_yes=st.just(True),  # noqa: FBT003 - as above
    )
    uses = st.sampled_from(["captures", "releases", "refunds"])
    browses = st.builds(Browse, at=st.sampled_from(MERCHANTS), what=st.sampled_from(READ))
    pay_outs = st.builds(PayOut, comes_back=st.booleans())
    uses_of_holds = st.builds(Use, of=earlier, what=uses, percent=st.integers(1, 120))
    pages = st.builds(AtTheTill, st.one_of(payments, too_much.map(_of_a_dead_card)), undoes=st.booleans())
    offers = st.builds(
        UseOffer,
        at=st.sampled_from(MERCHANTS),
        holder=st.integers(0, HOLDERS - 1),
        cents=st.just(0) | st.integers(1, 20_000),
        is_yes=st.just(True),  # noqa: FBT003 - as above
        is_at_the_till=st.booleans(),
    )
    others = st.sampled_from([("guest", True), ("none", False)])
    free = st.builds(lambda call, other: replace(call, cents=0, who=other[0], is_yes=other[1]), offers, others)
    at_home = st.builds(
        AtHome,
        at=st.sampled_from(MERCHANTS),
        holder=st.integers(0, HOLDERS - 1),
        cents=st.integers(1, 20_000),
        is_yes=st.just(True),  # noqa: FBT003 - as above
        is_part=st.booleans(),
        way=st.sampled_from(WAYS),
    )
    # More than any card has, so that it is a no also for who may not try a PIN at a till, and can at home.
    in_vain = at_home.map(lambda call: replace(call, cents=MUCH + 200 + call.cents % 99, is_yes=False))
    other = st.one_of(other, at_home, in_vain, offers, free, holds, pay_outs, uses_of_holds, browses, pages)
    return (*ALWAYS, *_below_the_limit(draw(st.lists(st.one_of(payments, too_much, other), max_size=12))))


def _of_a_dead_card(call: Pay) -> Pay:
    return replace(call, is_a_dead_card=True)


def _below_the_limit(drawn: Sequence[Call]) -> Iterator[Call]:
    """Yield the calls, with so few refusals of a living card that its yes stays one."""
    refusals = 0
    for call in drawn:
        is_refused = isinstance(call, Pay) and not call.is_yes
        refusals += is_refused
        if isinstance(call, Pay) and is_refused and refusals > MOST_REFUSALS - 2:
            yield replace(call, is_a_dead_card=True)
        else:
            yield call
