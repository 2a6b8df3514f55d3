"""Set a setting, set it back to its default, and read who did so before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from realestate.core import audit
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import Duty, SettingScope
from realestate.core.errors import Conflict, InvalidValue, NotAllowed
from realestate.core.locking import lock_all
from realestate.core.models import AuditEntry, SettingsVersion, SystemSetting
from realestate.core.setting_kinds import in_words, plain
from realestate.core.setting_places import Place, editable_place, is_staff, names_of, sources
from realestate.core.system_settings import Definition, definitions
from realestate.core.transactions import service

SET, RESET = "setting_set", "setting_reset"
TABLE = "core.systemsetting"
SHOWN = 100  # changes on a setting's page
LONGEST_REASON = 500

register_conflict("one_setting_per_scope", Conflict)  # of two who set the same thing first


@service
def set_setting(
    *, actor: Any, key: str, scope: str, scope_id: int, value: object, reason: str = ""
) -> SystemSetting:
    """Give a setting a value for the system, a builder or a project; the same value again changes nothing.

    Raises InvalidValue (400) for a key that no setting has, a place where it cannot be set and a value that it does
    not take; NotAllowed for places that are not the actor's.
    """
    definition = _known(key)
    if scope not in SettingScope or not definition.may_be_set_for(scope):
        raise InvalidValue(errors={"scope": [f"Can be set for: {', '.join(definition.places)}."]})
    place = editable_place(actor, scope, scope_id) if _may_set(actor) else None
    if place is None:
        raise NotAllowed("This does not exist, or it is not yours to set things for.")
    stored = plain(definition.clean(value))
    lock_all(SettingsVersion.objects.all(), [1])  # one change after the other
    row = SystemSetting.objects.filter(key=key, scope=scope, scope_id=scope_id).first()
    if row is not None and row.value == stored and type(row.value) is type(stored):
        return row
    before = {} if row is None else {"value": row.value}
    row = row or SystemSetting(key=key, scope=scope, scope_id=scope_id)
    row.value = stored
    row.save()
    audit.record(actor, row, SET, before=before, after=_said(row), reason=reason)
    return row


@service
def reset_setting(*, actor: Any, setting_id: int, reason: str = "") -> None:
    """Remove a value, so that the next wider one or the default holds.

    Raises SystemSetting.DoesNotExist for strangers, NotAllowed for places that are not the actor's.
    """
    lock_all(SettingsVersion.objects.all(), [1])
    row = SystemSetting.objects.for_user(actor).get(pk=setting_id)
    is_orphan = (row.scope, row.scope_id) not in names_of([(row.scope, row.scope_id)])
    is_own = _may_set(actor) and editable_place(actor, row.scope, row.scope_id) is not None
    if not is_orphan and not is_own:
        raise NotAllowed
    audit.record(actor, row, RESET, before=_said(row), reason=reason)
    row.delete()


@service
def change_settings(
    *, actor: Any, place: Place, changes: Mapping[str, object], reason: str = ""
) -> None:
    """Set several settings of a place, all or none; None sets one back.

    Raises InvalidValue (400) with a sentence under the key of each that is refused.
    """
    problems: dict[str, list[str]] = {}
    for key, value in sorted(changes.items()):
        try:
            _change(actor, place, key, value, reason)
        except InvalidValue as refusal:
            problems[key] = [text for texts in refusal.errors.values() for text in texts]
    if problems:
        raise InvalidValue(errors=problems)


def _change(actor: Any, place: Place, key: str, value: object, reason: str) -> None:
    """One of several; decides before it writes, so that a refusal leaves the transaction whole."""
    definition = _known(key)
    if not definition.may_be_set_for(place.scope):
        raise InvalidValue(errors={"scope": [f"Can be set for: {', '.join(definition.places)}."]})
    scope, scope_id = place.scope, place.scope_id
    if value is not None:
        definition.clean(value)
        set_setting(
            actor=actor, key=key, scope=scope, scope_id=scope_id, value=value, reason=reason
        )
        return
    row = SystemSetting.objects.filter(key=key, scope=scope, scope_id=scope_id).first()
    if row is not None:
        reset_setting(actor=actor, setting_id=row.pk, reason=reason)


def _known(key: str) -> Definition[Any]:
    definition = definitions().get(key)
    if definition is None:
        raise InvalidValue(errors={"key": ["There is no such setting."]})
    return definition


def _said(row: SystemSetting) -> dict[str, object]:
    """What the trail needs to tell the setting by, when the row is gone."""
    return {"key": row.key, "scope": row.scope, "scope_id": row.scope_id, "value": row.value}


# --- history ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One change of a setting, as people read it."""

    at: datetime
    who: str
    place: str
    old: str
    new: str
    reason: str
    request_id: str


def history_of(key: str, user: Any) -> list[Change]:
    """The newest changes of a setting that a user may see: staff those of all places, a builder its own."""
    of_rows = Q(object_id__in=SystemSetting.objects.filter(key=key).values("pk"))
    entries = AuditEntry.objects.filter(object_type=TABLE).select_related("actor").order_by("-pk")
    entries = entries.filter(of_rows | Q(after__key=key) | Q(before__key=key))
    found = list(entries.filter(_about_places_of(user))[:SHOWN])
    places = [_place_of(entry) for entry in found]
    names = names_of(place for place in places if place is not None)
    return [
        Change(
            at=entry.at,
            who=str(entry.actor) if entry.actor else "the platform",
            place=_name(place, names),
            old=_value(entry.before, "not set"),
            new=_value(entry.after, "set back"),
            reason=entry.reason,
            request_id=entry.request_id,
        )
        for entry, place in zip(found, places, strict=True)
    ]


def _about_places_of(user: Any) -> Q:
    """Which entries are about a builder's own places."""
    if is_staff(user):
        return Q()
    mine = Q(pk__in=[])
    for scope, source in sources().items():
        keys = list(source.editable_by(user).values_list("pk", flat=True))
        mine |= Q(after__scope=scope, after__scope_id__in=keys)
        mine |= Q(before__scope=scope, before__scope_id__in=keys)
    return mine


def _place_of(entry: AuditEntry) -> tuple[str, int] | None:
    said = {**entry.before, **entry.after}
    return (
        (said["scope"], int(said["scope_id"])) if "scope" in said and "scope_id" in said else None
    )


def _name(place: tuple[str, int] | None, names: Mapping[tuple[str, int], str]) -> str:
    return "–" if place is None else names.get(place, f"{place[0]} {place[1]}")


def _value(said: Mapping[str, Any], nothing: str) -> str:
    return in_words(said["value"]) if "value" in said else nothing


def _may_set(actor: Any) -> bool:
    """Terms of business are set by staff, and in a builder's team by whose duty it is."""
    return is_staff(actor) or bool(actor.has_duty(Duty.SETUP))
