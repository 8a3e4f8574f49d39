"""Settings, from the environment, checked at start."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from pasledger.usecases.spending import MOST_DAYS_HELD

_VARIABLES = {
    "books": "PASLEDGER_BOOKS",
    "host": "MERCHANT_API_HOST",
    "port": "MERCHANT_API_PORT",
    "most_waiting": "MERCHANT_API_MOST_WAITING",
    "most_in_a_batch": "MERCHANT_API_MOST_IN_A_BATCH",
    "most_pins_waiting": "MERCHANT_API_MOST_PINS_WAITING",
    "requests_a_minute": "MERCHANT_API_REQUESTS_A_MINUTE",
    "most_days_held": "MERCHANT_API_MOST_DAYS_HELD",
    "seconds_between_sweeps": "MERCHANT_API_SECONDS_BETWEEN_SWEEPS",
    "seconds_to_finish": "MERCHANT_API_SECONDS_TO_FINISH",
    "log_level": "MERCHANT_API_LOG_LEVEL",
    "metrics_port": "MERCHANT_API_METRICS_PORT",
    "security_contact": "MERCHANT_API_SECURITY_CONTACT",
    "link_base": "PASLEDGER_LINK_BASE",
}


class Settings(BaseModel):
    """How the service is run. It listens on the loopback interface; TLS is the work of a proxy in front of it."""

    model_config = ConfigDict(frozen=True)

    books: str = Field(min_length=1)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    most_waiting: int = Field(default=2048, ge=1)
    """Requests beyond this many are asked to come back."""
    most_in_a_batch: int = Field(default=256, ge=1)
    most_pins_waiting: int = Field(default=256, ge=1)
    """Requests with a PIN beyond this many are asked to come back."""
    requests_a_minute: int = Field(default=600, ge=1)
    """How many requests one terminal may send in a minute."""
    most_days_held: int = Field(default=MOST_DAYS_HELD, ge=0, le=730)
    """For how many days from today a merchant can hold."""
    seconds_between_sweeps: int = Field(default=60, ge=1)
    """How often the service looks for holds that have ended."""
    seconds_to_finish: int = Field(default=30, ge=1)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Where the figures are for Prometheus, on the same host; nowhere without a port."""
    security_contact: str | None = Field(default=None, pattern=r"^(https://|mailto:)[!-~]+$")
    """Whom to tell of a weakness, in `security.txt`; there is none without it."""

    link_base: str | None = Field(default=None, pattern=r"^https?://[!-\"$-~]+$")
    """The address in the QR of cards, before the # and the token; without it no card's code is drawn here."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings. Raises pydantic's `ValidationError`."""
        given = {name: environment[variable] for name, variable in _VARIABLES.items() if variable in environment}
        return cls.model_validate(given)

    @staticmethod
    def variable(name: str) -> str:
        """Return the environment variable of a setting."""
        return _VARIABLES[name]
