"""A check finds rows that should not be there. One statement each, so each sees one state of the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Model

from realestate.core.figures import FigureQuerySet

Find = Callable[[], list[str]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """``says`` is what is true when ``find`` returns nothing; it returns the keys of the rows that contradict.

    ``find_all`` is there where ``find`` looks at a part only, because all of it takes hours.
    """

    name: str
    says: str
    find: Find
    find_all: Find | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of one check."""

    check: Check
    rows: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing was found."""
        return not self.rows


def sql_check(
    name: str, says: str, statement: str, params: Mapping[str, Any] | None = None
) -> Check:
    """A check whose statement selects one column: the key of each row that should not be there."""
    return Check(name=name, says=says, find=lambda: _rows(statement, params))


def figure_check(
    rows: Callable[[], FigureQuerySet[Any]],
    figure: str,
    counted: str,
    params: Mapping[str, Any] | None = None,
) -> Check:
    """A lent figure, as the API shows it, is what an independent statement counts.

    ``counted`` selects ``id`` and ``figure``; a row that it leaves out has a figure of 0.
    """

    def find() -> list[str]:
        shown, values = (
            rows().order_by().with_figures(figure).values("pk", figure).query.sql_with_params()
        )
        # The columns get names here: ours need none of those that Django chooses.
        statement = f"""
            SELECT shown.id FROM ({shown}) AS shown(id, figure)
            LEFT JOIN ({_positional(counted)}) AS counted(id, figure) ON counted.id = shown.id
            WHERE coalesce(shown.figure, 0) IS DISTINCT FROM coalesce(counted.figure, 0)
            ORDER BY 1"""  # noqa: S608  # both halves are written in this house
        return _rows(statement, [*values, *_in_order(counted, params or {})])

    model: type[Model] = rows().model
    label = model._meta.verbose_name  # noqa: SLF001  # documented API
    return Check(
        name=f"figure_{model._meta.model_name}_{figure}",  # noqa: SLF001  # documented API
        says=f"The figure {figure} of each {label} is what its rows add up to.",
        find=find,
    )


def _positional(statement: str) -> str:
    return "".join("%s" if index % 2 else part for index, part in enumerate(_parts(statement)))


def _in_order(statement: str, params: Mapping[str, Any]) -> list[Any]:
    return [params[name] for name in _parts(statement)[1::2]]


def _parts(statement: str) -> list[str]:
    """Text and names of parameters in turns: Django's own statement has positions, so ours gets them too."""
    return [part for piece in statement.split("%(") for part in piece.split(")s", maxsplit=1)]


def _rows(statement: str, params: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [str(row[0]) for row in cursor.fetchall()]
