"""R4: taking, extending, advancing, sharing and releasing claims, alone. With threads: test_races."""

from datetime import timedelta

import pytest

from projects import services
from projects.enums import ClaimKind, ClaimStage, ReleaseReason
from projects.events import ClaimReleased, ClaimTaken
from projects.models import Claim
from projects.services import ClaimHasEnded, UnitNotAvailable, claims
from realestate.core import events
from realestate.core.errors import InvalidTransition, InvalidValue
from tests.factories.projects import LONG_AGO, ClaimFactory, ProjectFactory, UnitFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.unaudited(
        "claims are moved within the services of bookings, which write the entry"
    ),
]
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def told(monkeypatch):
    """What whoever listens hears."""
    heard = []
    for event in (ClaimTaken, ClaimReleased):
        monkeypatch.setitem(events._handlers, event, [heard.append])
    return heard


def take(cast, *units, actor=None, customer=True, minutes=30):
    return services.take_claims(
        actor=actor or cast.asha,
        unit_ids=[unit.pk for unit in units],
        customer_id=cast.asha.pk if customer else None,
        minutes=minutes,
    )


@pytest.fixture
def hold(cast, noon):
    """Asha holds Meera's unit from noon to half past."""
    (claim,) = take(cast, cast.meera_unit)
    return claim


def values(claim):
    return Claim.objects.filter(pk=claim.pk).values().get()


# --- taking ----------------------------------------------------------------------------------------------------------


def test_R4_3_a_claim_holds_the_unit_for_its_customer(cast, noon, told, trail):
    (claim,) = take(cast, cast.meera_unit)
    assert values(claim) == {
        "id": claim.pk,
        "unit_id": cast.meera_unit.pk,
        "kind": "hold",
        "stage": "held",
        "customer_id": cast.asha.pk,
        "taken_by_id": cast.asha.pk,
        "taken_at": noon(),
        "expires_at": noon() + HALF_HOUR,
        "released_at": None,
        "release_reason": "",
    }
    assert list(claim.parties.values_list("pk", flat=True)) == [cast.asha.pk]
    assert told == [ClaimTaken(claim_id=claim.pk, unit_id=cast.meera_unit.pk)]
    until = str(noon() + HALF_HOUR)
    assert trail(claim) == [("taken", {}, {"unit": cast.meera_unit.pk, "expires_at": until})]


def test_a_builders_own_hold_is_for_nobody(cast, noon):
    (claim,) = take(cast, cast.meera_unit, actor=cast.meera, customer=False, minutes=24 * 60)
    assert (claim.customer_id, claim.taken_by_id) == (None, cast.meera.pk)
    assert not claim.parties.exists()
    assert claim.expires_at == noon(days=1)


def test_R4_3_a_claimed_unit_is_not_available_and_nobody_learns_who_has_it(
    cast, hold, stored, told
):
    before = stored()
    with pytest.raises(UnitNotAvailable) as refusal:
        take(cast, cast.meera_unit, actor=cast.ravi)
    assert (refusal.value.code, refusal.value.status) == ("unit_not_available", 409)
    assert refusal.value.detail == "This unit is not available."
    assert (refusal.value.errors, refusal.value.extra) == ({}, {})
    assert (stored(), told) == (before, [])


@pytest.mark.parametrize(
    ("project", "unit"),
    [
        ({}, {"released_at": None}),
        ({}, {"blocked_at": LONG_AGO}),
        ({"published_at": None}, {}),
        ({"archived_at": LONG_AGO}, {}),
    ],
    ids=["not released", "blocked", "not published", "archived"],
)
def test_R4_3_only_what_is_for_sale_can_be_claimed(cast, stored, project, unit):
    unit = UnitFactory(project=ProjectFactory(**project), **unit)
    before = stored()
    with pytest.raises(UnitNotAvailable):
        take(cast, unit)
    assert stored() == before


@pytest.mark.parametrize("unit_ids", [[], [10**12], [10**30]])
def test_units_that_do_not_exist_are_not_available(cast, unit_ids, stored):
    before = stored()
    with pytest.raises(UnitNotAvailable):
        services.take_claims(actor=cast.asha, unit_ids=unit_ids, customer_id=None, minutes=1)
    assert stored() == before


