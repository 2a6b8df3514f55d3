"""Whose figures, of which project, over how many months: what every report of the dashboard is asked with (R21)."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import User
from projects.models import Project
from realestate.core import clock
from realestate.core.money import DEFAULT_CURRENCY

MONTHS = (3, 6, 12, 24)
DEFAULT_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Scope:
    """A reader and what it asked for; whoever acts for a builder gets that builder's figures, whatever was asked."""

    user: User
    now: datetime
    months: int = DEFAULT_MONTHS
    wanted_builder: int | None = None
    project: Project | None = None
    wanted_currency: str = ""

    @property
    def builder_id(self) -> int | None:
        """The builder whose figures these are; None: all that the reader may see."""
        if self.user.builder_id is not None:
            return self.user.builder_id
        return self.project.builder_id if self.project else self.wanted_builder

    @cached_property
    def currencies(self) -> list[str]:
        """The currencies of the projects in question, the present one among them."""
        if self.project is not None:
            return [self.project.currency]
        mine = self.of(Project.objects.editable_by(self.user), "")
        found = mine.order_by("currency").values_list("currency", flat=True).distinct()
        return list(found) or [DEFAULT_CURRENCY]

    @property
    def currency(self) -> str:
        """That of every amount: amounts of different currencies are never added (R0)."""
        for name in (self.wanted_currency, DEFAULT_CURRENCY):
            if name in self.currencies:
                return name
        return self.currencies[0]

    @property
    def zone(self) -> ZoneInfo:
        """Months and days are those of the project's wall clock, of India's for several projects."""
        return ZoneInfo(self.project.time_zone if self.project else clock.DEFAULT_ZONE)

    @property
    def today(self) -> date:
        """The reader's day."""
        return self.now.astimezone(self.zone).date()

    @property
    def months_back(self) -> list[date]:
        """The first days of the last months, the present one last."""
        return [month_after(self.today, number) for number in range(1 - self.months, 1)]

    @property
    def begin(self) -> datetime:
        """When the first of those months began."""
        first = self.months_back[0]
        return datetime(first.year, first.month, 1, tzinfo=self.zone)

    def of(self, rows: Any, path: str = "project__") -> Any:  # rows that the reader may see already
        """Rows of the builder or project; ``path`` leads to the project."""
        if self.project is not None:
            return rows.filter(Q(**{f"{path}pk": self.project.pk})).order_by()
        if self.builder_id is not None:
            return rows.filter(Q(**{f"{path}builder": self.builder_id})).order_by()
        return rows.order_by()


def month_after(day: date, number: int) -> date:
    """The first day of the month that is a number of months after that of a day."""
    months = day.year * 12 + day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)
