"""Indexes for the list of all units: each order and filter, and what their claims say; made while the tables are in use."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

ANY_UNIT = {
    "floor": ["floor_number"],
    "price": ["price"],
    "area": ["area_sqft"],
    "number": ["unit_number"],
    "facing": ["facing"],
    "type": ["unit_type", "price"],
}


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("projects", "0006_price_lists_never_change"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="unit",
            index=models.Index(
                fields=["project", "floor_number", "unit_number", "id"], name="unit_in_order"
            ),
        ),
        RemoveIndexConcurrently(model_name="unit", name="unit_by_floor"),
        *(
            AddIndexConcurrently(
                model_name="unit",
                index=models.Index(
                    fields=[*fields, "id"], include=["project"], name=f"any_unit_by_{name}"
                ),
            )
            for name, fields in ANY_UNIT.items()
        ),
        AddIndexConcurrently(
            model_name="claim",
            index=models.Index(
                fields=["stage", "unit"],
                include=["expires_at"],
                name="live_claim_by_stage",
                condition=Q(released_at=None),
            ),
        ),
    ]
