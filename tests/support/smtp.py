"""A mail server as small as one can be (RFC 5321), in a process of its own: it keeps what it is sent, each in a file.

What it does with a message is in the address: `unknown@` is no mailbox, `later@` has no room now, and of `cut@` and
`lost@` the connection is cut, after and before the message was kept; with `slow` in it the answer comes late.
"""

import asyncio
import json
import ssl
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "pas", "a password of the mail server"


@dataclass
class Mailbox:
    """A mail server that runs, and what it kept."""

    port: int
    folder: Path
    certificate: Path

    def mails(self) -> list[tuple[dict[str, Any], EmailMessage]]:
        """Return what was kept: the envelope and the message."""
        found = []
        for file in sorted(self.folder.glob("*.eml")):
            envelope = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
            message = message_from_bytes(file.read_bytes(), policy=SMTP)
            assert isinstance(message, EmailMessage)
            found.append((envelope, message))
        return found

    def settings(self, **changed: str | None) -> dict[str, str | None]:
        """Return the settings with which it is found, trusted and entered."""
        password = self.folder / "password"
        password.write_text(f"{PASSWORD}\n", encoding="utf-8")
        return {
            "PASLEDGER_MAIL_FROM": "Gemeente Dronten <pas@dronten.example>",
            "PASLEDGER_SMTP_HOST": "127.0.0.1",
            "PASLEDGER_SMTP_PORT": str(self.port),
            "PASLEDGER_SMTP_USER": USER,
            "PASLEDGER_SMTP_PASSWORD_FILE": str(password),
            "SSL_CERT_FILE": str(self.certificate),
        } | changed


@contextmanager
def mail_server(folder: Path, *, is_tls: bool = False) -> Iterator[Mailbox]:
    """Run a mail server that keeps its mails in a folder; encrypted from the first sign on, or when it is asked."""
    folder.mkdir()
    certificate = _certificate(folder)
    command = [sys.executable, "-m", "tests.support.smtp", str(folder), *(["tls"] if is_tls else [])]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Mailbox(int(process.stdout.readline()), folder, certificate)
        finally:
            process.terminate()


def _certificate(folder: Path) -> Path:
    """Make a certificate of this machine, and return it; its key lies beside it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    return folder / "certificate.pem"


class _Talk:
    """One connection: a command, an answer."""

    def __init__(self, folder: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._folder = folder
        self._reader = reader
        self._writer = writer
        self._is_safe = writer.get_extra_info("ssl_object") is not None
        self._is_in = False
        self._sender, self._to = "", [""]

    async def go(self) -> None:
        await self._say("220 mail.example")
        while line := (await self._reader.readline()).decode("ascii", "replace").strip():
            word, _, rest = line.partition(" ")
            if word.upper() == "QUIT" or not await self._answer(word.upper(), rest):
                break
        self._writer.close()

    async def _answer(self, word: str, rest: str) -> bool:
        if word == "EHLO":
            offers = "AUTH PLAIN" if self._is_safe else "STARTTLS"
            await self._say(f"250-mail.example\r\n250 {offers}")
        elif word == "STARTTLS":
            await self._say("220 ready")
            await self._writer.start_tls(_context(self._folder))
            self._is_safe = True
        elif word == "AUTH":
            self._is_in = self._is_safe and b64decode(rest.split()[-1]) == f"\0{USER}\0{PASSWORD}".encode()
            await self._say("235 welcome" if self._is_in else "535 no")
        elif word == "MAIL":
            self._sender = rest
            await self._say("250 ok" if self._is_in else "530 who are you")
        elif word == "RCPT":
            self._to = [rest]
            named = rest.partition("<")[2]
            await self._say({"unknown": "550 no", "later": "452 full"}.get(named.partition("@")[0], "250 ok"))
        elif word == "DATA":
            return await self._take()
        else:
            await self._say("250 ok")
        return True

    async def _take(self) -> bool:
        await self._say("354 go on")
        data = (await self._reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
        if "lost@" in self._to[0]:
            return False
        number = len(list(self._folder.glob("*.eml")))
        envelope = {"from": self._sender, "to": self._to, "is_safe": self._is_safe}
        (self._folder / f"{number:04}.json").write_text(json.dumps(envelope), encoding="utf-8")
        (self._folder / f"{number:04}.eml").write_bytes(data)
        if "cut@" in self._to[0]:
            return False
        if "slow" in self._to[0]:
            await asyncio.sleep(0.02)
        await self._say("250 kept")
        return True

    async def _say(self, text: str) -> None:
        self._writer.write(f"{text}\r\n".encode())
        await self._writer.drain()


def _context(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


async def _serve(folder: Path, *, is_tls: bool) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):  # who hangs up, or does not trust us
            await _Talk(folder, reader, writer).go()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=_context(folder) if is_tls else None)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), is_tls="tls" in sys.argv[2:]))
