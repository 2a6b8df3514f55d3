"""Writes what people tell one another: phases, news, messages, meetings; and puts notifications in their past."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.services import relate
from messaging.models import Message
from messaging.services import mark_conversation_read, send_message
from notifications.models import Delivery, Notification
from progress.enums import PhaseStatus
from progress.models import ConstructionUpdate
from progress.services import add_phase, post_update
from projects.models import Project
from realestate.core import clock
from realestate.core.edits import create_row
from realestate.core.transactions import service
from realestate.management.demo.catalogue import PHASES, SITES, Site
from realestate.management.demo.stock import picture
from realestate.management.demo.story import Story, put_back
from realestate.management.demo.talk import BUILDER, CUSTOMER, MEETINGS, NEWS, TALKS, Meeting, Talk
from scheduling.enums import AppointmentAction, AppointmentStatus, MeetingLocation
from scheduling.models import Appointment
from scheduling.rules import slot_from
from scheduling.services import book_appointment, move_appointment, own_host

UNREAD = 4  # notifications that a user has not opened yet
BETWEEN = timedelta(hours=7)  # two notifications
BUFFER = 15  # minutes


def add_phases(story: Story) -> None:
    """Five phases per project, spread over its time."""
    for site in SITES:
        length = (site.ends - site.starts) // len(PHASES)
        for index, (name, text, weight) in enumerate(PHASES):
            start = story.now.date() + timedelta(days=site.starts + index * length)
            end, percent = start + timedelta(days=length), site.phases[index]
            add_phase(
                actor=story.owner(site.key),
                project_id=story.projects[site.key].pk,
                phase_name=name,
                phase_description=text,
                start_date=start,
                expected_end_date=end,
                actual_end_date=_finished(story, end) if percent == 100 else None,  # noqa: PLR2004  # percent
                progress_percentage=percent,
                weight=weight,
                status=_phase_status(percent),
            )


def _phase_status(percent: int) -> PhaseStatus:
    if percent == 0:
        return PhaseStatus.NOT_STARTED
    return PhaseStatus.COMPLETED if percent == 100 else PhaseStatus.IN_PROGRESS  # noqa: PLR2004  # percent


def _finished(story: Story, planned: date) -> date:
    return min(planned, story.ago(14).date())


def add_news(story: Story) -> None:
    """Construction updates with their pictures, oldest first."""
    sites: dict[str, Site] = {site.key: site for site in SITES}
    for index, news in enumerate(sorted(NEWS, key=lambda item: -item.days_ago)):
        owner = story.owner(news.site)
        update = post_update(
            actor=owner,
            project_id=story.projects[news.site].pk,
            update_title=news.title,
            update_content=news.text,
            update_type=news.kind,
            priority=news.priority,
            images=[picture(owner, sites[news.site], built=news.built, seed=300 + index)],
            tags=list(news.tags),
            weather_impact=news.weather,
            estimated_delay_days=news.delay,
            is_public=news.public,
        )
        day = story.ago(news.days_ago)
        mine = ConstructionUpdate.objects.filter(pk=update.pk)
        put_back(mine, created_at=day, published_at=day)


def add_talks(story: Story) -> None:
    """Messages both ways; some are still unread."""
    for talk in TALKS:
        _talk(story, talk)


def _talk(story: Story, talk: Talk) -> None:
    parties = {CUSTOMER: story.people[talk.customer], BUILDER: story.owner(talk.site)}
    relate(customer_id=parties[CUSTOMER].pk, builder_id=parties[BUILDER].pk)
    rows: list[Message] = []
    for side, text in talk.lines:
        other = parties[BUILDER if side == CUSTOMER else CUSTOMER]
        if rows:  # who answers has read
            mark_conversation_read(actor=parties[side], conversation_id=rows[0].conversation_id)
        row, _new = send_message(
            actor=parties[side],
            project_id=story.projects[talk.site].pk,
            recipient_id=other.pk,
            message_content=text,
            subject=story.projects[talk.site].project_name if not rows else "",
        )
        rows.append(row)
    if talk.read:
        for person in parties.values():
            mark_conversation_read(actor=person, conversation_id=rows[0].conversation_id)
    for index, row in enumerate(rows):
        said = story.ago(talk.days_ago) + timedelta(hours=3 * index)
        put_back(Message.objects.filter(pk=row.pk), created_at=said)
        Message.objects.filter(pk=row.pk, read_at__isnull=False).update(
            read_at=said + timedelta(minutes=50)
        )


def add_meetings(story: Story) -> None:
    """Meetings to come are booked; those of the past are written, because nobody can book them any more."""
    for meeting in MEETINGS:
        if meeting.days < 0:
            _met(story, meeting)
        else:
            _meet(story, meeting)


def _meet(story: Story, meeting: Meeting) -> None:
    project = story.projects[meeting.site]
    row = book_appointment(
        actor=story.people[meeting.customer],
        project_id=project.pk,
        appointment_type=meeting.kind,
        appointment_date=_start(story, project, meeting),
        meeting_location=meeting.place,
        location=_place(project, meeting),
        agenda=meeting.agenda,
    )
    if meeting.status == AppointmentStatus.CONFIRMED:
        move_appointment(
            actor=story.owner(meeting.site), appointment_id=row.pk, action=AppointmentAction.CONFIRM
        )


@service
def _met(story: Story, meeting: Meeting) -> None:
    project, customer = story.projects[meeting.site], story.people[meeting.customer]
    slot = slot_from(_start(story, project, meeting), minutes=60, buffer_minutes=BUFFER)
    row = Appointment(
        customer_id=customer.pk,
        project=project,
        host=own_host(builder=project.builder),
        appointment_type=meeting.kind,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        host_free_at=slot.host_free_at,
        meeting_location=meeting.place,
        location=_place(project, meeting),
        agenda=meeting.agenda,
        status=meeting.status,
        outcome=meeting.outcome or "",
        created_by=customer,
    )
    create_row(actor=customer, row=row, appointment_type=meeting.kind)
    relate(customer_id=customer.pk, builder_id=project.builder_id)


def _start(story: Story, project: Project, meeting: Meeting) -> datetime:
    day = clock.local(story.now, project.time_zone).date() + timedelta(days=meeting.days)
    return datetime.combine(day, time(meeting.hour), ZoneInfo(project.time_zone))


def _place(project: Project, meeting: Meeting) -> str:
    match meeting.place:
        case MeetingLocation.SITE:
            return project.location
        case MeetingLocation.OFFICE:
            return project.builder.address
        case _:
            return "https://meet.example.com/tour"


@service
def settle_notifications(story: Story) -> None:
    """All were sent, so the worker mails nothing; all but the newest few were read; they came one after the other."""
    seen: dict[int, int] = {}
    rows = list(Notification.objects.filter(user__in=story.people.values()).order_by("-pk"))
    for row in rows:
        age = seen[row.user_id] = seen.get(row.user_id, -1) + 1
        row.created_at = row.sent_at = story.now - BETWEEN * age
        row.read_at = row.created_at + BETWEEN / 2 if age >= UNREAD else None
    fields = ["created_at", "sent_at", "read_at"]
    Notification.objects.bulk_update(rows, fields, batch_size=500)
    Delivery.objects.filter(notification__in=rows).update(sent_at=story.now, next_try_at=None)
