"""Letters about demands: which template a demand has, one at a time or many from one compiler."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from accounts.documents import Letterhead, letterhead_of
from payments.documents.demand import TEMPLATE as DEMAND
from payments.documents.demand import demand_content
from payments.documents.interest import TEMPLATE as INTEREST
from payments.documents.interest import interest_content
from payments.enums import DemandKind
from payments.models import Demand
from payments.services import LETTER_TEXT
from realestate.core.documents import render_pdf, render_pdfs

Content = Mapping[str, Any]


def demand_letter(demand: Demand) -> bytes:
    """The letter of one demand as a PDF; the demand comes from ``for_letters``."""
    letterhead = letterhead_of(demand.booking.project.builder)
    template, content = _letter(demand, letterhead, LETTER_TEXT.for_project(demand.booking.project))
    return render_pdf(template, content, letterhead.files)


def demand_letters(demands: Sequence[Demand]) -> list[tuple[str, bytes]]:
    """File names and PDFs of some demands of one project, in their order."""
    if not demands:
        return []
    project = demands[0].booking.project
    letterhead, text = letterhead_of(project.builder), LETTER_TEXT.for_project(project)
    by_template: dict[Path, dict[int, Content]] = defaultdict(dict)
    for place, demand in enumerate(demands):
        template, content = _letter(demand, letterhead, text)
        by_template[template][place] = content
    made: dict[int, bytes] = {}
    for template, contents in by_template.items():
        pdfs = render_pdfs(template, list(contents.values()), letterhead.files)
        made |= zip(contents, pdfs, strict=True)
    return [(file_name(demand.number), made[place]) for place, demand in enumerate(demands)]


def file_name(number: str) -> str:
    """A document's number as the name of a file: ``DM-12-2026-27-00034.pdf``."""
    return f"{number.replace('/', '-')}.pdf"


def _letter(demand: Demand, letterhead: Letterhead, how_to_pay: str) -> tuple[Path, Content]:
    """The template and what it shows."""
    is_interest = demand.kind == DemandKind.INTEREST
    content = (interest_content if is_interest else demand_content)(
        demand,
        letterhead,
        before=demand.owed_before,  # type: ignore[attr-defined]  # annotated by for_letters
        how_to_pay=how_to_pay,
    )
    return (INTEREST if is_interest else DEMAND), content