def test_R4_3_a_lapsed_hold_is_released_as_of_its_expiry(cast, hold, noon):
    noon(minutes=30)
    (claim,) = take(cast, cast.meera_unit, actor=cast.ravi)
    assert claim.taken_at == noon(minutes=30)
    hold.refresh_from_db()
    assert (hold.released_at, hold.release_reason) == (noon(minutes=30), ReleaseReason.EXPIRED)
    noon(minutes=50)
    with pytest.raises(UnitNotAvailable):
        take(cast, cast.meera_unit)
    hold.refresh_from_db()
    assert hold.released_at == noon(minutes=30)


@pytest.mark.parametrize("lapsed", range(8), ids="{:03b}".format)
def test_R4_7_units_are_taken_together_whichever_of_them_were_held_before(cast, noon, lapsed):
    units = UnitFactory.create_batch(3, project=cast.meera_project)
    before = [unit for place, unit in enumerate(units) if lapsed >> place & 1]
    for unit in before:
        take(cast, unit)
    noon(minutes=30)
    taken = take(cast, *reversed(units), actor=cast.ravi)
    assert [claim.unit for claim in taken] == units
    ended = Claim.objects.exclude(released_at=None)
    assert {claim.unit_id for claim in ended} == {unit.pk for unit in before}


def test_R4_2_a_hold_keeps_others_out_until_the_last_moment(cast, hold, noon):
    noon(minutes=30, microseconds=-1)
    with pytest.raises(UnitNotAvailable):
        take(cast, cast.meera_unit, actor=cast.ravi)
    noon(minutes=30)
    assert take(cast, cast.meera_unit, actor=cast.ravi)


def test_only_the_lapsed_hold_of_the_wanted_unit_is_touched(cast, hold, noon):
    other = UnitFactory(project=cast.meera_project)
    (others,) = take(cast, other, minutes=20)
    noon(minutes=40)
    take(cast, other)
    hold.refresh_from_db()
    others.refresh_from_db()
    assert (hold.released_at, others.release_reason) == (None, ReleaseReason.EXPIRED)


def test_R4_7_a_claim_covers_several_units_in_any_order(cast, noon):
    flat, parking = cast.meera_unit, UnitFactory(project=cast.meera_project, unit_type="parking")
    made = take(cast, parking, flat, parking)
    assert [claim.unit_id for claim in made] == [flat.pk, parking.pk]


@pytest.mark.parametrize("position", [0, 1, 2])
def test_R4_7_all_or_none(cast, hold, stored, position):
    wanted = UnitFactory.create_batch(2, project=cast.meera_project)
    wanted.insert(position, cast.meera_unit)
    before = stored()
    with pytest.raises(UnitNotAvailable):
        take(cast, *wanted, actor=cast.ravi)
    assert stored() == before


def test_R4_7_all_or_none_also_where_a_lapsed_hold_was_released_on_the_way(
    cast, hold, noon, stored
):
    noon(hours=1)
    taken = ClaimFactory(unit=UnitFactory(project=cast.meera_project), taken_at=noon(hours=1))
    before = stored()
    with pytest.raises(UnitNotAvailable):
        take(cast, cast.meera_unit, taken.unit)
    assert stored() == before


def test_a_listener_may_refuse_and_undoes_all(cast, monkeypatch, stored):
    def refuse(_event):
        raise InvalidValue("no")

    monkeypatch.setitem(events._handlers, ClaimTaken, [refuse])
    before = stored()
    with pytest.raises(InvalidValue):
        take(cast, cast.meera_unit)
    assert stored() == before


# --- extending -------------------------------------------------------------------------------------------------------


def test_R4_5_a_live_hold_is_extended(cast, hold, noon, trail):
    until = noon(minutes=29) + HALF_HOUR
    claim = services.extend_claim(actor=cast.asha, claim_id=hold.pk, until=until)
    hold.refresh_from_db()
    assert claim.expires_at == hold.expires_at == until
    before, after = noon(minutes=30), until
    assert trail(hold)[1:] == [
        ("extended", {"expires_at": str(before)}, {"expires_at": str(after)})
    ]


@pytest.mark.parametrize("minutes", [30, 45, 24 * 60])
def test_R4_5_a_lapsed_hold_is_not_revived(cast, hold, noon, stored, minutes):
    now = noon(minutes=minutes)
    before = stored()
    with pytest.raises(ClaimHasEnded) as refusal:
        services.extend_claim(actor=cast.asha, claim_id=hold.pk, until=now + HALF_HOUR)
    assert (refusal.value.code, refusal.value.status) == ("claim_ended", 409)
    assert stored() == before


