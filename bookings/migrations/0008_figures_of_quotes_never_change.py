"""What a quote says is never changed or deleted, whoever asks (R1, R13.1): it is decided, joined to a hold, prolonged.

Columns that may change are named for each table; the total, which the database computes from the others, too: a
trigger before the change does not see it yet.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION bookings_refuse_other_columns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% keeps what it says', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER quotes_keep_their_figures BEFORE UPDATE OR DELETE ON bookings_quote
    FOR EACH ROW EXECUTE FUNCTION bookings_refuse_other_columns(
        'customer_id', 'claim_id', 'state', 'valid_until', 'decided_by_id', 'decided_at', 'decision_reason',
        'total_amount');
CREATE TRIGGER change_quotes_keep_their_figures BEFORE UPDATE OR DELETE ON bookings_changequote
    FOR EACH ROW EXECUTE FUNCTION bookings_refuse_other_columns(
        'state', 'valid_until', 'decided_by_id', 'decided_at', 'decision_reason', 'total_amount');
"""
BACKWARD = """
DROP TRIGGER quotes_keep_their_figures ON bookings_quote;
DROP TRIGGER change_quotes_keep_their_figures ON bookings_changequote;
DROP FUNCTION bookings_refuse_other_columns();
"""


class Migration(migrations.Migration):
    """A function that compares all but some columns, and a trigger for each kind of quote."""

    dependencies = [("bookings", "0007_booking_documents")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
