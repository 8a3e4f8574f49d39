"""The page for everybody: what is offered in town today, and where the card is accepted. It takes no account."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from merchant_api.till.guarding import guarded
from merchant_api.till.pages import language_of, page
from pasledger.rules.records import Merchant, OfferKind
from pasledger.store.offers import KnownOffer
from pasledger.texts import codes, say
from pasledger.usecases.guiding import guide_of
from pasledger.usecases.minting import today


def routes() -> list[Route]:
    """Return the one address."""
    return [Route("/offers", guarded(everything))]


async def everything(request: Request) -> Response:
    """Show the offers and the merchants of a village and a kind; all of them where none is chosen."""
    guide = await run_in_threadpool(guide_of, request.app.state.store, on=today())
    language = language_of(request)
    place = _chosen(request, "place", guide.places)
    category = _chosen(request, "category", guide.categories)
    return page(
        request,
        "offers.html",
        is_signed_in=False,
        places=guide.places,
        categories=sorted((_kind(one, language), one) for one in guide.categories),
        place=place,
        category=category,
        offers=[_shown(known, merchant, language) for known, merchant in guide.offers_in(place, category)],
        merchants=[
            {"name": one.name, "place": one.place, "kinds": _kinds(one, language)}
            for one in guide.merchants_in(place, category)
        ],
    )


def _chosen(request: Request, name: str, there: Sequence[str]) -> str | None:
    """Return what was chosen of what there is; nothing where that is something else."""
    found = request.query_params.get(name)
    return found if found in there else None


def _kind(category: str, language: str) -> str:
    """Return a kind of merchant in a word of the language; a code of the town's own as it stands."""
    code = f"offers.kind.{category}"
    return say(code, language) if code in codes(language) else category


def _kinds(merchant: Merchant, language: str) -> str:
    """Return all that a merchant is, in words of the language and in their order."""
    return ", ".join(sorted(_kind(one, language) for one in merchant.categories))


def _shown(known: KnownOffer, merchant: Merchant, language: str) -> dict[str, str]:
    offer = known.offer
    value = ""
    if offer.kind is not OfferKind.TEXT:
        value = say(f"offers.{offer.kind}", language, percent=offer.percent, amount=offer.amount)
    limit = "" if offer.per_card is None else say("offers.per-card", language, number=offer.per_card)
    until = say("offers.until", language, day=f"{offer.valid.last_day:%d-%m-%Y}")
    return {
        "words": offer.words(language),
        "merchant": merchant.name,
        "place": merchant.place,
        "value": value,
        "until": until,
        "limit": limit,
    }
