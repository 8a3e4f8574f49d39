"""The forms in which a merchant can have what it reads: JSON, a file for its spreadsheet, or a page to print."""

from merchant_api.openapi import Responses

JSON, CSV, HTML = "application/json", "text/csv", "text/html"

OTHERWISE: Responses = {
    200: {
        "content": {CSV: {"schema": {"type": "string"}}, HTML: {"schema": {"type": "string"}}},
        "description": "What was asked for, in the form that `Accept` says",
    }
}
"""How a description says that there is more than JSON."""


def wanted_form(accepted: str) -> str:
    """Return the form that is asked for first; JSON where none is."""
    asked = (kind.partition(";")[0].strip().casefold() for kind in accepted.split(","))
    return next((kind for kind in asked if kind in (JSON, CSV, HTML)), JSON)
