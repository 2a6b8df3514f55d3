"""A restored database tells nobody anything until an operator opens it; see ``realestate.core.fence``.

The row names the database that is open. A copy has another identity, so it is fenced in the moment it is there, however
it was made. The triggers keep every worker, of whatever version, from taking a job, and the clock from queueing one.
"""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION core_this_database() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT (SELECT system_identifier FROM pg_control_system())::text
        || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())::text
$$;
CREATE TABLE core_fence (
    id smallint PRIMARY KEY CONSTRAINT there_is_one_fence CHECK (id = 1),
    system uuid NOT NULL,
    opened_for text NOT NULL,
    reason text NOT NULL,
    changed_at timestamptz NOT NULL
);
INSERT INTO core_fence VALUES (1, gen_random_uuid(), core_this_database(), '', now());
CREATE FUNCTION core_is_fenced() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM core_fence WHERE opened_for = core_this_database())
$$;
CREATE FUNCTION core_nothing_while_fenced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF core_is_fenced() THEN
        RETURN NULL; -- as if there were nothing to do
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_job_while_fenced BEFORE UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW WHEN (NEW.status = 'doing') EXECUTE FUNCTION core_nothing_while_fenced();
CREATE TRIGGER no_clock_while_fenced BEFORE INSERT ON procrastinate_periodic_defers
    FOR EACH ROW EXECUTE FUNCTION core_nothing_while_fenced();
"""
BACKWARD = """
DROP TRIGGER no_clock_while_fenced ON procrastinate_periodic_defers;
DROP TRIGGER no_job_while_fenced ON procrastinate_jobs;
DROP FUNCTION core_nothing_while_fenced();
DROP FUNCTION core_is_fenced();
DROP TABLE core_fence;
DROP FUNCTION core_this_database();
"""


class Migration(migrations.Migration):
    """The row, what it is compared with, and the triggers on the queue."""

    dependencies = [
        ("core", "0012_version_of_the_catalogue"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.RunSQL(
            FORWARD,
            BACKWARD,
            state_operations=[
                migrations.CreateModel(
                    name="Fence",
                    fields=[
                        (
                            "id",
                            models.SmallIntegerField(default=1, primary_key=True, serialize=False),
                        ),
                        (
                            "system",
                            models.UUIDField(help_text="The same in all copies of one platform."),
                        ),
                        (
                            "opened_for",
                            models.TextField(
                                help_text="The database that may tell people; empty: none may."
                            ),
                        ),
                        ("reason", models.TextField(blank=True)),
                        ("changed_at", models.DateTimeField()),
                    ],
                    options={"db_table": "core_fence", "managed": False},
                ),
            ],
        ),
    ]
