"""Survival of making and sending messages: killed at any moment, nothing is made or sent twice, and nothing is lost."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pasledger.usecases.outbox import Outbox
from tests.support.service import ROOT
from tests.support.smtp import Mailbox, mail_server

pytestmark = pytest.mark.slow

MESSAGES, KILLS = 40, 12
IDS = [f"{number:032x}" for number in range(MESSAGES)]

_MAKE = """
import sys
from pathlib import Path
from pasledger.usecases.outbox import Outbox
with Outbox.opened(Path(sys.argv[1])) as box:
    print("working", flush=True)
    for number in range({messages}):
        message, holder = f"{{number:032x}}", f"P-{{number}}"
        if box.has(message):
            box.note(message, holder)
        elif number % 2:
            box.keep(message, holder, letter="x" * 100_000)
        else:
            lines = "From: a@b.example", f"To: slow{{number}}@b.example", f"Message-ID: <{{message}}@b>", "", "x"
            box.keep(message, holder, mail="\\r\\n".join(lines).encode())
"""
_SEND = """
import os, sys
from pathlib import Path
from pasledger.usecases.mailing import MailServer, settings_of
from pasledger.usecases.outbox import Outbox
with Outbox.opened(Path(sys.argv[1])) as box, MailServer(settings_of(os.environ)) as server:
    print("working", flush=True)
    for message in box.waiting:
        box.send(message, server)
"""


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """Run a mail server."""
    with mail_server(tmp_path / "mailbox") as running:
        yield running


def run(script: str, outbox: Path, mailbox: Mailbox, *, killed_after: float | None) -> None:
    """Run a script on an outbox; kill it so many seconds after it began to work, or let it end."""
    variables = {name: value for name, value in mailbox.settings().items() if value is not None}
    with subprocess.Popen(
        [sys.executable, "-c", script.format(messages=MESSAGES), str(outbox)],
        cwd=ROOT,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        if killed_after is not None:
            time.sleep(killed_after)
            process.kill()
    assert killed_after is not None or process.returncode == 0


def test_whenever_it_is_killed_each_message_is_made_once_and_sent_once(tmp_path: Path, mailbox: Mailbox) -> None:
    """What nobody knows of lies apart; all else was sent, and each letter is whole and in the list once."""
    outbox, chance = tmp_path / "out", random.Random(42)  # noqa: S311 - when to kill, the same each time
    for script in (_MAKE, _SEND):
        for _ in range(KILLS):
            run(script, outbox, mailbox, killed_after=chance.uniform(0, 0.06))
        run(script, outbox, mailbox, killed_after=None)
        if script is _MAKE:
            letters = sorted((outbox / "letters").glob("[!.]*.html"))
            assert [letter.stem for letter in letters] == IDS[1::2]
            assert {letter.stat().st_size for letter in letters} == {100_000}
            for name, of in (("letters", IDS[1::2]), ("mail", IDS[::2])):
                _, *listed = (outbox / f"{name}.csv").read_text().splitlines()
                assert sorted(line.partition(";")[0].partition("/")[2].partition(".")[0] for line in listed) == of
    run(_MAKE, outbox, mailbox, killed_after=None)
    with Outbox.opened(outbox) as box:
        waiting, unsure = box.waiting, box.unsure
    sent = [mail["Message-ID"][1:33] for _, mail in mailbox.mails()]
    assert (waiting, len(sent)) == ([], len(set(sent)))
    assert {*sent} | {*unsure} == {*IDS[::2]}
    assert len(unsure) <= KILLS
