"""Which deliveries wait for a carrier that could not be reached; none of those that are there is known to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0005_read_receipts"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="is_stranded",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The last try did not reach the carrier; it goes as soon as another one does.",
            ),
        ),
    ]
