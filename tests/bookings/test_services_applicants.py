"""R18: who buys, with which share, and whether the identity was checked."""

from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from accounts.services import relate
from bookings import rules, services
from bookings.enums import BookingAction, BookingState, KycState
from bookings.models import Applicant, Booking
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from realestate.core.models import AuditEntry, SystemSetting
from realestate.core.transactions import service
from tests.factories.bookings import ApplicantFactory

pytestmark = pytest.mark.django_db
D = Decimal
A, S, K = BookingAction, BookingState, KycState


def person(share: str, **more) -> dict:
    return {"share": D(share), **more}


def shares(booking) -> list[tuple[str, Decimal, bool]]:
    rows = booking.applicants.order_by("-is_primary", "pk")
    return [(row.full_name, row.share, row.is_primary) for row in rows]


def put(cast, booking, *applicants, who="asha"):
    return services.set_applicants(
        actor=getattr(cast, who), booking_id=booking.pk, applicants=applicants
    )


ALONE = [("Asha Rao", D("100.00"), True)]
PRIMARY = person("60", is_primary=True)
VIKRAM = person("40", full_name=" Vikram Rao ", email="vikram@example.com", phone="1")


def test_R18_whoever_books_is_the_only_applicant(cast, booking):
    assert shares(booking) == ALONE
    row = booking.applicants.get()
    assert (row.customer_id, row.email, row.kyc_state) == (cast.asha.pk, cast.asha.email, K.MISSING)


@pytest.mark.parametrize("who", ["asha", "meera", "sana"])
def test_R18_the_parties_replace_the_list(cast, booking, who):
    put(cast, booking, PRIMARY, VIKRAM, who=who)
    assert shares(booking) == [
        ("Asha Rao", D("60.00"), True),
        ("Vikram Rao", D("40.00"), False),
    ]
    put(cast, booking, person("100", is_primary=True), who=who)
    assert shares(booking) == ALONE
    actions = AuditEntry.objects.filter(object_type="bookings.booking").order_by("pk")
    assert list(actions.values_list("action", flat=True))[-2:] == ["applicants set"] * 2


def test_R18_a_co_applicant_with_an_account_is_a_party_of_the_claim(cast, booking):
    relate(customer_id=cast.ravi.pk, builder_id=cast.meera.pk)
    named = person("40", customer_id=cast.ravi.pk, full_name="Not his name")
    put(cast, booking, PRIMARY, named, who="meera")
    assert [name for name, _share, _primary in shares(booking)] == ["Asha Rao", "Ravi Iyer"]
    parties = booking.claim.parties.values_list("pk", flat=True)
    assert set(parties) == {cast.asha.pk, cast.ravi.pk}


@pytest.mark.parametrize(
    "applicants",
    [
        [person("99.99", is_primary=True)],
        [PRIMARY, person("40.01", full_name="Vikram")],
        [PRIMARY, person("20", full_name="Vikram"), person("19.99", full_name="Mary")],
    ],
)
def test_R18_shares_total_100(cast, booking, applicants):
    with pytest.raises(services.SharesNot100) as refusal:
        put(cast, booking, *applicants)
    assert refusal.value.extra == {"total": sum(row["share"] for row in applicants)}
    assert shares(booking) == ALONE


@pytest.mark.parametrize(
    "applicants",
    [
        [person("100", full_name="Vikram")],
        [PRIMARY, person("40", full_name="Vikram", is_primary=True)],
        [],
    ],
    ids=["none", "two", "nobody"],
)
def test_R18_exactly_one_is_primary(cast, booking, applicants):
    with pytest.raises(services.OnePrimary):
        put(cast, booking, *applicants)
    assert shares(booking) == ALONE


def test_R18_the_primary_one_is_the_customer(cast, booking):
    relate(customer_id=cast.ravi.pk, builder_id=cast.meera.pk)
    with pytest.raises(services.OnePrimary):
        put(
            cast,
            booking,
            person("100", customer_id=cast.ravi.pk, is_primary=True),
            who="meera",
        )
    assert shares(booking) == ALONE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"full_name": "V", "email": "v@example.com"},
            {"full_name": "W", "email": "V@Example.com"},
        ),
        ({"full_name": "Vikram  Rao", "phone": "1"}, {"full_name": "vikram rao", "phone": "1"}),
        ({"full_name": "A", "email": "asha@example.com"}, {"full_name": "B"}),
    ],
    ids=["address", "name", "the customer's address"],
)
def test_R18_the_same_person_once(cast, booking, one, other):
    with pytest.raises(services.ApplicantTwice):
        put(cast, booking, PRIMARY, person("20", **one), person("20", **other))
    assert shares(booking) == ALONE


def test_R18_the_database_knows_it_too(cast, booking):
    with pytest.raises(services.ApplicantTwice):
        service(ApplicantFactory)(booking=booking, customer=cast.asha.customer)
    with pytest.raises(services.OnePrimary):
        service(ApplicantFactory)(booking=booking, is_primary=True)


