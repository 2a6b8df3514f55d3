"""A version of all settings, renewed by the database with every change; see ``realestate.core.setting_cache``."""

from django.db import migrations, models

FORWARD = """
INSERT INTO core_settingsversion (id, token) VALUES (1, gen_random_uuid());
CREATE FUNCTION core_settings_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_settingsversion (id, token) VALUES (1, gen_random_uuid())
        ON CONFLICT (id) DO UPDATE SET token = excluded.token;
    RETURN NULL;
END $$;
CREATE TRIGGER settings_changed AFTER INSERT OR UPDATE OR DELETE ON core_systemsetting
    FOR EACH STATEMENT EXECUTE FUNCTION core_settings_changed();
CREATE TRIGGER settings_truncated AFTER TRUNCATE ON core_systemsetting
    FOR EACH STATEMENT EXECUTE FUNCTION core_settings_changed();
"""
BACKWARD = """
DROP TRIGGER settings_truncated ON core_systemsetting;
DROP TRIGGER settings_changed ON core_systemsetting;
DROP FUNCTION core_settings_changed();
"""


class Migration(migrations.Migration):
    """The row and its trigger."""

    dependencies = [("core", "0007_import_runs")]
    operations = [
        migrations.CreateModel(
            name="SettingsVersion",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("token", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="one_version_of_the_settings"
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AlterField(
            model_name="systemsetting", name="value", field=models.JSONField(blank=True)
        ),
    ]
