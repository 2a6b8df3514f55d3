"""What was sent by e-mail, or is to be, becomes a delivery; then the notification no longer keeps it."""

from django.db import migrations

MOVE = """
    INSERT INTO notifications_delivery
        (notification_id, channel, next_try_at, tries, sent_at, failed_at, error, created_at, updated_at)
    SELECT id, 'email',
        CASE WHEN sent_at IS NULL THEN next_try_at END,
        tries,
        sent_at,
        CASE WHEN sent_at IS NULL AND next_try_at IS NULL THEN updated_at END,
        '',
        created_at,
        updated_at
    FROM notifications_notification WHERE send_via = 'email';
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_deliveries_quiet_hours_devices")]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name="notification",
            name="waiting_notification",
        ),
        migrations.RemoveField(
            model_name="notification",
            name="next_try_at",
        ),
        migrations.RemoveField(
            model_name="notification",
            name="tries",
        ),
    ]
