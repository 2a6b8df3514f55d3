"""Who receives people: the builder, until it names others (R14.2)."""

from collections.abc import Collection, Sequence
from typing import Any

from accounts.models import Builder, User
from projects.models import Project
from realestate.core import audit
from realestate.core.db.conflicts import register_conflict
from realestate.core.edits import create_row, update_row
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.locking import lock, lock_all
from realestate.core.transactions import service
from scheduling.models import Appointment, Host
from scheduling.rules import Slot
from scheduling.services.slots import SlotTaken


class HostHasLogin(DomainError):
    """This person is another host already."""

    code, status = "host_has_login", 409


register_conflict("one_host_per_login", HostHasLogin)


@service
def add_host(
    *,
    actor: User,
    name: str,
    phone: str = "",
    project_ids: Sequence[int] = (),
    builder_id: int | None = None,
    user_id: int | None = None,
) -> Host:
    """Somebody more who receives people, in all projects of the builder unless some are named; staff name the builder.

    ``user_id`` is the login of somebody of the builder's team, who then hears of the appointments. Raises InvalidValue
    (400) for projects and people of others and when staff name no builder, HostHasLogin (409).
    """
    builder = _builder(actor, builder_id)
    own_host(builder=builder)
    projects = _projects(builder.pk, project_ids)
    row = Host(builder=builder, name=name, phone=phone, user_id=_login(builder.pk, user_id))
    create_row(actor=actor, row=row, name=name)
    row.projects.set(projects)
    return row


@service
def change_host(
    *, actor: User, host_id: int, project_ids: Sequence[int] | None = None, **changes: Any
) -> Host:
    """Change what was sent; who is not active any more keeps what is agreed and gets nothing new.

    Raises InvalidValue (400) for projects and people of others, HostHasLogin (409); DoesNotExist for strangers.
    """
    rows = Host.objects.for_user(actor)
    row = lock(rows, host_id)
    if "user_id" in changes and changes["user_id"] != row.user_id:
        if row.user_id == row.builder_id:
            raise InvalidValue(errors={"user_id": ["This host is the builder itself."]})
        _login(row.builder_id, changes["user_id"])
    if project_ids is not None:
        row.projects.set(_projects(row.builder_id, project_ids))
    return update_row(actor=actor, rows=rows, pk=host_id, changes=changes)


@service
def own_host(*, builder: Builder) -> Host:
    """The builder as a host of its own, from the first time that somebody wants to meet it."""
    rows = Host.objects.filter(builder=builder, user=builder.pk)
    if not rows.exists():
        own = Host(builder=builder, user_id=builder.pk, name=builder.company_name)
        Host.objects.bulk_create([own], ignore_conflicts=True)  # somebody else may be first
        audit.record(audit.SYSTEM, rows.get(), "created", after={"name": own.name})
    return rows.get()


def hosts_of(project: Project) -> list[Host]:
    """Who may receive people for a project; the builder when nobody else does. Reading only."""
    found = list(Host.objects.of(project))
    if found:
        return found
    own = Host.objects.filter(builder=project.builder_id, user=project.builder_id).first()
    return [own or Host(builder_id=project.builder_id, user_id=project.builder_id)]


def lock_hosts(project: Project, also: Collection[int] = ()) -> list[Host]:
    """R14.3: hold who may receive people for a project, and some others; returns the former, in order.

    Before the project's row is locked: hosts stand above it.
    """
    own_host(builder=Builder.objects.get(pk=project.builder_id))
    receiving = [host.pk for host in hosts_of(project)]
    held = {row.pk: row for row in lock_all(Host.objects.all(), {*receiving, *also})}
    return [held[pk] for pk in receiving]


def free_host(row: Appointment, hosts: Sequence[Host], slot: Slot) -> Host:
    """The first of some hosts who is free for a slot; the appointment is not in its own way. Raises SlotTaken (409)."""
    others = Appointment.objects.exclude(pk=row.pk).with_host(slot, hosts)
    busy = set(others.values_list("host", flat=True))
    for host in hosts:
        if host.pk not in busy:
            return host
    raise SlotTaken


def chosen(hosts: Sequence[Host], host_id: int | None) -> Sequence[Host]:
    """The host that was asked for, or all. Raises InvalidValue (400) for one who does not receive people there."""
    wanted = [host for host in hosts if host_id in {None, host.pk}]
    if not wanted:
        raise InvalidValue(errors={"host_id": ["Nobody of this number receives people here."]})
    return wanted


def _builder(actor: User, builder_id: int | None) -> Builder:
    wanted = actor.builder_id if actor.user_type == Role.BUILDER else builder_id
    found = Builder.objects.filter(pk=wanted).first() if wanted else None
    if found is None:
        raise InvalidValue(errors={"builder_id": ["Say whose host this is."]})
    return found


def _login(builder_id: int, user_id: int | None) -> int | None:
    """The login of a host. Raises InvalidValue (400) for somebody who is not of the builder's people."""
    if user_id and not User.objects.of_builder(builder_id).filter(pk=user_id).exists():
        raise InvalidValue(errors={"user_id": ["Nobody of this builder has this number."]})
    return user_id


def _projects(builder_id: int, project_ids: Sequence[int]) -> list[Project]:
    found = list(Project.objects.filter(builder=builder_id, pk__in=project_ids))
    if len(found) < len(set(project_ids)):
        raise InvalidValue(errors={"project_ids": ["There is no such project of this builder."]})
    return found
