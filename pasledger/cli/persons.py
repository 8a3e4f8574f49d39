"""Persons of merchants: who signs in under their own name at a till, and who keeps its terminals and persons."""

from datetime import datetime
from typing import Annotated

import typer

from pasledger.cli.calls import Call, words
from pasledger.cli.printing import answer, table
from pasledger.cli.wording import in_words
from pasledger.rules.records import PersonRole
from pasledger.usecases import persons
from pasledger.usecases.finding import merchant_named, person_named

Named = Annotated[str, typer.Argument(metavar="PERSON", help="The access number of the person, or its id.")]


def add(
    context: typer.Context,
    merchant: Annotated[str, typer.Argument(metavar="MERCHANT", help="The exact name of the merchant, or its id.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the person is called among the merchant's.")],
    role: Annotated[
        PersonRole, typer.Option(metavar="ROLE", help=f"One of: {', '.join(one.value for one in PersonRole)}.")
    ] = PersonRole.ADMINISTRATOR,
) -> None:
    """Add a person to a merchant.

    Where no role is said it is an administrator, who adds the others on the page of the service. The start code is
    shown now, and never again. With it the person chooses a secret that nobody else knows.

    JSON: person, number, merchant, name, role, start_code.
    """
    call: Call = context.obj
    stamp, called = call.stamp(), call.read("NAME", name, words)
    with call.store() as store:
        found = merchant_named(store, merchant, on=stamp.effective_on)
        made = persons.add_person(store, found.id, called, role, stamp)
    answer(
        call,
        {
            "person": made.person,
            "number": made.number,
            "merchant": found.name,
            "name": called,
            "role": role,
            "start_code": made.code,
        },
        call.say(
            "cli.person-added",
            name=called,
            role=in_words(role, call.language),
            merchant=found.name,
            number=made.number,
        ),
        call.say("cli.start-code", start_code=made.code),
    )


def show(context: typer.Context) -> None:
    """List every person of every merchant, also those that have ended.

    JSON: persons (person, number, merchant, name, role, has_started, ended_at).
    """
    call: Call = context.obj
    with call.reader() as reader:
        names = {merchant.id: merchant.name for merchant in reader.merchants()}
        rows = [
            {
                "person": one.person.id,
                "number": one.person.number,
                "merchant": names[one.person.merchant],
                "name": one.person.name,
                "role": one.person.role,
                "has_started": not one.secret.is_start,
                "ended_at": one.ended_at and datetime.fromisoformat(one.ended_at),
            }
            for one in reader.persons()
        ]
    rows.sort(key=lambda row: (str(row["merchant"]), str(row["name"])))
    answer(
        call,
        {"persons": rows},
        table(call, rows, "merchant", "name", "role", "number", "has_started", "ended_at", grouped_by="merchant"),
    )


def renew(context: typer.Context, person: Named) -> None:
    """Give a person a new start code.

    It is for a secret that was forgotten, tries that ran out, or a telephone that is lost. What the person signed in
    with is accepted no more, and an administrator sets the app up anew. The code is shown now, and never again.

    JSON: person, number, start_code.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        found = person_named(store, person)
        made = persons.renew_person(store, found, stamp)
    answer(
        call,
        {"person": found.id, "number": found.number, "start_code": made.code},
        call.say("cli.person-renewed", name=found.name),
        call.say("cli.start-code", start_code=made.code),
    )


def end(context: typer.Context, person: Named) -> None:
    """Let a person sign in no more.

    JSON: person.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        found = person_named(store, person)
        persons.end_person(store, found.id, stamp)
    answer(call, {"person": found.id}, call.say("cli.person-ended", name=found.name))
