"""Answers of before find the message that their thread began with."""

from django.db import migrations, models

FIND = """
    WITH RECURSIVE thread(reply, first) AS (
        SELECT reply.id, first.id FROM messaging_message reply
        JOIN messaging_message first ON first.id = reply.parent_id AND first.parent_id IS NULL
        UNION ALL
        SELECT reply.id, thread.first FROM messaging_message reply
        JOIN thread ON thread.reply = reply.parent_id
    )
    UPDATE messaging_message SET thread_id = thread.first FROM thread WHERE id = thread.reply;
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_threads_and_broadcasts")]

    operations = [
        migrations.RunSQL(FIND, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("parent", None), ("thread", None)),
                    models.Q(("parent__isnull", False), ("thread__isnull", False)),
                    _connector="OR",
                ),
                name="reply_stands_in_a_thread",
            ),
        ),
    ]
