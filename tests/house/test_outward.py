"""G7, G9, D24: nothing fetches an address that a person supplied, nobody is sent elsewhere, no word becomes a query.

Whoever speaks to the outside is named here with where its address comes from: all of them from the settings. A new
place fails these tests until it is named, and a place that takes an address from a person has no row to stand in.
PostgreSQL, mail and storage are reached through Django, which knows no address but those of its settings.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import sources

# Modules that open connections to an address.
SPEAK = {
    "aiohttp",
    "boto3",
    "botocore",
    "ftplib",
    "http.client",
    "httpx",
    "imaplib",
    "opentelemetry",
    "poplib",
    "razorpay",
    "redis",
    "requests",
    "smtplib",
    "socket",
    "stripe",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
    "xmlrpc",
}
# Where: from what its address comes.
SPEAKERS = {
    "notifications/channels/carriers.py": "SplitResult",  # SMS_URL and PUSH_URL, split by the settings
    "payments/gateways/base.py": "requests.Session",  # for the two below, which give the address
    "payments/gateways/razorpay.py": "settings.RAZORPAY_API_URL",
    "payments/gateways/stripe.py": "settings.STRIPE_API_URL",
    "realestate/core/answers/shared.py": "settings.REDIS_URL",
    "realestate/core/bell.py": "settings.REDIS_URL",
    "realestate/core/files/scanning.py": "settings.CLAMD_ADDRESS",
    "realestate/core/files/storing.py": "default_storage",
    "realestate/core/retrying.py": "OF_ONE_MESSAGE",  # knows errors of smtplib by their names, and has no address
    "realestate/management/commands/serve.py": "settings.HOST",
    "realestate/settings/files.py": "FILES_URL",
    "realestate/tracing.py": "OTEL_EXPORTER_OTLP_ENDPOINT",  # which the exporter reads by itself
}
REDIRECTS = {"HttpResponseRedirect", "HttpResponsePermanentRedirect", "redirect"}
DANGEROUS = {"filter", "exclude", "order_by", "annotate", "alias", "values", "get", "update", "Q"}


def imported(tree: ast.Module) -> Iterator[str]:
    """Each module that a file names in an import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def speaks(tree: ast.Module) -> bool:
    """Whether a file can open a connection by itself."""
    return any(
        name == one or name.startswith(f"{one}.")
        for name in imported(tree)
        for one in SPEAK
        if not name.rpartition(".")[2].isupper()  # http.client.OK is a number
    )


def becomes_a_query(tree: ast.Module) -> list[int]:
    """Lines on which what a request holds is unpacked into a query, or orders one."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and _name(node.func) in DANGEROUS
        and not _is_mapping_get(node)
        and any(_is_of_request(part) for part in _unpacked(node))
    ]


def code_of(tree: ast.Module) -> str:
    """A file without its comments and docstrings, in which a word proves nothing."""
    code = ast.parse(ast.unparse(tree))
    for node in ast.walk(code):
        held = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        if isinstance(node, held) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return ast.unparse(code)


def _unpacked(call: ast.Call) -> Iterator[ast.expr]:
    for keyword in call.keywords:
        if keyword.arg is None:
            yield keyword.value
    for argument in call.args:
        yield argument.value if isinstance(argument, ast.Starred) else argument


def _is_mapping_get(call: ast.Call) -> bool:
    """``request.GET.get("page")`` reads a word, ``KINDS.get(word)`` a table of ours; neither asks the database."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "get":
        return False
    held = call.func.value
    return _is_of_request(held) or (isinstance(held, ast.Name) and held.id.isupper())


def _is_of_request(node: ast.expr) -> bool:
    held = {"GET", "POST", "query_params", "data", "headers", "COOKIES", "META"}
    return any(isinstance(one, ast.Attribute) and one.attr in held for one in ast.walk(node))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_G7_whoever_speaks_to_the_outside_is_named_with_where_its_address_comes_from():
    found = {source.name for source in sources() if speaks(source.tree)}
    assert found == set(SPEAKERS)


@pytest.mark.parametrize("name", SPEAKERS)
def test_G7_its_address_comes_from_the_settings(name):
    word = SPEAKERS[name]
    (source,) = [one for one in sources() if one.name == name]
    assert word in code_of(source.tree), word


# Where callers are sent besides pages of ours by name (``reverse``), and why that is never elsewhere.
GOES = {
    "back.url",  # a redirect that our own guard has made
    "exact[0]",  # the page of a row that was found
    "f'{self._list_address()}?{request.GET.urlencode()}'",
    "link.removeprefix(settings.PUBLIC_URL)",  # of a paper, made by us
    "self._address('add')",
    "self._address('change', pk)",
    "self._address('change', run.pk)",
    "self._list_address()",
    "self._next(request)",  # asks Django whether it is ours; tests/admin/test_entrance.py
}


def sent_to(tree: ast.Module) -> set[str]:
    """Where a file sends callers, but for pages of ours by name."""
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node.func) in REDIRECTS
    ]
    said = {ast.unparse(call.args[0]) for call in calls if call.args}
    return {one for one in said if not one.lstrip("f'\"{").startswith("reverse(")}


def test_G9_callers_are_sent_to_pages_of_ours():
    assert set().union(*(sent_to(source.tree) for source in sources())) == GOES


@pytest.mark.parametrize(
    "code", ["redirect(request.GET['next'])", "HttpResponseRedirect(f'{there}/page')"]
)
def test_G9_control_another_way_out_is_seen(code):
    assert sent_to(ast.parse(code)) - GOES


def test_D24_nothing_of_a_request_is_unpacked_into_a_query():
    found = {source.name: becomes_a_query(source.tree) for source in sources()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("import requests", speaks),
        ("from opentelemetry.exporter.otlp.proto.http import trace_exporter", speaks),
        ("from urllib.request import urlopen", speaks),
        ("from urllib import request", speaks),
        ("def f():\n    import httpx", speaks),
        ("rows.filter(**request.GET)", becomes_a_query),
        ("rows.filter(**request.query_params.dict())", becomes_a_query),
        ("rows.order_by(request.GET['ordering'])", becomes_a_query),
        ("rows.order_by(*request.query_params.getlist('o'))", becomes_a_query),
        ("Q(**self.request.data)", becomes_a_query),
    ],
)
def test_control_a_new_one_is_seen(code, check):
    assert check(ast.parse(code))


@pytest.mark.parametrize(
    "code", ["from urllib.parse import urlsplit", "import socketserver", "request.GET.get('page')"]
)
def test_control_what_asks_nobody_is_not(code):
    tree = ast.parse(code)
    assert (speaks(tree), becomes_a_query(tree)) == (False, [])


@pytest.mark.parametrize("text", ['"""From REDIS_URL."""\nx = 1', "x = 1  # of REDIS_URL"])
def test_G7_control_a_word_of_a_comment_proves_nothing(text):
    assert "REDIS_URL" not in code_of(ast.parse(text))