@pytest.mark.parametrize("minutes", [-1, 10, 30])
def test_extending_never_shortens(cast, hold, noon, stored, minutes):
    before = stored()
    with pytest.raises(InvalidValue):
        services.extend_claim(
            actor=cast.asha, claim_id=hold.pk, until=hold.taken_at + timedelta(minutes=minutes)
        )
    assert stored() == before


def test_a_bookings_claim_has_no_end_to_extend(cast, hold, noon, stored):
    services.advance_claim(claim_id=hold.pk, stage=ClaimStage.BOOKED)
    before = stored()
    with pytest.raises(ClaimHasEnded):
        services.extend_claim(actor=cast.asha, claim_id=hold.pk, until=noon(days=1))
    assert stored() == before


# --- advancing -------------------------------------------------------------------------------------------------------


def test_a_booked_claim_does_not_expire(hold, noon):
    claim = services.advance_claim(claim_id=hold.pk, stage=ClaimStage.BOOKED)
    hold.refresh_from_db()
    for row in (claim, hold):
        assert (row.kind, row.stage, row.expires_at) == (
            ClaimKind.BOOKING,
            ClaimStage.BOOKED,
            None,
        )
    noon(days=999)
    assert services.expire_claims() == 0
    assert hold.is_live(noon(days=999))


def test_a_claim_goes_all_the_way(hold):
    for stage in (ClaimStage.BOOKED, ClaimStage.SOLD, ClaimStage.HANDED_OVER):
        assert services.advance_claim(claim_id=hold.pk, stage=stage).stage == stage
        again = services.advance_claim(claim_id=hold.pk, stage=stage)
        hold.refresh_from_db()
        assert again.stage == hold.stage == stage


@pytest.mark.parametrize(
    ("at", "to"),
    [
        ("held", "sold"),
        ("held", "handed_over"),
        ("booked", "held"),
        ("booked", "handed_over"),
        ("sold", "held"),
        ("sold", "booked"),
        ("handed_over", "held"),
        ("handed_over", "booked"),
        ("handed_over", "sold"),
    ],
)
def test_no_stage_is_skipped_and_none_comes_back(cast, stored, at, to):
    kind = ClaimKind.HOLD if at == "held" else ClaimKind.BOOKING
    claim = ClaimFactory(unit=cast.meera_unit, kind=kind, stage=at)
    before = stored()
    with pytest.raises(InvalidTransition):
        services.advance_claim(claim_id=claim.pk, stage=ClaimStage(to))
    assert stored() == before


@pytest.mark.parametrize("stage", [ClaimStage.HELD, ClaimStage.BOOKED])
def test_a_lapsed_hold_becomes_nothing(hold, noon, stored, stage):
    noon(minutes=30)
    before = stored()
    with pytest.raises(ClaimHasEnded):
        services.advance_claim(claim_id=hold.pk, stage=stage)
    assert stored() == before


# --- parties ---------------------------------------------------------------------------------------------------------


def test_the_customer_is_always_a_party(cast, hold):
    claim = services.set_parties(claim_id=hold.pk, customer_id=cast.ravi.pk, others=[cast.asha.pk])
    assert claim.customer_id == cast.ravi.pk
    assert set(claim.parties.values_list("pk", flat=True)) == {cast.asha.pk, cast.ravi.pk}
    services.set_parties(claim_id=hold.pk, customer_id=cast.ravi.pk)
    hold.refresh_from_db()
    assert hold.customer == cast.ravi.customer
    assert list(hold.parties.values_list("pk", flat=True)) == [cast.ravi.pk]


def test_an_ended_claim_gets_no_parties(cast, hold, noon, stored):
    noon(minutes=30)
    before = stored()
    with pytest.raises(ClaimHasEnded):
        services.set_parties(claim_id=hold.pk, customer_id=cast.ravi.pk)
    assert stored() == before
    assert list(hold.parties.values_list("pk", flat=True)) == [cast.asha.pk]


# --- releasing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [ReleaseReason.RELEASED, ReleaseReason.CANCELLED])
def test_a_released_unit_is_free_at_once(cast, hold, noon, told, trail, reason):
    now = noon(minutes=5)
    claim = services.release_claim(actor=cast.asha, claim_id=hold.pk, reason=reason)
    hold.refresh_from_db()
    for row in (claim, hold):
        assert (row.released_at, row.release_reason) == (now, reason)
    assert told == [ClaimReleased(claim_id=hold.pk, unit_id=hold.unit_id, reason=reason)]
    assert trail(hold)[1:] == [("released", {}, {"reason": reason})]
    assert take(cast, cast.meera_unit, actor=cast.ravi)


