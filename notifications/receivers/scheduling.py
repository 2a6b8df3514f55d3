"""Scheduling speaks: who did not move an appointment reads what became of it."""

from dataclasses import dataclass

from accounts.models import User
from notifications import services
from notifications.enums import NotificationType, Priority
from realestate.core import clock
from realestate.core.enums import Duty
from realestate.core.events import on
from scheduling.enums import AppointmentStatus, Outcome
from scheduling.events import AppointmentMoved, AppointmentNears, AppointmentRescheduled
from scheduling.models import Appointment

NEW = "new"
NO_SHOW = "no_show"
FAR = 24  # hours
NOBODY = 0  # acted
SAYINGS = {
    NEW: ("New appointment", "was made by {who}", Priority.HIGH),
    AppointmentStatus.SCHEDULED: (
        "Appointment no longer confirmed",
        "has to be confirmed again",
        Priority.HIGH,
    ),
    AppointmentStatus.CONFIRMED: ("Appointment confirmed", "is confirmed", Priority.MEDIUM),
    AppointmentStatus.COMPLETED: ("Appointment completed", "has taken place", Priority.LOW),
    AppointmentStatus.CANCELLED: ("Appointment cancelled", "was cancelled by {who}", Priority.HIGH),
    NO_SHOW: ("Appointment missed", "was missed", Priority.MEDIUM),
}


@dataclass(frozen=True, kw_only=True)
class News:
    """What there is to tell; ``key`` tells it from other news of the same appointment."""

    title: str
    sentence: str
    key: str
    priority: Priority


@on(AppointmentMoved)
def tell_of_move(event: AppointmentMoved) -> None:
    """The other side, or both when staff acted."""
    row = _appointment(event.appointment_id)
    key = AppointmentStatus(event.new).value if event.old else NEW
    title, became, priority = SAYINGS[NO_SHOW if row.outcome == Outcome.NO_SHOW else key]
    reason = f" Reason: {event.reason}" if event.reason else ""
    news = News(
        title=title,
        sentence=f"{_what(row)} {became.format(who=_name(row, event.actor_id))}.{reason}",
        # A confirmation may be taken back and given again; each time is news.
        key=f"{key}:{row.updated_at.isoformat()}",
        priority=priority,
    )
    _tell(row, news, event.actor_id)


@on(AppointmentRescheduled)
def tell_of_other_time(event: AppointmentRescheduled) -> None:
    """The other side, or both when staff acted; each move is news."""
    row = _appointment(event.appointment_id)
    reason = f" Reason: {row.reschedule_reason}" if row.reschedule_reason else ""
    news = News(
        title="Appointment moved",
        sentence=f"{_what(row)}: {_name(row, event.actor_id)} has moved it to this time.{reason}",
        key=f"moved:{row.updated_at.isoformat()}",
        priority=Priority.HIGH,
    )
    _tell(row, news, event.actor_id)


@on(AppointmentNears)
def remind_both(event: AppointmentNears) -> None:
    """Customer and host: what, where and when; each distance is said once for each time (R14.6)."""
    row = _appointment(event.appointment_id)
    where = f" Place: {row.location}." if row.location else ""
    news = News(
        title="Appointment tomorrow" if event.hours_before == FAR else "Appointment soon",
        sentence=f"{_what(row)}.{where}",
        key=f"near:{event.hours_before}:{row.starts_at.isoformat()}",
        priority=Priority.HIGH,
    )
    _tell(row, news, NOBODY)


def _appointment(pk: int) -> Appointment:
    return Appointment.objects.select_related("customer", "project__builder", "host").get(pk=pk)


def _what(row: Appointment) -> str:
    day = clock.local(row.starts_at, row.project.time_zone)
    return (
        f"{row.get_appointment_type_display()} for {row.project.project_name} "
        f"on {day:%A}, {day.day} {day:%B %Y} at {row.appointment_time}"
    )


def _name(row: Appointment, person: int) -> str:
    if person == row.customer_id:
        return row.customer.full_name
    return row.project.builder.company_name


def _tell(row: Appointment, news: News, actor_id: int) -> None:
    sides = (
        ({row.customer_id}, "/customer/appointments"),
        (_receiving(row), "/builder/appointments"),
    )
    for people, url in sides:
        services.notify(
            user_ids=people - {actor_id},
            notification_type=NotificationType.APPOINTMENT_REMINDER,
            title=news.title,
            message=news.sentence,
            related=("appointment", row.pk),
            dedupe_key=f"appointment:{row.pk}:{news.key}",
            priority=news.priority,
            action_url=url,
        )


def _receiving(row: Appointment) -> set[int]:
    """Who receives the customer; for who has no login, or left, the builder hears it, and its team too."""
    builder_id = row.project.builder_id
    own = User.objects.of_builder(builder_id).filter(pk=row.host.user_id)
    if row.host.user_id not in {None, builder_id} and own.exists():
        return {row.host.user_id}
    people: set[int] = User.objects.keys_acting_for(builder_id, Duty.SALES)
    return people
