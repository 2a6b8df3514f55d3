"""A version of the public catalogue, renewed by the database; see ``realestate.core.answers.version``."""

from django.db import migrations, models

# A row that nobody else has taken, or one more: nobody waits, whatever locks are held. Nothing is indexed but the key,
# and pages stay half empty, so that a new token costs no index and no growth.
FORWARD = """
ALTER TABLE core_catalogueversion SET (fillfactor = 50);
INSERT INTO core_catalogueversion (token) VALUES (gen_random_uuid());
CREATE FUNCTION core_catalogue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('house.catalogue_changed', true) = 'yes' THEN
        RETURN NULL; -- the next row of the same statement
    END IF;
    PERFORM set_config('house.catalogue_changed', 'yes', true);
    UPDATE core_catalogueversion SET token = gen_random_uuid()
        WHERE id = (SELECT id FROM core_catalogueversion LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO core_catalogueversion (token) VALUES (gen_random_uuid());
    END IF;
    RETURN NULL;
END $$;
"""
BACKWARD = "DROP FUNCTION core_catalogue_changed() CASCADE;"  # with its triggers


class Migration(migrations.Migration):
    """The tokens and the function of the triggers."""

    dependencies = [("core", "0011_bulk_runs")]
    operations = [
        migrations.CreateModel(
            name="CatalogueVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.UUIDField()),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
