"""Each command asks of who gives it what its line says, and no command is without a line."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from pasledger.cli.rights import RIGHTS, Asks
from pasledger.rules.actors import PERMISSIONS, ActorRole, Permission
from tests.cli.conftest import Clerk
from tests.cli.test_program import Command, _commands, every_command, name_of

pytestmark = pytest.mark.slow

COLLEAGUES = {
    ActorRole.CLERK: "clerk",
    ActorRole.APPROVER: "approver",
    ActorRole.ADMINISTRATOR: "administrator",
}


def test_every_command_has_its_line() -> None:
    """A new command asks nothing of anybody until somebody has said, in `RIGHTS`, what it asks."""
    assert set(RIGHTS) == set(_commands())


def test_who_approves_in_a_command_needs_a_permission() -> None:
    """A command has an approver where its line says what the approver must be allowed, and nowhere else."""
    with_approver = {
        name for name, command in _commands().items() if any(one.name == "approved_by" for one in command.params)
    }
    assert with_approver == {name for name, asks in RIGHTS.items() if isinstance(asks, Asks) and asks.approval}


def test_every_permission_is_somebodys() -> None:
    """Each role may do something, and what a command asks some role may do."""
    assert set(PERMISSIONS) == set(ActorRole)
    assert set().union(*PERMISSIONS.values()) == set(Permission)


@pytest.fixture
def all_of_them(clerk: Clerk) -> Clerk:
    """The town with an actor who looks, and nothing more."""
    clerk.done("actors", "add", "looker", "--role", "auditor", "--as", "administrator")
    return clerk


def test_each_command_is_refused_to_who_may_not(all_of_them: Clerk) -> None:
    """Who may not ask it, or may not approve it, is refused, nothing is changed, and the log tells it; others do it."""
    refused: list[str] = []
    for command in every_command(all_of_them):
        for tried in without_permission(command):
            before = all_of_them.booked()
            ran = all_of_them(*tried, "--json", language="en")
            assert (ran.code, ran.out) == (1, ""), tried
            assert '"error": "not-allowed"' in ran.err, tried
            assert all_of_them.booked() == before, tried
            refused.append(name_of(command))
        assert all_of_them(*command).code == 0, command  # what comes later needs what was done before
    assert {name for name, asks in RIGHTS.items() if isinstance(asks, Asks)} <= set(refused)
    assert [line["action"] for line in all_of_them.acts(result="not-allowed")] == refused


def without_permission(command: Command) -> Iterator[Command]:
    """Yield a command as somebody would give it, or have it approved, who only looks."""
    asks = RIGHTS[name_of(command)]
    if isinstance(asks, Asks):
        yield *command, "--as", "clerk" if asks.permission is Permission.AUDIT else "looker"
        if asks.approval is not None:
            yield tuple("looker" if before == "--approved-by" else part for before, part in pairwise(("", *command)))
