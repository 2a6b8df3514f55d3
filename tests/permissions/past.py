"""Rows that are over: archived with its project, released, cancelled, gone."""

from accounts.services import remove_member
from bookings.enums import BookingState
from progress.services import remove_update
from projects.enums import ReleaseReason
from projects.services import archive_project, release_claim, remove_model
from tests.cast import Cast
from tests.factories.accounts import MemberFactory
from tests.factories.bookings import BookingFactory, ChangeRequestFactory
from tests.factories.payments import DemandFactory, PaymentFactory
from tests.factories.progress import MilestoneFactory, PhaseFactory, UpdateFactory
from tests.factories.projects import (
    ClaimFactory,
    Model3DFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)


def make_states(cast: Cast) -> dict[str, int]:
    """The keys, by the names that the table uses."""
    asha, meera, project = cast.asha.customer, cast.meera, cast.meera_project
    archived = ProjectFactory(builder=meera.builder)
    found = {
        "archived": archived.pk,
        "archived_milestone": MilestoneFactory(project=archived).pk,
        "archived_model": Model3DFactory(project=archived).pk,
        "archived_phase": PhaseFactory(project=archived).pk,
        "archived_unit": UnitFactory(project=archived).pk,
        "archived_update": UpdateFactory(project=archived, is_public=True).pk,
    }
    TowerFactory(project=archived)
    archive_project(actor=meera, project_id=archived.pk)
    hold = ClaimFactory(unit=UnitFactory(project=project), customer=asha)
    release_claim(actor=cast.asha, claim_id=hold.pk, reason=ReleaseReason.RELEASED)
    cancelled = BookingFactory(
        unit=UnitFactory(project=project), customer=asha, claim=None, state=BookingState.CANCELLED
    )
    gone_update, gone_model = UpdateFactory(project=project), Model3DFactory(project=project)
    remove_update(actor=meera, update_id=gone_update.pk)
    remove_model(actor=meera, model_id=gone_model.pk)
    gone = MemberFactory(employer=meera.builder)
    remove_member(actor=meera, member_id=gone.pk)
    return found | {
        "released_hold": hold.pk,
        "cancelled": cancelled.pk,
        "cancelled_change": ChangeRequestFactory(booking=cancelled).pk,
        "cancelled_demand": DemandFactory(booking=cancelled).pk,
        "cancelled_payment": PaymentFactory(booking=cancelled).pk,
        "gone_update": gone_update.pk,
        "gone_model": gone_model.pk,
        "removed_member": gone.pk,
    }
