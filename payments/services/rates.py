"""Rates of late interest: dated, added, never changed (R9)."""

from datetime import date
from decimal import Decimal

from django.db.models import Q

from accounts.models import User
from payments.models import InterestRate
from projects.models import Project
from projects.querysets import editable
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidValue, NotAllowed
from realestate.core.transactions import service

HIGHEST = Decimal(100)


class RateExists(DomainError):
    """There is a rate for that day already; rates are added, never changed."""

    code, status = "rate_exists", 409


register_conflict("one_rate_per_day", RateExists)


@service
def add_rate(
    *,
    actor: User,
    percent: Decimal,
    valid_from: date,
    project_id: int | None = None,
    note: str = "",
) -> InterestRate:
    """A yearly rate in percent from a day on: a project's own, or, by staff, the one for all others (R9).

    A day of the past would change what buyers were told already, so it is refused, unless the project has no rate
    yet and no rate for all holds. Raises RateExists (409), InvalidValue (400), NotAllowed; DoesNotExist for
    projects of others.
    """
    if project_id is None and actor.user_type != Role.STAFF:
        raise NotAllowed("Only staff set the rate for all projects.")
    project = None
    if project_id is not None:
        project = Project.objects.filter(editable(actor)).get(pk=project_id)
    if not 0 < percent <= HIGHEST:
        raise InvalidValue(errors={"percent": ["Must be above 0 and at most 100."]})
    first = not InterestRate.objects.filter(Q(project=project) | Q(project=None)).exists()
    zone = project.time_zone if project else clock.DEFAULT_ZONE
    if valid_from < clock.today(zone) and not first:
        raise InvalidValue(errors={"valid_from": ["A rate cannot begin in the past."]})
    row = InterestRate(project=project, percent=percent, valid_from=valid_from, note=note)
    row.save(force_insert=True)
    audit.record(actor, row, "added", after={"percent": percent, "valid_from": valid_from})
    return row
