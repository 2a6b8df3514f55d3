"""R5.6: the agreement is signed by every applicant and the builder before the booking moves on."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.storage import default_storage

from bookings import rules, services
from bookings.documents import kept_agreement_pdf
from bookings.enums import BookingAction, BookingState, SignatureMethod
from bookings.jobs import draw_agreement
from bookings.models import Agreement, Applicant, Booking, Signature
from projects.models import Unit
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from realestate.core.files import store_file
from realestate.core.models import StoredFile, SystemSetting
from realestate.core.transactions import service
from tests.bookings.conftest import NOON
from tests.factories.bookings import SignatureFactory, sign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
A, S = BookingAction, BookingState


@pytest.fixture
def confirmed(cast, paid) -> Booking:
    """Asha, with 60 percent, and Vikram buy; the booking is confirmed."""
    services.set_applicants(
        actor=cast.asha,
        booking_id=paid.pk,
        applicants=[
            {"share": Decimal(60), "is_primary": True},
            {"share": Decimal(40), "full_name": "Vikram Rao", "email": "v@example.com"},
        ],
    )
    return services.move_booking(actor=cast.meera, booking_id=paid.pk, action=A.CONFIRM)


@pytest.fixture
def agreement(cast, confirmed) -> Agreement:
    return services.generate_agreement(actor=cast.meera, booking_id=confirmed.pk)


@pytest.fixture
def asha(confirmed) -> Applicant:
    return confirmed.applicants.get(is_primary=True)


@pytest.fixture
def vikram(confirmed) -> Applicant:
    return confirmed.applicants.get(is_primary=False)


def sign_it(cast, agreement, applicant=None, who="meera", **hand) -> Signature:
    return services.sign_agreement(
        actor=getattr(cast, who),
        agreement_id=agreement.pk,
        applicant_id=applicant.pk if applicant else None,
        **hand,
    )


def move(cast, booking):
    return services.move_booking(actor=cast.meera, booking_id=booking.pk, action=A.SIGN)


def test_R5_6_everybody_signs_then_the_booking_moves(cast, confirmed, agreement, asha, vikram):
    missing = []
    steps = [
        lambda: sign_it(cast, agreement, asha, who="asha"),
        lambda: sign_it(cast, agreement, method=SignatureMethod.WET_INK, name="Meera Shah"),
        lambda: sign_it(cast, agreement, vikram, who="sana", method=SignatureMethod.WET_INK),
    ]
    for step in steps:
        with pytest.raises(services.SignaturesMissing) as refusal:
            move(cast, confirmed)
        missing.append(refusal.value.extra["missing"])
        assert Booking.objects.get().state == S.BOOKING_CONFIRMED
        step()
    assert missing == [
        ["Asha Rao", "Vikram Rao", "builder"],
        ["Vikram Rao", "builder"],
        ["Vikram Rao"],
    ]
    assert move(cast, confirmed).state == S.AGREEMENT_SIGNED
    rows = Signature.objects.order_by("pk")
    assert [(row.applicant, row.name, row.method, row.signed_at) for row in rows] == [
        (asha, "Asha Rao", "electronic", NOON),
        (None, "Meera Shah", "wet_ink", NOON),
        (vikram, "Vikram Rao", "wet_ink", NOON),
    ]


def test_R5_6_without_an_agreement_everybody_is_missing(cast, confirmed):
    with pytest.raises(services.SignaturesMissing) as refusal:
        services.set_status(actor=cast.meera, booking_id=confirmed.pk, word="agreement_signed")
    assert refusal.value.extra == {"missing": ["Asha Rao", "Vikram Rao", "builder"]}
    assert Booking.objects.get().state == S.BOOKING_CONFIRMED


def test_R5_6_a_new_version_has_to_be_signed_anew(cast, confirmed, agreement, asha):
    sign_it(cast, agreement, asha)
    newer = services.generate_agreement(actor=cast.meera, booking_id=confirmed.pk)
    with pytest.raises(services.AgreementSuperseded):
        sign_it(cast, agreement)
    assert services.missing_parties(confirmed) == ["Asha Rao", "Vikram Rao", "builder"]
    assert sign_it(cast, newer, asha).agreement == newer


def test_R5_6_an_agreement_that_names_others_is_not_signed(cast, confirmed, agreement):
    Applicant.objects.filter(is_primary=False).update(full_name="Mary Thomas")
    with pytest.raises(services.AgreementSuperseded):
        sign_it(cast, agreement)
    assert not Signature.objects.exists()


def test_R5_6_once_per_party(cast, agreement, asha):
    for applicant in (asha, None):
        sign_it(cast, agreement, applicant)
        with pytest.raises(services.AlreadySigned):
            sign_it(cast, agreement, applicant)
    assert Signature.objects.count() == 2
    with pytest.raises(services.AlreadySigned):
        service(SignatureFactory)(agreement=agreement)


def test_R5_6_customers_sign_for_themselves_and_electronically(cast, agreement, asha, vikram):
    for applicant, hand in (
        (vikram, {}),
        (None, {}),
        (asha, {"method": SignatureMethod.WET_INK}),
    ):
        with pytest.raises(NotAllowed):
            sign_it(cast, agreement, applicant, who="asha", **hand)
    assert not Signature.objects.exists()


def test_R21_strangers_sign_nothing(cast, agreement, asha):
    for who in ("ravi", "kiran"):
        with pytest.raises(ObjectDoesNotExist):
            sign_it(cast, agreement, asha, who=who)
    other = Applicant.objects.order_by("pk").last().pk + 1
    with pytest.raises(ObjectDoesNotExist):
        services.sign_agreement(actor=cast.meera, agreement_id=agreement.pk, applicant_id=other)


def test_R5_6_only_a_confirmed_booking_is_signed(cast, paid):
    agreement = services.generate_agreement(actor=cast.meera, booking_id=paid.pk)
    with pytest.raises(InvalidTransition) as refusal:
        sign_it(cast, agreement)
    assert refusal.value.extra == {"state": S.TOKEN_PAID, "allowed": [A.CONFIRM, A.CANCEL]}
    assert not Signature.objects.exists()


def test_a_scan_is_the_callers_own_file(cast, agreement, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    files = {
        who: store_file(
            actor=getattr(cast, who), name="p.pdf", content=b"%PDF-", content_type="application/pdf"
        )
        for who in ("meera", "asha")
    }
    with pytest.raises(InvalidValue):
        sign_it(cast, agreement, scan_id=files["asha"].pk)
    assert sign_it(cast, agreement, scan_id=files["meera"].pk).scan == files["meera"]


def test_R5_6_the_registration_number_where_it_is_asked_for(cast, confirmed):
    SystemSetting.objects.create(key="bookings.registration_number_required", value="true")
    sign(confirmed)
    with pytest.raises(services.RegistrationNumberMissing):
        move(cast, confirmed)
    services.update_booking(
        actor=cast.meera, booking_id=confirmed.pk, changes={"registration_number": "MH-1"}
    )
    with pytest.raises(NotAllowed):
        services.update_booking(
            actor=cast.asha, booking_id=confirmed.pk, changes={"registration_number": "MH-2"}
        )
    assert move(cast, confirmed).registration_number == "MH-1"


# --- the PDF ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def drawn() -> list[int]:
    files = StoredFile.objects.filter(content_type="application/pdf").order_by("pk")
    return list(files.values_list("pk", flat=True))


def test_the_pdf_is_drawn_once_and_kept(cast, agreement, media):
    draw_agreement(agreement_id=agreement.pk, unknown="x")
    agreement.refresh_from_db()
    first = kept_agreement_pdf(agreement)
    draw_agreement(agreement_id=agreement.pk)
    assert (first[:5], drawn()) == (b"%PDF-", [agreement.file_id])
    assert agreement.file.name == f"{agreement.agreement_number}.pdf"
    Unit.objects.update(unit_number="Z-999")  # what was agreed stays
    assert kept_agreement_pdf(agreement) == first


def test_a_signature_is_drawn_into_it(cast, agreement, asha, media):
    blank = kept_agreement_pdf(agreement)
    sign_it(cast, agreement, asha, who="asha")
    agreement.refresh_from_db()
    assert agreement.file is None
    assert kept_agreement_pdf(agreement) != blank
    agreement.refresh_from_db()
    assert drawn()[-1] == agreement.file_id


def test_a_pdf_from_before_a_signature_is_not_kept(cast, agreement, asha, media):
    sign_it(cast, agreement, asha)
    assert not services.keep_agreement_pdf(
        agreement_id=agreement.pk, content=b"%PDF-", signatures=0
    )
    agreement.refresh_from_db()
    assert (agreement.file, drawn()) == (None, [])


def test_a_file_that_was_lost_is_drawn_again(cast, agreement, media):
    content = kept_agreement_pdf(agreement)
    agreement.refresh_from_db()
    default_storage.delete(agreement.file.path)
    assert kept_agreement_pdf(agreement) == content


def test_an_agreement_from_before_there_were_applicants_is_drawn(cast, agreement, asha, media):
    old = {
        name: value
        for name, value in agreement.content.items()
        if name not in {"applicants", "cost_sheet", "other_charges"}
    }
    Agreement.objects.update(content=old)
    agreement.refresh_from_db()
    sign_it(cast, agreement, asha)
    assert kept_agreement_pdf(Agreement.objects.get(pk=agreement.pk))[:5] == b"%PDF-"


# --- cooling-off (R11) ------------------------------------------------------------------------------------------------


def test_R11_cooling_off_lasts_through_day_n():
    end = rules.cooling_off_end(NOON.date(), 14, "Asia/Kolkata")
    assert end == datetime(2026, 1, 19, 18, 30, tzinfo=UTC)  # midnight after 19 January in India


def test_R11_paying_the_token_starts_it(cast, booking, request):
    SystemSetting.objects.create(
        key="bookings.cooling_off_days", scope="project", scope_id=cast.meera_project.pk, value=1
    )
    paid = request.getfixturevalue("paid")
    paid.refresh_from_db()
    assert paid.cooling_off_until == datetime(2026, 1, 6, 18, 30, tzinfo=UTC)


def test_R11_without_days_there_is_none(paid):
    paid.refresh_from_db()
    assert paid.cooling_off_until is None
    assert rules.cooling_off_end(NOON.date(), 0, "Asia/Kolkata") is None
