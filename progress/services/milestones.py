"""Stages of construction that make money due: planned, reported, certified in their order (R7.1-2)."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db.models import Max

from accounts.models import User
from progress.enums import CertificateKind, MilestoneAction, MilestoneState
from progress.events import MilestoneCertified, MilestoneReported, MilestoneUncertified
from progress.models import Certificate, Milestone
from progress.rules import MILESTONE_TRANSITIONS, passed_over
from projects.models import Project, Tower
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.edits import create_row, update_row
from realestate.core.enums import SettingScope, Visibility
from realestate.core.errors import DomainError, InvalidTransition, InvalidValue
from realestate.core.events import publish
from realestate.core.files import file_path
from realestate.core.locking import lock, lock_all
from realestate.core.models import StoredFile
from realestate.core.states import advance, allowed_actions
from realestate.core.system_settings import define
from realestate.core.transactions import service

OWN_FILE = re.compile(r"/api/files/(\d{1,18})")
PHOTOS_REQUIRED = define(
    "progress.photos_required",
    int,
    default=1,
    minimum=0,
    maximum=20,
    unit="photos",
    scopes=(SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM),
    help="Photos without which a milestone is not certified (R7.1).",
)


class MilestoneOutOfOrder(DomainError):
    """An earlier stage has not been certified yet."""

    code, status = "milestone_out_of_order", 409


class PhotosMissing(DomainError):
    """A milestone is certified with photos of it."""

    code, status = "photos_missing", 422


class OverrideNeedsAnother(DomainError):
    """Whoever reported a stage cannot certify it out of order; somebody else must."""

    code, status = "override_needs_another", 422


class MilestoneIsCertified(DomainError):
    """A certified milestone does not change any more."""

    code, status = "milestone_is_certified", 409


class StagePassedOver(DomainError):
    """A stage that bills cannot be put before one that is certified already."""

    code, status = "stage_passed_over", 409


class MilestoneExists(DomainError):
    """There is a milestone with this code or place already."""

    code, status = "milestone_exists", 409


class CertificateExists(DomainError):
    """This certificate is recorded already."""

    code, status = "certificate_exists", 409


register_conflict("one_milestone_per_place", MilestoneExists)
register_conflict("one_milestone_per_code", MilestoneExists)
register_conflict("override_takes_two_persons", OverrideNeedsAnother)
register_conflict("one_certificate_per_number", CertificateExists)


@service
def add_milestone(
    *, actor: User, project_id: int, tower_id: int | None = None, **values: Any
) -> Milestone:
    """A stage of a tower, or of a project without towers; the last one unless ``sequence`` says where.

    Raises MilestoneExists, StagePassedOver (409); DoesNotExist for strangers and towers of other projects.
    """
    project = lock(Project.objects.open_to(actor), project_id)
    tower = Tower.objects.filter(project=project).get(pk=tower_id) if tower_id else None
    if values.get("sequence") is None:
        rows = Milestone.objects.of_tower(project.pk, tower_id)
        values["sequence"] = (rows.aggregate(last=Max("sequence"))["last"] or 0) + 1
    row = Milestone(project=project, tower=tower, **values)
    with order_kept(project.pk, tower_id):
        return create_row(actor=actor, row=row, code=row.code, name=row.name)


@service
def change_milestone(*, actor: User, milestone_id: int, **changes: Any) -> Milestone:
    """Change what was sent of a stage that is not certified.

    Raises MilestoneIsCertified, MilestoneExists, StagePassedOver (409); DoesNotExist for strangers.
    """
    rows = Milestone.objects.editable_by(actor)
    row = lock(rows, milestone_id)
    if row.state == MilestoneState.CERTIFIED:
        raise MilestoneIsCertified
    lock(Project.objects.all(), row.project_id)
    with order_kept(row.project_id, row.tower_id):
        return update_row(actor=actor, rows=rows, pk=milestone_id, changes=changes)


@contextmanager
def order_kept(project_id: int, tower_id: int | None) -> Iterator[None]:
    """R7.2, when stages are planned: no certified one gets an uncertified one before it that bills.

    The caller holds the project, so that nobody certifies or plans meanwhile. Raises StagePassedOver (409).
    """
    rows = Milestone.objects.of_tower(project_id, tower_id)
    stages = rows.values_list("code", "state", "is_billable")
    before = passed_over(stages.all())
    yield
    if passed_over(stages.all()) - before:
        raise StagePassedOver


@service
def report_milestone(*, actor: User, milestone_id: int) -> Milestone:
    """R7.1: the site says that a stage is done. Raises InvalidTransition (409); DoesNotExist for strangers."""
    row = lock(Milestone.objects.editable_by(actor), milestone_id)
    reported = {"reported_at": clock.now(), "reported_by_id": actor.pk}
    advance(row, MILESTONE_TRANSITIONS, MilestoneAction.REPORT, changes=reported)
    audit.record(actor, row, "reported")
    publish(MilestoneReported(milestone_id=row.pk, project_id=row.project_id))
    return row


@service
def certify_milestone(
    *,
    actor: User,
    milestone_id: int,
    certified_on: date,
    certifier_name: str = "",
    photos: Sequence[str] = (),
    photo_ids: Sequence[int] = (),
    certificate_id: int | None = None,
    override_reason: str = "",
) -> Milestone:
    """R7.1-2: a stage is done, as the architect or engineer says; what waits for it is demanded afterwards.

    ``certified_on`` is a day of the project's zone. ``photo_ids`` and ``certificate_id`` are files that the caller
    sent; photos become public, as the milestone is. Raises MilestoneOutOfOrder, InvalidTransition (409), PhotosMissing,
    OverrideNeedsAnother (422), InvalidValue (400); DoesNotExist for strangers.
    """
    row = lock(Milestone.objects.editable_by(actor), milestone_id)
    if row.state != MilestoneState.REPORTED:
        allowed = allowed_actions(MILESTONE_TRANSITIONS, row.state)
        raise InvalidTransition(state=row.state, allowed=allowed)
    row.project = lock(Project.objects.all(), row.project_id)  # nobody plans or certifies others
    now = clock.now()
    _check_day(row, certified_on, clock.local(now, row.project.time_zone).date())
    skipped = _uncertified_before(row)
    if skipped and not override_reason.strip():
        raise MilestoneOutOfOrder(waiting_for=skipped)
    if skipped and row.reported_by_id == actor.pk:
        raise OverrideNeedsAnother
    shown = _photos(row, photos, _published(actor, photo_ids))
    facts = {
        "certified_on": certified_on,
        "certified_at": now,
        "certified_by_id": actor.pk,
        "certifier_name": certifier_name,
        "photos": shown,
        "certificate_id": _own_file(actor, certificate_id, "certificate_id"),
        "override_reason": override_reason.strip() if skipped else "",
    }
    advance(row, MILESTONE_TRANSITIONS, MilestoneAction.CERTIFY, changes=facts)
    audit.record(
        actor,
        row,
        "certified",
        after={"certified_on": certified_on, "passed_over": skipped},
        reason=override_reason,
    )
    publish(MilestoneCertified(milestone_id=row.pk, project_id=row.project_id))
    return row


@service
def uncertify_milestone(*, actor: User, milestone_id: int, reason: str) -> Milestone:
    """R7.9: a certification was a mistake; the stage is reported again, and its photos stay. For payments.

    An app above may refuse (money was demanded for it). Raises InvalidTransition and, while a later stage is certified,
    StagePassedOver (409); DoesNotExist for strangers.
    """
    row = lock(Milestone.objects.editable_by(actor), milestone_id)
    lock(Project.objects.all(), row.project_id)
    nothing: dict[str, object] = {
        "certified_on": None,
        "certified_at": None,
        "certified_by_id": None,
        "certifier_name": "",
        "certificate_id": None,
        "override_reason": "",
    }
    before = audit.snapshot(row, nothing)
    with order_kept(row.project_id, row.tower_id):
        advance(row, MILESTONE_TRANSITIONS, MilestoneAction.UNCERTIFY, changes=nothing)
    audit.record(actor, row, "uncertified", before=before, reason=reason)
    publish(MilestoneUncertified(milestone_id=row.pk, project_id=row.project_id))
    return row


@service
def record_certificate(
    *,
    actor: User,
    project_id: int,
    kind: CertificateKind,
    number: str,
    issued_on: date,
    tower_id: int | None = None,
    file_id: int | None = None,
) -> Certificate:
    """What an authority certified for a tower or the whole project (R3.3, R5.7).

    Raises CertificateExists (409), InvalidValue (400) for a day to come; DoesNotExist for strangers.
    """
    project = Project.objects.open_to(actor).get(pk=project_id)
    tower = Tower.objects.filter(project=project).get(pk=tower_id) if tower_id else None
    if issued_on > clock.today(project.time_zone):
        raise InvalidValue(errors={"issued_on": ["Must not be in the future."]})
    row = Certificate(
        project=project,
        tower=tower,
        kind=kind,
        number=number,
        issued_on=issued_on,
        file_id=_own_file(actor, file_id, "file_id"),
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    return create_row(actor=actor, row=row, kind=kind, number=number)


def _check_day(row: Milestone, day: date, today: date) -> None:
    if day > today:
        raise InvalidValue(errors={"certified_on": ["Must not be in the future."]})
    start = row.project.start_date
    if start is not None and day < start:
        raise InvalidValue(errors={"certified_on": ["Must not be before the project began."]})


def _uncertified_before(row: Milestone) -> list[str]:
    """The codes of lower billable stages that are not certified (R7.2)."""
    earlier = Milestone.objects.of_tower(row.project_id, row.tower_id).filter(
        sequence__lt=row.sequence, is_billable=True
    )
    return list(earlier.exclude(state=MilestoneState.CERTIFIED).values_list("code", flat=True))


def _photos(row: Milestone, sent: Sequence[str], uploaded: Sequence[str]) -> list[str]:
    """All pictures of a stage, each once. Raises PhotosMissing (422), InvalidValue (400) for files that do not open."""
    shown = list(dict.fromkeys([*row.photos, *sent, *uploaded]))
    own = [OWN_FILE.fullmatch(link) for link in shown if not link.lower().startswith("http")]
    keys = {int(match[1]) for match in own if match}
    pictures = StoredFile.objects.filter(
        pk__in=keys, visibility=Visibility.PUBLIC, content_type__startswith="image/"
    )
    if None in own or pictures.count() < len(keys):
        raise InvalidValue(errors={"photos": ["There is no such picture."]})
    required = PHOTOS_REQUIRED.for_project(row.project)
    if len(shown) < required:
        raise PhotosMissing(required=required)
    return shown


def _published(actor: User, photo_ids: Sequence[int]) -> list[str]:
    """The links of pictures that the caller sent; everybody may open them from now on."""
    own = StoredFile.objects.filter(owner=actor, content_type__startswith="image/")
    found = {file.pk: file for file in lock_all(own, photo_ids)}
    if set(found) != set(photo_ids):
        raise InvalidValue(errors={"photo_ids": ["There is no such picture of yours."]})
    for pk in found:
        public = {"visibility": Visibility.PUBLIC}
        update_row(actor=actor, rows=own, pk=pk, changes=public, action="published")
    return [file_path(found[pk]) for pk in photo_ids]


def _own_file(actor: User, file_id: int | None, field: str) -> int | None:
    if file_id is not None and not StoredFile.objects.filter(pk=file_id, owner=actor).exists():
        raise InvalidValue(errors={field: ["There is no such file of yours."]})
    return file_id
