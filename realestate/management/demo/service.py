"""What buyers hear and see after the sale: promised dates with their revisions, opening hours, a word to everybody."""

from datetime import date, time, timedelta

from messaging.services import deliver_batch, send_broadcast
from notifications.services import set_quiet_hours
from progress.models import CompletionDate
from progress.services import revise_completion
from realestate.core import clock
from realestate.management.demo.story import Story
from scheduling.services import add_host, set_holidays, set_hours

SITE, BUYER = "meadows", "customer@test.com"
WEEKDAYS, SATURDAY = range(5), 5
HOST = "Sunil Deshmukh"  # of the sales office
DELAY = timedelta(days=61)
WHY = "Nine working days were lost to rain, and the lifts arrive two months later than ordered."
WORD = (
    "Dear neighbours, the sample flat in Tower A opens on Saturday. Come and see it between ten and four;"
    " a car park is behind the site office."
)


def add_service(story: Story) -> None:
    """A host, hours, a holiday, a completion date that moved, a broadcast, and a buyer who sleeps at night."""
    owner, project = story.owner(SITE), story.projects[SITE]
    add_host(actor=owner, name=HOST, phone="+91 98220 45120", project_ids=[project.pk])
    week = [(day, time(10), time(18)) for day in WEEKDAYS]
    set_hours(actor=owner, project_id=project.pk, hours=[*week, (SATURDAY, time(10), time(16))])
    year = clock.local(story.now, project.time_zone).year
    republic_day = date(year + 1, 1, 26)
    set_holidays(actor=owner, project_id=project.pk, holidays=[(republic_day, "Republic Day")])
    with clock.pretend(story.ago(90)):
        promised = CompletionDate.objects.of(project.pk, None)[0].promised_on
        revise_completion(
            actor=owner, project_id=project.pk, promised_on=promised + DELAY, reason=WHY
        )
    row, _new = send_broadcast(
        actor=owner, project_id=project.pk, subject="The sample flat opens", message_content=WORD
    )
    while deliver_batch(broadcast_id=row.pk):
        pass
    set_quiet_hours(
        actor=story.people[BUYER], starts=time(22), ends=time(7), time_zone=project.time_zone
    )
