"""Actors: who works with the books, and who may, or could, do what."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from pasledger.cli import claims
from pasledger.cli.calls import Call, words
from pasledger.cli.printing import answer, table
from pasledger.cli.wording import in_words
from pasledger.formats import cells
from pasledger.ledger.journal import Stamp
from pasledger.rules.actors import ActorRole, Permission
from pasledger.store import Store
from pasledger.usecases import actors
from pasledger.usecases.acting import Claim, noted
from pasledger.usecases.minting import new_key, stamp_now

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the actor, exactly.")]
OneRole = Annotated[
    ActorRole, typer.Option("--role", metavar="ROLE", help=f"One of: {', '.join(role.value for role in ActorRole)}.")
]
Roles = Annotated[
    list[ActorRole],
    typer.Option("--role", metavar="ROLE", help=f"As often as needed: {', '.join(role.value for role in ActorRole)}."),
]


def found(call: Call, store: Store, who: Claim, stamp: Stamp) -> tuple[Mapping[str, object], tuple[str, ...]]:
    """Make who started the books their first administrator; return the data and what is said of it."""
    credential, data, says = _credential(call, who.name)
    actors.add_actor(store, who.name, [ActorRole.ADMINISTRATOR], credential, stamp, is_login=who.is_login)
    noted(store, call.task(), stamp)
    return {"actor": who.name, **data}, (call.say("cli.administrator", name=who.name), says)


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name that no actor of these books ever had.")],
    role: Roles,
    *,
    login: Annotated[
        bool, typer.Option("--login", help="Trust the login of this name on this machine, without a credential.")
    ] = False,
) -> None:
    """Add an actor with its roles.

    Its credential is shown now, and never again; or it is added to the file of credentials that
    PASLEDGER_CREDENTIAL_FILE names. The first actor of books is an administrator.

    JSON: actor, roles, is_login, credential (null where it is in the file of credentials).
    """
    call: Call = context.obj
    stamp, named = call.stamp(), call.read("NAME", name, words)
    with call.store() as store:
        credential, data, says = _credential(call, named)
        actors.add_actor(store, named, role, credential, stamp, is_login=login)
    roles = sorted(set(role))
    answer(
        call,
        {"actor": named, "roles": roles, "is_login": login, **data},
        call.say("cli.actor-added", name=named, roles=_listed(call, roles)),
        says,
    )


def show(context: typer.Context) -> None:
    """List every actor, with when it was added and ended.

    JSON: actors (actor, roles, is_login, added_at, ended_at).
    """
    call: Call = context.obj
    with call.reader() as reader:
        rows = [
            {
                "actor": line.actor.name,
                "roles": _roles(call, line.actor.roles),
                "is_login": line.actor.is_login,
                "added_at": line.added_at,
                "ended_at": line.ended_at,
            }
            for line in actors.everybody(reader)
        ]
    answer(call, {"actors": rows}, table(call, rows, "actor", "roles", "added_at", "ended_at"))


def give(context: typer.Context, name: Name, role: OneRole) -> None:
    """Give an actor a role. Nobody gives one to themselves.

    JSON: actor, role.
    """
    call: Call = context.obj
    stamp, named = call.stamp(), call.read("NAME", name, words)
    with call.store() as store:
        actors.give_role(store, named, role, stamp)
    answer(call, {"actor": named, "role": role}, call.say("cli.role-given", name=named, role=role))


def take(context: typer.Context, name: Name, role: OneRole) -> None:
    """Take a role from an actor. Nobody takes one from themselves.

    JSON: actor, role.
    """
    call: Call = context.obj
    stamp, named = call.stamp(), call.read("NAME", name, words)
    with call.store() as store:
        actors.take_role(store, named, role, stamp)
    answer(call, {"actor": named, "role": role}, call.say("cli.role-taken", name=named, role=role))


def renew(context: typer.Context, name: Name) -> None:
    """Give an actor another credential.

    The one before is accepted no more. The new one is shown now, and never again; or it is added to the file of
    credentials.

    JSON: actor, credential (null where it is in the file of credentials).
    """
    call: Call = context.obj
    stamp, named = call.stamp(), call.read("NAME", name, words)
    with call.store() as store:
        credential, data, says = _credential(call, named)
        actors.renew_credential(store, named, credential, stamp)
    answer(call, {"actor": named, **data}, call.say("cli.credential-renewed", name=named), says)


def end(context: typer.Context, name: Name) -> None:
    """Let an actor work with the books no more.

    The name is never given to anybody else.

    JSON: actor.
    """
    call: Call = context.obj
    stamp, named = call.stamp(), call.read("NAME", name, words)
    with call.store() as store:
        actors.end_actor(store, named, stamp)
    answer(call, {"actor": named}, call.say("cli.actor-ended", name=named))


def rights(
    context: typer.Context,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="As it was when this day ended; now, without it.")
    ] = None,
) -> None:
    """Show who may do what, or could when a day ended.

    JSON: on, rights (actor, roles, permissions, is_login, since, made_by).
    """
    call: Call = context.obj
    day = stamp_now("").effective_on if on is None else call.read("--on", on, cells.day)
    with call.reader() as reader:
        rows = [
            {
                "actor": line.actor.name,
                "roles": _roles(call, line.actor.roles),
                "permissions": _roles(call, line.actor.permissions),
                "is_login": line.actor.is_login,
                "since": line.since,
                "made_by": line.made_by,
            }
            for line in actors.rights_on(reader, day)
        ]
    answer(call, {"on": day, "rights": rows}, table(call, rows, "actor", "roles", "permissions", "since", "made_by"))


def history(
    context: typer.Context,
    actor: Annotated[str | None, typer.Option("--actor", metavar="NAME", help="Of one actor only.")] = None,
) -> None:
    """List every change of who may do what: when, by whom, and what.

    JSON: changes (number, at, actor, change, role, made_by).
    """
    call: Call = context.obj
    with call.reader() as reader:
        rows = [
            {
                "number": one.number,
                "at": one.recorded_at,
                "actor": one.actor,
                "change": one.kind,
                "role": one.role,
                "made_by": one.made_by,
            }
            for one in reader.acting.changes()
            if actor is None or one.actor == actor
        ]
    answer(call, {"changes": rows}, table(call, rows, "at", "actor", "change", "role", "made_by"))


def _credential(call: Call, name: str) -> tuple[str, Mapping[str, object], str]:
    """Return a new credential, the data that has it, and what is said of it. It is kept before anything is booked."""
    credential, file = new_key(), claims.credential_file()
    if file is None:
        return credential, {"credential": credential}, call.say("cli.credential", credential=credential)
    claims.keep(file, name, credential)
    return credential, {"credential": None}, call.say("cli.credential-kept", file=file)


def _roles(call: Call, codes: frozenset[ActorRole] | frozenset[Permission]) -> object:
    """Return roles or permissions as a list of codes for a program, and in words for a person."""
    return sorted(codes) if call.as_json else _listed(call, sorted(codes))


def _listed(call: Call, codes: Sequence[ActorRole | Permission]) -> str:
    return ", ".join(in_words(code, call.language) for code in codes)
