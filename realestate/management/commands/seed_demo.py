"""Put the demo's people and projects into the database."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from accounts.models import Builder, Customer, User
from bookings.models import Booking, ChangeRequest
from messaging.models import Message
from notifications.models import Notification
from payments.models import Demand, LedgerEntry, Payment
from progress.models import ConstructionUpdate, Milestone, ProjectProgress
from projects.models import Project, Tower, Unit
from realestate.core import audit, clock
from realestate.core.models import AuditEntry, StoredFile
from realestate.core.transactions import service
from realestate.management.commands.serve import DEMO_LOGINS, DEMO_PASSWORD
from realestate.management.demo.account import add_account, bring_accounts_up_to_date
from realestate.management.demo.contact import (
    add_meetings,
    add_news,
    add_phases,
    add_talks,
    settle_notifications,
)
from realestate.management.demo.sales import add_bookings, add_wishes
from realestate.management.demo.service import add_service
from realestate.management.demo.stock import add_people, add_projects
from realestate.management.demo.story import Story
from realestate.management.demo.terms import add_terms
from scheduling.models import Appointment

SHOWN: tuple[type[Model], ...] = (
    Builder,
    Customer,
    Project,
    Tower,
    Unit,
    Booking,
    Payment,
    Demand,
    LedgerEntry,
    ChangeRequest,
    Appointment,
    ProjectProgress,
    Milestone,
    ConstructionUpdate,
    StoredFile,
    Message,
    Notification,
)
DONE = "demo seeded"  # the audit entry that the last step writes


class Command(BaseCommand):
    """``manage.py seed_demo``; a second run changes nothing."""

    help = (
        "Put demo data into the database, once: people, projects, units, bookings, payments, news."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Known passwords are no joke where others can reach them."""
        parser.add_argument(
            "--yes", action="store_true", help="In production too, with its known passwords."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit code 1 in production without ``--yes``."""
        if is_production() and not options["yes"]:
            raise CommandError("These logins have a known password. In production, say --yes.")
        if User.objects.filter(email__in=DEMO_LOGINS).exists():
            self.stdout.write(self._present())
            return
        self.stdout.write("Making the demo …")
        write_demo()
        self.stdout.write(summary())

    def _present(self) -> str:
        if AuditEntry.objects.filter(action=DONE).exists():
            return "The demo is there already; nothing was changed."
        return self.style.WARNING(
            "A part of the demo is there: an earlier run was interrupted. An empty database makes it whole."
        )


def is_production() -> bool:
    """Whether the strict set-up runs."""
    return str(settings.SETTINGS_MODULE).endswith(".production")


def write_demo() -> None:
    """Everything, in the order in which it would have happened."""
    story = Story(now=clock.now())
    add_people(story, DEMO_PASSWORD)
    add_projects(story)
    add_phases(story)
    add_terms(story)
    add_account(story)
    add_bookings(story)
    add_wishes(story)
    bring_accounts_up_to_date()
    add_news(story)
    add_talks(story)
    add_meetings(story)
    add_service(story)
    settle_notifications(story)
    _note_end(story)


@service
def _note_end(story: Story) -> None:
    audit.record(audit.SYSTEM, story.people[DEMO_LOGINS[0]], DONE)


def summary() -> str:
    """What there is now, and who may log in."""
    names = [str(model._meta.verbose_name_plural).capitalize() for model in SHOWN]  # noqa: SLF001  # documented API
    counts = [model._default_manager.count() for model in SHOWN]  # noqa: SLF001  # documented API
    width = max(map(len, names))
    lines = [f"  {name:<{width}}  {count:>6}" for name, count in zip(names, counts, strict=True)]
    logins = [f"  {login:<{width}}  {DEMO_PASSWORD}" for login in DEMO_LOGINS]
    return "\n".join(["", *lines, "", "  Logins", *logins, ""])
