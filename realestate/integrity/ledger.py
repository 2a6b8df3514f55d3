"""The ledger and what it stands for: documents, allocations, schedules and numbers without gaps (R2, R7, R8, R10)."""

from realestate.integrity.check import Check, sql_check

IN_ACCOUNT = "p.payment_type <> 'maintenance' AND NOT p.is_held_excess"
RECEIVED = f"""SELECT p.booking_id, sum(p.amount) AS amount FROM payments_payment p
    WHERE p.state = 'cleared' AND {IN_ACCOUNT} GROUP BY 1"""  # noqa: S608  # IN_ACCOUNT is ours
ASKED = """SELECT d.booking_id, sum(l.principal + l.tax) AS amount FROM payments_demandline l
    JOIN payments_demand d ON d.id = l.demand_id GROUP BY 1"""
CREDITED = """SELECT n.booking_id, sum(l.principal + l.tax) AS amount FROM payments_creditline l
    JOIN payments_creditnote n ON n.id = l.credit_note_id GROUP BY 1"""
GONE = """SELECT booking_id, sum(debit) AS amount FROM payments_ledgerentry
    WHERE kind IN ('refund', 'forfeit') GROUP BY 1"""
BALANCE = "SELECT booking_id, sum(debit - credit) AS amount FROM payments_ledgerentry GROUP BY 1"


def _posted(
    table: str, column: str, *, alias: str, amount: str, side: str, where: str = "true"
) -> str:
    """Documents that are not in the ledger exactly once, with their own amount, booking and day."""
    return f"""SELECT {alias}.id FROM {table} {alias} WHERE {where} AND (
        SELECT count(*) FROM payments_ledgerentry e WHERE e.{column} = {alias}.id
        AND e.booking_id = {alias}.booking_id AND e.{side} = ({amount})) <> 1 ORDER BY 1"""  # noqa: S608  # written here


def _numbers(table: str, series: str, where: str = "true") -> str:
    """Projects and years in which numbers of a series are missing, or the series stands elsewhere."""
    return f"""SELECT n.project_id FROM (
            SELECT project_id, period, {series} AS series, count(*) AS many, max(serial) AS last
            FROM {table} WHERE {where} GROUP BY 1, 2, 3) n
        LEFT JOIN core_numberseries s
            ON s.series = n.series AND s.scope_id = n.project_id AND s.period = n.period
        WHERE n.many <> n.last OR n.last <> coalesce(s.last, n.last) ORDER BY 1"""  # noqa: S608  # written here


