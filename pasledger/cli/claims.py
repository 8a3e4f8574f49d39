"""Who gives a command, and what proves it: the login, or a credential that never stands on the command line.

A credential is looked for in a variable, then in the file of credentials, and then asked for at the keyboard without
showing it. In the file each line is a name, a space and a credential; of several for one name, each is tried.
"""

import getpass
import os
import platform
import pwd
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from pasledger.formats.faults import shown
from pasledger.usecases.acting import Claim

CREDENTIAL_FILE = "PASLEDGER_CREDENTIAL_FILE"
OWN, APPROVERS = "PASLEDGER_CREDENTIAL", "PASLEDGER_APPROVER_CREDENTIAL"

_SECRET = re.compile(r"\b(key|kassa)_\S+")


class CredentialFileOpen(Exception):  # noqa: N818 - a state of a file, and no error of ours
    """Others than its owner may read the file of credentials."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


def login() -> str:
    """Return the account that this process runs as, whatever its variables say. Raises `LookupError` without one."""
    return pwd.getpwuid(os.getuid()).pw_name


def claim(name: str, variable: str, prompt: str) -> Claim:
    """Return who somebody says to be, with every credential that may prove it."""
    if given := os.environ.get(variable, "").strip():
        return Claim(name, (given,))
    kept = tuple(_kept(name))
    if kept or not _is_asked_at_a_keyboard():
        return Claim(name, kept)
    return Claim(name, (getpass.getpass(prompt).strip(),))


def credential_file() -> Path | None:
    """Return the file of credentials that is named, if one is."""
    named = os.environ.get(CREDENTIAL_FILE)
    return Path(named) if named else None


def keep(path: Path, name: str, credential: str) -> None:
    """Add a credential to a file that only its owner can read, safely on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        _require_closed(path)
        file.write(f"{name} {credential}\n")
        file.flush()
        os.fsync(file.fileno())


def origin() -> str:
    """Return from where a command comes: the account, the machine and, over a network, the address."""
    try:
        account = login()
    except LookupError:
        account = str(os.getuid())
    address = os.environ.get("SSH_CONNECTION", "").partition(" ")[0]
    return f"{account}@{platform.node()}{address and f' from {address}'}"


def for_the_log(value: object) -> str:
    """Return a value without what the log must never have: a secret, or what could be a citizen service number.

    Of a path it has the name of the file.
    """
    text = value.name if isinstance(value, Path) else str(value)
    clean = "".join(sign if sign.isprintable() else "�" for sign in text)
    return shown(_SECRET.sub(r"\1_…", clean)) or "…"


def _kept(name: str) -> Iterator[str]:
    path = credential_file()
    if path is None or not path.exists():
        return
    _require_closed(path)
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        whose, _, credential = line.strip().rpartition(" ")
        if whose.strip() == name:
            yield credential


def _require_closed(path: Path) -> None:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CredentialFileOpen(path)


def _is_asked_at_a_keyboard() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
