"""What every list of the back office has: its order and filters kept for the next visit, sums of money, whose rows.

Kept in the session, so that a plain visit costs no query; ``?reset=1`` forgets them.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, ChangeList
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, QueryDict
from django.template.response import TemplateResponse

from realestate.core.admin.neighbours import NeighbourMixin, narrowed
from realestate.core.amounts import format_money
from realestate.core.money import DEFAULT_CURRENCY

KEPT = "lists"  # in the session: table -> query
RESET = "reset"
CHECKBOX = "action_checkbox"
Sums = Mapping[str, Mapping[str, Decimal]]  # currency -> column -> sum


class HouseChangeList(ChangeList):
    """A list that knows what may be forgotten, and what its amounts come to."""

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """The bare address means "as I left it"; a link that takes the last filter away must say so."""
        query: str = super().get_query_string(new_params, remove)
        return f"?{RESET}=1" if query == "?" else query

    def get_filters_params(self, params: Any = None) -> Any:
        """Without our own word."""
        found = super().get_filters_params(params)
        found.pop(RESET, None)
        return found

    def chosen(self, request: HttpRequest) -> dict[str, list[str]]:
        """The order and the filters of the list as it stands."""
        names = {
            ORDER_VAR,
            *(name for spec in self.filter_specs for name in spec.expected_parameters()),
        }
        return {name: values for name, values in request.GET.lists() if name in names}

    @property
    def totals(self) -> list[list[str]]:
        """A line per currency, a cell per column: the sums over all rows of the list, not only of this page."""
        page: Any = self.model_admin
        if not page.totals or not self.result_count:
            return []
        sums: Sums = page.sums(self.queryset)
        is_mixed = len(sums) > 1
        return [
            self._line(currency, amounts, is_mixed=is_mixed)
            for currency, amounts in sorted(sums.items())
        ]

    def _line(self, currency: str, amounts: Mapping[str, Decimal], *, is_mixed: bool) -> list[str]:
        cells = [
            format_money(amounts[path], currency)
            if (path := getattr(column, "admin_order_field", "")) in amounts
            else ""
            for column in self.list_display
        ]
        first = next(place for place, name in enumerate(self.list_display) if name != CHECKBOX)
        rows = f"{self.result_count:,} row{'' if self.result_count == 1 else 's'}"
        cells[first] = f"Sum in {currency}" if is_mixed else f"Sum of {rows}"
        return cells


class ListMixin(NeighbourMixin):
    """See the module."""

    change_list_template = "admin/house/change_list.html"
    totals: ClassVar[Sequence[str]] = ()  # columns of money whose sum says something
    currency_path: ClassVar[str] = "currency"  # to that of the row's amounts

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Ours."""
        return HouseChangeList

    def sums(self, rows: QuerySet[Any]) -> Sums:
        """What the amounts of some rows come to, in one query; pages whose amounts are computed have their own."""
        currency = self.currency_path.replace(".", "__")
        summed = {f"sum_{place}": Sum(path) for place, path in enumerate(self.totals)}
        lines = rows.order_by().values_list(currency).annotate(**summed)
        return {
            line[0] or DEFAULT_CURRENCY: {
                path: amount or Decimal(0)
                for path, amount in zip(self.totals, line[1:], strict=True)
            }
            for line in lines
        }

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """As it was left; whatever is chosen now is kept."""
        is_recalled = self._recall(request)
        whose = list(narrowed(request, self.model))
        context = {"is_recalled": is_recalled, "narrowed": whose, **(extra_context or {})}
        response = super().changelist_view(request, context)
        if isinstance(response, TemplateResponse) and (cl := self._list_of(response)):
            chosen = cl.chosen(request)
            response.context_data["is_kept"] = bool(chosen)  # type: ignore[index]  # there is one, see above
            response.context_data["narrowed"] = [  # type: ignore[index]  # likewise
                (name, cl.get_query_string(remove=[parameter]))
                for parameter, name in whose
                if parameter not in chosen
            ]
            self._remember(request, chosen)
        return response

    def _list_of(self, response: TemplateResponse) -> HouseChangeList | None:
        found = (response.context_data or {}).get("cl")
        return found if isinstance(found, HouseChangeList) and not found.is_popup else None

    def _recall(self, request: HttpRequest) -> bool:
        """Put back what was chosen last, also under a form of the list: its rows are the same."""
        kept = {**request.session.get(KEPT, {})}
        if RESET in request.GET or ERROR_FLAG in request.GET:
            if kept.pop(self.opts.label_lower, None) is not None:
                request.session[KEPT] = kept
            plain = request.GET.copy()
            plain.pop(RESET, None)
            request.GET = plain  # type: ignore[assignment]  # Django's own property is written to here
            return False
        query = kept.get(self.opts.label_lower, "")
        if query and not request.GET:
            request.GET = QueryDict(query)
        return bool(query) and request.GET.urlencode() == query

    def _remember(self, request: HttpRequest, chosen: Mapping[str, list[str]]) -> None:
        if not chosen or request.method != "GET":
            return
        query = QueryDict(mutable=True)
        for name, values in chosen.items():
            query.setlist(name, values)
        kept = request.session.get(KEPT, {})
        if kept.get(self.opts.label_lower) != query.urlencode():
            request.session[KEPT] = {**kept, self.opts.label_lower: query.urlencode()}