@pytest.mark.parametrize("minutes", [30, 45])
def test_releasing_a_lapsed_hold_records_its_expiry(cast, hold, noon, told, minutes):
    noon(minutes=minutes)
    services.release_claim(actor=cast.asha, claim_id=hold.pk, reason=ReleaseReason.RELEASED)
    hold.refresh_from_db()
    assert (hold.released_at, hold.release_reason) == (noon(minutes=30), ReleaseReason.EXPIRED)
    assert [event.reason for event in told] == [ReleaseReason.EXPIRED]


def changes(cast, hold, noon):
    """Everything that may be done to a live claim."""
    return (
        lambda: services.release_claim(
            actor=cast.asha, claim_id=hold.pk, reason=ReleaseReason.CANCELLED
        ),
        lambda: services.extend_claim(actor=cast.asha, claim_id=hold.pk, until=noon(days=1)),
        lambda: services.advance_claim(claim_id=hold.pk, stage=ClaimStage.BOOKED),
        lambda: services.set_parties(claim_id=hold.pk, customer_id=cast.ravi.pk),
    )


def test_a_claim_is_released_once(cast, hold, noon, stored, told):
    services.release_claim(actor=cast.asha, claim_id=hold.pk, reason=ReleaseReason.RELEASED)
    before = stored()
    told.clear()
    noon(minutes=1)
    for call in changes(cast, hold, noon):
        with pytest.raises(ClaimHasEnded):
            call()
    assert (stored(), told) == (before, [])


def test_the_statement_alone_refuses_what_the_lock_should_have_kept_out(
    cast, hold, noon, stored, monkeypatch
):
    """As if somebody had forgotten the lock: the row in hand is live, the row in the table is not."""
    in_hand = Claim.objects.get(pk=hold.pk)
    services.release_claim(actor=cast.asha, claim_id=hold.pk, reason=ReleaseReason.RELEASED)
    before = stored()
    monkeypatch.setattr(claims, "lock", lambda _rows, _pk: in_hand)
    for call in changes(cast, hold, noon):
        noon()
        with pytest.raises(ClaimHasEnded):
            call()
    assert stored() == before


def test_a_sold_unit_is_freed_too(cast, hold):
    for stage in (ClaimStage.BOOKED, ClaimStage.SOLD):
        services.advance_claim(claim_id=hold.pk, stage=stage)
    services.release_claim(actor=cast.sana, claim_id=hold.pk, reason=ReleaseReason.CANCELLED)
    assert take(cast, cast.meera_unit)


def test_a_claim_that_does_not_exist(cast):
    for call in (
        lambda: services.release_claim(actor=None, claim_id=10**12, reason=ReleaseReason.RELEASED),
        lambda: services.advance_claim(claim_id=10**12, stage=ClaimStage.BOOKED),
    ):
        with pytest.raises(Claim.DoesNotExist):
            call()


# --- recording -------------------------------------------------------------------------------------------------------


def test_R4_4_lapsed_holds_are_recorded_once_and_nothing_else(cast, hold, noon):
    take(cast, *UnitFactory.create_batch(2, project=cast.meera_project), minutes=10)
    live = take(cast, *UnitFactory.create_batch(2, project=cast.meera_project), minutes=90)
    services.advance_claim(claim_id=live[0].pk, stage=ClaimStage.BOOKED)
    noon(minutes=30)
    assert services.expire_claims() == 3
    assert services.expire_claims() == 0
    over = Claim.objects.exclude(released_at=None).order_by("pk")
    assert [claim.released_at for claim in over] == [claim.expires_at for claim in over]
    assert [claim.release_reason for claim in over] == [ReleaseReason.EXPIRED] * 3
    assert set(Claim.objects.filter(released_at=None)) == set(live)


def test_a_run_is_bounded_and_the_next_takes_the_rest(cast, noon, monkeypatch):
    monkeypatch.setattr(claims, "LAPSES_PER_RUN", 2)
    take(cast, *UnitFactory.create_batch(3, project=cast.meera_project))
    noon(hours=1)
    assert [services.expire_claims() for _ in range(3)] == [2, 1, 0]
