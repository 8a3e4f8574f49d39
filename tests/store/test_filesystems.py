"""Books in a file are on a disk of one machine: on a network drive they are neither opened nor started."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pasledger.store import BooksProblem, Store, filesystems
from pasledger.store.filesystems import network_file_system
from tests.support.books import A_SMALL_TOWN, a_file, opened, start, unusable

USES: tuple[Callable[[str], object], ...] = (Store.open, Store.upgrade, start)

LOCAL = ("ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "virtiofs", "9p", "fuseblk", "fuse.overlayfs", "fuse")
NETWORK = ("nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs", "fuse.rclone")


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what lets the machine have these mounts: the place and the kind of each, in order."""

    def mount(*pairs: tuple[Path | str, str]) -> None:
        lines = [
            f"{number} 1 0:{number} / {place} rw,relatime shared:1 - {kind} source rw\n"
            for number, (place, kind) in enumerate([("/", "ext4"), *pairs])
        ]
        (tmp_path / "mountinfo").write_text("".join(lines), encoding="utf-8")
        monkeypatch.setattr(filesystems, "MOUNTS", tmp_path / "mountinfo")

    return mount


@pytest.mark.parametrize("kind", NETWORK)
def test_what_other_machines_may_have_open_is_known(mounts: Callable[..., None], kind: str) -> None:
    """A path on such a file system is told by its kind."""
    mounts(("/mnt/share", kind))
    assert network_file_system(Path("/mnt/share/town/books.db")) == kind
    assert network_file_system(Path("/mnt/share")) == kind


@pytest.mark.parametrize("kind", LOCAL)
def test_what_is_of_one_machine_is_left_alone(mounts: Callable[..., None], kind: str) -> None:
    """Also what a container or a guest has for its root."""
    mounts(("/", kind), ("/mnt/local", kind))
    assert network_file_system(Path("/books.db")) is None
    assert network_file_system(Path("/mnt/local/books.db")) is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/books.db", "nfs"),
        ("/srv/local/books.db", None),
        ("/srv/local/deep/books.db", "cifs"),
        ("/srv/localised/books.db", "nfs"),
        ("/srv/gemeente data/books.db", None),
        ("/srv/gemeente/books.db", "nfs"),
        ("/srv/gemeente data/a\\b/books.db", "nfs4"),
        ("/covered/books.db", None),
        ("/books.db", None),
    ],
)
def test_the_nearest_mount_counts(mounts: Callable[..., None], path: str, kind: str | None) -> None:
    """However deep, whatever its name, and of two at one place the one that covers the other."""
    mounts(
        ("/srv", "nfs"),
        ("/srv/local/deep", "cifs"),
        ("/srv/local", "xfs"),
        ("/srv/gemeente\\040data", "ext4"),
        ("/srv/gemeente\\040data/a\\134b", "nfs4"),
        ("/covered", "nfs"),
        ("/covered", "ext4"),
    )
    assert network_file_system(Path(path)) == kind


def test_a_link_leads_to_where_the_file_is(mounts: Callable[..., None], tmp_path: Path) -> None:
    """It is the file that is looked at, not its name."""
    (tmp_path / "share").mkdir()
    (tmp_path / "books.db").symlink_to(tmp_path / "share" / "books.db")
    mounts((tmp_path / "share", "nfs4"))
    assert network_file_system(tmp_path / "books.db") == "nfs4"


def test_where_nobody_tells_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another system than Linux has no such list."""
    monkeypatch.setattr(filesystems, "MOUNTS", tmp_path / "none")
    assert network_file_system(tmp_path / "books.db") is None


@pytest.mark.parametrize("use", USES)
def test_books_on_a_network_drive_are_left_alone(
    mounts: Callable[..., None], tmp_path: Path, use: Callable[[str], object]
) -> None:
    """They are neither opened, upgraded nor started there, and the same file is opened from a disk."""
    path = a_file(tmp_path / "books.db", *A_SMALL_TOWN)
    mounts((tmp_path, "cifs"))
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    with unusable(BooksProblem.ON_A_NETWORK, books=str(path), kind="cifs"):
        use(str(path))
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before
    mounts((tmp_path, "ext4"))
    opened(path).__enter__().close()


@contextmanager
def mounted(place: Path, kind: str) -> Iterator[None]:
    """Mount a file system of a kind, behind which nobody answers."""
    try:
        device = os.open("/dev/fuse", os.O_RDWR)
    except OSError:
        pytest.skip("no file system can be mounted here")
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0"
    there, away = (
        ["mount", "-i", "-t", kind, "-o", options, "server:/share", str(place)],
        ["umount", "--lazy", str(place)],
    )
    try:
        ran = subprocess.run(there, pass_fds=[device], capture_output=True, check=False)
    finally:
        os.close(device)
    if ran.returncode != 0:
        pytest.skip("only root mounts a file system")
    try:
        yield
    finally:
        subprocess.run(away, check=True)


@pytest.mark.parametrize("use", USES)
def test_a_real_mount_is_seen(tmp_path: Path, use: Callable[[str], object]) -> None:
    """Linux itself says what is mounted, in a folder of any name; what is no network's goes on to be looked at."""
    share = tmp_path / "gedeelde map"
    share.mkdir()
    with mounted(share, "fuse.sshfs"), unusable(BooksProblem.ON_A_NETWORK, kind="fuse.sshfs"):
        use(str(share / "books.db"))
    with mounted(share, "fuse.ours"), unusable(BooksProblem.MISSING):
        Store.open(str(share / "books.db"))
