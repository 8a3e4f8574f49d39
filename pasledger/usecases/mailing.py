"""Sending e-mail: the settings, from the environment, and the mail server (SMTP).

What the mail server answers is never repeated: it could hold an address. Nor is the password, which is in a file.
"""

import re
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTP
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from pasledger.formats.addresses import email
from pasledger.formats.faults import Misread
from pasledger.usecases.outbox import Undelivered, Undelivery, Unreachable

FROM, HOST, PORT = "PASLEDGER_MAIL_FROM", "PASLEDGER_SMTP_HOST", "PASLEDGER_SMTP_PORT"
SECURITY, USER, PASSWORD = "PASLEDGER_SMTP_SECURITY", "PASLEDGER_SMTP_USER", "PASLEDGER_SMTP_PASSWORD_FILE"

_NAMED_ADDRESS = re.compile(r'([^<>@,;:"]*[^<>@,;:"\s]) <([^<>]+)>')
_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_SECONDS = 30.0
_LAST_PORT = 65535
_OK, _FINAL = 250, 500


class Security(StrEnum):
    """How the way to the mail server is kept from being read."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """Only to a mail server on the same machine."""


_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


class SettingWrong(Exception):  # noqa: N818 - an answer, not an error
    """A setting cannot be. Carries its variable, and never its value."""

    def __init__(self, variable: str) -> None:
        super().__init__(variable)
        self.variable = variable


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where the mail server is, and how it lets us in."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str = field(default="", repr=False)


def sender_of(environment: Mapping[str, str]) -> Address | None:
    """Return from whom e-mails come; None where nobody said so. Raises `SettingWrong`."""
    text = environment.get(FROM)
    if not text:
        return None
    found = _NAMED_ADDRESS.fullmatch(text)
    if found is None or not text.isprintable():
        raise SettingWrong(FROM)
    try:
        return Address(found[1], addr_spec=email(found[2]))
    except Misread:
        raise SettingWrong(FROM) from None


def settings_of(environment: Mapping[str, str]) -> MailSettings | None:
    """Return the settings of the mail server; None where there is none. Raises `SettingWrong`."""
    host = environment.get(HOST)
    if not host:
        return None
    if not host.isprintable() or not host.isascii() or " " in host:
        raise SettingWrong(HOST)
    try:
        security = Security(environment.get(SECURITY) or Security.STARTTLS)
    except ValueError:
        raise SettingWrong(SECURITY) from None
    if security is Security.NONE and host not in _OWN_MACHINE:
        raise SettingWrong(SECURITY)
    port = environment.get(PORT) or str(_PORTS[security])
    if not port.isascii() or not port.isdecimal() or not 0 < int(port) <= _LAST_PORT:
        raise SettingWrong(PORT)
    user = environment.get(USER) or None
    return MailSettings(host, int(port), security, user, "" if user is None else _password(environment))


def _password(environment: Mapping[str, str]) -> str:
    try:
        password = Path(environment[PASSWORD]).read_text(encoding="utf-8").strip()
    except (KeyError, OSError, UnicodeDecodeError):
        raise SettingWrong(PASSWORD) from None
    if not password.isascii() or not password:
        raise SettingWrong(PASSWORD)
    return password


class MailServer:
    """A messenger: hands e-mails to a mail server, over one connection as long as that holds."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.quit()
        self._let_go()

    def deliver(self, name: str, data: bytes) -> None:  # noqa: ARG002 - here a message has no name
        """Hand over an e-mail. Raises `Undelivered` or `Unreachable`."""
        mail = message_from_bytes(data, policy=SMTP)
        [sender], [to] = mail["From"].addresses, mail["To"].addresses
        connection = self._connected()
        try:
            for code, _ in (connection.mail(sender.addr_spec), connection.rcpt(to.addr_spec)):
                self._require(code)
        except (OSError, smtplib.SMTPException):
            self._let_go()
            raise Undelivered(Undelivery.LATER) from None
        try:
            code, _ = connection.data(data)
        except smtplib.SMTPDataError as refused:
            code = refused.smtp_code
        except (OSError, smtplib.SMTPException):  # the answer did not come: it may have been taken all the same
            self._let_go()
            raise Undelivered(Undelivery.UNSURE) from None
        self._require(code)

    def _require(self, code: int) -> None:
        """Go on where the mail server said yes, and otherwise begin anew with the next. Raises `Undelivered`."""
        if code // 100 == _OK // 100:
            return
        try:
            self._connected().rset()
        except (OSError, smtplib.SMTPException, Unreachable):
            self._let_go()
        raise Undelivered(Undelivery.REFUSED if code >= _FINAL else Undelivery.LATER, code)

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            try:
                self._connection = _connect(self._settings)
            except (OSError, smtplib.SMTPException, ValueError) as trouble:
                raise Unreachable(type(trouble).__name__) from None
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _connect(settings: MailSettings) -> smtplib.SMTP:
    """Return a connection that is encrypted, to who proved to be the mail server, and that let us in."""
    context = ssl.create_default_context()
    if settings.security is Security.TLS:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(settings.host, settings.port, timeout=_SECONDS)
    try:
        if settings.security is Security.STARTTLS:
            connection.starttls(context=context)
        connection.ehlo_or_helo_if_needed()
        if settings.user is not None:
            connection.login(settings.user, settings.password)
    except BaseException:
        connection.close()
        raise
    return connection
