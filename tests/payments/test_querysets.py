"""R21: who sees which payments; and which count."""

import pytest
from django.contrib.auth.models import AnonymousUser

from payments.models import Payment
from tests.factories.payments import PaymentFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("who", "whose"),
    [
        ("asha", ["asha"]),
        ("ravi", ["ravi"]),
        ("meera", ["asha"]),
        ("kiran", ["ravi"]),
        ("sana", ["asha", "ravi"]),
        (None, []),
    ],
)
def test_R21_who_sees_whose(cast, who, whose):
    rows = {
        "asha": PaymentFactory(booking__customer=cast.asha.customer, booking__unit=cast.meera_unit),
        "ravi": PaymentFactory(booking__customer=cast.ravi.customer, booking__unit=cast.kiran_unit),
    }
    user = getattr(cast, who) if who else AnonymousUser()
    assert set(Payment.objects.for_user(user)) == {rows[name] for name in whose}


def test_a_payment_names_itself():
    assert str(Payment(pk=12)) == "payment 12"
