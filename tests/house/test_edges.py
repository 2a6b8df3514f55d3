"""What the edges promise: every action has its access row, and only services write."""

import ast

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import BasePermission
from rest_framework.views import APIView

from realestate.core.api.access import PUBLIC, AccessGuard
from realestate.core.api.views import Edge
from realestate.core.enums import Role
from tests.house.source import Source, called_name, functions, sources

# Views that are not ours: drf-spectacular's pages, open to everybody.
WITHOUT_TABLE = {
    "SpectacularAPIView": "the OpenAPI document itself",
    "SwaggerPage": "a page of the documentation",
    "RedocPage": "a page of the documentation",
}
# Rooms in which nothing is stored.
ROOMS = {
    "admin",
    "authentication",
    "channels",
    "documents",
    "enums",
    "events",
    "figures",
    "filters",
    "gateways",
    "imports",
    "jobs",
    "models",
    "querysets",
    "receivers",
    "rules",
    "serializers",
    "urls",
    "views",
}
WRITES = {
    "save",
    "create",
    "bulk_create",
    "get_or_create",
    "update",
    "bulk_update",
    "update_or_create",
    "delete",
    "execute",
}
# "file:function" -> why this is no write that a service should make.
NOT_A_WRITE: dict[str, str] = {
    "accounts/querysets.py:create_user": "the manager method that Django's own commands call",
    "payments/documents/sheet.py:statement_xlsx": "a workbook, into memory",
    "payments/gateways/razorpay.py:begin": "a Payment Link, at the gateway",
    "payments/gateways/stripe.py:begin": "a Checkout Session, at the gateway",
}


def routed_views() -> dict[type[APIView], set[str]]:
    """Each API view with the actions (or methods) that some route leads to."""
    found: dict[type[APIView], set[str]] = {}

    def walk(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                if pattern.app_name != "admin":
                    walk(pattern.url_patterns)
            elif isinstance(pattern, URLPattern):
                view = getattr(pattern.callback, "cls", None)
                if isinstance(view, type) and issubclass(view, APIView):
                    found.setdefault(view, set()).update(actions_of(view, pattern.callback))

    walk(get_resolver().url_patterns)
    return found


def actions_of(view, callback) -> set[str]:
    actions = getattr(callback, "actions", None)
    if actions is not None:
        return set(actions.values())
    return {name for name in view.http_method_names if hasattr(view, name)} - {"options", "head"}


VIEWS = sorted(routed_views().items(), key=lambda entry: entry[0].__name__)


@pytest.mark.parametrize(("view", "actions"), VIEWS, ids=[view.__name__ for view, _ in VIEWS])
def test_every_action_has_its_access_row(view, actions):
    if view.__name__ in WITHOUT_TABLE:
        assert not issubclass(view, Edge)
        return
    assert issubclass(view, Edge), f"{view.__name__} is none of ours: give it a reason"
    assert set(view.access) == actions
    assert all(roles and roles <= PUBLIC for roles in view.access.values())
    assert view.permission_classes == [AccessGuard]


def test_no_view_without_a_table_is_stale():
    assert set(WITHOUT_TABLE) <= {view.__name__ for view, _actions in VIEWS}


def test_there_is_one_guard():
    assert AccessGuard.has_object_permission is BasePermission.has_object_permission
    assert {"anonymous", *Role.values} == PUBLIC


# --- only services write ---------------------------------------------------------------------------------------------


def writes(source: Source) -> set[str]:
    """ "file:function" of each call in a source that writes, by the name of the method."""
    found = set()
    for function in functions(source.tree):
        for node in ast.walk(function):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if called and called_name(node) in WRITES:
                found.add(f"{source.name}:{function.name}")
    return found


def is_service(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(mark, ast.Name) and mark.id == "service" for mark in function.decorator_list
    )


@pytest.mark.parametrize(
    "source",
    [
        source
        for source in sources()
        if source.app not in {"core", "realestate"} and source.room in ROOMS
    ],
    ids=lambda source: source.name,
)
def test_only_services_write(source):
    assert writes(source) - set(NOT_A_WRITE) == set()


def test_the_edge_that_all_share_writes_in_services_only():
    loose = set()
    for source in sources():
        if source.name.startswith("realestate/core/api/"):
            services = {f"{source.name}:{f.name}" for f in functions(source.tree) if is_service(f)}
            loose |= writes(source) - services
    assert loose == set()


def test_no_exemption_from_writing_is_stale():
    found = set().union(*(writes(source) for source in sources()))
    assert set(NOT_A_WRITE) <= found


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("def f(row): row.save()", {"manage.py:f"}),
        ("def f(): Project.objects.filter(pk=1).update(a=1)", {"manage.py:f"}),
        ("def f(): return Project.objects.all()", set()),
    ],
)
def test_control_a_write_is_seen(code, caught):
    source = next(source for source in sources() if source.name == "manage.py")
    probe = Source(source.path)
    probe.__dict__["tree"] = ast.parse(code)
    assert writes(probe) == caught


# --- services --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [source for source in sources() if source.room == "services"],
    ids=lambda source: source.name,
)
def test_services_take_names_only_and_the_actor_first(source):
    for function in functions(source.tree):
        if is_service(function) and not function.name.startswith("_"):
            assert not function.args.args, f"{function.name}: keyword-only"
            names = [argument.arg for argument in function.args.kwonlyargs]
            assert "actor" not in names[1:], f"{function.name}: the actor comes first"
            assert not any(
                isinstance(node, ast.Return) and node.value is None for node in ast.walk(function)
            ) or (isinstance(function.returns, ast.Constant) and function.returns.value is None), (
                f"{function.name}: an empty return says nothing"
            )
