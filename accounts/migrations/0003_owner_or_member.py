"""An account is a builder or works for one, never both; two sessions that try at once cannot slip past one another."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION accounts_owner_or_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE person bigint;
BEGIN
    IF TG_TABLE_NAME = 'accounts_builder' THEN
        person := NEW.user_id;
        -- Waits for whoever is just employing this person.
        PERFORM FROM accounts_user WHERE id = person FOR SHARE;
        PERFORM FROM accounts_user WHERE id = person AND employer_id IS NOT NULL;
    ELSE
        person := NEW.id;
        PERFORM FROM accounts_builder WHERE user_id = person;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'account % is a builder or works for one, not both: owner_or_member', person
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'owner_or_member';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER owner_or_member AFTER INSERT OR UPDATE OF user_id ON accounts_builder
    FOR EACH ROW EXECUTE FUNCTION accounts_owner_or_member();
CREATE CONSTRAINT TRIGGER owner_or_member AFTER INSERT OR UPDATE OF employer_id ON accounts_user
    FOR EACH ROW WHEN (NEW.employer_id IS NOT NULL) EXECUTE FUNCTION accounts_owner_or_member();
"""
BACKWARD = """
DROP TRIGGER owner_or_member ON accounts_builder;
DROP TRIGGER owner_or_member ON accounts_user;
DROP FUNCTION accounts_owner_or_member();
"""


class Migration(migrations.Migration):
    """Triggers on accounts and builders."""

    dependencies = [("accounts", "0002_builder_teams")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
