"""Whom to tell of a weakness: `security.txt`, by RFC 9116."""

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from merchant_api.settings import Settings

_GOOD_FOR = timedelta(days=90)


def routes(settings: Settings) -> list[Route]:
    """Return the one address, where there is somebody to tell."""
    if settings.security_contact is None:
        return []

    async def security_txt(_request: Request) -> PlainTextResponse:
        expires = datetime.now(UTC) + _GOOD_FOR
        lines = (
            f"Contact: {settings.security_contact}",
            f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
            "Preferred-Languages: nl, en",
        )
        return PlainTextResponse("\n".join(lines) + "\n")

    return [Route("/.well-known/security.txt", security_txt)]
