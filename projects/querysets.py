"""Who may see which projects and units, and what state they are in at an instant."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    F,
    FilteredRelation,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from projects.enums import AccessLevel, ClaimKind, ClaimStage, UnitStatus
from realestate.core import clock
from realestate.core.enums import Role
from realestate.core.figures import FigureQuerySet

if TYPE_CHECKING:
    from projects.models import (  # noqa: F401  # generic parameters
        ChargeLine,
        Claim,
        Model3D,
        Model3DVersion,
        PriceList,
        Project,
        TaxRate,
        Tower,
        Unit,
    )

Row = TypeVar("Row", bound=Model)
STATUS_OF_STAGE = {
    ClaimStage.HELD: UnitStatus.RESERVED,
    ClaimStage.BOOKED: UnitStatus.BOOKED,
    ClaimStage.SOLD: UnitStatus.SOLD,
    ClaimStage.HANDED_OVER: UnitStatus.HANDED_OVER,
}
RESERVED = UnitStatus.RESERVED.value
STAGE_OF_STATUS = {status: stage for stage, status in STATUS_OF_STAGE.items()}
ON_OFFER = Q(released_at__isnull=False, blocked_at=None)
HELD_OR_KEPT_BACK = Q(claimed_as=ClaimStage.HELD.value) | ~ON_OFFER  # what may look reserved
KEPT_BACK = {  # if nobody has a claim
    UnitStatus.NOT_RELEASED: Q(released_at=None),
    UnitStatus.BLOCKED: Q(released_at__isnull=False, blocked_at__isnull=False),
}
HIDDEN = tuple(KEPT_BACK)  # shown as reserved to the public
# Not Q(): "x or nothing said" is x to Django, so that staff would lose what a builder sees.
NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING


def natural(path: str) -> Func:
    """A name as people sort it: T2 before T10. Numbers count as numbers, on any server and in any language of it."""
    padded = Func(
        F(path), Value(r"\d+"), Value(r"0000000000\&"), Value("g"), function="regexp_replace"
    )
    return Func(
        padded,
        Value(r"0*(\d{10})"),
        Value(r"\1"),
        Value("g"),
        function="regexp_replace",
        output_field=TextField(),
    )


TOWER_ORDER = (natural("name"), "name", "pk")


def role(user: Any) -> str:  # User or AnonymousUser
    """The user's role; empty for anonymous readers."""
    return getattr(user, "user_type", None) or ""


def public(prefix: str = "") -> Q:
    """Projects that everybody may see: published and not archived."""
    return Q(**{f"{prefix}published_at__isnull": False, f"{prefix}archived_at": None})


def visible(user: Any, prefix: str = "") -> Q:  # User or AnonymousUser
    """Which projects a user may see, over a path: public ones; a builder its own; staff all."""
    match role(user):
        case Role.STAFF:
            return EVERYTHING
        case Role.BUILDER:
            return public(prefix) | Q(**{f"{prefix}builder": user.builder_id})
        case _:
            return public(prefix)


def editable(user: Any, prefix: str = "") -> Q:  # User or AnonymousUser
    """Which projects a user may change, over a path: its own; staff all."""
    match role(user):
        case Role.STAFF:
            return EVERYTHING
        case Role.BUILDER:
            return Q(**{f"{prefix}builder": user.builder_id})
        case _:
            return NOTHING


class ProjectQuerySet(FigureQuerySet["Project"]):
    """Projects."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: see ``visible``."""
        return self.filter(visible(user))

    def for_office(self, user: Any) -> Self:  # User or AnonymousUser
        """The back office shows those of one's own projects; staff see all."""
        return self.filter(editable(user))

    def editable_by(self, user: Any) -> Self:  # User or AnonymousUser
        """Projects that the user may change; strangers' projects do not exist for this purpose."""
        return self.filter(editable(user))

    def open_to(self, user: Any) -> Self:  # User or AnonymousUser
        """Those of them that are not archived: where the user may still add something."""
        return self.editable_by(user).filter(archived_at=None)

    def with_live_party(self, customer_id: int, now: datetime) -> Self:
        """Projects in which a customer has a live claim (an unexpired hold included)."""
        return self.filter(live_party("units__claims__", customer_id, now)).distinct()