CHECKS: tuple[Check, ...] = (
    sql_check(
        "left_open_is_kept",
        "The column that lists of demands go by is their lines less what paid them; else: SELECT payments_recount().",
        """SELECT d.id FROM payments_demand d WHERE d.left_open <> (
            SELECT coalesce(sum(l.principal + l.tax - (
                SELECT coalesce(sum(a.amount), 0) FROM payments_allocation a
                WHERE a.demand_line_id = l.id AND a.superseded_at IS NULL)), 0)
            FROM payments_demandline l WHERE l.demand_id = d.id) ORDER BY 1""",
    ),
    sql_check(
        "receipt_is_posted",
        "A cleared or reversed receipt of the purchase is in the ledger once, as a credit of its amount.",
        _posted(
            "payments_payment",
            "payment_id",
            alias="p",
            amount="p.amount",
            side="credit",
            where=f"p.state IN ('cleared', 'reversed') AND {IN_ACCOUNT}",
        ),
    ),
    sql_check(
        "reversal_is_posted",
        "A reversed receipt is in the ledger once more, as a debit of its amount.",
        _posted(
            "payments_payment",
            "payment_id",
            alias="p",
            amount="p.amount",
            side="debit",
            where=f"p.state = 'reversed' AND {IN_ACCOUNT}",
        ),
    ),
    sql_check(
        "demand_is_posted",
        "A demand is in the ledger once, as a debit of what its lines add up to.",
        _posted(
            "payments_demand",
            "demand_id",
            alias="d",
            amount="SELECT sum(l.principal + l.tax) FROM payments_demandline l WHERE l.demand_id = d.id",
            side="debit",
        ),
    ),
    sql_check(
        "credit_note_is_posted",
        "A credit note is in the ledger once, as a credit of what its lines add up to.",
        _posted(
            "payments_creditnote",
            "credit_note_id",
            alias="n",
            amount="SELECT sum(l.principal + l.tax) FROM payments_creditline l WHERE l.credit_note_id = n.id",
            side="credit",
        ),
    ),
    sql_check(
        "refund_is_posted",
        "A refund that was paid is in the ledger once, as a debit of its amount.",
        _posted(
            "payments_refund",
            "refund_id",
            alias="r",
            amount="r.amount",
            side="debit",
            where="r.state = 'paid'",
        ),
    ),
    sql_check(
        "balance_is_what_documents_say",
        "A booking's balance is its demands less receipts and credit notes, with what was returned or kept (R10.4).",
        f"""SELECT b.id FROM bookings_booking b
        LEFT JOIN ({BALANCE}) ledger ON ledger.booking_id = b.id
        LEFT JOIN ({ASKED}) asked ON asked.booking_id = b.id
        LEFT JOIN ({RECEIVED}) received ON received.booking_id = b.id
        LEFT JOIN ({CREDITED}) credited ON credited.booking_id = b.id
        LEFT JOIN ({GONE}) gone ON gone.booking_id = b.id
        WHERE coalesce(ledger.amount, 0) <> coalesce(asked.amount, 0) - coalesce(received.amount, 0)
            - coalesce(credited.amount, 0) + coalesce(gone.amount, 0) ORDER BY 1""",  # noqa: S608  # written here
    ),
    sql_check(
        "allocations_fit_the_receipt",
        "What is allocated of a receipt is at most its amount, and of one that counts (R8.7).",
        f"""SELECT a.payment_id FROM payments_allocation a JOIN payments_payment p ON p.id = a.payment_id
        WHERE a.superseded_at IS NULL GROUP BY a.payment_id, p.amount, p.state, p.payment_type, p.is_held_excess
        HAVING sum(a.amount) > p.amount OR NOT (p.state = 'cleared' AND {IN_ACCOUNT}) ORDER BY 1""",  # noqa: S608  # written here
    ),
    sql_check(
        "allocations_fit_the_item",
        "What is allocated to a part of a demand line is at most that part (R8.7).",
        """SELECT a.demand_line_id FROM payments_allocation a
        JOIN payments_demandline l ON l.id = a.demand_line_id WHERE a.superseded_at IS NULL
        GROUP BY a.demand_line_id, a.part, l.principal, l.tax
        HAVING sum(a.amount) > CASE a.part WHEN 'tax' THEN l.tax ELSE l.principal END ORDER BY 1""",
    ),
    sql_check(
        "schedule_adds_to_the_price",
        "The live lines of a schedule, addenda and other charges apart, add to the agreement value (R2.4).",
        """SELECT b.id FROM bookings_booking b JOIN payments_scheduleline l ON l.booking_id = b.id
        WHERE l.retired_in_id IS NULL AND l.change_quote_id IS NULL AND NOT l.is_extra
        GROUP BY b.id, b.agreement_value HAVING sum(l.amount) <> b.agreement_value ORDER BY 1""",
    ),
    sql_check(
        "demands_are_numbered_without_gaps",
        "Demands of a project and year are numbered from 1 without gaps (R7.5).",
        _numbers("payments_demand", "series"),
    ),
    sql_check(
        "credit_notes_are_numbered_without_gaps",
        "Credit notes of a project and year are numbered from 1 without gaps (R7.5).",
        _numbers("payments_creditnote", "series"),
    ),
    sql_check(
        "receipts_are_numbered_without_gaps",
        "Receipts of a project and year are numbered from 1 without gaps (R8.1).",
        _numbers("payments_payment", "'receipt'", "serial IS NOT NULL"),
    ),
    sql_check(
        "gateway_money_is_recorded",
        "Money that a gateway told of, and that was applied, has a receipt (R5, R6).",
        """SELECT e.id FROM payments_gatewayevent e
        WHERE e.outcome = 'applied' AND e.payload #>> '{facts,outcome}' = 'succeeded' AND NOT EXISTS (
            SELECT FROM payments_checkout c JOIN payments_payment p ON p.booking_id = c.booking_id
            WHERE c.gateway = e.gateway AND c.external_id = e.payload #>> '{facts,external_id}'
            AND p.payment_method = 'online' AND p.transaction_id = e.payload #>> '{facts,transaction_id}')
        ORDER BY 1""",
    ),
    sql_check(
        "shares_add_to_100",
        "The shares of those who buy add to 100 percent once a booking is confirmed (R18).",
        """SELECT b.id FROM bookings_booking b JOIN bookings_applicant a ON a.booking_id = b.id
        WHERE b.state IN ('booking_confirmed', 'agreement_signed', 'possession_offered', 'handed_over')
        GROUP BY b.id HAVING sum(a.share) <> 100 OR count(*) FILTER (WHERE a.is_primary) <> 1 ORDER BY 1""",
    ),
)
