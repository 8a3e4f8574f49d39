"""The application of the desk, and how it is run."""

from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from pasledger.desk.guarding import Door, trouble
from pasledger.desk.routes import routes
from pasledger.desk.sessions import Sessions
from pasledger.pages.envelope import Envelope
from pasledger.pages.observing import Observed, log_settings
from pasledger.store import Store


@dataclass(frozen=True, slots=True)
class Settings:
    """How the desk is run. It listens on the loopback interface; TLS is the work of a proxy in front of it."""

    link_base: str
    """The address in the QR of a new card."""
    host: str = "127.0.0.1"
    port: int = 8001


def create_desk(store: Store, settings: Settings) -> ASGIApp:
    """Return the desk for the books in `store`."""
    site = Starlette(routes=routes(), exception_handlers={HTTPException: _no_such_place})
    site.router.redirect_slashes = False
    site.state.store, site.state.settings = store, settings
    site.state.sessions, site.state.door = Sessions(store), Door()
    return Observed(Envelope(site, too_large=_too_large), log="pasledger.desk.requests")


def serve(store: Store, settings: Settings) -> None:
    """Run the desk until it is told to stop."""
    uvicorn.run(
        create_desk(store, settings),
        host=settings.host,
        port=settings.port,
        server_header=False,
        access_log=False,
        log_config=log_settings("pasledger.desk", "info"),
        log_level="warning",
    )


async def _no_such_place(request: Request, error: Exception) -> Response:
    return trouble(request, "desk.no-such-page", getattr(error, "status_code", 404))


_too_large: ASGIApp = Response("", 413)