class PartQuerySet(FigureQuerySet[Row]):
    """What a project consists of: as public as it, unless a class says otherwise; changed by whoever may change it."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """Those of visible projects."""
        return self.filter(visible(user, "project__"))

    def for_office(self, user: Any) -> Self:  # User or AnonymousUser
        """The back office shows those of one's own projects; staff see all."""
        return self.editable_by(user)

    def editable_by(self, user: Any) -> Self:  # User or AnonymousUser
        """Those of one's own projects."""
        return self.filter(editable(user, "project__"))


class TowerQuerySet(PartQuerySet["Tower"]):
    """Towers."""

    def in_order(self) -> Self:
        """As people count them: T1, T2, T10."""
        return self.order_by(*TOWER_ORDER)


class UnitQuerySet(PartQuerySet["Unit"]):
    """Units."""

    def with_status(self, now: datetime) -> Self:
        """Annotate ``status``: the derived state of each unit at an instant (R4.1)."""
        return self.annotate(
            live_claim=FilteredRelation("claims", condition=live(now, "claims__")),
        ).annotate(
            status=Case(
                *(
                    When(live_claim__stage=stage, then=Value(status.value))
                    for stage, status in STATUS_OF_STAGE.items()
                ),
                When(released_at=None, then=Value(UnitStatus.NOT_RELEASED.value)),
                When(blocked_at__isnull=False, then=Value(UnitStatus.BLOCKED.value)),
                default=Value(UnitStatus.AVAILABLE.value),
                output_field=CharField(),
            ),
        )

    def with_seen_status(self, user: Any) -> Self:  # User or AnonymousUser
        """Annotate ``seen_status``: what ``seen_as`` filters by; needs ``with_status``."""
        hidden = When(Q(status__in=HIDDEN) & ~editable(user, "project__"), then=Value(RESERVED))
        return self.annotate(
            seen_status=Case(hidden, default=F("status"), output_field=CharField())
        )

    def seen_as(
        self, status: UnitStatus, user: Any, now: datetime
    ) -> Self:  # User or AnonymousUser
        """Units with a status as the user sees it: others' blocked and unreleased ones look reserved (contract 8.1).

        Each status is said in terms that an index has; of the CASE of ``with_status`` no index knows anything.
        """
        own = editable(user, "project__")
        if status == UnitStatus.AVAILABLE:
            return self.free(now)
        if status in KEPT_BACK:
            return self.filter(own, KEPT_BACK[status]).unclaimed(now)
        if status != UnitStatus.RESERVED:  # these end by being released, and not with time
            return self.filter(claimed_as=STAGE_OF_STATUS[status])
        held = Q(claimed_as=ClaimStage.HELD) & ~Q(self._is_unclaimed(now))
        # What the index has is said too, so that only of those the claims are asked for.
        return self.filter(HELD_OR_KEPT_BACK, held | Q(~own, ~ON_OFFER, self._is_unclaimed(now)))

    def unclaimed(self, now: datetime) -> Self:
        """Units without a live claim, by asking an index for each of them: as a join PostgreSQL reads all claims."""
        return self.filter(self._is_unclaimed(now))

    def _is_unclaimed(self, now: datetime) -> Combinable:
        """Of a truth value PostgreSQL expects half of the rows; of IS NULL so few that it would read and sort all."""
        claimed = self._claims().filter(live(now), unit=OuterRef("pk")).values(no=Value(False))[:1]  # noqa: FBT003  # a value
        return Coalesce(Subquery(claimed), Value(True), output_field=BooleanField())  # noqa: FBT003  # likewise

    def _claims(self) -> QuerySet[Any]:
        claims: Any = self.model._meta.get_field("claims").related_model  # noqa: SLF001  # documented access
        rows: QuerySet[Any] = claims._default_manager.order_by()  # noqa: SLF001  # likewise
        return rows

    def available(self, now: datetime) -> Self:
        """Units that are free and for sale at an instant."""
        return self.with_status(now).filter(status=UnitStatus.AVAILABLE)

    def free(self, now: datetime) -> Self:
        """The same as ``available``: for counting the units of one project, and for lists of few among many.

        Only of those on hold the claim is asked for: a hold ends by time, and nobody writes that down.
        """
        lapsed = Q(claimed_as=ClaimStage.HELD) & Q(self._is_unclaimed(now))
        return self.filter(ON_OFFER).filter(Q(claimed_as="") | lapsed)

    def claimable(self, now: datetime) -> Self:
        """Available units of projects that sell: published and not archived."""
        return self.available(now).filter(public("project__"))


