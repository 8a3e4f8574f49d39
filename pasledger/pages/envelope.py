"""The envelope that no response escapes.

It is pure ASGI and stands outermost, so that also the answer to an unhandled fault carries the security headers.
"""

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY_BYTES = 16 * 1024

HEADERS = "pasledger.headers"
"""Where in its scope a request finds the headers of its own response, whoever will make that."""

STRICT = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Envelope:
    """What every response carries, whoever made it; and what answers a body that is too large.

    At the addresses of `larger` a body may be so many bytes, because files are sent there.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        too_large: ASGIApp,
        headers: Mapping[str, str] = STRICT,
        larger: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._too_large = too_large
        self._headers = dict(headers)
        self._larger = dict(larger)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        own: dict[str, str] = {}
        scope[HEADERS] = own

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (self._headers | own).items():
                    headers.setdefault(name, value)
            await send(message)

        largest = self._larger.get(scope.get("path", ""), LARGEST_BODY_BYTES)
        app = self._too_large if _declared_bytes(scope) > largest else self._app
        # A fault was answered and logged below, and is raised once more for the server, which has nothing to add.
        with suppress(Exception):
            await app(scope, receive, send_with_headers)


def _declared_bytes(scope: Scope) -> int:
    """Return how large a body says that it is; one that does not say is counted by the framework as it comes."""
    declared = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
    return int(declared) if declared.isdecimal() else 0
