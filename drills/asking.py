"""The machine of a booking's life, which also asks for what is refused in most states (B9)."""

from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from bookings.models import Agreement
from drills.beginnings import (
    BEGINNINGS,
    DEFAULT,
    MUTUAL,
    TERMS,
    TIMES,
    TOO_MUCH,
    book_on,
    change_hold,
    edit,
    hold,
    propose,
    visit_in,
)
from payments.models import Settlement
from tests.factories.projects import UnitFactory
from tests.properties.test_life import Life, first_or_later, people

builders_side = st.sampled_from(("meera", "sana"))
EDITS: tuple[dict[str, Any], ...] = (
    {"payment_plan": "loan"},
    {"rating": 5},
    {"special_requests": "East, please."},
)


class Asking(Life):
    """``begin`` is where each walk begins; each rule is a call that must change nothing where it is refused."""

    begin: ClassVar[Callable[[Life], None]] = next(iter(BEGINNINGS.values()))

    def __init__(self) -> None:
        super().__init__()
        self.office.units += UnitFactory.create_batch(2, project=self.office.project)

    @initialize()
    def a_sale_has_come_so_far(self) -> None:
        """Not left to chance: see drills/beginnings.py."""
        type(self).begin(self)

    @rule(who=people, where=st.integers(0, 3))
    def hold_any(self, who: str, where: int) -> None:
        """Of more units than one person may hold."""
        hold(self.office, who, where)

    @rule(who=people, where=st.integers(0, 3), minutes=st.sampled_from([30, 120, 20_000]))
    def extend(self, who: str, where: int, minutes: int) -> None:
        """R4.5: to the end of its longest life and no further."""
        change_hold(self.office, who, where, "patch", minutes)

    @rule(who=people, where=st.integers(0, 3), terms=st.sampled_from(TERMS))
    def book_on_terms(self, who: str, where: int, terms: dict[str, Any]) -> None:
        """R5.3, R6: a token, a price and a loan that may not be agreed on."""
        book_on(self.office, who, where, terms)

    @rule(who=people, which=first_or_later, change=st.sampled_from(EDITS))
    def edit(self, who: str, which: int, change: dict[str, Any]) -> None:
        """Columns that are open in some states."""
        self.on_booking(which, lambda row: edit(self.office, who, row, change))

    @rule(who=people, time=st.sampled_from(TIMES))
    def visit_at(self, who: str, time: tuple[int, int]) -> None:
        """R14.4: too soon, too late, too short, or when somebody else comes."""
        visit_in(self.office, who, *time)

    @rule(who=people, which=first_or_later)
    def sign_the_first(self, who: str, which: int) -> None:
        """R5.6: a version that others have come after, or not."""
        rows = Agreement.objects.filter(booking__project=self.office.project).order_by("pk")
        if rows:
            path = f"agreements/{rows[which % len(rows)].pk}/signatures"
            self.office.ask(who, "post", path)

    @rule(
        who=builders_side,
        which=first_or_later,
        ending=st.sampled_from([MUTUAL, DEFAULT, TOO_MUCH]),
    )
    def propose(self, who: str, which: int, ending: dict[str, str]) -> None:
        """R11: a settlement that waits for somebody's word, or that would keep more than was agreed."""
        self.on_booking(which, lambda row: propose(self.office, who, row, ending))

    @rule(who=people, which=first_or_later)
    def approve(self, who: str, which: int) -> None:
        """R11: any of the settlements, also an older one, or after the account has changed."""
        rows = Settlement.objects.filter(booking__project=self.office.project).order_by("-pk")
        if rows:
            self.office.ask(who, "post", f"settlements/{rows[which % len(rows)].pk}/approve")

    @rule(who=people, which=first_or_later)
    def notice(self, who: str, which: int) -> None:
        """R11: a notice to a buyer who does not pay."""
        self.on_booking(
            which, lambda row: self.office.ask(who, "post", f"bookings/{row.pk}/notices")
        )
