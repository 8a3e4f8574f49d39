"""The application: where everything is wired."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.types import ASGIApp

from merchant_api import API_VERSION, astray, errors, openapi
from merchant_api.auth import Terminals
from merchant_api.limits import Limits
from merchant_api.mycard import routes as mycard
from merchant_api.mycard.choosing import Chooser
from merchant_api.mycard.signing_in import ByPin, SignIn
from merchant_api.presenting import Presenter
from merchant_api.routes import (
    conditions,
    holds,
    keys,
    lists,
    offers,
    payment_requests,
    payouts,
    redemptions,
    security,
    statements,
)
from merchant_api.settings import Settings
from merchant_api.sweeper import Sweeper
from merchant_api.till import asking
from merchant_api.till import routes as till
from merchant_api.writer import Writer
from pasledger.pages.envelope import LARGEST_BODY_BYTES
from pasledger.pages.observing import Observed
from pasledger.store import Store

_DESCRIPTION = """Be paid with the Pas van Dronten.

A card and an amount go in; yes or no comes out. A request is paid whole or refused, and a refusal is the same whatever
its reason. Every request that books carries an `Idempotency-Key`: ask again with the same key, as often as you like."""


def create_app(store: Store, settings: Settings, sign_in: SignIn | None = None) -> ASGIApp:
    """Return the service for the books in `store`; `sign_in` lets holders in, where a card and its PIN do not."""
    sign_in = sign_in or ByPin()
    writer = Writer(store, most_waiting=settings.most_waiting, most_in_a_batch=settings.most_in_a_batch)

    presenter = Presenter(store, writer, most_waiting=settings.most_pins_waiting)
    chooser = Chooser(store, writer)
    sweeper = Sweeper(store, writer, seconds=settings.seconds_between_sweeps)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        writer.start()
        presenter.start()
        sweeper.start()
        yield
        await sweeper.stop()
        presenter.stop()
        chooser.stop()
        writer.stop()
        store.close()

    api = _api()
    api.state.store, api.state.writer, api.state.terminals = store, writer, Terminals(store, writer)
    api.state.presenter, api.state.limits = presenter, Limits(settings.requests_a_minute)
    api.state.chooser, api.state.sign_in = chooser, sign_in
    api.state.settings = settings
    site = Starlette(
        routes=[Mount("/v1", api), *security.routes(settings), *till.routes(), *mycard.routes(sign_in)],
        lifespan=lifespan,
        exception_handlers={HTTPException: astray.no_such_place},
    )
    site.state = api.state
    site.router.redirect_slashes = False
    larger = {asking.FILE: asking.LARGEST_FILE_BYTES}
    enveloped = errors.in_an_envelope(site, too_large=astray.too_large(larger), larger=larger)
    return Observed(enveloped, log="merchant_api.requests")


def _api() -> FastAPI:
    api = FastAPI(
        title="Pas van Dronten, for merchants",
        version=API_VERSION,
        description=_DESCRIPTION,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": "/v1"}],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=LARGEST_BODY_BYTES,
    )
    errors.install(api)
    for routes in (redemptions, holds, offers, payment_requests, lists, statements, payouts, keys, conditions):
        api.include_router(routes.router)

    @api.get("/openapi.json", include_in_schema=False)
    async def document() -> JSONResponse:
        return JSONResponse(openapi.describe(api), headers={"Access-Control-Allow-Origin": "*"})

    return api
