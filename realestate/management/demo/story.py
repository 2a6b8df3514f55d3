"""What the demo has made so far: the parts that write it hand it on to one another."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from bookings.models import Booking
from projects.models import Project, Unit
from realestate.core import audit
from realestate.core.transactions import service
from realestate.management.demo.deals import Deal


@dataclass(kw_only=True)
class Story:
    """People by e-mail, projects by key, units by project and number, and the bookings in the order they were made."""

    now: datetime
    people: dict[str, User] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    units: dict[tuple[str, str], Unit] = field(default_factory=dict)
    bookings: list[tuple[Deal, Booking]] = field(default_factory=list)

    def owner(self, site: str) -> User:
        """The builder's user of a project."""
        return self.projects[site].builder.user

    def ago(self, days: float) -> datetime:
        """So many days before the seeding."""
        return self.now - timedelta(days=days)


@service
def put_back(rows: QuerySet[Any], **values: object) -> None:
    """Set columns that no service sets, for the demo's past; the audit trail says so."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(**values)
    changes = {key: audit.Change() for key in keys}
    audit.record_all(audit.SYSTEM, rows.model, "dated back", changes, reason="Demo data")
