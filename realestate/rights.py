"""Who may do what in the back office: one table for builders' teams, one for the groups of the platform's staff.

A builder's people have the rights of their role, from the table, without a row or a query; which rows they see is
``office_rows``' business. The platform's staff have those of their groups, which are kept current after each migrate;
superusers have all.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission

from accounts.authentication import StaffBackend
from accounts.enums import BuilderRole
from accounts.rules import DUTIES
from realestate.core.enums import Duty
from realestate.core.ladder import LADDER
from realestate.core.transactions import service

Sees = frozenset[BuilderRole]
EVERYBODY: Sees = frozenset(BuilderRole)
OFFICE: Sees = EVERYBODY - {BuilderRole.SITE}  # who sells or looks after money
NOBODYS: Duty | None = None  # only read

# Table -> the duty that adds and changes its rows, and who sees it. What does not stand here is the platform's.
BUILDERS_TABLES: Mapping[str, tuple[Duty | None, Sees]] = {
    "core.bulkrun": (NOBODYS, EVERYBODY),
    "accounts.builder": (Duty.SETUP, EVERYBODY),
    "accounts.buildermember": (Duty.SETUP, EVERYBODY),
    "accounts.customer": (NOBODYS, EVERYBODY),
    "projects.project": (Duty.SETUP, EVERYBODY),
    "projects.tower": (Duty.SETUP, EVERYBODY),
    "projects.unit": (Duty.SETUP, EVERYBODY),
    "projects.model3d": (Duty.SETUP, EVERYBODY),
    "projects.pricelist": (NOBODYS, OFFICE),
    "projects.claim": (NOBODYS, OFFICE),
    "bookings.quote": (Duty.SALES, OFFICE),
    "bookings.booking": (Duty.SALES, EVERYBODY),
    "bookings.applicant": (Duty.SALES, OFFICE),
    "bookings.agreement": (NOBODYS, OFFICE),
    "bookings.signature": (Duty.SALES, OFFICE),
    "bookings.bookingdocument": (Duty.PAPERS, OFFICE),
    "bookings.promiseddate": (NOBODYS, EVERYBODY),
    "bookings.changerequest": (Duty.SITE, EVERYBODY),
    "bookings.changequote": (Duty.SITE, EVERYBODY),
    "bookings.changecutoff": (NOBODYS, EVERYBODY),
    "progress.milestone": (Duty.SITE, EVERYBODY),
    "progress.certificate": (Duty.SITE, EVERYBODY),
    "progress.projectprogress": (Duty.SITE, EVERYBODY),
    "progress.constructionupdate": (Duty.SITE, EVERYBODY),
    "progress.completiondate": (Duty.SITE, EVERYBODY),
    "payments.payment": (Duty.FINANCE, OFFICE),
    "payments.demand": (Duty.FINANCE, OFFICE),
    "payments.creditnote": (NOBODYS, OFFICE),
    "payments.adjustment": (Duty.FINANCE, OFFICE),
    "payments.ledgerentry": (NOBODYS, OFFICE),
    "payments.allocation": (NOBODYS, OFFICE),
    "payments.settlement": (Duty.FINANCE, OFFICE),
    "payments.refund": (Duty.FINANCE, OFFICE),
    "payments.defaultnotice": (Duty.FINANCE, OFFICE),
    "payments.schedulerevision": (NOBODYS, OFFICE),
    "payments.letterbatch": (NOBODYS, OFFICE),
    "payments.reminder": (NOBODYS, OFFICE),
    "payments.checkout": (NOBODYS, OFFICE),
    "payments.terms": (NOBODYS, OFFICE),
    "payments.plantemplate": (Duty.FINANCE, OFFICE),
    "payments.interestrate": (Duty.FINANCE, OFFICE),
    "scheduling.appointment": (Duty.SALES, EVERYBODY),
    "scheduling.host": (Duty.SALES, EVERYBODY),
    "scheduling.appointmentmove": (NOBODYS, EVERYBODY),
    "scheduling.appointmentreminder": (NOBODYS, OFFICE),
    "scheduling.workinghours": (NOBODYS, EVERYBODY),
    "scheduling.holiday": (NOBODYS, EVERYBODY),
    "messaging.conversation": (NOBODYS, OFFICE),
    "messaging.message": (NOBODYS, OFFICE),
    "messaging.broadcast": (NOBODYS, OFFICE),
    "messaging.broadcastrecipient": (NOBODYS, OFFICE),
}

# Group -> apps or tables whose rows its members add and change; all of them see everything.
PLATFORM_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Platform read-only": (),
    "Platform support": (
        "accounts.user",
        "accounts.builder",
        "accounts.buildermember",
        "accounts.customer",
        "projects",
        "progress",
        "bookings",
        "scheduling",
        "messaging",
        "notifications",
    ),
    "Platform finance": ("payments", "projects.taxrate"),
}
WRITING = ("add", "change")


class HouseBackend(StaffBackend):
    """Whoever passes the entrance; a builder's people have the rights of their role."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:  # Django's signature
        """Rights as Django names them: ``bookings.view_booking``."""
        role = getattr(user_obj, "builder_role", None)
        if role is None:
            return super().get_all_permissions(user_obj, obj)
        return set(rights_of(role)) if obj is None and user_obj.is_active else set()


@cache
def rights_of(role: BuilderRole) -> frozenset[str]:
    """The rights that a role of a builder's team has in the back office."""
    found = set()
    for table, (duty, seen_by) in BUILDERS_TABLES.items():
        app, name = table.split(".")
        if role in seen_by:
            found.add(f"{app}.view_{name}")
        if duty in DUTIES[role]:
            found |= {f"{app}.{verb}_{name}" for verb in WRITING}
    return frozenset(found)


@service
def keep_groups(**_signal: object) -> None:
    """After each migrate: the platform's groups are there with exactly the rights of the table."""
    known = {
        (right.content_type.app_label, right.codename): right
        for right in Permission.objects.select_related("content_type").filter(
            content_type__app_label__in=LADDER
        )
    }
    for name, writable in PLATFORM_GROUPS.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set(
            right for (app, codename), right in known.items() if _is_given(app, codename, writable)
        )


def _is_given(app: str, codename: str, writable: tuple[str, ...]) -> bool:
    verb, _, table = codename.partition("_")
    return verb == "view" or (verb in WRITING and bool({app, f"{app}.{table}"} & {*writable}))


def last_with_permissions() -> Any:
    """The app after whose migrate signal all the house's permissions exist: those of the ladder stand before it."""
    return apps.get_app_config("admin")
