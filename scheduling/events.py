"""What scheduling says."""

from dataclasses import dataclass

from realestate.core.events import Event


@dataclass(frozen=True, kw_only=True)
class AppointmentMoved(Event):
    """An appointment changed its state; ``old`` is empty for a new one."""

    appointment_id: int
    actor_id: int
    old: str
    new: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AppointmentRescheduled(Event):
    """An appointment has another time; the old one is kept as history."""

    appointment_id: int
    actor_id: int


@dataclass(frozen=True, kw_only=True)
class AppointmentNears(Event):
    """An appointment is near; both sides are reminded, once for each distance (R14.6)."""

    appointment_id: int
    hours_before: int
