"""Who reads what (contract 0.18): phases are public but for hidden ones, updates are for buyers and the owner."""

import pytest
from django.contrib.auth.models import AnonymousUser

from progress.models import ConstructionUpdate, ProjectProgress
from projects.enums import ClaimKind, ClaimStage, ReleaseReason
from tests.factories.progress import PhaseFactory, UpdateFactory
from tests.factories.projects import LONG_AGO, ClaimFactory, ProjectFactory, UnitFactory

PHASES = {
    "nobody": {"shown", "kirans"},
    "asha": {"shown", "kirans"},
    "meera": {"shown", "hidden", "of a draft", "archived", "kirans"},
    "kiran": {"shown", "kirans", "kirans hidden"},
    "sana": {"shown", "hidden", "of a draft", "archived", "kirans", "kirans hidden"},
}
UPDATES = {
    "nobody": {"public"},
    "ravi": {"public"},
    "asha": {"public", "buyers"},
    "meera": {"public", "buyers", "draft", "public draft", "of a draft"},
    "kiran": {"public", "kirans"},
    "sana": {"public", "buyers", "draft", "public draft", "of a draft", "kirans"},
}


def person(cast, name):
    return getattr(cast, name, None) or AnonymousUser()


def keys(rows, named):
    """The names of the rows found, each as often as it was found."""
    names = {row.pk: name for name, row in named.items()}
    return sorted(names[row.pk] for row in rows)


@pytest.fixture
def phases(cast):
    meera = cast.meera.builder
    return {
        "shown": PhaseFactory(project=cast.meera_project),
        "hidden": PhaseFactory(project=cast.meera_project, customer_visible=False),
        "of a draft": PhaseFactory(project=ProjectFactory(builder=meera, published_at=None)),
        "archived": PhaseFactory(project=ProjectFactory(builder=meera, archived_at=LONG_AGO)),
        "kirans": PhaseFactory(project=cast.kiran_project),
        "kirans hidden": PhaseFactory(project=cast.kiran_project, customer_visible=False),
    }


@pytest.fixture
def updates(cast):
    own = {"project": cast.meera_project}
    hidden = ProjectFactory(builder=cast.meera.builder, published_at=None)
    return {
        "public": UpdateFactory(**own, is_public=True),
        "buyers": UpdateFactory(**own),
        "draft": UpdateFactory(**own, published_at=None),
        "public draft": UpdateFactory(**own, published_at=None, is_public=True),
        "of a draft": UpdateFactory(project=hidden, is_public=True),
        "kirans": UpdateFactory(project=cast.kiran_project),
    }


@pytest.mark.parametrize(("name", "reads"), PHASES.items())
def test_phases(cast, phases, name, reads):
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    user = person(cast, name)
    assert keys(ProjectProgress.objects.for_user(user), phases) == sorted(reads)


@pytest.mark.parametrize(("name", "reads"), UPDATES.items())
def test_updates(cast, updates, name, reads):
    """Asha holds two units of the project and reads each update once; Ravi has none."""
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    ClaimFactory(unit=UnitFactory(project=cast.meera_project), customer=cast.asha.customer)
    user = person(cast, name)
    assert keys(ConstructionUpdate.objects.for_user(user), updates) == sorted(reads)


@pytest.mark.parametrize("name", [*PHASES, "ravi"])
def test_who_changes_what(cast, phases, updates, name):
    user = person(cast, name)
    for model, named in ((ProjectProgress, phases), (ConstructionUpdate, updates)):
        kirans = {key for key in named if "kirans" in key}
        own = {"meera": set(named) - kirans, "kiran": kirans, "sana": set(named)}
        assert keys(model.objects.editable_by(user), named) == sorted(own.get(name, set()))


def reads_for_buyers(cast, updates) -> bool:
    rows = ConstructionUpdate.objects.for_user(cast.asha)
    return rows.filter(pk=updates["buyers"].pk).exists()


def test_a_lapsed_hold_reads_no_more(cast, updates, noon):
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer, taken_at=noon())
    noon(minutes=30, microseconds=-1)
    assert reads_for_buyers(cast, updates)
    noon(minutes=30)
    assert not reads_for_buyers(cast, updates)


@pytest.mark.parametrize(
    ("claim", "reads"),
    [
        ({"kind": ClaimKind.BOOKING, "stage": ClaimStage.BOOKED}, True),
        ({"kind": ClaimKind.BOOKING, "stage": ClaimStage.HANDED_OVER}, True),
        ({"released_at": LONG_AGO, "release_reason": ReleaseReason.CANCELLED}, False),
    ],
)
def test_a_booking_reads_until_it_is_cancelled(cast, updates, claim, reads):
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer, taken_at=LONG_AGO, **claim)
    assert reads_for_buyers(cast, updates) is reads


def test_a_co_applicant_reads_too_and_a_former_customer_does_not(cast, updates):
    ClaimFactory(unit=cast.meera_unit, customer=cast.ravi.customer, parties=[cast.asha.customer])
    assert reads_for_buyers(cast, updates)


def test_a_claim_elsewhere_reads_nothing_here(cast, updates):
    ClaimFactory(unit=cast.kiran_unit, customer=cast.asha.customer)
    assert not reads_for_buyers(cast, updates)
    rows = ConstructionUpdate.objects.for_user(cast.asha)
    assert keys(rows, updates) == ["kirans", "public"]
