"""One box over everything: customers, units, bookings, receipts, demands and projects, in the reader's own rows.

Each group is one query that an index answers, so that a hundred thousand units are searched like ten. What is the exact
number or address of a single row leads straight to it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Upper
from django.db.models.lookups import Contains
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.models import Customer, User
from accounts.querysets import PHONE_DIGITS
from bookings.models import Booking
from payments.models import Demand, Payment
from projects.models import Project, Unit
from realestate.core.amounts import format_day, format_money
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.office import office_rows

SHOWN = 8  # rows of a group; the list behind it has the others
SHORTEST = 2  # characters: one would find everything
WHOLE_TRIGRAM = 3  # characters from which an index finds a word in the middle of another
LONGEST = 100
MOST_WORDS = 5
FEWEST_DIGITS = 5  # of a telephone number
NATIONAL_DIGITS = 10  # of which the country's prefix is no part
BOOKING_NUMBER = re.compile(r"(?:BK-?)?0*(\d+)", re.IGNORECASE)
TELEPHONE = re.compile(r"[+()\d\s./-]+")

Matcher = Callable[["Wanted"], Q | None]


@dataclass(frozen=True)
class Wanted:
    """What somebody typed."""

    text: str

    @property
    def words(self) -> list[str]:
        """Its words; more than a few say nothing more."""
        return self.text.split()[:MOST_WORDS]

    @property
    def digits(self) -> str:
        """The end of a telephone number without what people put between the digits; empty: it is none."""
        digits = re.sub(r"\D", "", self.text) if TELEPHONE.fullmatch(self.text) else ""
        return digits[-NATIONAL_DIGITS:] if len(digits) >= FEWEST_DIGITS else ""

    @property
    def booking(self) -> int | None:
        """The key in the number of a booking, with or without its letters."""
        found = BOOKING_NUMBER.fullmatch(self.text)
        key = int(found[1]) if found else None
        return key if key is not None and key <= BIGGEST_ID else None

    def is_exactly(self, values: Sequence[str]) -> bool:
        """Whether it is one of the numbers that a row is known by."""
        return self.text.upper() in {value.upper() for value in values if value}


@dataclass(frozen=True)
class Group:
    """A kind of row that can be found: how, and what people read of it."""

    title: str
    model: type[Model]
    matches: Matcher
    joins: Sequence[str]
    numbers: Callable[[Any], Sequence[str]]  # by which exactly this row is meant
    name: Callable[[Any], str]
    says: Callable[[Any], str]
    by_number: Sequence[str] = ()  # the columns of those numbers: the exact one comes first


def like(field: str, word: str) -> Q:
    """The word anywhere in a column; a short one at its beginning, where an index still helps."""
    how = "icontains" if len(word) >= WHOLE_TRIGRAM else "istartswith"
    return Q(**{f"{field}__{how}": word})


def people(wanted: Wanted) -> Q:
    """Each word is in the name or the address; digits are a telephone number.

    A union of keys, because an index of two tables does not exist: a customer and its account share their key.
    """
    if wanted.digits:
        return Q(Contains(PHONE_DIGITS, wanted.digits))
    return reduce(and_, (Q(pk__in=_one_of_names(word)) for word in wanted.words))


def _one_of_names(word: str) -> QuerySet[Any, Any]:
    named = like("first_name", word) | like("last_name", word)
    accounts = User.objects.filter(like("email", word), customer__isnull=False)
    return Customer.objects.filter(named).values("pk").union(accounts.values("pk"))


def stock(wanted: Wanted) -> Q:
    """A word of the number; further words are those of the project."""
    words = wanted.words
    if len(words) == 1:
        return like("unit_number", words[0])
    return reduce(or_, (_in_project(words, place) for place in range(len(words))))


def _in_project(words: Sequence[str], place: int) -> Q:
    others = [word for number, word in enumerate(words) if number != place]
    names = reduce(and_, (like("project_name", word) for word in others))
    projects = Project.objects.filter(names).values("pk")
    return like("unit_number", words[place]) & Q(project__in=projects)


def deals(wanted: Wanted) -> Q | None:
    """The number, with or without its letters and zeros."""
    return Q(pk=wanted.booking) if wanted.booking is not None else None


def receipts(wanted: Wanted) -> Q:
    """The receipt's number, or what the bank calls the transfer."""
    return like("receipt_number", wanted.text) | like("transaction_id", wanted.text)


def demands(wanted: Wanted) -> Q:
    """The demand's number."""
    return like("number", wanted.text)


def projects(wanted: Wanted) -> Q:
    """Each word is in the name."""
    return reduce(and_, (like("project_name", word) for word in wanted.words))


