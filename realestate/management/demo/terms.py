"""On which terms the demo sells: taxes, late interest, stages of construction and payment plans."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bookings.enums import PaymentPlan
from payments.enums import LineKind, Trigger
from payments.services import add_plan, add_rate
from progress.models import Milestone
from progress.services import add_milestone, certify_milestone, report_milestone
from projects.enums import ProjectType, TaxClass
from projects.models import Tower
from projects.services import add_price_list, add_tax_rate
from realestate.core import clock
from realestate.management.demo.catalogue import SITES, Site
from realestate.management.demo.people import STAFF
from realestate.management.demo.story import Story

SINCE = date(2019, 4, 1)
TAXES = {TaxClass.RESIDENTIAL: "2.5", TaxClass.COMMERCIAL: "6", TaxClass.EXTRA_WORK: "9"}
STAGES = (
    ("excavation", "Excavation completed"),
    ("plinth", "Plinth completed"),
    ("slab-3", "Slab of floor 3 cast"),
    ("slab-6", "Slab of floor 6 cast"),
    ("masonry", "Masonry and plaster completed"),
    ("finishes", "Floors, doors and windows fitted"),
)
ARCHITECT = "Ar. Medha Kulkarni"
SHOWN_TOWER = ("meadows", "Tower B")  # certified in the course of the story of demo/account.py
TOKEN: Mapping[str, Any] = {
    "label": "Token",
    "kind": LineKind.FIXED,
    "trigger": Trigger.ON_BOOKING,
}


def add_terms(story: Story) -> None:
    """Rates by staff; stages, plans and a price list by each project's builder."""
    staff = story.people[STAFF]
    for tax_class, percent in TAXES.items():
        for component in ("CGST", "SGST"):
            add_tax_rate(
                actor=staff,
                tax_class=tax_class,
                component=component,
                percent=Decimal(percent),
                valid_from=SINCE,
            )
    add_rate(
        actor=staff,
        percent=Decimal("10.90"),
        valid_from=SINCE,
        note="Benchmark 8.90 and 2 on top",
    )
    for site in SITES:
        _plan_stages(story, site)
        _offer_plans(story, site)
    _price_meadows(story)


def _plan_stages(story: Story, site: Site) -> None:
    """The stages of each tower, certified as far as it is built, spread over the time since the work began."""
    owner, project = story.owner(site.key), story.projects[site.key]
    for tower in Tower.objects.filter(project=project).order_by("pk"):
        built = round(site.built * len(STAGES)) if site.starts < 0 else 0
        done = 1 if (site.key, tower.name) == SHOWN_TOWER else built
        for place, (code, name) in enumerate(STAGES):
            row = add_milestone(
                actor=owner, project_id=project.pk, tower_id=tower.pk, code=code, name=name
            )
            if place < done:
                certify(story, row, days_ago=-site.starts * (1 - (place + 1) / (len(STAGES) + 1)))


def certify(story: Story, row: Milestone, *, days_ago: float) -> None:
    """Report a stage and certify it the same day, with a picture of the project."""
    project = row.project
    owner = project.builder.user
    with clock.pretend(story.ago(days_ago)):
        report_milestone(actor=owner, milestone_id=row.pk)
        certify_milestone(
            actor=owner,
            milestone_id=row.pk,
            certified_on=clock.today(project.time_zone),
            certifier_name=ARCHITECT,
            photos=project.images[1:],
        )


def _line(label: str, percent: int, trigger: Trigger, **facts: Any) -> dict[str, Any]:
    kind = LineKind.PERCENT
    return {"label": label, "kind": kind, "percent": Decimal(percent), "trigger": trigger, **facts}


def _offer_plans(story: Story, site: Site) -> None:
    plans: dict[PaymentPlan, tuple[str, list[Mapping[str, Any]]]] = {
        PaymentPlan.FULL_PAYMENT: (
            "10 : 85 : 5",
            [
                TOKEN,
                _line("Booking amount", 10, Trigger.ON_BOOKING, less_fixed=True),
                _line("With the agreement", 85, Trigger.ON_AGREEMENT),
                _line("With possession", 5, Trigger.ON_POSSESSION_OFFER),
            ],
        ),
        PaymentPlan.INSTALLMENTS: ("By months and stages", _by_stages(first=10)),
        PaymentPlan.LOAN: ("Through a bank, by stages", _by_stages(first=15)),
        PaymentPlan.CONSTRUCTION_LINKED: ("By stages of construction", _by_stages(first=10)),
    }
    for word, (name, lines) in plans.items():
        add_plan(
            actor=story.owner(site.key),
            project_id=story.projects[site.key].pk,
            payment_plan=word,
            name=name,
            lines=lines,
        )


def _by_stages(*, first: int) -> list[Mapping[str, Any]]:
    shares = (5, 10, 15, 15, 10, 15)
    stages = [
        _line(name, share, Trigger.MILESTONE, milestone_code=code)
        for (code, name), share in zip(STAGES, shares, strict=True)
    ]
    rest = 100 - 10 - first - sum(shares)
    return [
        TOKEN,
        _line("Booking amount", 10, Trigger.ON_BOOKING, less_fixed=True),
        _line("With the agreement", first, Trigger.ON_AGREEMENT),
        *stages,
        _line("With possession", rest, Trigger.ON_POSSESSION_OFFER),
    ]


def _price_meadows(story: Story) -> None:
    """A list of its own: what every unit bears beside its price, and what corner flats bear."""
    project = story.projects["meadows"]
    if project.project_type != ProjectType.RESIDENTIAL:  # pragma: no cover  # the catalogue's word
        return
    with clock.pretend(story.ago(500)):
        add_price_list(
            actor=story.owner("meadows"),
            project_id=project.pk,
            note="Opening prices",
            lines=[
                {"code": "BASE", "label": "Base price", "kind": "base", "basis": "unit_price"},
                {
                    "code": "CORNER",
                    "label": "Corner flat",
                    "kind": "preferential",
                    "basis": "percent_of",
                    "value": Decimal(2),
                    "percent_of": ["BASE"],
                    "feature": "Corner flat",
                },
                {
                    "code": "CLUB",
                    "label": "Club membership",
                    "kind": "charge",
                    "basis": "flat",
                    "value": Decimal(150_000),
                    "in_consideration": False,
                    "in_plan": False,
                },
            ],
        )
