"""The progress report of a project as a PDF: how far it is, what was promised, what is new, pictures."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.documents import letterhead_of
from progress.documents.pictures import pictures_of
from progress.enums import MilestoneState, PhaseStatus
from progress.figures import Overview, overview_of
from progress.models import CompletionDate, ConstructionUpdate, Milestone, ProjectProgress
from projects.enums import ProjectStatus
from projects.models import Project
from realestate.core import clock
from realestate.core.amounts import format_day, format_percent
from realestate.core.documents import render_pdf
from realestate.core.papers import LEFT, filled, short_day, table

TEMPLATE = Path(__file__).with_name("report.typ")
MOST_NEWS = 8
COLUMNS = (
    ("Stage", "1fr", LEFT),
    ("State", "auto", LEFT),
    ("Planned", "auto", LEFT),
    ("Certified", "auto", LEFT),
)
PROMISES = (
    ("No.", "auto", LEFT),
    ("For", "auto", LEFT),
    ("Promised date", "auto", LEFT),
    ("Told on", "auto", LEFT),
    ("Reason", "1fr", LEFT),
)


def progress_report(project: Project, reader: Any) -> bytes:  # User or AnonymousUser
    """The bytes of the PDF with the news that the reader may read; the project comes with its figure and builder."""
    overview = overview_of(project)
    news = _news(project, reader)
    stages = _stages(project)
    letterhead = letterhead_of(project.builder)
    pictures = pictures_of(news, stages)
    today = clock.today(project.time_zone)
    content = {
        "title": "Progress report",
        "reference": f"{project.project_name} · {format_day(today)}",
        "footer": f"Progress report · {project.project_name} · {letterhead.name}",
        "day": [today.year, today.month, today.day],
        "seller": letterhead.seller,
        "percent": _number(overview.progress_percentage),
        "facts": _facts(project, overview),
        "towers": _towers(overview, stages),
        "phases": _phases(project),
        "promises": _promises(project, overview),
        "news": [
            {
                "title": row.update_title,
                "day": _day_of(row, project),
                "text": row.update_content,
            }
            for row in news
        ],
        "pictures": [{"file": picture.name, "caption": picture.caption} for picture in pictures],
        "note": "The share built is the mean of the phases by their weights. A stage counts as certified once the"
        " architect or engineer has certified it; payments that wait for it are demanded then.",
    }
    files = {**letterhead.files, **{picture.name: picture.content for picture in pictures}}
    return render_pdf(TEMPLATE, content, files)


def _news(project: Project, reader: Any) -> Sequence[ConstructionUpdate]:
    rows = ConstructionUpdate.objects.for_user(reader).filter(
        project=project, published_at__isnull=False
    )
    return list(rows.order_by("-published_at", "-pk")[:MOST_NEWS])


def _stages(project: Project) -> Sequence[Milestone]:
    return list(Milestone.objects.filter(project=project).order_by("sequence", "pk"))


def _facts(project: Project, overview: Overview) -> list[list[str]]:
    stages = f"{overview.milestones_certified} of {overview.milestones_total} certified"
    promised, first = overview.promised_on, overview.first_promised_on
    moved = promised != first
    return filled(
        ("Project", project.project_name),
        ("Place", project.location),
        ("State", ProjectStatus(project.status).label),
        ("Stages", stages if overview.milestones_total else ""),
        ("Promised completion", format_day(promised) if promised else "Not announced yet"),
        ("Promised first", format_day(first) if first and moved else ""),
    )


def _towers(overview: Overview, stages: Sequence[Milestone]) -> list[dict[str, Any]]:
    """The stages of the project itself, then tower by tower."""
    blocks: list[tuple[int | None, str, Decimal | None]] = [
        (tower.id, f"Tower {tower.name}", tower.progress_percentage) for tower in overview.towers
    ]
    if any(row.tower_id is None for row in stages):
        blocks.insert(0, (None, "Stages of the project", None))
    return [
        {
            "name": name,
            "percent": None if percent is None else _number(percent),
            "milestones": table(
                COLUMNS,
                [_stage(row) for row in stages if row.tower_id == pk],
                nothing="No stages have been planned yet.",
            ),
        }
        for pk, name, percent in blocks
    ]


def _stage(row: Milestone) -> list[str]:
    note = f"\nBefore an earlier stage: {row.override_reason}" if row.override_reason else ""
    return [
        f"{row.name}{note}",
        MilestoneState(row.state).label,
        short_day(row.planned_on) if row.planned_on else "",
        short_day(row.certified_on) if row.certified_on else "",
    ]


def _phases(project: Project) -> list[dict[str, str]]:
    rows = ProjectProgress.objects.filter(project=project, customer_visible=True)
    return [
        {
            "name": row.phase_name,
            "state": PhaseStatus(row.status).label,
            "until": short_day(end) if end else "",
            "percent": _number(row.progress_percentage),
        }
        for row in rows.order_by("sequence", "pk")
        for end in [row.actual_end_date or row.expected_end_date]
    ]


def _promises(project: Project, overview: Overview) -> dict[str, Any]:
    names: dict[int | None, str] = {None: "Project"}
    names |= {tower.id: f"Tower {tower.name}" for tower in overview.towers}
    dates = CompletionDate.objects.filter(project=project).order_by("number", "pk")
    places = list(names)
    rows = sorted(dates, key=lambda row: places.index(row.tower_id))  # as on the rest of the page
    return table(
        PROMISES,
        [
            [
                str(row.number),
                names[row.tower_id],
                short_day(row.promised_on),
                short_day(clock.local(row.revised_at, project.time_zone).date()),
                row.reason,
            ]
            for row in rows
        ],
        nothing="No completion date has been promised yet.",
    )


def _day_of(row: ConstructionUpdate, project: Project) -> str:
    published = row.published_at or row.created_at
    return format_day(clock.local(published, project.time_zone).date())


def _number(percent: Any) -> str:
    return format_percent(percent).removesuffix("%").strip()
