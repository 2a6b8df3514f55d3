"""Jobs of the payments app: load, call a service."""

from payments.services import post_monthly_interest, raise_dated_demands, raise_milestone_demands
from realestate.core import clock
from realestate.core.jobs import job


@job("payments.raise_milestone_demands")
def raise_milestone_demands_now(milestone_id: int, **_unknown: object) -> None:
    """After a certification: a demand for each booking that waits for the stage (R7.3)."""
    raise_milestone_demands(milestone_id=milestone_id)


@job("payments.raise_dated_demands", cron="15 1 * * *")
def raise_dated_demands_now(**_unknown: object) -> None:
    """Every day: demand the lines whose date has come (R2)."""
    raise_dated_demands()


@job("payments.post_monthly_interest", cron="45 1 * * *")
def post_monthly_interest_now(**_unknown: object) -> None:
    """Every day: late interest up to the end of last month (R9); what is posted already is not posted again."""
    post_monthly_interest(clock.today())
