"""The address in links that people open: the one that is set, or else where this service was asked for, by TLS."""

from starlette.requests import Request


def base_of(request: Request) -> str:
    """Return the address before the path."""
    return request.app.state.settings.link_base or f"https://{request.headers.get('host', request.url.netloc)}"
