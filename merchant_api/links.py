"""The address at which this service is asked for, for links that people open: it is reached by TLS alone."""

from starlette.requests import Request


def base_of(request: Request) -> str:
    """Return the address before the path."""
    return f"https://{request.headers.get('host', request.url.netloc)}"
