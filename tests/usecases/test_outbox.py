"""The outbox: a message is made once and sent once, whatever goes wrong between."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pasledger.rules.holders import HolderReference
from pasledger.usecases.outbox import (
    Attempt,
    Folder,
    Messenger,
    Outbox,
    OutboxBusy,
    Undelivered,
    Undelivery,
    Unreachable,
)

HOLDER = HolderReference("P-1")
ONE, OTHER = "1" * 32, "2" * 32


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    """Return an empty outbox."""
    with Outbox.opened(tmp_path / "out") as outbox:
        yield outbox


class Failing(Messenger):
    """A messenger that does not take over what it is given."""

    def __init__(self, why: BaseException) -> None:
        self.why = why

    def deliver(self, name: str, data: bytes) -> None:  # noqa: ARG002 - as its protocol has it
        """Fail."""
        raise self.why


def files(folder: Path) -> list[str]:
    """Return every file of an outbox that a person looks at."""
    found = (str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
    return sorted(name for name in found if name not in ("made.txt", "lock", "letters.csv", "mail.csv"))


def test_a_letter_and_an_email_are_files_with_a_list_of_whom_they_are_for(tmp_path: Path, box: Outbox) -> None:
    """One file each; nothing in their names; and who they are for stands in a list beside them."""
    box.keep(ONE, HOLDER, letter="<p>één</p>")
    box.keep(OTHER, HolderReference("P-2"), mail=b"To: x@y.nl\r\n\r\nhello")
    out = tmp_path / "out"
    assert files(out) == [f"letters/{ONE}.html", f"mail/{OTHER}.eml"]
    assert (out / f"letters/{ONE}.html").read_text(encoding="utf-8") == "<p>één</p>"
    assert (out / "letters.csv").read_text() == f"bestand;pashouder\nletters/{ONE}.html;P-1\n"
    assert (out / "mail.csv").read_text() == f"bestand;pashouder\nmail/{OTHER}.eml;P-2\n"
    assert all(file.stat().st_mode & 0o077 == 0 for file in out.rglob("*.*") if file.is_file())


def test_what_was_made_is_not_made_again(tmp_path: Path) -> None:
    """Also when its file was posted and is gone, and in another process."""
    for _ in range(2):
        with Outbox.opened(tmp_path) as box:
            if not box.has(ONE):
                box.keep(ONE, HOLDER, letter="x")
        (tmp_path / f"letters/{ONE}.html").unlink(missing_ok=True)
    assert files(tmp_path) == []


def test_a_file_that_a_crash_left_without_its_note_is_known_and_noted(tmp_path: Path) -> None:
    """It is not made twice, and stands in the list once; half a line and half a file are no harm."""
    Folder(tmp_path / "letters").deliver(f"{ONE}.html", b"x")
    (tmp_path / "letters" / f".{OTHER}.html").write_text("half")
    (tmp_path / "letters.csv").write_text("bestand;pashouder\nletters/0.html;P-0\nletters/11")
    for _ in range(2):
        with Outbox.opened(tmp_path) as box:
            assert (box.has(ONE), box.has(OTHER)) == (True, False)
            box.note(ONE, HOLDER)
    lines = (tmp_path / "letters.csv").read_text().splitlines()
    assert lines == ["bestand;pashouder", "letters/0.html;P-0", f"letters/{ONE}.html;P-1"]


def test_an_email_is_sent_once_and_nothing_of_it_stays(tmp_path: Path, box: Outbox) -> None:
    """Neither the address nor what it told; and it is not made again."""
    box.keep(ONE, HOLDER, mail=b"To: somebody@y.nl\r\n\r\nhello")
    assert box.waiting == [ONE]
    assert box.send(ONE, Folder(tmp_path / "sent")) == Attempt(ONE)
    assert (box.waiting, box.unsure, box.has(ONE)) == ([], [], True)
    assert files(tmp_path / "out") == []
    assert "somebody" not in "".join(file.read_text() for file in (tmp_path / "out").rglob("*") if file.is_file())
    assert (tmp_path / f"sent/{ONE}.eml").read_bytes().endswith(b"hello")


@pytest.mark.parametrize("why", [Undelivered(Undelivery.LATER, 452), Unreachable("gone")])
def test_what_was_not_taken_waits_on(box: Outbox, why: Exception) -> None:
    """It can be sent later, and is not made again."""
    box.keep(ONE, HOLDER, mail=b"x")
    if isinstance(why, Undelivered):
        assert box.send(ONE, Failing(why)) == Attempt(ONE, Undelivery.LATER, 452)
    else:
        with pytest.raises(Unreachable):
            box.send(ONE, Failing(why))
    assert (box.waiting, box.unsure, box.has(ONE)) == ([ONE], [], True)


@pytest.mark.parametrize("why", [Undelivered(Undelivery.UNSURE), KeyboardInterrupt()])
def test_what_may_have_been_sent_is_not_sent_again(box: Outbox, why: BaseException) -> None:
    """It lies apart for a person to look at, and is not made again either."""
    box.keep(ONE, HOLDER, mail=b"x")
    if isinstance(why, Undelivered):
        assert box.send(ONE, Failing(why)) == Attempt(ONE, Undelivery.UNSURE)
    else:
        with pytest.raises(KeyboardInterrupt):
            box.send(ONE, Failing(why))
    assert (box.waiting, box.unsure, box.has(ONE)) == ([], [ONE], True)


def test_what_was_refused_for_good_is_made_anew(tmp_path: Path, box: Outbox) -> None:
    """With another address or as a letter; the one that was refused goes when the new one is there."""
    box.keep(ONE, HOLDER, mail=b"x")
    assert box.send(ONE, Failing(Undelivered(Undelivery.REFUSED, 550))) == Attempt(ONE, Undelivery.REFUSED, 550)
    assert (box.waiting, box.has(ONE), files(tmp_path / "out")) == ([], False, [f"refused/{ONE}.eml"])
    box.keep(ONE, HOLDER, letter="x")
    assert (box.has(ONE), files(tmp_path / "out")) == (True, [f"letters/{ONE}.html"])


def test_two_do_not_work_in_one_outbox_at_once(tmp_path: Path) -> None:
    """The second is told, and can try again."""
    with Outbox.opened(tmp_path), pytest.raises(OutboxBusy), Outbox.opened(tmp_path):
        pass
    with Outbox.opened(tmp_path):
        pass


class Server(Messenger):
    """A messenger that counts what it took over, and answers as it is told: also with nothing, after it took it."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.answers: list[str] = []

    def deliver(self, name: str, data: bytes) -> None:  # noqa: ARG002 - as its protocol has it
        """Take it over or not, and say so or not."""
        match self.answers.pop() if self.answers else "taken":
            case "refused":
                raise Undelivered(Undelivery.REFUSED)
            case "later":
                raise Undelivered(Undelivery.LATER)
            case "unreachable":
                raise Unreachable("gone")
            case "crash before":
                raise KeyboardInterrupt
            case "crash after":
                self.taken.append(name)
                raise KeyboardInterrupt
            case _:
                self.taken.append(name)


ANSWERS = ("taken", "refused", "later", "unreachable", "crash before", "crash after")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.just("make"), st.lists(st.sampled_from(ANSWERS), max_size=4)), max_size=8))
def test_whatever_happens_nothing_is_sent_twice(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str | list[str]]
) -> None:
    """Made and sent again and again, with crashes and every answer there is."""
    folder, server = tmp_path_factory.mktemp("out"), Server()
    for step in [*steps, "make", []]:
        with Outbox.opened(folder) as box:
            if step == "make":
                for message in (ONE, OTHER):
                    if not box.has(message):
                        box.keep(message, HOLDER, mail=b"x")
                continue
            server.answers = list(step)
            try:
                for message in box.waiting:
                    box.send(message, server)
            except (KeyboardInterrupt, Unreachable):
                continue
            assert box.waiting == [] or "later" in step
    assert len(server.taken) == len(set(server.taken))
    with Outbox.opened(folder) as box:
        left = {*box.unsure, *(file.stem for file in (folder / "refused").glob("*"))}
        assert {f"{message}.eml" for message in (ONE, OTHER)} <= {*server.taken, *(f"{one}.eml" for one in left)}
