"""What everybody may know: where the card is accepted, and what is offered there. It takes no account."""

from dataclasses import dataclass
from datetime import date

from pasledger.rules.records import Merchant
from pasledger.store import Store
from pasledger.store.offers import KnownOffer


@dataclass(frozen=True, slots=True)
class Guide:
    """What everybody may know on a day: where the card is accepted, and what is offered there."""

    merchants: tuple[Merchant, ...]
    offers: tuple[tuple[KnownOffer, Merchant], ...]

    @property
    def places(self) -> list[str]:
        """The villages that there are, in the order of the alphabet."""
        return sorted({merchant.place for merchant in self.merchants}, key=str.casefold)

    @property
    def categories(self) -> list[str]:
        """The kinds of merchants that there are."""
        return sorted({category for merchant in self.merchants for category in merchant.categories})

    def merchants_in(self, place: str | None, category: str | None) -> list[Merchant]:
        """Return the merchants of a village and a kind, each where one is wanted."""
        return [merchant for merchant in self.merchants if _fits(merchant, place, category)]

    def offers_in(self, place: str | None, category: str | None) -> list[tuple[KnownOffer, Merchant]]:
        """Return the offers of such merchants."""
        return [(known, merchant) for known, merchant in self.offers if _fits(merchant, place, category)]


def guide_of(store: Store, *, on: date) -> Guide:
    """Return what everybody may know on a day."""
    with store.read() as reader:
        return Guide(tuple(reader.offers.merchants(on)), tuple(reader.offers.running(on)))


def _fits(merchant: Merchant, place: str | None, category: str | None) -> bool:
    is_there = place is None or merchant.place.casefold() == place.casefold()
    return is_there and (category is None or category in merchant.categories)
