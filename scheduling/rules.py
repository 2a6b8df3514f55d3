"""R14 as pure functions and tables: which slots conflict, what moves an appointment, what clients' words mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from realestate.core.vocabulary import Vocabulary
from scheduling.enums import AppointmentAction as A
from scheduling.enums import AppointmentStatus as S
from scheduling.enums import AppointmentType, AskedStatus, MeetingLocation

TRANSITIONS: dict[str, dict[str, str]] = {
    S.SCHEDULED: {
        A.CONFIRM: S.CONFIRMED,
        A.RESCHEDULE: S.SCHEDULED,
        A.COMPLETE: S.COMPLETED,
        A.NO_SHOW: S.CANCELLED,
        A.CANCEL: S.CANCELLED,
    },
    S.CONFIRMED: {
        A.REOPEN: S.SCHEDULED,
        A.RESCHEDULE: S.SCHEDULED,
        A.COMPLETE: S.COMPLETED,
        A.NO_SHOW: S.CANCELLED,
        A.CANCEL: S.CANCELLED,
    },
}
AFTER_START = frozenset({A.COMPLETE, A.NO_SHOW})
CUSTOMERS_MAY = frozenset({A.CANCEL, A.RESCHEDULE})
ACTION_FOR = {
    AskedStatus.SCHEDULED: A.REOPEN,
    AskedStatus.CONFIRMED: A.CONFIRM,
    AskedStatus.COMPLETED: A.COMPLETE,
    AskedStatus.CANCELLED: A.CANCEL,
    AskedStatus.NO_SHOW: A.NO_SHOW,
}

TYPES = Vocabulary(
    AppointmentType,
    {"virtual": AppointmentType.VIRTUAL_TOUR, "office": AppointmentType.CONSULTATION},
)
STATUSES = Vocabulary(
    S, {"pending": S.SCHEDULED, "rescheduled": S.SCHEDULED, "canceled": S.CANCELLED}
)
ASKED = Vocabulary(
    AskedStatus, {"pending": AskedStatus.SCHEDULED, "canceled": AskedStatus.CANCELLED}
)
PLACES = Vocabulary(MeetingLocation)
NOON = 12
LINKS = ("http://", "https://")


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A piece of time: ``[starts_at, ends_at)``, and until when the host is busy with it (R14.2)."""

    starts_at: datetime
    ends_at: datetime
    host_free_at: datetime


def slot_from(start: datetime, *, minutes: int, buffer_minutes: int) -> Slot:
    """The slot that begins at an aware instant. Counted in UTC, so a clock change keeps its real length (R14.7)."""
    starts_at = start.astimezone(UTC)
    ends_at = starts_at + timedelta(minutes=minutes)
    return Slot(
        starts_at=starts_at,
        ends_at=ends_at,
        host_free_at=ends_at + timedelta(minutes=buffer_minutes),
    )


def customer_conflict(one: Slot, other: Slot) -> bool:
    """R14.1: two slots of one customer overlap; touching ends do not."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def host_conflict(one: Slot, other: Slot) -> bool:
    """R14.2: two slots of one host overlap when the buffer after each counts as busy."""
    return one.starts_at < other.host_free_at and other.starts_at < one.host_free_at


def most_at_once(intervals: Iterable[tuple[datetime, datetime]]) -> int:
    """The largest number of half-open intervals that hold the same instant."""
    # At one instant the ends (-1) sort before the starts (+1): touching intervals do not add up.
    steps = sorted(step for start, end in intervals for step in ((start, 1), (end, -1)))
    present = peak = 0
    for _, change in steps:
        present += change
        peak = max(peak, present)
    return peak


def instant(moment: datetime, zone: str) -> datetime | None:
    """The instant, in UTC, that a client means: without an offset it is the project's wall clock.

    None for a wall-clock time that a clock change skips; the first of two for one that it repeats.
    """
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    found = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return found if found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment else None


def time_text(moment: datetime, zone: str) -> str:
    """The wall clock of a time zone as people read it: ``10:00 AM``."""
    local = moment.astimezone(ZoneInfo(zone))
    # Not %p: it speaks the server's language.
    return f"{local:%I:%M} {'AM' if local.hour < NOON else 'PM'}"


def place(text: str) -> tuple[MeetingLocation, str]:
    """What a client wrote as the meeting place: a word of the enum, or free text (contract 7.6).

    Returns (meeting_location, location); a link means that people meet online, other text a place on site.
    """
    word = PLACES.resolve(text)
    if word is not None or not text:
        return word or MeetingLocation.SITE, ""
    is_link = text.casefold().startswith(LINKS)
    return (MeetingLocation.ONLINE if is_link else MeetingLocation.SITE), text


MIDNIGHT = time.max  # as the end of an opening: 24:00, which no clock shows
MIDNIGHT_TEXT = "24:00"


def closing_text(closes: time) -> str:
    """The end of an opening as people read it: ``18:00``, or ``24:00`` for the end of the day."""
    return MIDNIGHT_TEXT if closes == MIDNIGHT else f"{closes:%H:%M}"


REMINDED = (24, 2)  # hours before the start, the farthest first (R14.6)


def reminder_due(starts_at: datetime, made_at: datetime, now: datetime) -> int | None:
    """R14.6: the distance in hours of which people must be reminded now; None: none.

    Of several whose time has passed only the nearest: after a standstill nobody hears of 24 hours one hour before. An
    appointment that was made later than its reminder's time has said it itself.
    """
    due = [
        hours
        for hours in REMINDED
        if made_at < starts_at - timedelta(hours=hours) <= now < starts_at
    ]
    return min(due, default=None)


def is_open(slot: Slot, zone: str, hours: Mapping[int, Iterable[tuple[time, time]]]) -> bool:
    """R14.4: whether a slot lies within one opening of its weekday, on the wall clock of a zone."""
    start, end = (moment.astimezone(ZoneInfo(zone)) for moment in (slot.starts_at, slot.ends_at))
    # As an instant: there are clocks that skip midnight, and then the day ends where they show one.
    midnight = datetime.combine(start.date() + timedelta(days=1), time.min, ZoneInfo(zone))
    if slot.ends_at > midnight.astimezone(UTC):
        return False
    last = MIDNIGHT if slot.ends_at == midnight.astimezone(UTC) else end.time()
    return any(
        opens <= start.time() and last <= closes for opens, closes in hours.get(start.weekday(), ())
    )
