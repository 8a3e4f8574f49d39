"""Actors, each as the changes that made it; and the log of what they did, and of whom they looked up."""

from sqlalchemy import CheckConstraint, Index

from pasledger.rules.actors import ActorChangeKind, ActorRole
from pasledger.rules.records import LookUpPurpose
from pasledger.store.tables.columns import column, one_of, refers_to, table
from pasledger.store.types import TEXT, WHOLE

_ABOUT_A_ROLE = (ActorChangeKind.ROLE_GIVEN, ActorChangeKind.ROLE_TAKEN)

actor_change = table(
    "actor_change",
    column("number", WHOLE, primary_key=True),
    column("actor", TEXT),
    column("kind", TEXT),
    column("recorded_at", TEXT),
    column("made_by", TEXT),
    column("role", TEXT, nullable=True),
    column("credential_hash", TEXT, nullable=True),
    CheckConstraint("number > 0", name="counted_from_one"),
    CheckConstraint(one_of("kind", tuple(ActorChangeKind)), name="kind"),
    CheckConstraint(one_of("role", tuple(ActorRole)), name="role"),
    CheckConstraint(f"(role IS NOT NULL) = ({one_of('kind', _ABOUT_A_ROLE)})", name="about_a_role"),
    CheckConstraint(
        f"(credential_hash IS NOT NULL) = (kind = '{ActorChangeKind.CREDENTIAL_GIVEN}')", name="about_a_credential"
    ),
)

act = table(
    "act",
    column("id", TEXT, primary_key=True),
    column("recorded_at", TEXT),
    column("actor", TEXT),
    column("approver", TEXT, nullable=True),
    column("action", TEXT),
    column("about", TEXT),
    column("origin", TEXT),
)
Index(None, act.c.recorded_at)

act_result = table(
    "act_result",
    column("act_id", TEXT, refers_to("act.id"), primary_key=True),
    column("recorded_at", TEXT),
    column("result", TEXT),
)

look_up = table(
    "look_up",
    column("act_id", TEXT, refers_to("act.id"), primary_key=True),
    column("purpose", TEXT),
    column("holder_id", TEXT, refers_to("holder.id"), nullable=True),
    column("card_id", TEXT, refers_to("card.id"), nullable=True),
    CheckConstraint(one_of("purpose", tuple(LookUpPurpose)), name="purpose"),
)
Index(None, look_up.c.holder_id)
