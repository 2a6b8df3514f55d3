"""Migration 0008 on rows of before: texts with commas become lists, and back."""

from importlib import import_module

import pytest
from django.apps import apps

from realestate.core.models import SystemSetting

pytestmark = pytest.mark.django_db
MIGRATION = import_module("realestate.core.migrations.0009_settings_lists")
BEFORE = {
    "platform.image_kinds": "png, webp,,png",
    "payments.reminder_ladder": "-7, 0,1",
    "payments.how_to_pay": "By card, or cash",
    "bookings.hold_minutes": 45,
}
AFTER = {
    **BEFORE,
    "platform.image_kinds": ["png", "webp"],
    "payments.reminder_ladder": ["-7", "0", "1"],
}
BACK = {**BEFORE, "platform.image_kinds": "png,webp", "payments.reminder_ladder": "-7,0,1"}


def stored() -> dict[str, object]:
    return dict(SystemSetting.objects.values_list("key", "value"))


def test_texts_with_commas_become_lists_and_back():
    for key, value in BEFORE.items():
        SystemSetting.objects.create(key=key, value=value)
    MIGRATION.to_lists(apps, None)
    assert stored() == AFTER
    MIGRATION.to_lists(apps, None)
    assert stored() == AFTER
    MIGRATION.to_texts(apps, None)
    assert stored() == BACK
