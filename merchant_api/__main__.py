"""Run the service: `python -m merchant_api`, or `pasledger serve`."""

import gc
import os
import sys

import uvicorn
from prometheus_client import start_http_server
from pydantic import ValidationError

from merchant_api.app import create_app
from merchant_api.settings import Settings
from pasledger.pages.observing import log_settings
from pasledger.store import BooksUnusable, Store
from pasledger.texts import CatalogueUnfit, Surface, require_whole, say, spoken
from pasledger.usecases.keys import key_of
from pasledger.usecases.minting import require_clock

_NEW_OBJECTS_BEFORE_A_SEARCH = 50_000
_SECONDS_OF_A_TURN = 0.02


def main() -> int:
    """Serve until told to stop. Return 2 for settings or texts that cannot be, and 1 for books that cannot be used."""
    try:
        settings = Settings.from_environment(os.environ)
    except ValidationError as wrong:
        for error in wrong.errors(include_input=False, include_url=False):
            sys.stderr.write(f"{Settings.variable(str(error['loc'][0]))}: {error['msg']}\n")
        return 2
    language = spoken(os.environ.get("LANG", ""), Surface.STAFF)
    try:
        require_whole()
    except CatalogueUnfit as unfit:
        sys.stderr.write(say("cli.texts-unfit", language, file=unfit.file, wrong=unfit.wrong) + "\n")
        return 2
    try:
        store = Store.open(settings.books, key=key_of(os.environ))
        require_clock(store)
        _ = store.key  # without the one that the books have, no service
    except BooksUnusable as unusable:
        sys.stderr.write(say(f"books.{unusable.problem}", language, **unusable.figures) + "\n")
        return 1
    app = create_app(store, settings)
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, settings.host)
    _share_the_interpreter()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        server_header=False,
        access_log=False,
        log_config=log_settings("merchant_api", settings.log_level),
        log_level="warning",
        timeout_graceful_shutdown=settings.seconds_to_finish,
    )
    return 0


def _share_the_interpreter() -> None:
    """Let the loop and the writer hold each other up as little as they can; each line is a figure of `make bench`."""
    gc.freeze()  # what the service is made of stays, and need not be searched for reference cycles again and again
    gc.set_threshold(_NEW_OBJECTS_BEFORE_A_SEARCH)  # requests in flight are no cycles, and are searched as seldom
    sys.setswitchinterval(_SECONDS_OF_A_TURN)  # the writer waits for the disk often enough to give way by itself


if __name__ == "__main__":
    sys.exit(main())