def live(now: datetime, prefix: str = "") -> Q:
    """R4.2, over a path to claims: a claim is live in the half-open interval before ``expires_at``."""
    return Q(**{f"{prefix}released_at": None}) & (
        Q(**{f"{prefix}expires_at": None}) | Q(**{f"{prefix}expires_at__gt": now})
    )


def live_party(prefix: str, customer_id: int, now: datetime) -> Q:
    """Over a path to claims: a live claim to which the customer is a party."""
    return Q(**{f"{prefix}parties": customer_id}) & live(now, prefix)


class ClaimQuerySet(QuerySet["Claim"]):
    """Claims."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: one's own claims (customer), those on one's own units (builder), all (staff)."""
        match role(user):
            case Role.STAFF:
                return self
            case Role.BUILDER:
                return self.filter(unit__project__builder=user.builder_id)
            case Role.CUSTOMER:
                return self.filter(parties=user.pk)
            case _:
                return self.none()

    def live(self, now: datetime) -> Self:
        """Claims that occupy their unit at an instant (R4.2: ``expires_at`` itself is too late)."""
        return self.filter(live(now))

    def next_end(self, now: datetime) -> datetime | None:
        """When the next hold lapses by time alone; None when no hold is live."""
        holds = self.live(now).filter(kind=ClaimKind.HOLD).exclude(expires_at=None)
        return holds.order_by("expires_at").values_list("expires_at", flat=True).first()

    def lapsed(self, now: datetime) -> Self:
        """Holds whose time is over but which nobody has recorded as expired yet."""
        return self.filter(expires_at__lte=now, released_at=None)


class Model3DQuerySet(PartQuerySet["Model3D"]):
    """3D models."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """By access level (contract 8.1); the builder and staff see their own in any state."""
        match role(user):
            case Role.STAFF:
                return self
            case Role.BUILDER:
                shown = public("project__") & Q(access_level=AccessLevel.PUBLIC, is_active=True)
                return self.filter(Q(project__builder=user.builder_id) | shown)
            case Role.CUSTOMER:
                levels = Q(access_level__in=[AccessLevel.PUBLIC, AccessLevel.CUSTOMERS_ONLY])
                booked = Q(
                    access_level=AccessLevel.BOOKED_CUSTOMERS, pk__in=self._booked_by(user.pk)
                )
                return self.filter(public("project__"), levels | booked, is_active=True)
            case _:
                return self.filter(
                    public("project__"), access_level=AccessLevel.PUBLIC, is_active=True
                )

    def _booked_by(self, customer_id: int) -> QuerySet[Model3D, Any]:
        booked = live_party("project__units__claims__", customer_id, clock.now())
        return self.model._default_manager.filter(booked).values("pk")  # noqa: SLF001  # documented manager access


class Model3DVersionQuerySet(QuerySet["Model3DVersion"]):
    """What 3D models showed before."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """A builder those of its projects, staff all."""
        return self.filter(editable(user, "model__project__"))


class PriceListQuerySet(QuerySet["PriceList"]):
    """Versions of price lists; the back office's: buyers see a cost sheet."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """A builder those of its projects, staff all."""
        return self.filter(editable(user, "project__"))

    def in_force(self, project_id: int, day: date) -> PriceList | None:
        """The version that holds on a day: of those that have begun, the one that began last, then the latest made."""
        rows = self.filter(project=project_id, effective_from__lte=day)
        return rows.order_by("-effective_from", "-version").first()


class ChargeLineQuerySet(QuerySet["ChargeLine"]):
    """Lines of price lists."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """See ``PriceListQuerySet``."""
        return self.filter(editable(user, "price_list__project__"))


class TaxRateQuerySet(QuerySet["TaxRate"]):
    """Tax rates are the law's: everybody may read them."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """All of them."""
        return self.all()

    def for_office(self, user: Any) -> Self:  # User or AnonymousUser
        """The back office shows them to staff, who keep them."""
        return self.filter(EVERYTHING if role(user) == Role.STAFF else NOTHING)

    def all_in_force(self, classes: Collection[str], day: date) -> Self:
        """The same for several classes at once, by class."""
        keys = ("tax_class", "component")
        rows = self.filter(tax_class__in=classes, valid_from__lte=day)
        return rows.order_by(*keys, "-valid_from").distinct(*keys)
