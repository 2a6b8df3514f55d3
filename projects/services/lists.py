"""Versions of price lists and dated tax rates: added, never changed (R1, R3.2)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max

from accounts.models import User
from projects.enums import TaxClass
from projects.models import ChargeLine, PriceList, Project, TaxRate
from projects.rules import ChargeSpec, PricingError, check_charges
from projects.services.prices import PriceListNotValid, spec_of
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.edits import create_row
from realestate.core.enums import Role
from realestate.core.errors import Conflict, DomainError, InvalidValue, NotAllowed
from realestate.core.locking import lock
from realestate.core.transactions import service

MAX_LINES = 50
HUNDRED = Decimal(100)


class TaxRateExists(DomainError):
    """There is a rate for that day already; rates are added, never changed."""

    code, status = "tax_rate_exists", 409


register_conflict("one_price_list_per_version", Conflict)
register_conflict("one_tax_rate_per_day", TaxRateExists)


@service
def add_price_list(
    *,
    actor: User,
    project_id: int,
    lines: Sequence[Mapping[str, Any]],
    effective_from: date | None = None,
    note: str = "",
) -> PriceList:
    """The next version of a project's prices, in force from a day of the project's zone, today unless it says.

    What was quoted or booked before keeps its prices (R22.9). Raises PriceListNotValid (422) naming the line,
    InvalidValue (400) for a day in the past; Project.DoesNotExist for strangers.
    """
    project = lock(Project.objects.open_to(actor), project_id)
    specs = [ChargeSpec(**_with_tuples(line)) for line in lines]
    return _write(actor, project, specs, effective_from=effective_from, note=note)


@service
def change_price_list(
    *,
    actor: User,
    price_list_id: int,
    lines: Sequence[Mapping[str, Any]] | None = None,
    effective_from: date | None = None,
    note: str | None = None,
) -> PriceList:
    """What was sent, as the next version; the one that is named stays as it is. Raises like ``add_price_list``."""
    old = PriceList.objects.for_user(actor).get(pk=price_list_id)
    project = lock(Project.objects.open_to(actor), old.project_id)
    if lines is None:
        specs = [spec_of(line) for line in old.lines.order_by("sequence")]
    else:
        specs = [ChargeSpec(**_with_tuples(line)) for line in lines]
    today = clock.today(project.time_zone)
    day = effective_from or max(old.effective_from, today)
    return _write(
        actor,
        project,
        specs,
        effective_from=day,
        note=old.note if note is None else note,
    )


@service
def add_tax_rate(
    *,
    actor: User,
    tax_class: TaxClass,
    component: str,
    percent: Decimal,
    valid_from: date,
    note: str = "",
) -> TaxRate:
    """A tax's rate in percent from a day on, by staff (R3.2).

    A day of the past would change what demands of that day should have said, so only a component that has no rate yet
    may begin there. Raises TaxRateExists (409), InvalidValue (400), NotAllowed for others than staff.
    """
    if actor.user_type != Role.STAFF:
        raise NotAllowed("Only staff set tax rates.")
    if not 0 <= percent <= HUNDRED:
        raise InvalidValue(errors={"percent": ["Must be from 0 to 100."]})
    known = TaxRate.objects.filter(tax_class=tax_class, component=component).exists()
    if known and valid_from < clock.today():
        raise InvalidValue(errors={"valid_from": ["A rate cannot begin in the past."]})
    row = TaxRate(
        tax_class=tax_class,
        component=component,
        percent=percent,
        valid_from=valid_from,
        note=note,
    )
    return create_row(actor=actor, row=row, tax_class=tax_class, percent=percent)


def _with_tuples(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in line.items()
    }


def _write(
    actor: User,
    project: Project,
    specs: Sequence[ChargeSpec],
    *,
    effective_from: date | None,
    note: str,
) -> PriceList:
    today = clock.today(project.time_zone)
    day = effective_from or today
    if day < today:
        raise InvalidValue(errors={"effective_from": ["Prices cannot begin in the past."]})
    if not 0 < len(specs) <= MAX_LINES:
        raise PriceListNotValid(f"A price list has from 1 to {MAX_LINES} lines.")
    try:
        check_charges(specs)
    except PricingError as error:
        raise PriceListNotValid(str(error), line=error.code) from error
    last = PriceList.objects.filter(project=project).aggregate(last=Max("version"))["last"]
    row = PriceList(
        project=project,
        version=(last or 0) + 1,
        effective_from=day,
        note=note,
        created_by=actor,
        created_at=clock.now(),
    )
    row.save(force_insert=True)
    _write_lines(row, specs)
    audit.record(
        actor,
        row,
        "added",
        after={"version": row.version, "lines": [f"{s.code}: {s.value}" for s in specs]},
    )
    return row


def _write_lines(row: PriceList, specs: Sequence[ChargeSpec]) -> None:
    ChargeLine.objects.bulk_create(
        ChargeLine(
            price_list=row,
            sequence=place,
            code=spec.code,
            label=spec.label,
            kind=spec.kind,
            basis=spec.basis,
            value=spec.value,
            percent_of=list(spec.percent_of),
            rise_from_floor=spec.rise_from_floor,
            unit_types=list(spec.unit_types),
            feature=spec.feature,
            tax_class=spec.tax_class,
            in_consideration=spec.in_consideration,
            in_plan=spec.in_plan,
        )
        for place, spec in enumerate(specs, start=1)
    )
