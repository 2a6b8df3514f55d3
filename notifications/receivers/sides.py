"""Who is told on which side, and the page that opens for them."""

from collections.abc import Iterable
from typing import NotRequired, TypedDict, Unpack

from accounts.models import User
from bookings.models import Booking
from notifications import services
from notifications.enums import NotificationType, Priority
from realestate.core.enums import Duty, Role

CUSTOMER_URL = "/customer/bookings"
BUILDER_URL = "/builder/bookings"
ADMIN = ""  # staff work in the admin
PAGES = {Role.CUSTOMER: CUSTOMER_URL, Role.STAFF: ADMIN}

Side = tuple[set[int], str]


class News(TypedDict):
    """What there is to tell; see ``services.notify``."""

    notification_type: NotificationType
    title: str
    message: str
    related: tuple[str, int]
    dedupe_key: str
    priority: NotRequired[Priority]


def tell(*sides: Side, **news: Unpack[News]) -> None:
    """The same to each side, with its own page; once to each person."""
    for people, url in sides:
        services.notify(user_ids=people, action_url=url, **news)


def buyer(customer_id: int) -> Side:
    """A customer."""
    return {customer_id}, CUSTOMER_URL


def all_buyers(booking: Booking) -> Side:
    """Who booked, and who buys with them and has an account (R18)."""
    others = booking.applicants.exclude(customer=None).values_list("customer", flat=True)
    return {booking.customer_id, *others}, CUSTOMER_URL


def one(user: User, *, builders_page: str = BUILDER_URL) -> Side:
    """A person of any side."""
    role = Role(user.user_type)
    return {user.pk}, builders_page if role == Role.BUILDER else PAGES[role]


def who_decides(
    builder_id: int,
    duty: Duty,
    *,
    without: Iterable[int | None] = (),
    page: str = BUILDER_URL,
) -> tuple[Side, Side]:
    """Who of the builder has the duty, and staff, without those who acted: nobody decides alone (R21)."""
    staff = User.objects.filter(user_type=Role.STAFF, is_active=True)
    acted = set(without)
    return (
        (User.objects.keys_acting_for(builder_id, duty) - acted, page),
        (set(staff.values_list("pk", flat=True)) - acted, ADMIN),
    )
