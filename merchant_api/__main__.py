"""Run the service: `python -m merchant_api`, or `pasledger serve`."""

import gc
import os
import sys

import uvicorn
from pydantic import ValidationError

from merchant_api.app import create_app
from merchant_api.settings import Settings
from pasledger.store import BooksUnusable, Store
from pasledger.texts import say, spoken
from pasledger.usecases.keys import key_of
from pasledger.usecases.minting import require_clock


def main() -> int:
    """Serve until told to stop. Return 2 for settings that cannot be, and 1 for books that cannot be used."""
    try:
        settings = Settings.from_environment(os.environ)
    except ValidationError as wrong:
        for error in wrong.errors(include_input=False, include_url=False):
            sys.stderr.write(f"{Settings.variable(str(error['loc'][0]))}: {error['msg']}\n")
        return 2
    try:
        store = Store.open(settings.books, key=key_of(os.environ))
        require_clock(store)
        _ = store.key  # without the one that the books have, no service
    except BooksUnusable as unusable:
        language = spoken(os.environ.get("LANG", ""))
        sys.stderr.write(say(f"books.{unusable.problem}", language, **unusable.figures) + "\n")
        return 1
    app = create_app(store, settings)
    gc.freeze()  # what the service is made of stays: searching it for reference cycles again and again holds up tills
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=settings.seconds_to_finish,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
