"""R4.10 with threads: under any interleaving a unit has one live claim at most, and nobody waits for ever."""

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Event

import pytest
from django.db import connection

from projects import services
from projects.enums import ClaimStage, ReleaseReason
from projects.models import Claim, Project, Unit
from projects.services import ClaimHasEnded, ProjectHasBookings, UnitNotAvailable, claims
from realestate.core import clock
from realestate.core.transactions import service
from tests.cast import make_cast
from tests.factories.accounts import CustomerFactory
from tests.factories.projects import ClaimFactory, ProjectFactory, UnitFactory
from tests.races.support import losers, run_together, winners

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 50


def patient() -> None:
    """A slow machine may keep the last of the crowd waiting longer than a customer would be."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50s'")


def take(customer, units):
    patient()
    return services.take_claims(
        actor=customer.user,
        unit_ids=[unit.pk for unit in units],
        customer_id=customer.pk,
        minutes=30,
    )


def kinds(results) -> Counter:
    return Counter(type(result) for result in results)


def units_claimed_twice() -> int:
    """What the partial unique index forbids, counted without it."""
    unreleased = Claim.objects.filter(released_at=None).values_list("unit", flat=True)
    return sum(count > 1 for count in Counter(unreleased).values())


@pytest.mark.parametrize("lapsed", [False, True], ids=["free", "with a lapsed hold"])
def test_R4_10_fifty_customers_and_one_unit(lapsed):
    unit = UnitFactory()
    if lapsed:
        ClaimFactory(
            unit=unit, customer=CustomerFactory(), taken_at=clock.now() - timedelta(hours=3)
        )
    people = CustomerFactory.create_batch(CROWD)
    results = run_together(CROWD, lambda index: take(people[index], [unit]))
    assert kinds(results) == {list: 1, UnitNotAvailable: CROWD - 1}
    ((winner,),) = winners(results)
    assert Claim.objects.live(clock.now()).get() == winner
    assert list(winner.parties.all()) == [winner.customer]
    old = Claim.objects.exclude(pk=winner.pk)
    assert [(claim.released_at, claim.release_reason) for claim in old] == [
        (claim.expires_at, ReleaseReason.EXPIRED) for claim in old
    ]
    assert old.count() == int(lapsed)


def test_R4_10_a_hold_that_lapses_while_they_ask():
    """Whatever moment each of them asks at, the hold and the next claim never overlap."""
    unit, people = UnitFactory(), CustomerFactory.create_batch(20)
    now = clock.now()
    old = ClaimFactory(unit=unit, taken_at=now, expires_at=now + timedelta(milliseconds=50))
    results = run_together(20, lambda index: take(people[index], [unit]))
    assert set(kinds(results)) <= {list, UnitNotAvailable}
    assert len(winners(results)) <= 1
    for (claim,) in winners(results):
        assert claim.taken_at >= old.expires_at
    assert units_claimed_twice() == 0


def test_R4_7_several_units_in_any_order_all_or_none_without_a_deadlock():
    units = UnitFactory.create_batch(8)
    people = CustomerFactory.create_batch(CROWD)
    dice = random.Random(7)  # noqa: S311  # a story, not a secret
    wishes = [dice.sample(units, dice.randint(2, 5)) for _ in people]
    results = run_together(CROWD, lambda index: take(people[index], wishes[index]))
    assert set(kinds(results)) == {list, UnitNotAvailable}
    for customer, wish, result in zip(people, wishes, results, strict=True):
        taken = set(Claim.objects.filter(customer=customer).values_list("unit", flat=True))
        assert taken == (set() if isinstance(result, Exception) else {unit.pk for unit in wish})
    assert units_claimed_twice() == 0
    # Nobody was refused whose wish was free: whoever lost wanted a unit that somebody has.
    gone = set(Claim.objects.values_list("unit", flat=True))
    for wish, result in zip(wishes, results, strict=True):
        assert {unit.pk for unit in wish} & gone or not isinstance(result, Exception)


def without_the_promise(monkeypatch, contenders: int) -> None:
    """Everybody looks before anybody writes, as if no unit were ever locked."""
    together = Barrier(contenders, timeout=30)
    write = claims._take

    def look(rows, pks):
        return list(rows.filter(pk__in=pks))

    def write_after_all_have_looked(**values):
        together.wait()
        return write(**values)

    monkeypatch.setattr(claims, "lock_all", look)
    monkeypatch.setattr(claims, "_take", write_after_all_have_looked)


def test_R4_10_control_without_lock_and_index_a_unit_is_claimed_twice(monkeypatch):
    """The races above can see a double claim: this takes the promise away and finds one."""
    unit, people = UnitFactory(), CustomerFactory.create_batch(5)
    without_the_promise(monkeypatch, 5)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'one_live_claim_per_unit'"
        )
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX one_live_claim_per_unit")
    try:
        results = run_together(5, lambda index: take(people[index], [unit]))
        assert kinds(results) == {list: 5}
        assert units_claimed_twice() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE projects_claim CASCADE")
            cursor.execute(definition)


def test_R4_10_without_the_lock_the_index_alone_keeps_the_promise(monkeypatch):
    unit, people = UnitFactory(), CustomerFactory.create_batch(5)
    without_the_promise(monkeypatch, 5)
    results = run_together(5, lambda index: take(people[index], [unit]))
    assert kinds(results) == {list: 1, UnitNotAvailable: 4}
    assert (Claim.objects.count(), units_claimed_twice()) == (1, 0)


def test_extending_a_hold_that_lapses_against_whoever_wants_it():
    """R4.2: exactly one of them gets what it asks for, however close to the expiry both come."""
    for round_ in range(10):
        unit, customer = UnitFactory(), CustomerFactory()
        now = clock.now()
        hold = ClaimFactory(
            unit=unit, taken_at=now, expires_at=now + timedelta(milliseconds=5 * round_)
        )

        def extend_or_take(index, unit=unit, customer=customer, hold=hold):
            patient()
            if index:
                return take(customer, [unit])
            later = clock.now() + timedelta(hours=1)
            return services.extend_claim(actor=None, claim_id=hold.pk, until=later)

        extended, taken = run_together(2, extend_or_take)
        assert kinds([extended, taken]) in (
            {Claim: 1, UnitNotAvailable: 1},
            {ClaimHasEnded: 1, list: 1},
            # Between them the hold lapsed: too late to extend, and too early to take.
            {ClaimHasEnded: 1, UnitNotAvailable: 1},
        )
        assert units_claimed_twice() == 0


def test_releasing_and_advancing_at_once_never_frees_a_booked_unit():
    for _round in range(10):
        claim = ClaimFactory()

        def release_or_book(index, claim=claim):
            patient()
            if index:
                return services.advance_claim(claim_id=claim.pk, stage=ClaimStage.BOOKED)
            reason = ReleaseReason.RELEASED
            return services.release_claim(actor=None, claim_id=claim.pk, reason=reason)

        released, booked = run_together(2, release_or_book)
        assert isinstance(released, Claim), released  # a booked claim may be released too
        claim.refresh_from_db()
        assert claim.released_at is not None
        assert (claim.stage == ClaimStage.BOOKED) == isinstance(booked, Claim)


def test_releasing_at_once_ends_a_claim_once():
    claim = ClaimFactory()

    def release(_index):
        patient()
        reason = ReleaseReason.RELEASED
        return services.release_claim(actor=None, claim_id=claim.pk, reason=reason)

    assert kinds(run_together(10, release)) == {Claim: 1, ClaimHasEnded: 9}


def test_recording_lapses_while_everybody_takes_units():
    units = UnitFactory.create_batch(10)
    past = clock.now() - timedelta(hours=3)
    for unit in units:
        ClaimFactory(unit=unit, taken_at=past)
    people = CustomerFactory.create_batch(10)

    def record_or_take(index):
        patient()
        if index >= 10:
            return services.expire_claims()
        wish = units[index:] + units[:index]
        return take(people[index], wish[:3])

    results = run_together(14, record_or_take)
    assert set(kinds(results)) <= {list, int, UnitNotAvailable}
    assert winners(results[:10])
    assert units_claimed_twice() == 0
    services.expire_claims()
    assert not Claim.objects.lapsed(clock.now()).exists()


def test_archiving_a_project_and_taking_its_unit_at_once():
    """Contract 0.9: no archived project has a claim, and no claim is lost."""
    cast = make_cast()
    for _round in range(10):
        project = ProjectFactory(builder=cast.meera.builder)
        unit, *_others = UnitFactory.create_batch(3, project=project)

        def archive_or_take(index, project=project, unit=unit):
            patient()
            if index:
                return take(cast.asha.customer, [unit])
            return services.archive_project(actor=cast.meera, project_id=project.pk)

        results = run_together(2, archive_or_take)
        assert len(winners(results)) == 1
        assert {type(error) for error in losers(results)} <= {ProjectHasBookings, UnitNotAvailable}
        archived = Project.objects.exclude(archived_at=None).filter(pk=project.pk).exists()
        assert Claim.objects.filter(unit=unit).exists() is not archived


def test_blocking_a_unit_and_taking_it_at_once():
    cast = make_cast()
    for unit in UnitFactory.create_batch(10, project=cast.meera_project):

        def block_or_take(index, unit=unit):
            patient()
            if index:
                return take(cast.asha.customer, [unit])
            return services.change_unit(actor=cast.meera, unit_id=unit.pk, is_blocked=True)

        blocked, taken = run_together(2, block_or_take)
        assert isinstance(blocked, Unit)
        claimed = Claim.objects.filter(unit=unit).values_list("taken_at", flat=True)
        assert isinstance(taken, UnitNotAvailable) is not bool(claimed)


def test_two_units_with_one_number_at_once():
    cast = make_cast()

    def add(_index):
        patient()
        return services.add_unit(
            actor=cast.meera,
            project_id=cast.meera_project.pk,
            unit_number="B-1",
            unit_type="shop",
            floor_number=0,
            area_sqft=Decimal(100),
            price=Decimal(100),
        )

    assert kinds(run_together(8, add)) == {Unit: 1, services.UnitNumberTaken: 7}


def test_every_file_of_a_model_is_a_version_of_its_own():
    cast = make_cast()
    model = services.add_model(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        model_name="Lobby",
        model_type="amenities",
        file_format="glb",
        file_url="https://files.example.com/0.glb",
    )

    def replace(index):
        patient()
        url = f"https://files.example.com/{index + 1}.glb"
        return services.change_model(actor=cast.meera, model_id=model.pk, file_url=url).version

    assert sorted(run_together(8, replace)) == list(range(2, 10))


def test_R4_10_who_has_the_unit_waits_for_nobody_who_ends_its_claim(monkeypatch):
    """The hold lapses while the unit is waited for, and the job that records it wants the unit in its turn."""
    unit, customer = UnitFactory(), CustomerFactory()
    old = ClaimFactory(unit=unit, taken_at=clock.now(), expires_at=clock.now() + timedelta(hours=1))
    has_unit, has_claim, real = Event(), Event(), claims.lock_all

    def lock_then_lapse(*args):
        found = real(*args)
        has_unit.set()
        assert has_claim.wait(30)
        return found

    @service
    def record_the_lapse():
        Claim.objects.select_for_update(no_key=True).get(pk=old.pk)
        has_claim.set()
        return claims._release_lapsed(Claim.objects.filter(pk=old.pk), clock.now())

    def take_or_record(index):
        patient()
        if not index:
            return take(customer, [unit])
        assert has_unit.wait(30)
        monkeypatch.undo()
        Claim.objects.filter(pk=old.pk).update(expires_at=clock.now())
        return record_the_lapse()

    monkeypatch.setattr(claims, "lock_all", lock_then_lapse)
    refused, recorded = run_together(2, take_or_record)
    assert isinstance(refused, UnitNotAvailable), refused
    assert recorded == 1
    assert take(customer, [unit])[0].is_live(clock.now())
