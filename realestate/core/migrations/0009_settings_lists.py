"""Settings that were texts with commas become lists: kinds of files and the ladder of reminders."""

from django.db import migrations
from django.db.models import Q

LISTS = Q(key__regex=r"^platform\.[a-z]+_kinds$") | Q(key="payments.reminder_ladder")


def to_lists(apps, schema_editor):
    """``"-7, 0,1"`` becomes ``["-7", "0", "1"]``; each word once, as lists want it."""
    for row in apps.get_model("core", "SystemSetting").objects.filter(LISTS):
        if isinstance(row.value, str):
            words = (word.strip() for word in row.value.split(","))
            row.value = list(dict.fromkeys(word for word in words if word))
            row.save(update_fields=["value"])


def to_texts(apps, schema_editor):
    """The way back."""
    for row in apps.get_model("core", "SystemSetting").objects.filter(LISTS):
        if isinstance(row.value, list):
            row.value = ",".join(map(str, row.value))
            row.save(update_fields=["value"])


class Migration(migrations.Migration):
    """Stored values follow their definitions; a few rows at most."""

    dependencies = [("core", "0008_settings_version")]
    operations = [migrations.RunPython(to_lists, to_texts)]
