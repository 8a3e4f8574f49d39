"""Survival of a disk that is full, or that nobody may write to any more, under the running service and a clerk."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.support.service import Street, Till, on_a_port
from tests.survival.clients import (
    Client,
    a_chance,
    at_work,
    reconcile,
    settle,
    some_clients,
    wait_for_answers,
    wait_until,
)
from tests.survival.conftest import a_rich_street
from tests.survival.servers import Room
from tests.survival.staff import award, award_file

pytestmark = pytest.mark.slow

_SIZE_BYTES = 160 * 1024 * 1024
_TOLD_ENOUGH = 20


class Disk:
    """A small file system of its own, which can be filled, protected, and broken."""

    def __init__(self, folder: Path) -> None:
        self._image = folder / "image"
        self.folder = Path(mkdtemp(prefix="pasledger-disk-"))  # a database server has to come in too

    def mount(self) -> None:
        """Make it and put it in its place. An error makes it read-only, as on most machines. Raises `OSError`."""
        self._image.touch()
        os.truncate(self._image, _SIZE_BYTES)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", str(self._image))
        self._mount()

    def unmount(self) -> None:
        """Take it away."""
        _run("umount", str(self.folder))

    def fill(self) -> None:
        """Leave no room on it."""
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            for size in (65536, 512):
                try:
                    while True:
                        filler.write(b"\0" * size)
                except OSError:
                    pass

    def empty(self) -> None:
        """Give the room back."""
        (self.folder / "filler").unlink()

    def protect(self) -> None:
        """Let nobody write to the books, not even who has them open."""
        _run("chattr", "+i", *self._files())

    def release(self) -> None:
        """Let them be written to again."""
        _run("chattr", "-i", *self._files())

    def fail(self) -> None:
        """Report an error of the device, on which the file system becomes read-only."""
        device = _run("findmnt", "--noheadings", "--output", "SOURCE", str(self.folder)).strip()
        Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error").write_text("1", encoding="ascii")

    def repair(self) -> None:
        """Take it out, check it, and put it back."""
        self.unmount()
        _run("e2fsck", "-f", "-p", str(self._image), accepted=(0, 1))
        self._mount()

    def _mount(self) -> None:
        _run("mount", "-o", "loop,errors=remount-ro", str(self._image), str(self.folder))

    def _files(self) -> list[str]:
        # Not the third one: it is mapped into memory, where the system ends whoever writes to what is protected.
        return [str(path) for path in self.folder.glob("books.db*") if not path.name.endswith("-shm")]


def _run(*command: str, accepted: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in accepted:
        raise OSError(f"{command[0]}: {done.stderr}")
    return done.stdout


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Return a disk. Only where nothing may be mounted, and no build server runs this, is there none."""
    made = Disk(tmp_path)
    try:
        made.mount()
    except OSError as error:
        made.folder.rmdir()
        if os.environ.get("CI"):
            raise
        pytest.skip(f"nothing can be mounted here: {error}")
    yield made
    made.unmount()
    made.folder.rmdir()


@pytest.fixture
def street(disk: Disk) -> Iterator[Street]:
    """Return a street whose books are on that disk."""
    street = a_rich_street(str(disk.folder / "books.db"))
    yield street
    street.store.close()


@pytest.fixture
def clients() -> list[Client]:
    """Return clients that have not asked anything yet."""
    return some_clients(a_chance())


@pytest.mark.parametrize(("breaks", "mends"), [(Disk.fill, Disk.empty), (Disk.protect, Disk.release)])
def test_a_service_whose_disk_cannot_be_written_recovers(
    disk: Disk,
    street: Street,
    clients: list[Client],
    tmp_path: Path,
    breaks: Callable[[Disk], None],
    mends: Callable[[Disk], None],
) -> None:
    """Clients are told to come back, nothing is half done, and when the disk is well again all goes on by itself."""
    log = tmp_path / "log"
    with log.open("wb") as out, on_a_port(street, log=out) as till, at_work(till, clients):
        wait_for_answers(clients, _TOLD_ENOUGH)
        breaks(disk)
        try:
            wait_until(lambda: told_to_come_back(clients) >= _TOLD_ENOUGH)
        finally:
            mends(disk)
        wait_for_answers(clients, _TOLD_ENOUGH)
    with on_a_port(street) as till:
        settle(till, clients)
    reconcile(street, clients)
    said = {json.loads(line)["says"] for line in log.read_text(encoding="utf-8").splitlines()}
    assert said == {"the books cannot be used: books-disk-full"}


def test_a_disk_that_became_read_only_loses_nothing(
    disk: Disk, street: Street, clients: list[Client], tmp_path: Path
) -> None:
    """After an error of the device clients are told to come back; after its repair, all is there that was told.

    The system may also end the service, which has a file of that disk mapped into its memory.
    """
    log = tmp_path / "log"
    with log.open("wb") as out, on_a_port(street, log=out) as till, at_work(till, clients):
        wait_for_answers(clients, _TOLD_ENOUGH)
        disk.fail()
        wait_until(lambda: told_to_come_back(clients) >= _TOLD_ENOUGH or has_ended(till))
    street.store.close()
    disk.repair()
    with on_a_port(street) as till:
        assert settle(till, clients).total() > 0
    reconcile(street, clients)
    assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(("breaks", "mends"), [(Disk.fill, Disk.empty), (Disk.protect, Disk.release)])
def test_an_award_on_a_disk_that_cannot_be_written_books_nothing(
    disk: Disk, street: Street, tmp_path: Path, breaks: Callable[[Disk], None], mends: Callable[[Disk], None]
) -> None:
    """A clerk is told in a sentence, and the same file books everything once the disk is well again."""
    file = award_file(tmp_path / "awards.csv", "culture", "Z-1", ["P-child", "P-neighbour"])
    breaks(disk)
    try:
        code, said = award(street.books, file)
    finally:
        mends(disk)
    assert code == 1
    assert "Traceback" not in said
    assert '"message"' in said
    assert award(street.books, file) == (0, "")
    assert "award-repeated" in award(street.books, file)[1]


def test_a_server_whose_disk_is_full_recovers(disk: Disk, clients: list[Client]) -> None:
    """PostgreSQL without room is the same to a client: it is told to come back, and nothing is half done."""
    room = Room(disk.folder)
    try:
        street = a_rich_street(room.server().books())
        with on_a_port(street) as till:
            with at_work(till, clients):
                wait_for_answers(clients, _TOLD_ENOUGH)
                disk.fill()
                wait_until(lambda: told_to_come_back(clients) >= _TOLD_ENOUGH)
                disk.empty()
                wait_for_answers(clients, _TOLD_ENOUGH)
            settle(till, clients)
        reconcile(street, clients)
        street.store.close()
    finally:
        room.clear()


def has_ended(till: Till) -> bool:
    """Return whether the service is gone."""
    return till.process is not None and till.process.poll() is not None


def told_to_come_back(clients: list[Client]) -> int:
    """Return how often the clients were told to come back."""
    return sum(client.told_to_come_back for client in clients)
