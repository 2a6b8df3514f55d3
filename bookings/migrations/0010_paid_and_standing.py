"""How much is paid of a booking, and where it stands apart from the clock: columns that an index can have.

``paid_so_far`` is kept by triggers on payments, see payments 0012; nobody else may change it. The other two follow from
columns of the row, so that the database itself keeps them.
"""

from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When

import realestate.core.db.fields

TOTAL = F("agreement_value") + F("other_charges") + F("tax_amount")
FIRM = [
    "agreement_signed",
    "booking_confirmed",
    "handed_over",
    "possession_offered",
    "token_paid",
]
STANDING = {
    "inquiry": "pending",
    "site_visit_scheduled": "pending",
    "on_hold": "held",
    "token_paid": "active",
    "booking_confirmed": "active",
    "agreement_signed": "active",
    "possession_offered": "active",
    "handed_over": "completed",
    "cancelled": "cancelled",
    "expired": "cancelled",
    "transferred": "cancelled",
}
# A stale row that is written back, or a hand at a prompt, is told so instead of making lists wrong.
GUARD = """
CREATE TRIGGER paid_so_far_is_kept BEFORE UPDATE ON bookings_booking FOR EACH ROW
    WHEN (OLD.paid_so_far IS DISTINCT FROM NEW.paid_so_far
        AND pg_trigger_depth() = 0 AND current_setting('house.recount', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION core_refuse_change();
"""


class Migration(migrations.Migration):
    because = {
        "AddField": "rewrites bookings once: a row per sale, the smallest of the tables that grow",
        "AddConstraint": "reads what the columns beside it have just rewritten, under the same lock",
    }

    dependencies = [
        ("bookings", "0009_newest_first"),
        ("core", "0002_audit_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="paid_so_far",
            field=realestate.core.db.fields.money_field(
                db_default=0,
                editable=False,
                help_text="Kept by a trigger on payments, for filters and sums; what decides is counted (docs/adr/0015).",
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="paid_share",
            field=models.GeneratedField(
                expression=Case(
                    When(paid_so_far=0, then=Value("pending")),
                    When(paid_so_far__gte=TOTAL, then=Value("completed")),
                    default=Value("partial"),
                ),
                output_field=models.CharField(max_length=9),
                db_persist=True,
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="standing",
            field=models.GeneratedField(
                expression=Case(
                    When(
                        state__in=FIRM,
                        actual_registration_date__isnull=False,
                        paid_so_far__gte=TOTAL,
                        then=Value("completed"),
                    ),
                    *(
                        When(state=state, then=Value(standing))
                        for state, standing in STANDING.items()
                    ),
                ),
                output_field=models.CharField(max_length=9),
                db_persist=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=Q(paid_so_far__gte=0), name="booking_paid_not_negative"
            ),
        ),
        migrations.RunSQL(GUARD, "DROP TRIGGER paid_so_far_is_kept ON bookings_booking;"),
    ]
