"""Each command asks of who gives it what its line says, and no command is without a line."""

from typing import Any

import pytest

from pasledger.cli.rights import RIGHTS, Asks
from pasledger.rules.actors import PERMISSIONS, ActorRole, Permission
from tests.cli.conftest import Clerk
from tests.cli.test_program import _commands, every_command, name_of

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
    """Who has only a role that may not do it is refused, nothing is changed, and the log tells it."""
    for command in list(every_command(all_of_them)):
        asks = RIGHTS[name_of(command)]
        if not isinstance(asks, Asks):
            continue
        before = all_of_them.booked()
        ran = all_of_them(*command, "--as", "looker", "--json", language="en")
        assert ran.code == 1, command
        assert '"error": "not-allowed"' in ran.err, command
        assert all_of_them.booked() == before, command
        last: dict[str, Any] = all_of_them.acts()[-1]
        assert (last["actor"], last["action"], last["result"]) == ("looker", name_of(command), "not-allowed")


def test_who_approves_must_be_allowed_to(all_of_them: Clerk) -> None:
    """An approver who only prepares, or only looks, approves nothing."""
    commands = list(every_command(all_of_them))
    before = all_of_them.booked()
    for command in commands:
        if "--approved-by" not in command:
            continue
        for name in ("looker", "administrator"):
            named = [name if part == "approver" else part for part in command]
            ran = all_of_them(*named, "--json")
            assert '"error": "not-allowed"' in ran.err, command
    assert all_of_them.booked() == before
