"""Rows of actors and of the log."""

from pasledger.ledger.ids import ActId, CardId, HolderId
from pasledger.rules.actors import ActorChangeKind, ActorRole
from pasledger.rules.records import Act, ActorChange, ActResult, LookUp, LookUpPurpose
from pasledger.store.rows.values import moment, read_moment
from pasledger.store.statements import Row


def actor_change_row(change: ActorChange) -> Row:
    """Write a change of an actor."""
    return (
        change.number,
        change.actor,
        change.kind.value,
        moment(change.recorded_at),
        change.made_by,
        change.role and change.role.value,
        change.credential_hash,
    )


def read_actor_change(row: Row) -> ActorChange:
    """Read a change of an actor."""
    number, actor, kind, recorded_at, made_by, role, credential_hash = row
    return ActorChange(
        number,
        actor,
        ActorChangeKind(kind),
        read_moment(recorded_at),
        made_by,
        ActorRole(role) if role else None,
        credential_hash,
    )


def act_row(act: Act) -> Row:
    """Write a line of the log."""
    return (act.id, moment(act.recorded_at), act.actor, act.approver, act.action, act.about, act.origin)


def act_result_row(result: ActResult) -> Row:
    """Write how an act ended."""
    return (result.act, moment(result.recorded_at), result.result)


def read_act(row: Row) -> tuple[Act, ActResult | None]:
    """Read a line of the log, with how the act ended."""
    act_id, recorded_at, actor, approver, action, about, origin, ended_at, result = row
    act = Act(ActId(act_id), read_moment(recorded_at), actor, approver, action, about, origin)
    return act, ActResult(act.id, read_moment(ended_at), result) if result else None


def look_up_row(look_up: LookUp) -> Row:
    """Write whom an act was about."""
    return (look_up.act, look_up.purpose.value, look_up.holder, look_up.card)


def read_look_up(row: Row) -> LookUp:
    """Read whom an act was about."""
    act_id, purpose, holder, card = row
    return LookUp(
        ActId(act_id), LookUpPurpose(purpose), HolderId(holder) if holder else None, CardId(card) if card else None
    )
