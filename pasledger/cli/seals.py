"""Seals: made, published and signed, and proofs that something is in the books."""

from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.errors import Wrong
from pasledger.cli.printing import answer, table
from pasledger.cli.progress import progress
from pasledger.formats import seals as files
from pasledger.ledger.ids import RedemptionId
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.store.reading import Reader
from pasledger.usecases.proving import proof_of
from pasledger.usecases.sealing import seal as sealed

Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="FILE", show_default=False, help="The file to make, which is not there yet."
    ),
]


def seal(
    context: typer.Context,
    publish: Annotated[
        Path | None, typer.Option("--publish", metavar="FILE", help="Write the newest seal to a new file.")
    ] = None,
    sign_with: Annotated[
        Path | None, typer.Option("--sign-with", metavar="KEY", help="A private key (Ed25519, PEM) to sign it with.")
    ] = None,
) -> None:
    """Seal what was recorded since the last seal.

    Keep the published file where who keeps the books cannot change it. With it, pasledger verify finds books that were
    rewritten as a whole.

    JSON: seals (number, sealed_at, leaves, root), newest (number, root), published (the file).
    """
    call: Call = context.obj
    if sign_with is not None and publish is None:
        raise typer.BadParameter(call.say("cli.sign-nothing"), param_hint="--sign-with")
    try:
        key = None if sign_with is None else files.private_key(sign_with.read_bytes())
    except files.NoSuchFile:
        raise Wrong("no-private-key", file=sign_with) from None
    stamp = call.stamp()
    with call.store() as store, progress(call, "cli.sealing") as tell:
        made = sealed(store, stamp, tell)
        with store.read() as reader:
            newest = reader.seals.newest()
            municipality = reader.municipality()
    if publish is not None and newest is not None:
        write_new(publish, files.write_seal(municipality, newest, key))
    rows = [{"number": one.number, "sealed_at": one.sealed_at, "leaves": one.leaves, "root": one.root} for one in made]
    answer(
        call,
        {
            "seals": rows,
            "newest": newest and {"number": newest.number, "root": newest.root},
            "published": None if publish is None else str(publish),
        },
        table(call, rows, "number", "leaves", "root") if made else call.say("cli.nothing-to-seal"),
        *(() if publish is None else (call.say("cli.seal-published", file=publish),)),
    )


def prove(
    context: typer.Context,
    redemption: Annotated[str, typer.Argument(metavar="REDEMPTION", help="The id of the redemption.")],
    output: Output,
) -> None:
    """Write a file that proves that a redemption is in the sealed books.

    It holds the entry with our own ids: it is for the holder, the auditor and the court, and not for the merchant.

    JSON: redemption, seal, root, file.
    """
    call: Call = context.obj
    with call.reader() as reader:
        entry = _entry_of(reader, RedemptionId(redemption))
        proof = proof_of(reader, "entry", entry)
        if proof is None:
            raise Wrong("not-sealed")
        text = files.write_proof(reader.municipality(), proof.rows, proof.seal, place=proof.place, path=proof.path)
    write_new(output, text)
    answer(
        call,
        {"redemption": redemption, "seal": proof.seal.number, "root": proof.seal.root, "file": str(output)},
        call.say("cli.proved", redemption=redemption, number=proof.seal.number, file=output),
        call.say("cli.root", root=proof.seal.root),
    )


def write_new(path: Path, text: str) -> None:
    """Write a file that nobody has made yet."""
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _entry_of(reader: Reader, redemption: RedemptionId) -> str:
    found = reader.redemption(redemption)
    if found is None:
        raise Refused(Refusal.REDEMPTION_UNKNOWN)
    return found.redemption.entry