@pytest.mark.parametrize("share", ["0", "-1", "33.333", "100.01", "NaN", "Infinity"])
def test_R18_what_is_no_share(cast, booking, share):
    with pytest.raises(InvalidValue):
        put(cast, booking, PRIMARY, person(share, full_name="Vikram"))
    assert shares(booking) == ALONE


def test_an_applicant_has_a_name(cast, booking):
    with pytest.raises(InvalidValue):
        put(cast, booking, PRIMARY, person("40", full_name="  "))
    assert shares(booking) == ALONE


def test_R21_strangers(cast, booking):
    for who in ("ravi", "kiran"):
        with pytest.raises(ObjectDoesNotExist):
            put(cast, booking, PRIMARY, VIKRAM, who=who)
    with pytest.raises(ObjectDoesNotExist):  # Asha does not know Ravi's account
        put(cast, booking, PRIMARY, person("40", customer_id=cast.ravi.pk))
    assert shares(booking) == ALONE


def test_R18_frozen_after_the_confirmation(cast, paid):
    put(cast, paid, PRIMARY, VIKRAM)
    services.move_booking(actor=cast.meera, booking_id=paid.pk, action=A.CONFIRM)
    with pytest.raises(services.ApplicantsFrozen):
        put(cast, paid, person("100", is_primary=True), who="meera")
    assert len(shares(paid)) == 2


def test_R18_nothing_after_the_end(cast, booking):
    services.cancel_booking(actor=cast.asha, booking_id=booking.pk)
    with pytest.raises(InvalidTransition):
        put(cast, booking, PRIMARY, VIKRAM)
    with pytest.raises(InvalidTransition):
        services.set_kyc(
            actor=cast.asha, applicant_id=booking.applicants.get().pk, state=K.SUBMITTED
        )


def test_R18_shares_and_checks_of_those_who_stay_are_kept(cast, booking):
    put(cast, booking, PRIMARY, VIKRAM)
    vikram = booking.applicants.get(is_primary=False)
    Applicant.objects.update(kyc_state=K.VERIFIED)
    put(cast, booking, PRIMARY, {**VIKRAM, "phone": "2"})
    kept = booking.applicants.get(is_primary=False)
    assert (kept.pk, kept.phone, kept.kyc_state) == (vikram.pk, "2", K.VERIFIED)
    put(cast, booking, PRIMARY, {**VIKRAM, "full_name": "Somebody Else"})
    assert booking.applicants.get(is_primary=False).kyc_state == K.MISSING
    assert booking.applicants.get(is_primary=True).kyc_state == K.VERIFIED


# --- KYC --------------------------------------------------------------------------------------------------------------

R18 = {
    (K.MISSING, K.SUBMITTED): "asha",
    (K.SUBMITTED, K.VERIFIED): "meera",
    (K.SUBMITTED, K.REJECTED): "meera",
    (K.REJECTED, K.SUBMITTED): "asha",
}


@pytest.mark.parametrize("old", K)
@pytest.mark.parametrize("new", K)
def test_R18_the_steps_of_a_check(cast, booking, old, new):
    Applicant.objects.update(kyc_state=old)
    pk = booking.applicants.get().pk
    right = "asha" if new == K.SUBMITTED else "meera"
    wrong = "meera" if right == "asha" else "asha"
    if new != K.MISSING:
        with pytest.raises(NotAllowed):
            services.set_kyc(actor=getattr(cast, wrong), applicant_id=pk, state=new)
    if (old, new) in R18:
        services.set_kyc(actor=getattr(cast, right), applicant_id=pk, state=new)
        assert booking.applicants.get().kyc_state == new
    else:
        with pytest.raises(InvalidTransition) as refusal:
            services.set_kyc(actor=getattr(cast, right), applicant_id=pk, state=new)
        allowed = [str(action) for action in rules.KYC_TRANSITIONS.get(old, {})]
        assert refusal.value.extra == {"state": old, "allowed": allowed}
        assert booking.applicants.get().kyc_state == old


# --- the confirmation (R5.5) ------------------------------------------------------------------------------------------


def confirm(cast, booking):
    return services.move_booking(actor=cast.meera, booking_id=booking.pk, action=A.CONFIRM)


def state_of(booking) -> str:
    return Booking.objects.get(pk=booking.pk).state


def test_R5_5_no_confirmation_without_all_shares(cast, paid):
    Applicant.objects.update(share=99)
    with pytest.raises(services.SharesNot100):
        confirm(cast, paid)
    assert state_of(paid) == S.TOKEN_PAID


def test_R5_5_no_confirmation_without_verified_applicants_where_it_is_required(cast, paid):
    put(cast, paid, PRIMARY, VIKRAM)
    SystemSetting.objects.create(
        key="bookings.kyc_required", scope="project", scope_id=cast.meera_project.pk, value="true"
    )
    Applicant.objects.filter(is_primary=True).update(kyc_state=K.VERIFIED)
    with pytest.raises(services.KycMissing) as refusal:
        confirm(cast, paid)
    assert (refusal.value.extra, state_of(paid)) == ({"missing": ["Vikram Rao"]}, S.TOKEN_PAID)
    Applicant.objects.update(kyc_state=K.VERIFIED)
    assert confirm(cast, paid).state == S.BOOKING_CONFIRMED
