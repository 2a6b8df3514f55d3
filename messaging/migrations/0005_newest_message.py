"""A conversation knows its last message, so that the list in that order has an index; a trigger keeps it."""

import django.db.models.deletion
from django.db import migrations, models

# Messages of a conversation are stored under a lock on its row, in the order of their keys.
KEEP = """
CREATE FUNCTION messaging_keep_newest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE messaging_conversation AS c SET newest_id = added.newest
        FROM (SELECT conversation_id, max(id) AS newest FROM new_rows GROUP BY conversation_id) AS added
        WHERE c.id = added.conversation_id AND (c.newest_id IS NULL OR c.newest_id < added.newest);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_newest AFTER INSERT ON messaging_message REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION messaging_keep_newest();
"""
NO_KEEP = """
DROP TRIGGER keep_newest ON messaging_message;
DROP FUNCTION messaging_keep_newest();
"""
# Also by hand, where check_integrity says that a column has gone astray.
RECOUNT = """
CREATE FUNCTION messaging_recount() RETURNS void LANGUAGE sql AS $$
    UPDATE messaging_conversation AS c SET newest_id = counted.newest
        FROM (SELECT conversation_id, max(id) AS newest FROM messaging_message GROUP BY conversation_id) AS counted
        WHERE c.id = counted.conversation_id AND c.newest_id IS DISTINCT FROM counted.newest;
$$;
SELECT messaging_recount();
"""


class Migration(migrations.Migration):
    because = {
        "AddField": "conversations are one per customer and project: few beside their messages",
    }

    dependencies = [
        ("messaging", "0004_few_among_many"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="newest",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="The last message; kept by a trigger on messages (docs/adr/0015).",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="messaging.message",
            ),
        ),
        migrations.RunSQL(KEEP, NO_KEEP),
        migrations.RunSQL(RECOUNT, "DROP FUNCTION messaging_recount();"),
    ]