GROUPS = (
    Group(
        title="Customers",
        model=Customer,
        matches=people,
        joins=("user",),
        numbers=lambda row: [row.user.email],
        name=lambda row: row.full_name,
        says=lambda row: f"{row.user.email}, {row.phone}",
        by_number=("user__email",),
    ),
    Group(
        title="Units",
        model=Unit,
        matches=stock,
        joins=("project", "tower"),
        numbers=lambda row: [row.unit_number],
        name=lambda row: f"Unit {row.unit_number}",
        says=lambda row: ", ".join(str(part) for part in (row.project, row.tower) if part),
        by_number=("unit_number",),
    ),
    Group(
        title="Bookings",
        model=Booking,
        matches=deals,
        joins=("customer", "unit", "project"),
        numbers=lambda row: [row.booking_number, f"BK-{row.pk}", f"BK{row.pk}"],
        name=lambda row: row.booking_number,
        says=lambda row: f"{row.customer}, {_place(row)}, {row.get_state_display()}",
    ),
    Group(
        title="Receipts",
        model=Payment,
        matches=receipts,
        joins=("booking__customer",),
        numbers=lambda row: [row.receipt_number, row.transaction_id],
        name=str,
        says=lambda row: ", ".join(
            part
            for part in (
                str(row.booking.customer),
                format_money(row.amount, row.currency),
                row.get_state_display(),
                row.transaction_id,
            )
            if part
        ),
        by_number=("receipt_number", "transaction_id"),
    ),
    Group(
        title="Demands",
        model=Demand,
        matches=demands,
        joins=("booking__customer",),
        numbers=lambda row: [row.number],
        name=str,
        says=lambda row: f"{row.booking.customer}, due on {format_day(row.due_on)}",
        by_number=("number",),
    ),
    Group(
        title="Projects",
        model=Project,
        matches=projects,
        joins=("builder",),
        numbers=lambda _row: (),
        name=str,
        says=lambda row: f"{row.builder}, {row.location_city}",
    ),
)


def search_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """What was found, by kinds; or at once the row whose number this is. ``all=1`` shows the list in any case."""
    wanted = Wanted(" ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST])
    is_short = len(wanted.text) < SHORTEST
    groups = [] if is_short else [_found(site, request, group, wanted) for group in GROUPS]
    exact = [row["url"] for group in groups for row in group["rows"] if row["is_exact"]]
    if len(exact) == 1 and "all" not in request.GET:
        return HttpResponseRedirect(exact[0])
    context = {
        **site.each_context(request),
        "title": f"Search: {wanted.text}" if wanted.text else "Search",
        "query": wanted.text,
        "is_short": is_short,
        "groups": [group for group in groups if group["rows"]],
        "shown": SHOWN,
    }
    return TemplateResponse(request, "admin/house/search.html", context)


def _found(site: AdminSite, request: HttpRequest, group: Group, wanted: Wanted) -> dict[str, Any]:
    """A group with what the reader may see of it; empty, and no query, for who may not look at the table."""
    options = group.model._meta  # noqa: SLF001  # documented API
    place = f"admin:{options.app_label}_{options.model_name}"
    condition = group.matches(wanted)
    if condition is None or not site.get_model_admin(group.model).has_view_permission(request):
        return {"title": group.title, "rows": []}
    rows = office_rows(group.model, request.user).filter(condition).select_related(*group.joins)
    found = list(_exact_first(rows, group, wanted)[: SHOWN + 1])
    return {
        "title": group.title,
        "id": f"found-{options.model_name}",
        "rows": [_row(place, group, row, wanted) for row in found[:SHOWN]],
        "more": _list(place, wanted) if len(found) > SHOWN else "",
    }


def _list(place: str, wanted: Wanted) -> str:
    return f"{reverse(f'{place}_changelist')}?{urlencode({'q': wanted.text})}"


def _exact_first(rows: QuerySet[Any], group: Group, wanted: Wanted) -> QuerySet[Any]:
    """Whatever bears exactly this number, then the newest."""
    if not group.by_number:
        return rows.order_by("-pk")
    text = wanted.text.upper()
    upper = {f"upper_{place}": Upper(path) for place, path in enumerate(group.by_number)}
    is_exact = reduce(or_, (Q(**{name: text}) for name in upper))
    found: QuerySet[Any] = rows.alias(**upper).alias(is_exact=is_exact)
    return found.order_by("-is_exact", "-pk")


def _row(place: str, group: Group, row: Any, wanted: Wanted) -> dict[str, Any]:
    return {
        "name": group.name(row),
        "says": group.says(row),
        "url": reverse(f"{place}_change", args=[row.pk]),
        "is_exact": wanted.is_exactly(group.numbers(row)),
    }


def _place(row: Booking) -> str:
    return f"unit {row.unit}, {row.project}" if row.unit else str(row.project)
