"""Payments of the first release become receipts: state, project, gap-free serial, ledger entry; bookings get terms."""

from django.db import migrations

RECEIPTS = """
UPDATE payments_payment p SET
    project_id = b.project_id,
    state = CASE p.payment_status
        WHEN 'completed' THEN 'cleared' WHEN 'pending' THEN 'recorded' WHEN 'failed' THEN 'rejected' ELSE 'reversed' END
FROM bookings_booking b WHERE b.id = p.booking_id
"""
# The number that was printed on the receipt stays; the series goes on from the count.
NUMBERS = """
UPDATE payments_payment p SET period = n.period, serial = n.serial, receipt_number = 'RC-' || lpad(p.id::text, 6, '0')
FROM (
    SELECT id, period, row_number() OVER (PARTITION BY project_id, period ORDER BY paid_date, id) AS serial
    FROM (
        SELECT id, project_id, paid_date,
               CASE WHEN extract(month FROM paid_date) >= 4 THEN extract(year FROM paid_date)
                    ELSE extract(year FROM paid_date) - 1 END::int AS y
        FROM payments_payment WHERE state IN ('cleared', 'reversed') AND paid_date IS NOT NULL
    ) dated, LATERAL (SELECT y || '-' || lpad(((y + 1) % 100)::text, 2, '0') AS period) AS named
) n WHERE n.id = p.id
"""
SERIES = """
INSERT INTO core_numberseries (series, scope_id, period, last)
SELECT 'receipt', project_id, period, max(serial) FROM payments_payment WHERE serial IS NOT NULL
GROUP BY project_id, period
"""
LEDGER = """
INSERT INTO payments_ledgerentry (booking_id, value_on, kind, debit, credit, label, reference, payment_id, posted_at)
SELECT booking_id, paid_date, 'receipt', 0, amount, 'Payment received', receipt_number, id, created_at
FROM payments_payment WHERE state = 'cleared' AND payment_type <> 'maintenance' ORDER BY paid_date, id
"""
# The defaults of the day on which these settings came into being.
TERMS = """
INSERT INTO payments_terms (booking_id, cap_percent, credit_days, allocation, grace_days, interest_mode,
    cooling_off_days, forfeit_percent, refund_days, bounce_charge, withholding_percent, withholding_threshold)
SELECT id, 10, 15, 'oldest_due', 0, 'from_due', 0, 10, 45, 0, 0, 5000000 FROM bookings_booking
"""
BACK = """
UPDATE payments_payment SET project_id = NULL, period = '', serial = NULL, receipt_number = '', state = 'recorded';
DELETE FROM core_numberseries WHERE series = 'receipt';
DELETE FROM payments_ledgerentry;
DELETE FROM payments_terms;
"""


class Migration(migrations.Migration):
    """Set-based statements; the columns and the trigger that follow from them come with the next migration."""

    dependencies = [
        ("payments", "0002_money_of_a_purchase"),
        ("core", "0003_number_series"),
    ]
    operations = [migrations.RunSQL([RECEIPTS, NUMBERS, SERIES, LEDGER, TERMS], BACK)]
