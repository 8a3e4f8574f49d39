"""How many requests a terminal may send: counted by its credential and by nothing else, least of all by card.

Two tills of one shop do not hold each other up, and no header tells of anybody's card.
"""

import time
from math import ceil

from fastapi import Request

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from pasledger.ledger.ids import TerminalId
from pasledger.pages.envelope import HEADERS

SECONDS = 60
"""The window in which requests are counted."""


class Limits:
    """Counts the requests of each terminal in the minute that began with its first one."""

    def __init__(self, requests_a_minute: int) -> None:
        self._most = requests_a_minute
        self._windows: dict[TerminalId, tuple[float, int]] = {}

    def count(self, request: Request, terminal: TerminalId) -> None:
        """Count a request and tell the terminal how many are left; answer 429 when there are none."""
        began, used = self._windows.get(terminal, (0.0, 0))
        now = time.monotonic()
        if used == 0 or now >= began + SECONDS:
            began, used = now, 0
        seconds = max(1, ceil(began + SECONDS - now))
        is_one_too_many = used >= self._most
        if not is_one_too_many:
            used += 1
        self._windows[terminal] = (began, used)
        headers: dict[str, str] = request.scope[HEADERS]
        headers["RateLimit-Policy"] = f'"terminal";q={self._most};w={SECONDS}'
        headers["RateLimit"] = f'"terminal";r={self._most - used};t={seconds}'
        if is_one_too_many:
            headers["Retry-After"] = str(seconds)
            raise Problem(Answer.TOO_MANY, seconds=seconds)
