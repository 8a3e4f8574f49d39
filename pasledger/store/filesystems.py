"""Which file system a path is on, and whether other machines may have the same file open.

SQLite keeps its write-ahead log in step through memory that the processes of one machine share. On a file system that
several machines can mount, two of them would write over each other, and no lock would tell.
"""

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
"""What is mounted where, as Linux tells it. Where there is no such file, nothing is known."""

_NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "coda", "davfs"),
        *("ceph", "glusterfs", "lustre", "beegfs", "gpfs", "gfs2", "ocfs2", "orangefs", "pvfs2"),
    }
)
_NETWORK_IN_USER_SPACE = re.compile(
    r"fuse\.(ceph.*|curlftpfs|davfs2?|gcsfuse|glusterfs|goofys|juicefs|.*mfs|mount-?s3|mountpoint-s3|nfs.*|rclone"
    r"|s3fs|s3backer|seaweedfs|smb.*|sshfs)",
    re.IGNORECASE,
)
"""What is not named is taken to be local: overlay, 9p and virtiofs too, by which a machine gives its guest a folder."""


def network_file_system(path: Path) -> str | None:
    """Return the kind of file system that a path is on where it is one of a network; None otherwise."""
    kind = _kind(os.path.realpath(path))
    return kind if kind in _NETWORK or _NETWORK_IN_USER_SPACE.fullmatch(kind) else None


def _kind(path: str) -> str:
    """Return the kind of the mount nearest above a path; of two at one place, the later one covers the other."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    nearest, found = "", ""
    for line in lines:
        mounted, _, described = line.partition(" - ")
        place = _unescaped(mounted.split(" ")[4])
        if len(place) >= len(nearest) and _is_below(path, place):
            nearest, found = place, described.split(" ")[0]
    return found


def _is_below(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")


def _unescaped(place: str) -> str:
    r"""Return a path as it is: spaces, tabs, ends of lines and backslashes are written `\040` and so on."""
    return re.sub(r"\\([0-7]{3})", lambda sign: chr(int(sign[1], 8)), place)
