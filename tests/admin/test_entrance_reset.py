"""A second factor is reset by a colleague, with a reason (E9)."""

import pytest
from django.contrib import admin
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services
from realestate.core.errors import Conflict, InvalidValue, NotAllowed
from realestate.core.models import AuditEntry
from tests.admin.entrance import enrolled, inside
from tests.factories.accounts import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_E9_a_superuser_resets_a_colleague_with_a_reason(at_work, sana):
    lost, _device, _codes = at_work
    chief = StaffFactory(email="chief@example.com")
    browser = Client()
    browser.force_login(chief)
    url = f"/admin/accounts/user/{sana.pk}/do/reset_second_factor/"
    browser.post(url, {"reason": ""})
    assert TOTPDevice.objects.count() == 1
    browser.post(url, {"reason": "Lost telephone"})
    assert TOTPDevice.objects.count() == 0
    entry = AuditEntry.objects.get(action="second_factor_reset")
    assert (entry.actor, entry.object_id, entry.reason) == (chief, sana.pk, "Lost telephone")
    assert not inside(lost)


def test_E9_only_superusers_reset_and_never_themselves(sana):
    clerk = StaffFactory(is_superuser=False)
    enrolled(sana)
    for actor in (clerk, sana):
        with pytest.raises(NotAllowed):
            services.reset_second_factor(actor=actor, user_id=sana.pk, reason="x")
    with pytest.raises(InvalidValue):
        services.reset_second_factor(actor=StaffFactory(), user_id=sana.pk, reason="")
    with pytest.raises(Conflict):
        services.reset_second_factor(actor=sana, user_id=clerk.pk, reason="x")


def test_the_button_is_there_when_there_is_something_to_reset(staff):
    colleague = StaffFactory(email="other@example.com")
    page = f"/admin/accounts/user/{colleague.pk}/change/"
    before = [each["label"] for each in staff.get(page).context["house_buttons"]]
    enrolled(colleague)
    after = [each["label"] for each in staff.get(page).context["house_buttons"]]
    assert (before[2:], after[2:]) == ([], ["Reset second factor"])


def test_secrets_have_no_page():
    tables = {model._meta.app_label for model in admin.site._registry}
    assert tables & {"otp_totp", "otp_static"} == set()
